/* What wasi-libc of clang 14 lacks: clang makes WebAssembly exceptions of setjmp and longjmp, and calls setjmp.c for it. */
#ifndef RADON_LUA_SETJMP_H
#define RADON_LUA_SETJMP_H

typedef struct { unsigned id; } jmp_buf[1];

int setjmp(jmp_buf) __attribute__((returns_twice));
_Noreturn void longjmp(jmp_buf, int);

#endif
