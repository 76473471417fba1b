/* Says something every SECONDS_BETWEEN seconds, as often as its argument tells; others have their turn while it sleeps. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv) {
  const char *seconds = getenv("SECONDS_BETWEEN");
  int times = argc > 1 ? atoi(argv[1]) : 3;
  for (int i = 1; i <= times; i++) {
    sleep(seconds ? atoi(seconds) : 1);
    printf("%s: %d of %d\n", argv[0], i, times);
  }
  return 0;
}
