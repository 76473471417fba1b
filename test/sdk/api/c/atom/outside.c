/* Naming and HTTP. */
#include "verbs.h"

#include <string.h>

static void reply_code(int32_t result) {
  if (result < 0) reply_failure(result);
  else radon_reply(radon_text("ok"));
}

void alias(radon_view rest) {
  radon_view scope = radon_split(&rest, ' ');
  reply_code(radon_alias(scope, rest));
}

void unalias(radon_view rest) {
  radon_view scope = radon_split(&rest, ' ');
  reply_code(radon_unalias(scope, rest));
}

void lookup(radon_view rest) {
  radon_view scope = radon_split(&rest, ' ');
  radon_buffer all = {0}, any = {0};
  radon_lookup(scope, rest, 10, &all);
  int32_t found = radon_lookup_any(scope, rest, &any);
  radon_replyf("%s|%s|%s", radon_cstring(&all), radon_cstring(&any), radon_error_name(found));
  radon_free(&all);
  radon_free(&any);
}

void resolve(radon_view rest) {
  radon_buffer name = {0};
  reply_result(radon_resolve(rest, &name), &name);
  radon_free(&name);
}

/* Sends a request with headers and a body, and tells what came back. */
void fetch(radon_view rest) {
  radon_buffer url = {0}, head = {0}, answer = {0};
  radon_append(&url, rest);
  radon_http_begin(&head, "PUT", radon_cstring(&url));
  radon_http_add(&head, "x-first", "one \"two\"");
  radon_http_add(&head, "x-second", "three");
  int64_t future = radon_http_fetch(&head, radon_text("the body"));
  radon_http_head response;
  int32_t result = radon_await(future, 10000, &answer);
  if (result >= 0) result = radon_http_response(&answer, &response);
  if (result < 0) {
    reply_failure(result);
  } else {
    const char *echoed = radon_http_header(&response, "X-ECHO"), *missing = radon_http_header(&response, "x-ech");
    radon_replyf("%d %s %s %.*s", (int)response.status, echoed == NULL ? "-" : echoed, missing == NULL ? "-" : missing,
                 RADON_ARG(response.body));
  }
  radon_free(&url);
  radon_free(&head);
  radon_free(&answer);
}

static const char *or_dash(const char *text) { return text == NULL ? "-" : text; }

/* Tells the request as it was understood, with headers of its own. */
void answer_http(radon_view body) {
  radon_buffer space = {0}, headers = {0}, text = {0}, query = {0}, segment = {0};
  radon_http_head request;
  if (radon_http_request(&space, &request) < 0) return;
  radon_view path = radon_http_path(&request), rest = path;
  radon_split(&rest, '/');
  radon_split(&rest, '/');
  radon_append_unescaped(&segment, rest);
  int32_t found = radon_http_query(&request, "the name", &query);
  radon_appendf(&text, "%s %.*s %s %s %s %s %.*s", request.method, RADON_ARG(path), radon_cstring(&segment),
                found < 0 ? "-" : radon_cstring(&query), or_dash(radon_http_header(&request, "X-Header")),
                or_dash(radon_http_header(&request, "x-none")), RADON_ARG(body));
  radon_http_add(&headers, "content-type", "text/plain; charset=utf-8");
  radon_http_add(&headers, "x-quoted", "a \"b\" \\c");
  if (radon_http_respond(strcmp(request.method, "DELETE") == 0 ? 99 : 201, &headers, radon_view_of(&text)) < 0)
    reply_failure(RADON_INVALID);
  radon_free(&space);
  radon_free(&headers);
  radon_free(&text);
  radon_free(&query);
  radon_free(&segment);
}
