/* Counts its visitors. What it writes and what it answers is committed together, or not at all. */
#include <radon.h>

RADON_INVOKE() {
  radon_buffer text = {0};
  if (radon_receive(RADON_FOREVER, &text) < 0) return;

  int64_t visits = radon_kv_get_int(radon_text("visits"), 0) + 1;
  radon_must(radon_kv_put_int(radon_text("visits"), visits));

  radon_clear(&text);
  radon_append_text(&text, "Hello, visitor ");
  radon_append_int(&text, visits);
  radon_append_text(&text, "!\n");
  radon_reply(radon_view_of(&text));
  radon_free(&text);
}
