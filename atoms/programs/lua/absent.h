/* What Lua's os and io libraries name and a program of WASI does not have: each says that it failed. */
#ifndef RADON_LUA_ABSENT_H
#define RADON_LUA_ABSENT_H

#include <stdio.h>
#include <stdlib.h>

#define L_tmpnam 32
static inline char *no_tmpnam(char *name) { (void)name; return NULL; }
static inline FILE *no_tmpfile(void) { return NULL; }
static inline int no_system(const char *command) { return command ? -1 : 0; }
#define tmpnam no_tmpnam
#define tmpfile no_tmpfile
#define system no_system

#endif
