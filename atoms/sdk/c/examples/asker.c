/* Asked "NAME TEXT", it asks the atom NAME with TEXT and tells what that said, or why it said nothing. */
#include <radon.h>

#define ANSWER_MS_MAX 5000

RADON_INVOKE() {
  radon_buffer message = {0}, answer = {0}, sentence = {0};
  if (radon_receive(RADON_FOREVER, &message) < 0) return;
  radon_view text = radon_view_of(&message);
  radon_view name = radon_split(&text, ' ');

  /* Blocks until the answer is there, as an ordinary call does. */
  int32_t result = radon_ask(name, text, ANSWER_MS_MAX, &answer);
  if (result >= 0) {
    radon_replyf("%.*s says: %s", RADON_ARG(name), radon_cstring(&answer));
  } else {
    radon_last_error(&sentence);
    radon_replyf("%.*s: %s: %s", RADON_ARG(name), radon_error_name(result), radon_cstring(&sentence));
  }

  radon_free(&message);
  radon_free(&answer);
  radon_free(&sentence);
}
