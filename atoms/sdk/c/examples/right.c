/* Asked N by `left`, it asks `left` with N, which waits for this answer and yet replies 2N; it replies one more. */
#include <radon.h>

RADON_INVOKE() {
  radon_buffer message = {0}, answer = {0};
  if (radon_receive(RADON_FOREVER, &message) < 0) return;
  int32_t result = radon_ask(radon_text("left"), radon_view_of(&message), 5000, &answer);
  int64_t number;
  if (result >= 0 && radon_parse_int(radon_view_of(&answer), &number)) radon_replyf("%lld", (long long)number + 1);
  else radon_failf("left: %s", result < 0 ? radon_error_name(result) : radon_cstring(&answer));
  radon_free(&message);
  radon_free(&answer);
}
