/* A word count: it knows of stdin, stdout and exit codes, and of nothing else. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv) {
  long lines = 0, words = 0, bytes = 0;
  int inside = 0;
  for (int c = getchar(); c != EOF; c = getchar()) {
    bytes++;
    if (c == '\n') lines++;
    if (isspace(c)) inside = 0;
    else if (!inside) inside = 1, words++;
  }
  if (argc == 1) printf("%ld %ld %ld\n", lines, words, bytes);
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "-l") == 0) printf("%ld\n", lines);
    else if (strcmp(argv[i], "-w") == 0) printf("%ld\n", words);
    else if (strcmp(argv[i], "-c") == 0) printf("%ld\n", bytes);
    else {
      fprintf(stderr, "wc: there is no option %s\n", argv[i]);
      return EXIT_FAILURE;
    }
  }
  return EXIT_SUCCESS;
}
