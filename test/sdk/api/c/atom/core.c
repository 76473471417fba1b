/* The atom itself. */
#include "verbs.h"

void say_config(radon_view rest) {
  radon_buffer value = {0};
  reply_result(radon_config(rest, &value), &value);
  radon_free(&value);
}

void say_limit(radon_view rest) {
  (void)rest;
  radon_replyf("%d %d %d", (int)radon_config_int(radon_text("limit"), 1), (int)radon_config_int(radon_text("none"), 2),
               (int)radon_config_int(radon_text("greeting"), 3));
}

void say_name(radon_view rest) {
  (void)rest;
  radon_buffer name = {0};
  reply_result(radon_self_name(&name), &name);
  radon_free(&name);
}

void say_current(radon_view rest) {
  (void)rest;
  radon_buffer sender = {0};
  radon_sender(&sender);
  radon_replyf("kind=%d attempt=%d sender=\"%s\"", radon_message_kind(), radon_attempt(), radon_cstring(&sender));
  radon_free(&sender);
}

void say_random(radon_view rest) {
  (void)rest;
  uint64_t numbers[2];
  radon_random(numbers, sizeof numbers);
  radon_replyf("%llx %llx", (unsigned long long)numbers[0], (unsigned long long)numbers[1]);
}

void say_now(radon_view rest) {
  (void)rest;
  int64_t started = radon_monotonic(), now = radon_now();
  radon_sleep(20);
  radon_yield();
  radon_replyf("%lld %lld", (long long)(now / 1000), (long long)((radon_monotonic() - started) / 1000));
}

void write_log(radon_view rest) {
  for (radon_level level = RADON_LOG_TRACE; level <= RADON_LOG_ERROR; level = (radon_level)(level + 1))
    radon_logf(level, "%.*s %d", RADON_ARG(rest), level);
  radon_reply(rest);
}

void quote(radon_view rest) {
  radon_buffer text = {0};
  radon_append_json(&text, rest);
  radon_reply(radon_view_of(&text));
  radon_free(&text);
}

/* No key is that long. */
void trap(radon_view rest) {
  static const char key[3000];
  radon_must(radon_kv_put(radon_bytes(key, sizeof key), rest));
}
