/* Messages that wait, and the store. */
#include "verbs.h"

void keep_token(radon_view rest) {
  (void)rest;
  radon_must(radon_kv_put_int(radon_text("token"), radon_reply_token()));
}

void answer_kept(radon_view rest) {
  int64_t token = radon_kv_get_int(radon_text("token"), 0);
  int32_t result = radon_reply_to(token, rest);
  if (result < 0) reply_failure(result);
  else radon_reply(radon_text("answered"));
}

void send_note(radon_view rest) {
  int32_t result = radon_send(radon_text("api"), rest);
  if (result < 0) reply_failure(result);
  else radon_reply(radon_text("sent"));
}

void store_too_much(radon_view rest) {
  (void)rest;
  radon_buffer value = {0};
  radon_must(radon_reserve(&value, 1024 * 1024 + 1));
  value.size = 1024 * 1024 + 1;
  int32_t result = radon_kv_put(radon_text("large"), radon_view_of(&value));
  radon_free(&value);
  reply_failure(result);
}

/* A value that does not fit into a buffer of a fixed size waits for a larger one. */
void take_twice(radon_view rest) {
  radon_must(radon_kv_put(radon_text("value"), rest));
  char space[4];
  radon_buffer small = RADON_FIXED(space), sentence = {0}, large = {0};
  int32_t first = radon_kv_get(radon_text("value"), &small);
  radon_last_error(&sentence);
  int32_t second = radon_take((int32_t)small.needed, &large);
  radon_replyf("%s %d; %s; %d %s", radon_error_name(first), (int)small.size, radon_cstring(&sentence), second,
               radon_cstring(&large));
  radon_free(&sentence);
  radon_free(&large);
}

static void append_keys(radon_buffer *lines, radon_scan *scan) {
  int32_t found;
  while ((found = radon_scan_next(scan)) > 0) {
    radon_append(lines, scan->key);
    radon_append_text(lines, scan->value.size > 0 ? "=" : "");
    radon_append(lines, scan->value);
    radon_append_text(lines, " ");
  }
  radon_appendf(lines, "(%s)", radon_error_name(found));
  radon_scan_end(scan);
}

/* Every kind of scan, in pages of one or two entries. */
void walk(radon_view rest) {
  static const char high[] = {'w', (char)0xff}, higher[] = {'w', (char)0xff, (char)0xff}, keyless[] = {'w', 0};
  (void)rest;
  radon_must(radon_kv_put(radon_text("w"), radon_text("")));
  radon_must(radon_kv_put(radon_bytes(keyless, 2), radon_text("")));
  radon_must(radon_kv_put(radon_text("wa"), radon_text("1")));
  radon_must(radon_kv_put(radon_text("wb"), radon_text("22")));
  radon_must(radon_kv_put(radon_bytes(high, 2), radon_text("h")));
  radon_must(radon_kv_put(radon_bytes(higher, 3), radon_text("hh")));
  radon_must(radon_kv_put(radon_text("x"), radon_text("outside")));

  radon_buffer lines = {0};
  char page[40], tiny[12];
  for (int way = 0; way < 6; way++) {
    radon_scan scan = {0};
    if (way < 4) scan.limit = 1;
    else scan.page = (radon_buffer)RADON_FIXED(page);
    if (way == 5) scan.page = (radon_buffer)RADON_FIXED(tiny);
    scan.reverse = way % 2 == 1 && way < 5;
    if (way == 2 || way == 3) radon_scan_range(&scan, radon_text("wa"), radon_bytes(higher, 3));
    else radon_scan_prefix(&scan, way == 1 ? radon_bytes(high, 2) : radon_text("w"));
    append_keys(&lines, &scan);
    radon_append_text(&lines, "\n");
  }
  radon_reply(radon_view_of(&lines));
  radon_free(&lines);
}
