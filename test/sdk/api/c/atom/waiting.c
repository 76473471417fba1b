/* Futures and interrupts. */
#include "verbs.h"

void await_timer(radon_view rest) {
  int64_t ms = 0;
  radon_parse_int(rest, &ms);
  radon_buffer none = {0};
  int64_t timer = radon_timer(ms);
  int32_t early = radon_await(timer, 0, &none), pending = radon_poll(timer);
  int32_t late = radon_await(timer, RADON_FOREVER, &none), again = radon_await(timer, 0, &none);
  radon_replyf("%s %d %s %s", radon_error_name(early), pending, radon_error_name(late), radon_error_name(again));
  radon_free(&none);
}

void cancel_timer(radon_view rest) {
  (void)rest;
  radon_buffer none = {0};
  int64_t timer = radon_timer(RADON_FOREVER);
  radon_cancel(timer);
  reply_failure(radon_await(timer, RADON_FOREVER, &none));
  radon_free(&none);
}

static void append_outcome(void *context, int32_t result) {
  radon_buffer *outcomes = (radon_buffer *)context, payload = {0}, sentence = {0};
  if (radon_take(result, &payload) >= 0) {
    radon_appendf(outcomes, "[%s]", radon_cstring(&payload));
  } else {
    radon_last_error(&sentence);
    radon_appendf(outcomes, "[%s: %s]", radon_error_name(result), radon_cstring(&sentence));
  }
  radon_free(&payload);
  radon_free(&sentence);
}

static void reply_back(void *context, int32_t size) {
  radon_buffer *payload = (radon_buffer *)context;
  if (radon_take(size, payload) < 0) return;
  if (radon_starts_with(radon_view_of(payload), radon_text("no"))) radon_failf("%s, no", radon_cstring(payload));
  else radon_replyf("%s, yes", radon_cstring(payload));
}

/* Requests to itself come back by `reply_back`, and complete callbacks; many, so that their table has to grow. */
void complete(radon_view rest) {
  radon_buffer outcomes = {0}, asked = {0}, last = {0};
  radon_on_reentrant(reply_back, &asked);
  for (int count = 0; count < 20; count++) radon_must(radon_on_complete(radon_timer(1), append_outcome, &outcomes));
  radon_on_complete(radon_request(radon_text("api"), rest, 5000), append_outcome, &outcomes);
  radon_on_complete(radon_request(radon_text("api"), radon_text("no way"), 5000), append_outcome, &outcomes);
  int64_t refused = radon_request(radon_text("nobody"), rest, 5000);
  radon_ask(radon_text("api"), radon_text("last"), 5000, &last);
  radon_sleep(30);
  int32_t code = radon_on_complete(refused, append_outcome, &outcomes);
  radon_appendf(&outcomes, " %s %s", radon_cstring(&last), radon_error_name(code));
  radon_reply(radon_view_of(&outcomes));
  radon_free(&outcomes);
  radon_free(&asked);
  radon_free(&last);
}

void nothing_comes(radon_view rest) {
  (void)rest;
  radon_buffer message = {0};
  reply_failure(radon_receive(30, &message));
  radon_free(&message);
}

static void count_up(void *context, int32_t size) {
  char space[16];
  radon_buffer payload = RADON_FIXED(space);
  if (radon_take(size, &payload) >= 0 && radon_equal(radon_view_of(&payload), radon_text("up"))) ++*(int *)context;
}

static void interrupt_itself(void) { radon_must(radon_interrupt(radon_text("api"), 1, radon_text("up"))); }

/* Masked interrupts wait for the end of the mask. */
void mask(radon_view rest) {
  (void)rest;
  int count = 0, masked;
  radon_on_interrupt(1, count_up, &count);
  radon_mask();
  interrupt_itself();
  radon_sleep(50);
  masked = count;
  radon_unmask();
  radon_sleep(50);
  radon_off_interrupt(1);
  radon_replyf("%d %d", masked, count);
}

/* A later registration takes a signal over; without one, an interrupt is dropped. */
void off(radon_view rest) {
  (void)rest;
  int first = 0, second = 0;
  radon_on_interrupt(1, count_up, &first);
  radon_on_interrupt(1, count_up, &second);
  interrupt_itself();
  radon_sleep(50);
  int32_t known = radon_off_interrupt(1), unknown = radon_off_interrupt(1);
  interrupt_itself();
  radon_sleep(50);
  radon_replyf("%d %d %s %s", first, second, radon_error_name(known), radon_error_name(unknown));
}

static void stop(void *context, int32_t size) {
  (void)size;
  *(volatile bool *)context = true;
}

/* Computes until interrupt 2 comes. */
void compute(radon_view rest) {
  (void)rest;
  volatile bool enough = false;
  volatile uint32_t rounds = 0;
  radon_on_interrupt(2, stop, (void *)&enough);
  radon_preempt(true);
  while (!enough) rounds = rounds + 1;
  radon_preempt(false);
  radon_off_interrupt(2);
  radon_reply(radon_text(rounds > 0 ? "enough" : "none"));
}
