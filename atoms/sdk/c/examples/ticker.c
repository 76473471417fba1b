/* A daemon that counts: every interval it adds `step` to `ticks`. Interrupt 1 sets the step. */
#include <radon.h>

/* A callback gets the context that it was registered with, and the size of its payload, which it takes into a buffer. */
static void set_step(void *context, int32_t size) {
  char space[32];
  radon_buffer digits = RADON_FIXED(space);
  if (radon_take(size, &digits) < 0 || !radon_parse_int(radon_view_of(&digits), (int64_t *)context))
    radon_logf(RADON_LOG_WARN, "A step is a number, not \"%s\".", radon_cstring(&digits));
}

/* A daemon's body is its whole life. */
RADON_INVOKE() {
  int64_t interval_ms = radon_config_int(radon_text("interval_ms"), 1000);
  int64_t step = 1;
  radon_buffer message = {0};
  radon_on_interrupt(1, set_step, &step);

  for (;;) {
    int64_t ticks = radon_kv_get_int(radon_text("ticks"), 0);
    /* Blocks for the interval at most; the callback runs meanwhile. */
    int32_t received = radon_receive(interval_ms, &message);
    if (received >= 0) radon_replyf("ticks=%lld step=%lld", (long long)ticks, (long long)step);
    else if (received == RADON_TIMEOUT) radon_must(radon_kv_put_int(radon_text("ticks"), ticks + step));
    else break; /* The atom is being stopped. */
  }
  radon_free(&message);
}
