/* Replies what it is asked, byte for byte. */
#include <radon.h>

/* The body of a reactive atom: it runs once a message. */
RADON_INVOKE() {
  radon_buffer message = {0}; /* Grows as it must. */
  if (radon_receive(RADON_FOREVER, &message) >= 0) radon_reply(radon_view_of(&message));
  radon_free(&message);
}
