/*
 * The functions that clang calls where a program uses setjmp and longjmp (-mllvm -wasm-enable-sjlj). Each call of a function
 * has a table of the places that it can be thrown back to; a place with id 0 is the table's end.
 */
#include <stdlib.h>

struct place { unsigned id, label; };

/* What the exception carries: which setjmp it goes back to, and what that returns. */
static struct { void *env; int value; } thrown;
static unsigned last_id;
static unsigned second_result;

void setTempRet0(unsigned value) { second_result = value; }
unsigned getTempRet0(void) { return second_result; }

/* Notes a place; the table, which may have moved, and by setTempRet0 its size. */
struct place *saveSetjmp(unsigned *env, unsigned label, struct place *table, unsigned size) {
  unsigned at = 0;
  while (at < size && table[at].id != 0) at++;
  if (at == size) {
    size *= 2;
    table = realloc(table, sizeof(struct place) * (size + 1));
    if (!table) abort();
  }
  *env = ++last_id;
  table[at] = (struct place){ last_id, label };
  table[at + 1].id = 0;
  setTempRet0(size);
  return table;
}

/* The label of a place; 0 if it is not of this call. */
unsigned testSetjmp(unsigned id, struct place *table, unsigned size) {
  for (unsigned at = 0; at < size && table[at].id != 0; at++)
    if (table[at].id == id) return table[at].label;
  return 0;
}

void __wasm_longjmp(void *env, int value) {
  thrown.env = env;
  thrown.value = value ? value : 1;
  __builtin_wasm_throw(1, &thrown);
}
