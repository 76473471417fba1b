/* A number in the store. GET reads it, POST adds one; a request adds the number that it carries. */
#include <radon.h>
#include <string.h>

static int64_t count(void) { return radon_kv_get_int(radon_text("count"), 0); }

static int64_t add(int64_t more) {
  int64_t sum = count() + more;
  /* What cannot be stored must not be answered: the atom traps, and the message comes again. */
  radon_must(radon_kv_put_int(radon_text("count"), sum));
  return sum;
}

static void respond(int64_t number) {
  radon_buffer body = {0};
  radon_appendf(&body, "{\"count\":%lld}", (long long)number);
  radon_http_respond_as(200, "application/json", radon_view_of(&body));
  radon_free(&body);
}

static void answer_http(void) {
  radon_buffer space = {0};
  radon_http_head request;
  if (radon_http_request(&space, &request) < 0) return;
  if (strcmp(request.method, "GET") == 0) respond(count());
  else if (strcmp(request.method, "POST") == 0) respond(add(1));
  else radon_http_respond_as(405, "text/plain", radon_text("GET reads the counter, POST adds one."));
  radon_free(&space);
}

static void answer_request(radon_view payload) {
  int64_t more;
  if (radon_parse_int(payload, &more)) radon_replyf("%lld", (long long)add(more));
  else radon_failf("\"%.*s\" is no number to add.", RADON_ARG(payload));
}

RADON_INVOKE() {
  radon_buffer message = {0};
  if (radon_receive(RADON_FOREVER, &message) < 0) return;
  if (radon_message_kind() == RADON_KIND_HTTP) answer_http();
  else answer_request(radon_view_of(&message));
  radon_free(&message);
}
