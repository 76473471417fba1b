/* Does what a request tells it: "VERB REST". */
#include "verbs.h"

static const struct {
  const char *name;
  verb run;
} verbs[] = {
    {"config", say_config},   {"limit", say_limit},   {"name", say_name},         {"current", say_current},
    {"random", say_random},   {"now", say_now},       {"log", write_log},         {"quote", quote},
    {"trap", trap},           {"started", start_over}, {"later", keep_token},     {"answer", answer_kept},
    {"send", send_note},      {"large", store_too_much}, {"take", take_twice},    {"walk", walk},
    {"timer", await_timer},   {"cancel", cancel_timer}, {"complete", complete},   {"nothing", nothing_comes},
    {"mask", mask},           {"off", off},           {"compute", compute},       {"alias", alias},
    {"unalias", unalias},     {"lookup", lookup},     {"resolve", resolve},       {"fetch", fetch},
};

void reply_failure(int64_t code) {
  radon_buffer sentence = {0};
  radon_last_error(&sentence);
  radon_replyf("%s: %s", radon_error_name(code), radon_cstring(&sentence));
  radon_free(&sentence);
}

void reply_result(int32_t result, const radon_buffer *text) {
  if (result >= 0) radon_reply(radon_view_of(text));
  else reply_failure(result);
}

static int starts;

RADON_START() { starts++; }

/* How often the instance was started, of this file's own. */
void start_over(radon_view rest) {
  (void)rest;
  radon_replyf("%d", starts);
}

static void run(radon_view text) {
  radon_view name = radon_split(&text, ' ');
  for (size_t each = 0; each < sizeof verbs / sizeof verbs[0]; each++) {
    if (!radon_equal(name, radon_text(verbs[each].name))) continue;
    verbs[each].run(text);
    return;
  }
  radon_failf("There is no verb \"%.*s\".", RADON_ARG(name));
}

RADON_INVOKE() {
  radon_buffer message = {0};
  if (radon_receive(RADON_FOREVER, &message) < 0) return;
  int32_t kind = radon_message_kind();
  if (kind == RADON_KIND_REQUEST) run(radon_view_of(&message));
  else if (kind == RADON_KIND_HTTP) answer_http(radon_view_of(&message));
  else radon_must(radon_kv_put(radon_text("note"), radon_view_of(&message)));
  radon_free(&message);
}
