/* Asked "put N", it stores N values; asked "kernel N", it computes; 64 bytes it replies. */
#include <radon.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE_MAX_OF_KERNEL 16

static void put_all(int count) {
  static const char value[64];
  char key[16];
  for (int i = 0; i < count; i++) {
    snprintf(key, sizeof key, "%d", i);
    radon_must(radon_kv_put(radon_text(key), radon_bytes(value, sizeof value)));
  }
  radon_replyf("%d", count);
}

/* Reverses prefixes of all permutations of n numbers: the checksum of how often, and the most for one. */
static void fannkuch(int n) {
  int perm[SIZE_MAX_OF_KERNEL], first[SIZE_MAX_OF_KERNEL], count[SIZE_MAX_OF_KERNEL];
  for (int i = 0; i < n; i++) first[i] = i;
  int checksum = 0, most = 0, even = 1, r = n;
  for (;;) {
    for (; r != 1; r--) count[r - 1] = r;
    for (int i = 0; i < n; i++) perm[i] = first[i];
    int flips = 0;
    for (int k = perm[0]; k != 0; k = perm[0]) {
      for (int i = 0, j = k; i < j; i++, j--) {
        int swapped = perm[i];
        perm[i] = perm[j];
        perm[j] = swapped;
      }
      flips++;
    }
    if (flips > most) most = flips;
    checksum += even ? flips : -flips;
    even = !even;
    for (;; r++) {
      if (r == n) {
        radon_replyf("%d %d", checksum, most);
        return;
      }
      int moved = first[0];
      for (int i = 0; i < r; i++) first[i] = first[i + 1];
      first[r] = moved;
      if (--count[r] > 0) break;
    }
  }
}

static void answer(const char *text) {
  if (strncmp(text, "put ", 4) == 0) put_all(atoi(text + 4));
  else if (strncmp(text, "kernel ", 7) == 0 && atoi(text + 7) <= SIZE_MAX_OF_KERNEL) fannkuch(atoi(text + 7));
  else radon_failf("Send it put N, kernel N, or 64 bytes.");
}

RADON_INVOKE() {
  radon_buffer message = {0};
  if (radon_receive(RADON_FOREVER, &message) < 0) return;
  if (message.size == 64) radon_reply(radon_view_of(&message));
  else answer(radon_cstring(&message));
  radon_free(&message);
}
