/* A C file among C++ files is C: in C++ `new` is no name. It shares what the header remembers with them. */
#include <radon.h>

static void count_up(void *context, int32_t size) {
  (void)size;
  ++*(int *)context;
}

int count_timers(int new) {
  int count = 0;
  for (int each = 0; each < new; each++) radon_must(radon_on_complete(radon_timer(1), count_up, &count));
  radon_sleep(30);
  return count;
}
