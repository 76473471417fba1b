/* Notes under keys: put, get, delete, list and last. It needs no libc: its buffers are arrays of its own. */
#define RADON_LIBC 0
#include <radon.h>

#define PAYLOAD_BYTES_MAX (1024 * 1024)

static char message_space[PAYLOAD_BYTES_MAX + 1];
static char answer_space[PAYLOAD_BYTES_MAX + 1];
static char page_space[64 * 1024];

static void append_line(radon_buffer *lines, const radon_scan *scan) {
  if (lines->size > 0) radon_append_text(lines, "\n");
  radon_append(lines, scan->key);
  radon_append_text(lines, "=");
  radon_append(lines, scan->value);
}

/* The entries with a prefix, a line each, `entries_max` at most: how many there are. */
static int list(radon_view prefix, bool reverse, int entries_max, radon_buffer *lines) {
  radon_scan scan = {0};
  scan.reverse = reverse;
  scan.page = (radon_buffer)RADON_FIXED(page_space);
  int count = 0;
  radon_scan_prefix(&scan, prefix);
  for (; count < entries_max && radon_scan_next(&scan) > 0; count++) append_line(lines, &scan);
  radon_scan_end(&scan);
  return count;
}

/* Answers with a value that was found, or with NOT_FOUND. */
static void reply_found(bool found, radon_view value) { radon_reply(found ? value : radon_text("NOT_FOUND")); }

RADON_INVOKE() {
  radon_buffer message = RADON_FIXED(message_space), answer = RADON_FIXED(answer_space);
  if (radon_receive(RADON_FOREVER, &message) < 0) return;

  radon_view rest = radon_view_of(&message);
  radon_view verb = radon_split(&rest, ' '), all = rest, key = radon_split(&rest, ' ');
  bool has_value = key.size < all.size;

  if (radon_equal(verb, radon_text("put")) && has_value) {
    radon_must(radon_kv_put(key, rest));
    radon_reply(radon_text("ok"));
  } else if (radon_equal(verb, radon_text("get"))) {
    reply_found(radon_kv_get(all, &answer) >= 0, radon_view_of(&answer));
  } else if (radon_equal(verb, radon_text("delete"))) {
    reply_found(radon_kv_delete(all) >= 0, radon_text("ok"));
  } else if (radon_equal(verb, radon_text("list"))) {
    list(all, false, INT32_MAX, &answer);
    radon_reply(radon_view_of(&answer));
  } else if (radon_equal(verb, radon_text("last"))) {
    reply_found(list(all, true, 1, &answer) > 0, radon_view_of(&answer));
  } else {
    radon_fail(radon_text("Say put KEY VALUE, get KEY, delete KEY, list PREFIX or last PREFIX."));
  }
}
