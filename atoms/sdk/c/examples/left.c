/* Asked N, it asks `right`, which asks back while this atom waits: the handler answers that with 2N. */
#include <radon.h>

static void answer_right(void *context, int32_t size) {
  (void)context;
  char space[32];
  radon_buffer digits = RADON_FIXED(space);
  int64_t number;
  if (radon_take(size, &digits) >= 0 && radon_parse_int(radon_view_of(&digits), &number))
    radon_replyf("%lld", (long long)(2 * number));
  else radon_failf("\"%s\" is no number.", radon_cstring(&digits));
}

/* Runs once when the instance starts. */
RADON_START() { radon_on_reentrant(answer_right, NULL); }

RADON_INVOKE() {
  radon_buffer message = {0}, answer = {0};
  if (radon_receive(RADON_FOREVER, &message) < 0) return;
  int32_t result = radon_ask(radon_text("right"), radon_view_of(&message), 5000, &answer);
  if (result >= 0) radon_reply(radon_view_of(&answer));
  else radon_failf("right: %s", radon_error_name(result));
  radon_free(&message);
  radon_free(&answer);
}
