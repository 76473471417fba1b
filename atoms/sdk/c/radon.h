/*
 * radon.h: the C SDK of Radon, in one header. It declares every function of the ABI, version 1, and puts a comfortable layer
 * over them. C11 or later, or C++17 or later; with wasi-libc, or freestanding, without a libc and without an allocator.
 *
 *     #include <radon.h>
 *
 *     RADON_INVOKE() {
 *       radon_buffer message = {0};
 *       if (radon_receive(RADON_FOREVER, &message) >= 0) radon_reply(radon_view_of(&message));
 *       radon_free(&message);
 *     }
 *
 * Rules
 * 1. What goes in is a `radon_view`: the address and the size of bytes that the caller owns. Nothing keeps one after the call.
 * 2. What comes out goes into a `radon_buffer` of the caller's, which grows, or is of a fixed size. Behind its bytes stands a
 *    zero that is not counted, so that text in it is a C string as well.
 * 3. A function that can fail answers a negative `radon_code`. `radon_last_error` then has the sentence.
 * 4. No buffer is in the runtime's hands while the atom is blocked: a callback that runs meanwhile may use and grow any of them.
 * 5. A module imports only those functions of the ABI that it reaches, so it needs no grant for the others.
 *
 * To set before it is included, the same in all files of an atom:
 *   RADON_LIBC           1 or 0: whether <stdlib.h> and <stdio.h> may be used. By default as the compiler is hosted.
 *   RADON_REALLOC(p, n), RADON_FREE(p)   an allocator for buffers that grow, instead of the libc's.
 *   RADON_HANDLERS_MAX   how many callbacks can be registered at a time where there is no allocator (64).
 */
#ifndef RADON_H
#define RADON_H

#if !defined(__wasm32__)
#error "radon.h is for WebAssembly: compile with --target=wasm32-wasi or --target=wasm32."
#endif

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef RADON_LIBC
#define RADON_LIBC __STDC_HOSTED__
#endif
#if RADON_LIBC
#include <stdio.h>
#include <stdlib.h>
#endif
#if RADON_LIBC && !defined(RADON_REALLOC)
#define RADON_REALLOC(address, size) realloc(address, size)
#define RADON_FREE(address) free(address)
#endif
#ifndef RADON_HANDLERS_MAX
#define RADON_HANDLERS_MAX 64
#endif

#define RADON_API static inline
#define RADON_IMPORT(module, name) __attribute__((import_module("radon:" module), import_name(name)))
#define RADON_EXPORT(name) __attribute__((export_name(name)))
/* What several files of an atom define alike, and the linker keeps one of. */
#define RADON_SHARED __attribute__((weak))

#ifdef __cplusplus
extern "C" {
#endif

/* ---------------------------------------------------------------------------------------------------------------- the ABI */
/* The raw functions, as docs/abi.md describes them. The rest of this header wraps them. */

RADON_IMPORT("core", "take") int32_t radon_abi_core_take(void *to, size_t capacity);
RADON_IMPORT("core", "last_error") int32_t radon_abi_core_last_error(void *to, size_t capacity);
RADON_IMPORT("core", "self_name") int32_t radon_abi_core_self_name(void *to, size_t capacity);
RADON_IMPORT("core", "config")
int32_t radon_abi_core_config(const void *key, size_t key_size, void *to, size_t capacity);
RADON_IMPORT("core", "log") void radon_abi_core_log(int32_t level, const void *text, size_t size);
RADON_IMPORT("core", "now") int64_t radon_abi_core_now(void);
RADON_IMPORT("core", "monotonic") int64_t radon_abi_core_monotonic(void);
RADON_IMPORT("core", "random") void radon_abi_core_random(void *to, size_t size);
RADON_IMPORT("core", "sleep") int32_t radon_abi_core_sleep(int64_t ms);
RADON_IMPORT("core", "yield") int32_t radon_abi_core_yield(void);

RADON_IMPORT("messaging", "send")
int32_t radon_abi_messaging_send(const void *to, size_t to_size, const void *payload, size_t size);
RADON_IMPORT("messaging", "receive")
int32_t radon_abi_messaging_receive(int64_t timeout_ms, void *to, size_t capacity);
RADON_IMPORT("messaging", "kind") int32_t radon_abi_messaging_kind(void);
RADON_IMPORT("messaging", "sender") int32_t radon_abi_messaging_sender(void *to, size_t capacity);
RADON_IMPORT("messaging", "attempt") int32_t radon_abi_messaging_attempt(void);
RADON_IMPORT("messaging", "reply") int32_t radon_abi_messaging_reply(const void *payload, size_t size);
RADON_IMPORT("messaging", "fail") int32_t radon_abi_messaging_fail(const void *reason, size_t size);
RADON_IMPORT("messaging", "reply_token") int64_t radon_abi_messaging_reply_token(void);
RADON_IMPORT("messaging", "reply_to")
int32_t radon_abi_messaging_reply_to(int64_t token, const void *payload, size_t size);
RADON_IMPORT("messaging", "interrupt")
int32_t radon_abi_messaging_interrupt(const void *to, size_t to_size, int32_t signal, const void *payload, size_t size);
RADON_IMPORT("messaging", "on_reentrant") int32_t radon_abi_messaging_on_reentrant(int32_t token);

RADON_IMPORT("future", "request")
int64_t radon_abi_future_request(const void *to, size_t to_size, const void *payload, size_t size, int64_t timeout_ms);
RADON_IMPORT("future", "timer") int64_t radon_abi_future_timer(int64_t ms);
RADON_IMPORT("future", "await")
int32_t radon_abi_future_await(int64_t future, int64_t timeout_ms, void *to, size_t capacity);
RADON_IMPORT("future", "poll") int32_t radon_abi_future_poll(int64_t future);
RADON_IMPORT("future", "on_complete") int32_t radon_abi_future_on_complete(int64_t future, int32_t token);
RADON_IMPORT("future", "cancel") int32_t radon_abi_future_cancel(int64_t future);

RADON_IMPORT("interrupt", "on") int32_t radon_abi_interrupt_on(int32_t signal, int32_t token);
RADON_IMPORT("interrupt", "off") int32_t radon_abi_interrupt_off(int32_t signal);
RADON_IMPORT("interrupt", "mask") int32_t radon_abi_interrupt_mask(void);
RADON_IMPORT("interrupt", "unmask") int32_t radon_abi_interrupt_unmask(void);
RADON_IMPORT("interrupt", "preempt") int32_t radon_abi_interrupt_preempt(int32_t on);

RADON_IMPORT("kv", "get") int32_t radon_abi_kv_get(const void *key, size_t key_size, void *to, size_t capacity);
RADON_IMPORT("kv", "put") int32_t radon_abi_kv_put(const void *key, size_t key_size, const void *value, size_t size);
RADON_IMPORT("kv", "delete") int32_t radon_abi_kv_delete(const void *key, size_t key_size);
RADON_IMPORT("kv", "scan")
int32_t radon_abi_kv_scan(const void *start, size_t start_size, const void *end, size_t end_size, int32_t limit,
                          int32_t reverse, void *to, size_t capacity);

RADON_IMPORT("naming", "resolve")
int32_t radon_abi_naming_resolve(const void *name, size_t name_size, void *to, size_t capacity);
RADON_IMPORT("naming", "lookup")
int32_t radon_abi_naming_lookup(const void *scope, size_t scope_size, const void *pattern, size_t pattern_size,
                                int32_t all, int32_t limit, void *to, size_t capacity);
RADON_IMPORT("naming", "alias")
int32_t radon_abi_naming_alias(const void *scope, size_t scope_size, const void *value, size_t value_size);
RADON_IMPORT("naming", "unalias")
int32_t radon_abi_naming_unalias(const void *scope, size_t scope_size, const void *value, size_t value_size);

RADON_IMPORT("http", "head") int32_t radon_abi_http_head(void *to, size_t capacity);
RADON_IMPORT("http", "respond")
int32_t radon_abi_http_respond(int32_t status, const void *headers, size_t headers_size, const void *body, size_t size);
RADON_IMPORT("http", "fetch")
int64_t radon_abi_http_fetch(const void *head, size_t head_size, const void *body, size_t size);

/* ------------------------------------------------------------------------------------------------------------ entry points */

/* The body of an atom: a daemon's whole life, or one call a message. `RADON_INVOKE() { ... }`, in one file. */
#define RADON_INVOKE()                           \
  RADON_LINKAGE RADON_EXPORT("invoke") void invoke(void); \
  void invoke(void)

/* What runs once when this version of the atom takes over the store that another one wrote, before any message; it cannot block. */
#define RADON_MIGRATE()                                     \
  RADON_LINKAGE RADON_EXPORT("migrate") void migrate(void); \
  void migrate(void)

/* What runs once when an instance starts, before `invoke`: `RADON_START() { ... }`, in one file. */
#if defined(__cplusplus)
#define RADON_LINKAGE extern "C"
/* An object's constructor runs in its turn: after those of the objects above it in the file. */
#define RADON_START()                                  \
  static void radon_start_(void);                      \
  namespace {                                          \
  struct radon_starter_ {                              \
    radon_starter_() { radon_start_(); }               \
  } const radon_starter_object_;                       \
  }                                                    \
  RADON_INITIALIZE_                                    \
  static void radon_start_(void)
#else
#define RADON_LINKAGE
#define RADON_START()                                            \
  __attribute__((constructor)) static void radon_start_(void);  \
  RADON_INITIALIZE_                                              \
  static void radon_start_(void)
#endif
#if __STDC_HOSTED__
/* wasi-libc has an `_initialize`, which runs constructors. */
#define RADON_INITIALIZE_
#else
#define RADON_INITIALIZE_                                          \
  RADON_LINKAGE void __wasm_call_ctors(void);                      \
  RADON_LINKAGE RADON_EXPORT("_initialize") void _initialize(void); \
  void _initialize(void) { __wasm_call_ctors(); }
#endif

/* ----------------------------------------------------------------------------------------------------------- codes and kinds */

typedef enum radon_code {
  RADON_OK = 0,
  RADON_INVALID = -1,      /* An argument is malformed. */
  RADON_NOT_FOUND = -2,    /* There is no such key, atom, alias, future. */
  RADON_TIMEOUT = -3,      /* The time allowed ran out. */
  RADON_DENIED = -4,       /* It is not allowed. */
  RADON_TOO_LARGE = -5,    /* It is over a limit, or does not fit into the buffer. */
  RADON_CANCELLED = -6,    /* The future was cancelled. */
  RADON_REMOTE = -7,       /* The peer answered with a failure. */
  RADON_BUSY = -8,         /* Back-pressure: try again later. */
  RADON_CLOSED = -9,       /* The atom is being stopped: return. */
  RADON_UNSUPPORTED = -10, /* This runtime does not offer it, or not here. */
  RADON_DEADLOCK = -11     /* The request came back to an atom that waits for it. */
} radon_code;

/* What the current message is. */
typedef enum radon_kind {
  RADON_KIND_ONE_WAY = 0,
  RADON_KIND_REQUEST = 1,
  RADON_KIND_HTTP = 2,
  RADON_KIND_INTERRUPT = 3
} radon_kind;

typedef enum radon_level {
  RADON_LOG_TRACE = 0,
  RADON_LOG_DEBUG = 1,
  RADON_LOG_INFO = 2,
  RADON_LOG_WARN = 3,
  RADON_LOG_ERROR = 4
} radon_level;

/* A timeout without an end. */
#define RADON_FOREVER ((int64_t)-1)
/* The scope of the atoms' own names. */
#define RADON_NAMES radon_text("")

/* The name of a code, such as "TIMEOUT". */
RADON_API const char *radon_error_name(int64_t code) {
  switch (code) {
    case RADON_INVALID: return "INVALID";
    case RADON_NOT_FOUND: return "NOT_FOUND";
    case RADON_TIMEOUT: return "TIMEOUT";
    case RADON_DENIED: return "DENIED";
    case RADON_TOO_LARGE: return "TOO_LARGE";
    case RADON_CANCELLED: return "CANCELLED";
    case RADON_REMOTE: return "REMOTE";
    case RADON_BUSY: return "BUSY";
    case RADON_CLOSED: return "CLOSED";
    case RADON_UNSUPPORTED: return "UNSUPPORTED";
    case RADON_DEADLOCK: return "DEADLOCK";
    default: return code < 0 ? "UNKNOWN" : "OK";
  }
}

/* ------------------------------------------------------------------------------------------------------------------- memory */

#if !__STDC_HOSTED__
/* Compilers call these for copies and zeroes of their own; where there is no libc, these are kept if nothing else has them. */
RADON_SHARED void *memcpy(void *to, const void *from, size_t size) {
  char *t = (char *)to;
  const char *f = (const char *)from;
  while (size-- > 0) *t++ = *f++;
  return to;
}
RADON_SHARED void *memmove(void *to, const void *from, size_t size) {
  char *t = (char *)to;
  const char *f = (const char *)from;
  if (t <= f) return memcpy(to, from, size);
  while (size-- > 0) t[size] = f[size];
  return to;
}
RADON_SHARED void *memset(void *to, int byte, size_t size) {
  char *t = (char *)to;
  while (size-- > 0) *t++ = (char)byte;
  return to;
}
RADON_SHARED int memcmp(const void *a, const void *b, size_t size) {
  const unsigned char *x = (const unsigned char *)a, *y = (const unsigned char *)b;
  for (; size > 0; x++, y++, size--)
    if (*x != *y) return *x - *y;
  return 0;
}
RADON_SHARED size_t strlen(const char *text) {
  size_t size = 0;
  while (text[size] != 0) size++;
  return size;
}
#endif

/* -------------------------------------------------------------------------------------------------------------------- views */

/* Bytes of somebody else's: text in UTF-8, or any. */
typedef struct radon_view {
  const char *data;
  size_t size;
} radon_view;

/* For printf: `"%.*s"` with `RADON_ARG(view)`. */
#define RADON_ARG(view) (int)(view).size, (view).data

RADON_API radon_view radon_bytes(const void *data, size_t size) {
  radon_view view;
  view.data = (const char *)data;
  view.size = size;
  return view;
}

/* A C string as a view. */
RADON_API radon_view radon_text(const char *text) { return radon_bytes(text, __builtin_strlen(text)); }

RADON_API bool radon_equal(radon_view a, radon_view b) {
  return a.size == b.size && __builtin_memcmp(a.data, b.data, a.size) == 0;
}

RADON_API bool radon_starts_with(radon_view view, radon_view prefix) {
  return view.size >= prefix.size && __builtin_memcmp(view.data, prefix.data, prefix.size) == 0;
}

/* What stands before the first `separator`, which leaves `rest` with what stands behind it; all of it where there is none. */
RADON_API radon_view radon_split(radon_view *rest, char separator) {
  size_t end = 0;
  while (end < rest->size && rest->data[end] != separator) end++;
  radon_view head = radon_bytes(rest->data, end);
  size_t skip = end < rest->size ? end + 1 : end;
  *rest = radon_bytes(rest->data + skip, rest->size - skip);
  return head;
}

/* Reads decimal digits with an optional sign: all of the view, or it is false and `into` is left alone. */
RADON_API bool radon_parse_int(radon_view digits, int64_t *into) {
  size_t at = digits.size > 0 && (digits.data[0] == '-' || digits.data[0] == '+') ? 1 : 0;
  bool negative = at == 1 && digits.data[0] == '-';
  if (at == digits.size) return false;
  int64_t value = 0;
  for (; at < digits.size; at++) {
    int digit = digits.data[at] - '0';
    if (digit < 0 || digit > 9) return false;
    if (__builtin_mul_overflow(value, 10, &value)) return false;
    if (negative ? __builtin_sub_overflow(value, digit, &value) : __builtin_add_overflow(value, digit, &value))
      return false;
  }
  *into = value;
  return true;
}

/* ------------------------------------------------------------------------------------------------------- state, and failures */

/* Called with its context; `result` is the size of the payload that `radon_take` collects, or a negative code. */
typedef void (*radon_handler)(void *context, int32_t result);

typedef struct radon_registration_ {
  radon_handler handler; /* Null: the place is free. */
  void *context;
  int64_t key; /* A signal, or a future. */
  int32_t kind;
} radon_registration_;

/* What the header remembers: the sentence of a failure that it found itself, and who is to be called. */
RADON_SHARED struct radon_state_ {
  const char *own_error;
  radon_handler reentrant;
  void *reentrant_context;
  radon_registration_ *places;
  uint32_t capacity;
#ifndef RADON_REALLOC
  radon_registration_ fixed[RADON_HANDLERS_MAX];
#endif
} radon_state_;

/* Passes a result of the ABI's: where it is a failure, the runtime has its sentence. */
RADON_API int32_t radon_checked_(int32_t result) {
  if (result < 0) radon_state_.own_error = NULL;
  return result;
}

RADON_API int64_t radon_checked_id_(int64_t result) {
  if (result < 0) radon_state_.own_error = NULL;
  return result;
}

/* A failure that this header found. */
RADON_API int32_t radon_fails_(radon_code code, const char *sentence) {
  radon_state_.own_error = sentence;
  return code;
}

/* ------------------------------------------------------------------------------------------------------------------ buffers */

/*
 * Bytes of the atom's own. `radon_buffer b = {0};` is an empty one that grows, to be freed by `radon_free`;
 * `radon_buffer b = RADON_FIXED(array);` lies in an array of the caller's and holds one byte less than that.
 */
typedef struct radon_buffer {
  char *data;
  size_t size;
  size_t capacity; /* Of `data`, the zero at the end included. */
  size_t needed;   /* What did not fit last time: its size. */
  bool fixed;
} radon_buffer;

#define RADON_FIXED(array) \
  { (array), 0, sizeof(array), 0, true }

/* What stands in a buffer. A view of one that changes later is no longer valid. */
RADON_API radon_view radon_view_of(const radon_buffer *buffer) { return radon_bytes(buffer->data, buffer->size); }

/* What stands in a buffer, as a C string. */
RADON_API const char *radon_cstring(const radon_buffer *buffer) { return buffer->size > 0 ? buffer->data : ""; }

/* Makes room for `size` bytes and the zero behind them. */
RADON_API int32_t radon_reserve(radon_buffer *buffer, size_t size) {
  if (size < buffer->capacity) return RADON_OK;
  buffer->needed = size;
#ifdef RADON_REALLOC
  if (!buffer->fixed) {
    size_t capacity = buffer->capacity + buffer->capacity / 2;
    if (capacity < size + 1) capacity = size + 1;
    void *data = RADON_REALLOC(buffer->data, capacity);
    if (data == NULL) return radon_fails_(RADON_TOO_LARGE, "There is no memory for a value of this size.");
    buffer->data = (char *)data;
    buffer->capacity = capacity;
    return RADON_OK;
  }
#endif
  return radon_fails_(RADON_TOO_LARGE, "The value does not fit into the buffer, whose size is fixed.");
}

RADON_API void radon_clear(radon_buffer *buffer) {
  buffer->size = 0;
  if (buffer->capacity > 0) buffer->data[0] = 0;
}

/* Gives the memory of a buffer that grows back; the buffer is empty then, and may be used again. */
RADON_API void radon_free(radon_buffer *buffer) {
#ifdef RADON_REALLOC
  if (!buffer->fixed) {
    RADON_FREE(buffer->data);
    buffer->data = NULL;
    buffer->capacity = 0;
  }
#endif
  radon_clear(buffer);
}

RADON_API int32_t radon_append(radon_buffer *buffer, radon_view view) {
  int32_t room = radon_reserve(buffer, buffer->size + view.size);
  if (room < 0) return room;
  if (view.size > 0) __builtin_memcpy(buffer->data + buffer->size, view.data, view.size);
  buffer->size += view.size;
  buffer->data[buffer->size] = 0;
  return RADON_OK;
}

RADON_API int32_t radon_append_text(radon_buffer *buffer, const char *text) {
  return radon_append(buffer, radon_text(text));
}

/* Appends a number in decimal digits. */
RADON_API int32_t radon_append_int(radon_buffer *buffer, int64_t number) {
  char digits[20];
  size_t at = sizeof digits;
  uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
  do digits[--at] = (char)('0' + (char)(rest % 10));
  while ((rest /= 10) > 0);
  if (number < 0) digits[--at] = '-';
  return radon_append(buffer, radon_bytes(digits + at, sizeof digits - at));
}

#if RADON_LIBC
/* Appends text that is made as printf makes it. */
__attribute__((format(printf, 2, 0))) RADON_API int32_t radon_vappendf(radon_buffer *buffer, const char *format,
                                                                       va_list arguments) {
  va_list again;
  va_copy(again, arguments);
  size_t room = buffer->capacity - buffer->size;
  int size = vsnprintf(room > 0 ? buffer->data + buffer->size : NULL, room, format, again);
  va_end(again);
  if (size < 0) return radon_fails_(RADON_INVALID, "The format is none that printf knows.");
  if ((size_t)size >= room) {
    if (room > 0) buffer->data[buffer->size] = 0;
    int32_t more = radon_reserve(buffer, buffer->size + (size_t)size);
    if (more < 0) return more;
    vsnprintf(buffer->data + buffer->size, (size_t)size + 1, format, arguments);
  }
  buffer->size += (size_t)size;
  return RADON_OK;
}

__attribute__((format(printf, 2, 3))) RADON_API int32_t radon_appendf(radon_buffer *buffer, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int32_t result = radon_vappendf(buffer, format, arguments);
  va_end(arguments);
  return result;
}
#endif

/*
 * Collects the value behind a result of the ABI's into the buffer: its size, or the result if that is a failure. Where it is
 * TOO_LARGE for the buffer, the value still waits: `radon_take(buffer.needed, &larger)` collects it.
 */
RADON_API int32_t radon_take(int32_t result, radon_buffer *into) {
  radon_clear(into);
  if (result < 0) return radon_checked_(result);
  int32_t room = radon_reserve(into, (size_t)result);
  if (room < 0) return room;
  if (result > 0) {
    int32_t taken = radon_checked_(radon_abi_core_take(into->data, into->capacity - 1));
    if (taken < 0) return taken;
  }
  into->size = (size_t)result;
  into->data[into->size] = 0;
  return result;
}

/* The sentence of the latest failure. */
RADON_API int32_t radon_last_error(radon_buffer *into) {
  if (radon_state_.own_error == NULL) return radon_take(radon_abi_core_last_error(NULL, 0), into);
  const char *sentence = radon_state_.own_error;
  radon_clear(into);
  int32_t result = radon_append_text(into, sentence);
  radon_state_.own_error = sentence;
  return result < 0 ? result : (int32_t)into->size;
}

/* ------------------------------------------------------------------------------------------------------ the atom, log, clocks */

RADON_API void radon_log(radon_level level, radon_view text) { radon_abi_core_log((int32_t)level, text.data, text.size); }

#if RADON_LIBC
__attribute__((format(printf, 2, 3))) RADON_API void radon_logf(radon_level level, const char *format, ...) {
  radon_buffer text = {NULL, 0, 0, 0, false};
  va_list arguments;
  va_start(arguments, format);
  if (radon_vappendf(&text, format, arguments) >= 0) radon_log(level, radon_view_of(&text));
  va_end(arguments);
  radon_free(&text);
}
#endif

/*
 * Passes a result that has to be none of failure; one that is traps, with its name and sentence in the log. The turn is dropped
 * then, and the message comes again: right for what cannot be helped here, such as a value that has to be stored and cannot be.
 */
RADON_API int32_t radon_must(int32_t result) {
  if (result >= 0) return result;
  char space[512];
  radon_buffer text = RADON_FIXED(space), sentence = RADON_FIXED(space);
  radon_append_text(&text, radon_error_name(result));
  radon_append_text(&text, ": ");
  sentence.data += text.size;
  sentence.capacity -= text.size;
  radon_last_error(&sentence);
  radon_log(RADON_LOG_ERROR, radon_bytes(space, text.size + sentence.size));
  __builtin_trap();
}

/* This atom's global name, `runtime/atom`. */
RADON_API int32_t radon_self_name(radon_buffer *into) { return radon_take(radon_abi_core_self_name(NULL, 0), into); }

/* A value of the atom's configuration, as text. */
RADON_API int32_t radon_config(radon_view key, radon_buffer *into) {
  return radon_take(radon_abi_core_config(key.data, key.size, NULL, 0), into);
}

/* A value of the configuration as an integer; `or_else` if there is none, or it is no integer. */
RADON_API int64_t radon_config_int(radon_view key, int64_t or_else) {
  char digits[32];
  radon_buffer text = RADON_FIXED(digits);
  if (radon_config(key, &text) >= 0) radon_parse_int(radon_view_of(&text), &or_else);
  return or_else;
}

/* Microseconds since the Unix epoch. */
RADON_API int64_t radon_now(void) { return radon_abi_core_now(); }

/* Microseconds of a clock that never goes back; only differences mean something. */
RADON_API int64_t radon_monotonic(void) { return radon_abi_core_monotonic(); }

/* Fills memory with random bytes that are fit for secrets. */
RADON_API void radon_random(void *to, size_t size) { radon_abi_core_random(to, size); }

/* Blocks for so many milliseconds, while callbacks run. */
RADON_API int32_t radon_sleep(int64_t ms) { return radon_checked_(radon_abi_core_sleep(ms)); }

/* A blocking point that does not wait: commits the turn and runs the callbacks that are due. */
RADON_API int32_t radon_yield(void) { return radon_checked_(radon_abi_core_yield()); }

/* ----------------------------------------------------------------------------------------------------------------- messages */
/* A destination is a global name, `runtime/atom`, or the name of an atom, which is looked for in this runtime first. */

/* Blocks until a message comes, and makes it the current one: the size of its payload. */
RADON_API int32_t radon_receive(int64_t timeout_ms, radon_buffer *into) {
  return radon_take(radon_abi_messaging_receive(timeout_ms, NULL, 0), into);
}

/* Of the current message: a `radon_kind`. */
RADON_API int32_t radon_message_kind(void) { return radon_checked_(radon_abi_messaging_kind()); }

/* Of the current message: the sender's global name; empty if no atom sent it. */
RADON_API int32_t radon_sender(radon_buffer *into) { return radon_take(radon_abi_messaging_sender(NULL, 0), into); }

/* Of the current message: 1 for a first delivery, more after the atom stopped in the midst of it. */
RADON_API int32_t radon_attempt(void) { return radon_checked_(radon_abi_messaging_attempt()); }

/* Sends a one-way message: exactly once, and in order. */
RADON_API int32_t radon_send(radon_view to, radon_view payload) {
  return radon_checked_(radon_abi_messaging_send(to.data, to.size, payload.data, payload.size));
}

/* Answers the current request. */
RADON_API int32_t radon_reply(radon_view payload) {
  return radon_checked_(radon_abi_messaging_reply(payload.data, payload.size));
}

/* Answers the current request with a failure: whoever asked gets REMOTE and this reason. */
RADON_API int32_t radon_fail(radon_view reason) {
  return radon_checked_(radon_abi_messaging_fail(reason.data, reason.size));
}

#if RADON_LIBC
__attribute__((format(printf, 1, 2))) RADON_API int32_t radon_replyf(const char *format, ...) {
  radon_buffer text = {NULL, 0, 0, 0, false};
  va_list arguments;
  va_start(arguments, format);
  int32_t result = radon_vappendf(&text, format, arguments);
  va_end(arguments);
  if (result >= 0) result = radon_reply(radon_view_of(&text));
  radon_free(&text);
  return result;
}

__attribute__((format(printf, 1, 2))) RADON_API int32_t radon_failf(const char *format, ...) {
  radon_buffer text = {NULL, 0, 0, 0, false};
  va_list arguments;
  va_start(arguments, format);
  int32_t result = radon_vappendf(&text, format, arguments);
  va_end(arguments);
  if (result >= 0) result = radon_fail(radon_view_of(&text));
  radon_free(&text);
  return result;
}
#endif

/* A token with which the current request is answered later, after other messages, even by a later instance. */
RADON_API int64_t radon_reply_token(void) { return radon_checked_id_(radon_abi_messaging_reply_token()); }

RADON_API int32_t radon_reply_to(int64_t token, radon_view payload) {
  return radon_checked_(radon_abi_messaging_reply_to(token, payload.data, payload.size));
}

/* Interrupts an atom: it runs what it has registered for the signal, even while it is blocked. */
RADON_API int32_t radon_interrupt(radon_view to, int32_t signal, radon_view payload) {
  return radon_checked_(radon_abi_messaging_interrupt(to.data, to.size, signal, payload.data, payload.size));
}

/* ---------------------------------------------------------------------------------------------------------------- callbacks */
/* A token is a place in a table. The table of interrupts and futures is one, that of a re-entrant request is a place alone. */

#define RADON_CALLBACK_INTERRUPT_ 1
#define RADON_CALLBACK_FUTURE_ 2
#define RADON_CALLBACK_REENTRANT_ 3

/* The place of a registration, or -1. */
RADON_API int32_t radon_place_of_(int32_t kind, int64_t key) {
  for (uint32_t place = 0; place < radon_state_.capacity; place++) {
    const radon_registration_ *each = &radon_state_.places[place];
    if (each->handler != NULL && each->kind == kind && each->key == key) return (int32_t)place;
  }
  return -1;
}

RADON_API bool radon_more_places_(void) {
  uint32_t before = radon_state_.capacity;
#ifdef RADON_REALLOC
  uint32_t after = before == 0 ? 8 : before * 2;
  void *places = RADON_REALLOC(radon_state_.places, after * sizeof(radon_registration_));
  if (places == NULL) return false;
  radon_state_.places = (radon_registration_ *)places;
#else
  uint32_t after = RADON_HANDLERS_MAX;
  radon_state_.places = radon_state_.fixed;
#endif
  for (uint32_t place = before; place < after; place++) radon_state_.places[place].handler = NULL;
  radon_state_.capacity = after;
  return after > before;
}

/* The place for a registration: the one that it has, or a free one; BUSY if there is none. */
RADON_API int32_t radon_register_(int32_t kind, int64_t key, radon_handler handler, void *context) {
  int32_t place = radon_place_of_(kind, key);
  if (place < 0) {
    uint32_t each = 0;
    while (each < radon_state_.capacity && radon_state_.places[each].handler != NULL) each++;
    if (each == radon_state_.capacity && !radon_more_places_())
      return radon_fails_(RADON_BUSY, "There is no room for another callback: RADON_HANDLERS_MAX are registered.");
    place = (int32_t)each;
  }
  radon_registration_ *at = &radon_state_.places[place];
  at->handler = handler;
  at->context = context;
  at->key = key;
  at->kind = kind;
  return place;
}

RADON_API void radon_unregister_(int32_t kind, int64_t key) {
  int32_t place = radon_place_of_(kind, key);
  if (place >= 0) radon_state_.places[place].handler = NULL;
}

/* Where the runtime enters. A future's place is free again before its handler runs, which may register the next one. */
RADON_SHARED RADON_EXPORT("radon_callback") void radon_callback(int32_t kind, int32_t token, int32_t result) {
  const char *own_error = radon_state_.own_error;
  radon_state_.own_error = NULL;
  if (kind == RADON_CALLBACK_REENTRANT_) {
    radon_state_.reentrant(radon_state_.reentrant_context, result);
  } else {
    radon_registration_ *at = &radon_state_.places[token];
    radon_handler handler = at->handler;
    if (kind == RADON_CALLBACK_FUTURE_) at->handler = NULL;
    handler(at->context, result);
  }
  radon_state_.own_error = own_error;
}

/* Runs `handler` when the signal arrives, even while the atom is blocked. An interrupt without a handler is dropped. */
RADON_API int32_t radon_on_interrupt(int32_t signal, radon_handler handler, void *context) {
  int32_t place = radon_register_(RADON_CALLBACK_INTERRUPT_, signal, handler, context);
  return place < 0 ? place : radon_checked_(radon_abi_interrupt_on(signal, place));
}

RADON_API int32_t radon_off_interrupt(int32_t signal) {
  int32_t result = radon_checked_(radon_abi_interrupt_off(signal));
  radon_unregister_(RADON_CALLBACK_INTERRUPT_, signal);
  return result;
}

/* Lets interrupts wait; those that waited run at the first blocking point after `radon_unmask`. */
RADON_API int32_t radon_mask(void) { return radon_checked_(radon_abi_interrupt_mask()); }
RADON_API int32_t radon_unmask(void) { return radon_checked_(radon_abi_interrupt_unmask()); }

/*
 * With `on`, handlers of interrupts may also run in the midst of a computation. They cannot block there, and must not use what
 * the computation uses, the allocator included, but for a flag: mostly they set one.
 */
RADON_API int32_t radon_preempt(bool on) { return radon_checked_(radon_abi_interrupt_preempt(on ? 1 : 0)); }

/* Runs `handler` for a request that comes back to this atom while it waits for one of its own; without it such a one fails. */
RADON_API int32_t radon_on_reentrant(radon_handler handler, void *context) {
  radon_state_.reentrant = handler;
  radon_state_.reentrant_context = context;
  return radon_checked_(radon_abi_messaging_on_reentrant(0));
}

/* ------------------------------------------------------------------------------------------------------------------ futures */
/* A future is a positive number. One that could not be made is a negative code, which every function below passes on. */

/* Sends a request. Its future completes with the reply. */
RADON_API int64_t radon_request(radon_view to, radon_view payload, int64_t timeout_ms) {
  return radon_checked_id_(radon_abi_future_request(to.data, to.size, payload.data, payload.size, timeout_ms));
}

/* A future that completes, with no bytes, after so many milliseconds. */
RADON_API int64_t radon_timer(int64_t ms) { return radon_checked_id_(radon_abi_future_timer(ms)); }

/* Blocks until a future completes: the size of its payload. One whose time ran out here may be awaited again. */
RADON_API int32_t radon_await(int64_t future, int64_t timeout_ms, radon_buffer *into) {
  if (future < 0) {
    radon_clear(into);
    return (int32_t)future;
  }
  return radon_take(radon_abi_future_await(future, timeout_ms, NULL, 0), into);
}

/* Without waiting: 0 while it is pending, 1 once it completed, the code if it failed. */
RADON_API int32_t radon_poll(int64_t future) {
  return future < 0 ? (int32_t)future : radon_checked_(radon_abi_future_poll(future));
}

/* Gives a future up: it completes with CANCELLED. */
RADON_API int32_t radon_cancel(int64_t future) {
  return future < 0 ? (int32_t)future : radon_checked_(radon_abi_future_cancel(future));
}

/* Runs `handler` once the future completes, at a blocking point. It gets the result, so nothing else awaits that future. */
RADON_API int32_t radon_on_complete(int64_t future, radon_handler handler, void *context) {
  if (future < 0) return (int32_t)future;
  int32_t place = radon_register_(RADON_CALLBACK_FUTURE_, future, handler, context);
  if (place < 0) return place;
  int32_t result = radon_checked_(radon_abi_future_on_complete(future, place));
  if (result < 0) radon_state_.places[place].handler = NULL;
  return result;
}

/* Sends a request and blocks for its reply. */
RADON_API int32_t radon_ask(radon_view to, radon_view payload, int64_t timeout_ms, radon_buffer *into) {
  return radon_await(radon_request(to, payload, timeout_ms), RADON_FOREVER, into);
}

/* ------------------------------------------------------------------------------------------------------------------ storage */
/* The atom's own store: durable with the turn, ordered by the bytes of the keys. */

RADON_API int32_t radon_kv_get(radon_view key, radon_buffer *into) {
  return radon_take(radon_abi_kv_get(key.data, key.size, NULL, 0), into);
}

RADON_API int32_t radon_kv_put(radon_view key, radon_view value) {
  return radon_checked_(radon_abi_kv_put(key.data, key.size, value.data, value.size));
}

/* Removes a key; NOT_FOUND if there is none. */
RADON_API int32_t radon_kv_delete(radon_view key) { return radon_checked_(radon_abi_kv_delete(key.data, key.size)); }

/* The number in decimal digits under a key; `or_else` if there is none. */
RADON_API int64_t radon_kv_get_int(radon_view key, int64_t or_else) {
  char digits[32];
  radon_buffer text = RADON_FIXED(digits);
  if (radon_kv_get(key, &text) >= 0) radon_parse_int(radon_view_of(&text), &or_else);
  return or_else;
}

/* Stores a number in decimal digits. */
RADON_API int32_t radon_kv_put_int(radon_view key, int64_t number) {
  char digits[32];
  radon_buffer text = RADON_FIXED(digits);
  radon_append_int(&text, number);
  return radon_kv_put(key, radon_view_of(&text));
}

/*
 * Entries in the order of their keys, fetched page by page:
 *
 *     radon_scan scan = {0};
 *     radon_scan_prefix(&scan, radon_text("user/"));
 *     while (radon_scan_next(&scan) > 0) use(scan.key, scan.value);
 *     radon_scan_end(&scan);
 *
 * Before it starts, `reverse` and `limit` (the entries of a page) may be set, and `page` to a buffer of a fixed size: pages are
 * made as small as that needs. A failure, also one of starting, is answered by `radon_scan_next`.
 */
typedef struct radon_scan {
  radon_view key; /* Of the entry, until the next one. */
  radon_view value;
  bool reverse;
  int32_t limit;
  radon_buffer page; /* First the bound that the scan ends at, then entries. */
  size_t bound;      /* The size of that bound. */
  size_t at;         /* The next entry of the page. */
  int32_t result;    /* 1 as long as there may be more entries, then 0 or a code. */
} radon_scan;

#define RADON_SCAN_PAGE 256

/* Collects a page behind the bound. */
RADON_API int32_t radon_scan_collect_(radon_scan *scan, int32_t size) {
  if (size <= 0) return radon_checked_(size);
  int32_t room = radon_reserve(&scan->page, scan->bound + (size_t)size);
  if (room < 0) return room;
  return radon_checked_(radon_abi_core_take(scan->page.data + scan->bound, scan->page.capacity - 1 - scan->bound));
}

/* Fetches a page of the entries between the bounds; smaller and smaller ones while they do not fit. */
RADON_API void radon_scan_fetch_(radon_scan *scan, radon_view start, radon_view end) {
  int32_t size;
  for (;;) {
    size = radon_abi_kv_scan(start.data, start.size, end.data, end.size, scan->limit, scan->reverse ? 1 : 0, NULL, 0);
    size = radon_scan_collect_(scan, size);
    if (size != RADON_TOO_LARGE || scan->limit == 1) break;
    scan->limit /= 2;
  }
  scan->at = scan->bound;
  scan->page.size = scan->bound + (size > 0 ? (size_t)size : 0);
  scan->result = size > 0 ? 1 : size;
}

/* Starts a scan of start <= key < end; an empty end is no bound. */
RADON_API void radon_scan_range(radon_scan *scan, radon_view start, radon_view end) {
  radon_view kept = scan->reverse ? start : end;
  if (scan->limit <= 0) scan->limit = RADON_SCAN_PAGE;
  scan->key = scan->value = radon_bytes(NULL, 0);
  radon_clear(&scan->page);
  scan->bound = kept.size;
  scan->result = radon_append(&scan->page, kept);
  if (scan->result >= 0) radon_scan_fetch_(scan, start, end);
}

/* Starts a scan of the keys with a prefix. */
RADON_API void radon_scan_prefix(radon_scan *scan, radon_view prefix) {
  /* The least key above them all is the prefix without its bytes of 255 at the end, and the last byte one more. */
  char above[2048];
  size_t size = prefix.size;
  while (size > 0 && (unsigned char)prefix.data[size - 1] == 255) size--;
  if (size > sizeof above) {
    scan->result = radon_fails_(RADON_TOO_LARGE, "The prefix is longer than a key can be.");
    return;
  }
  if (size > 0) {
    __builtin_memcpy(above, prefix.data, size);
    above[size - 1] = (char)(above[size - 1] + 1);
  }
  radon_scan_range(scan, prefix, radon_bytes(above, size));
}

/* Fetches what comes after the last entry, whose key still stands in the page. */
RADON_API void radon_scan_more_(radon_scan *scan) {
  radon_view kept = radon_bytes(scan->page.data, scan->bound);
  if (scan->reverse) {
    radon_scan_fetch_(scan, kept, scan->key);
  } else {
    /* The byte behind the key is one of its value, which is over, or the page's own zero. */
    ((char *)(uintptr_t)scan->key.data)[scan->key.size] = 0;
    radon_scan_fetch_(scan, radon_bytes(scan->key.data, scan->key.size + 1), kept);
  }
}

/* 1 with the next entry in `key` and `value`, 0 after the last one, or a code. */
RADON_API int32_t radon_scan_next(radon_scan *scan) {
  if (scan->result > 0 && scan->at == scan->page.size) radon_scan_more_(scan);
  if (scan->result <= 0) return scan->result;
  const char *entry = scan->page.data + scan->at;
  uint32_t sizes[2];
  __builtin_memcpy(sizes, entry, sizeof sizes);
  scan->key = radon_bytes(entry + sizeof sizes, sizes[0]);
  scan->value = radon_bytes(scan->key.data + sizes[0], sizes[1]);
  scan->at += sizeof sizes + sizes[0] + sizes[1];
  return 1;
}

/* Gives the memory of a scan back. */
RADON_API void radon_scan_end(radon_scan *scan) {
  radon_free(&scan->page);
  scan->result = 0;
}

/* ------------------------------------------------------------------------------------------------------------------- naming */
/* Patterns are regular expressions in RE2 syntax that match whole names. */

/* Blocks. The global name of any one atom of that name, this runtime's first. */
RADON_API int32_t radon_resolve(radon_view name, radon_buffer *into) {
  return radon_take(radon_abi_naming_resolve(name.data, name.size, NULL, 0), into);
}

/* Blocks. The global names, one a line, of all atoms with an alias in the scope (in RADON_NAMES, a name) that matches. */
RADON_API int32_t radon_lookup(radon_view scope, radon_view pattern, int32_t limit, radon_buffer *into) {
  return radon_take(
      radon_abi_naming_lookup(scope.data, scope.size, pattern.data, pattern.size, 1, limit, NULL, 0), into);
}

/* Blocks. Any one of them; NOT_FOUND if there is none. */
RADON_API int32_t radon_lookup_any(radon_view scope, radon_view pattern, radon_buffer *into) {
  return radon_take(radon_abi_naming_lookup(scope.data, scope.size, pattern.data, pattern.size, 0, 1, NULL, 0), into);
}

/* Gives this atom an alias; it may have several in a scope. */
RADON_API int32_t radon_alias(radon_view scope, radon_view value) {
  return radon_checked_(radon_abi_naming_alias(scope.data, scope.size, value.data, value.size));
}

RADON_API int32_t radon_unalias(radon_view scope, radon_view value) {
  return radon_checked_(radon_abi_naming_unalias(scope.data, scope.size, value.data, value.size));
}

/* --------------------------------------------------------------------------------------------------------------------- JSON */

/* Appends text as a JSON string, in quotes. */
RADON_API int32_t radon_append_json(radon_buffer *buffer, radon_view text) {
  static const char hex[] = "0123456789abcdef";
  size_t plain = 0;
  int32_t result = radon_append_text(buffer, "\"");
  for (size_t at = 0; at < text.size && result >= 0; at++) {
    unsigned char byte = (unsigned char)text.data[at];
    if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
    result = radon_append(buffer, radon_bytes(text.data + plain, at - plain));
    plain = at + 1;
    char escape[6] = {'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]};
    char quoted[2] = {'\\', (char)byte};
    if (result >= 0)
      result = radon_append(buffer, byte < 0x20 ? radon_bytes(escape, sizeof escape) : radon_bytes(quoted, sizeof quoted));
  }
  if (result >= 0) result = radon_append(buffer, radon_bytes(text.data + plain, text.size - plain));
  return result < 0 ? result : radon_append_text(buffer, "\"");
}

/* JSON that is read where it stands: decoded text is never longer than what it is decoded from. */
typedef struct radon_json_ {
  char *at;
  char *end;
} radon_json_;

#define RADON_JSON_DEPTH_MAX_ 32

RADON_API char radon_json_peek_(radon_json_ *json) {
  while (json->at < json->end && (*json->at == ' ' || *json->at == '\t' || *json->at == '\n' || *json->at == '\r'))
    json->at++;
  return json->at < json->end ? *json->at : 0;
}

RADON_API bool radon_json_token_(radon_json_ *json, char token) {
  if (radon_json_peek_(json) != token) return false;
  json->at++;
  return true;
}

/* Four hexadecimal digits, or -1. */
RADON_API int32_t radon_json_hex_(radon_json_ *json) {
  int32_t unit = 0;
  if (json->end - json->at < 4) return -1;
  for (int count = 0; count < 4; count++) {
    char digit = *json->at++;
    char lower = (char)(digit | 0x20);
    if (digit >= '0' && digit <= '9') unit = unit * 16 + (digit - '0');
    else if (lower >= 'a' && lower <= 'f') unit = unit * 16 + (lower - 'a' + 10);
    else return -1;
  }
  return unit;
}

/* Writes a code point in UTF-8; where the next byte goes. */
RADON_API char *radon_utf8_(char *to, int32_t point) {
  if (point < 0x80) {
    *to++ = (char)point;
    return to;
  }
  int32_t more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
  *to++ = (char)((0xff00 >> (more + 1)) | (point >> (6 * more)));
  while (more-- > 0) *to++ = (char)(0x80 | ((point >> (6 * more)) & 0x3f));
  return to;
}

/* What `\u` stands for: a surrogate without its other half is U+FFFD; -1 if it is malformed. */
RADON_API int32_t radon_json_point_(radon_json_ *json) {
  int32_t unit = radon_json_hex_(json);
  if (unit < 0xd800 || unit > 0xdfff) return unit;
  if (unit > 0xdbff || json->end - json->at < 6 || json->at[0] != '\\' || json->at[1] != 'u') return 0xfffd;
  char *before = json->at;
  json->at += 2;
  int32_t low = radon_json_hex_(json);
  if (low >= 0xdc00 && low <= 0xdfff) return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
  json->at = before;
  return 0xfffd;
}

/* Reads a string to `to`, which stands at or before it, with a zero behind it: where that zero is, or null if it is none. */
RADON_API char *radon_json_string_(radon_json_ *json, char *to) {
  static const char escapes[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
  if (!radon_json_token_(json, '"')) return NULL;
  while (json->at < json->end && *json->at != '"') {
    char byte = *json->at++;
    if ((unsigned char)byte < 0x20) return NULL;
    if (byte != '\\') {
      *to++ = byte;
      continue;
    }
    if (json->at == json->end) return NULL;
    char escape = *json->at++;
    if (escape == 'u') {
      int32_t point = radon_json_point_(json);
      if (point < 0) return NULL;
      to = radon_utf8_(to, point);
      continue;
    }
    const char *known = escapes;
    while (*known != 0 && *known != escape) known += 2;
    if (*known == 0) return NULL;
    *to++ = known[1];
  }
  if (json->at == json->end) return NULL;
  json->at++;
  *to = 0;
  return to;
}

/* Passes over a value. */
RADON_API bool radon_json_skip_(radon_json_ *json) {
  int depth = 0;
  do {
    char first = radon_json_peek_(json);
    if (first == 0) return false;
    if (first == '"') {
      if (radon_json_string_(json, json->at) == NULL) return false;
    } else if (first == '{' || first == '[') {
      if (++depth > RADON_JSON_DEPTH_MAX_) return false;
      json->at++;
    } else if (first == '}' || first == ']') {
      if (--depth < 0) return false;
      json->at++;
    } else {
      while (json->at < json->end && *json->at > ' ' && *json->at != ',' && *json->at != '}' && *json->at != ']')
        json->at++;
    }
    if (depth > 0 && !radon_json_token_(json, ',')) radon_json_token_(json, ':');
  } while (depth > 0);
  return true;
}

/* --------------------------------------------------------------------------------------------------------------------- HTTP */

/* The head of a request to this atom, or of the response to one of its own; `radon_http_header` looks into it. */
typedef struct radon_http_head {
  const char *method; /* Of a request. */
  const char *url;    /* Of a request. */
  int32_t status;     /* Of a response. */
  radon_view body;    /* Of a response; that of a request is the message's payload. */
  const char *headers; /* name, value, name, value, ..., each ended by a zero, and an empty name. */
} radon_http_head;

/* Reads `[[name, value], ...]` and writes the strings one behind the other to where it begins. */
RADON_API const char *radon_http_pairs_(radon_json_ *json) {
  radon_json_peek_(json);
  char *start = json->at, *to = start;
  if (!radon_json_token_(json, '[')) return NULL;
  while (radon_json_peek_(json) == '[') {
    json->at++;
    to = radon_json_string_(json, to);
    if (to == NULL || !radon_json_token_(json, ',')) return NULL;
    to = radon_json_string_(json, to + 1);
    if (to == NULL || !radon_json_token_(json, ']')) return NULL;
    to++;
    if (!radon_json_token_(json, ',')) break;
  }
  if (!radon_json_token_(json, ']')) return NULL;
  *to = 0;
  return start;
}

RADON_API bool radon_http_member_(radon_json_ *json, radon_view name, radon_http_head *head) {
  radon_json_peek_(json);
  char *text = json->at;
  if (radon_equal(name, radon_text("headers"))) return (head->headers = radon_http_pairs_(json)) != NULL;
  bool is_method = radon_equal(name, radon_text("method"));
  if (is_method || radon_equal(name, radon_text("url"))) {
    if (is_method) head->method = text;
    else head->url = text;
    return radon_json_string_(json, text) != NULL;
  }
  if (!radon_json_skip_(json)) return false;
  int64_t status = 0;
  if (radon_equal(name, radon_text("status")) && radon_parse_int(radon_bytes(text, (size_t)(json->at - text)), &status))
    head->status = (int32_t)status;
  return true;
}

/* Reads a head where its text stands. */
RADON_API int32_t radon_http_read_(char *text, size_t size, radon_http_head *head) {
  radon_json_ json = {text, text + size};
  head->method = head->url = head->headers = "";
  head->status = 0;
  head->body = radon_bytes("", 0);
  bool ok = radon_json_token_(&json, '{');
  bool more = ok && radon_json_peek_(&json) != '}';
  while (ok && more) {
    radon_json_peek_(&json);
    char *name = json.at, *end = radon_json_string_(&json, name);
    ok = end != NULL && radon_json_token_(&json, ':') &&
         radon_http_member_(&json, radon_bytes(name, (size_t)(end - name)), head);
    more = ok && radon_json_token_(&json, ',');
  }
  if (ok && radon_json_token_(&json, '}')) return RADON_OK;
  return radon_fails_(RADON_INVALID, "The head of the HTTP message is not the JSON that it should be.");
}

/* The head of the current HTTP request, in `space`, which has to stay as long as `head` is used. */
RADON_API int32_t radon_http_request(radon_buffer *space, radon_http_head *head) {
  int32_t size = radon_take(radon_abi_http_head(NULL, 0), space);
  return size < 0 ? size : radon_http_read_(space->data, space->size, head);
}

/* The first header of that name, in upper or lower case; null if there is none. */
RADON_API const char *radon_http_header(const radon_http_head *head, const char *name) {
  const char *at = head->headers;
  while (*at != 0) {
    const char *wanted = name;
    for (; *at != 0 && *wanted != 0; at++, wanted++) {
      char a = *at, b = *wanted;
      if (a >= 'A' && a <= 'Z') a = (char)(a | 0x20);
      if (b >= 'A' && b <= 'Z') b = (char)(b | 0x20);
      if (a != b) break;
    }
    bool found = *at == 0 && *wanted == 0;
    const char *value = at + __builtin_strlen(at) + 1;
    if (found) return value;
    at = value + __builtin_strlen(value) + 1;
  }
  return NULL;
}

/* The path of a request's URL, as it was sent: `/counter/apples`. */
RADON_API radon_view radon_http_path(const radon_http_head *head) {
  const char *at = head->url;
  for (int slashes = 0; *at != 0; at++)
    if (*at == '/' && ++slashes == 3) break;
  size_t size = 0;
  while (at[size] != 0 && at[size] != '?' && at[size] != '#') size++;
  return radon_bytes(at, size);
}

RADON_API int32_t radon_append_decoded_(radon_buffer *buffer, radon_view part, char plus) {
  int32_t result = RADON_OK;
  for (size_t at = 0; at < part.size && result >= 0; at++) {
    char byte = part.data[at] == '+' ? plus : part.data[at];
    if (byte == '%' && part.size - at > 2) {
      char digits[4] = {'0', '0', part.data[at + 1], part.data[at + 2]};
      radon_json_ hex = {digits, digits + sizeof digits};
      int32_t value = radon_json_hex_(&hex);
      if (value >= 0) {
        byte = (char)value;
        at += 2;
      }
    }
    result = radon_append(buffer, radon_bytes(&byte, 1));
  }
  return result;
}

/* Appends a segment of a path, decoded: `%20` is a space. */
RADON_API int32_t radon_append_unescaped(radon_buffer *buffer, radon_view segment) {
  return radon_append_decoded_(buffer, segment, '+');
}

/* A parameter of the query of a request's URL, decoded (`+` is a space): its size, or NOT_FOUND. */
RADON_API int32_t radon_http_query(const radon_http_head *head, const char *name, radon_buffer *into) {
  radon_view rest = radon_text(head->url);
  radon_split(&rest, '?');
  rest = radon_split(&rest, '#');
  while (rest.size > 0) {
    radon_view value = radon_split(&rest, '&');
    radon_view encoded = radon_split(&value, '=');
    radon_clear(into);
    int32_t result = radon_append_decoded_(into, encoded, ' ');
    if (result < 0 || !radon_equal(radon_view_of(into), radon_text(name))) continue;
    radon_clear(into);
    result = radon_append_decoded_(into, value, ' ');
    return result < 0 ? result : (int32_t)into->size;
  }
  radon_clear(into);
  return radon_fails_(RADON_NOT_FOUND, "The query has no parameter of that name.");
}

/* Appends a header to those of a response, which begin as an empty buffer, or of a request that `radon_http_begin` began. */
RADON_API int32_t radon_http_add(radon_buffer *headers, const char *name, const char *value) {
  bool first = headers->size == 0 || headers->data[headers->size - 1] == '[';
  size_t before = headers->size;
  int32_t result = radon_append_text(headers, headers->size == 0 ? "[[" : first ? "[" : ",[");
  if (result >= 0) result = radon_append_json(headers, radon_text(name));
  if (result >= 0) result = radon_append_text(headers, ",");
  if (result >= 0) result = radon_append_json(headers, radon_text(value));
  if (result >= 0) result = radon_append_text(headers, "]");
  if (result < 0) headers->size = before;
  return result;
}

/* Answers the current HTTP request. `headers`: made by `radon_http_add`, or null for none. */
RADON_API int32_t radon_http_respond(int32_t status, radon_buffer *headers, radon_view body) {
  radon_view pairs = radon_bytes("", 0);
  if (headers != NULL && headers->size > 0) {
    int32_t result = radon_append_text(headers, "]");
    if (result < 0) return result;
    pairs = radon_view_of(headers);
    headers->size -= 1;
  }
  return radon_checked_(radon_abi_http_respond(status, pairs.data, pairs.size, body.data, body.size));
}

/* Answers the current HTTP request with a body of a type, such as "application/json". */
RADON_API int32_t radon_http_respond_as(int32_t status, const char *content_type, radon_view body) {
  char space[256];
  radon_buffer headers = RADON_FIXED(space);
  int32_t result = radon_http_add(&headers, "content-type", content_type);
  return result < 0 ? result : radon_http_respond(status, &headers, body);
}

/*
 * A request to the outside, which needs the grant `http`:
 *
 *     radon_http_begin(&head, "GET", "https://example.com/");
 *     radon_http_add(&head, "accept", "text/plain");
 *     int64_t future = radon_http_fetch(&head, radon_text(""));
 *     if (radon_await(future, RADON_FOREVER, &answer) >= 0 && radon_http_response(&answer, &response) >= 0) ...
 */
RADON_API int32_t radon_http_begin(radon_buffer *head, const char *method, const char *url) {
  radon_clear(head);
  int32_t result = radon_append_text(head, "{\"method\":");
  if (result >= 0) result = radon_append_json(head, radon_text(method));
  if (result >= 0) result = radon_append_text(head, ",\"url\":");
  if (result >= 0) result = radon_append_json(head, radon_text(url));
  return result < 0 ? result : radon_append_text(head, ",\"headers\":[");
}

/* Sends it: a future that `radon_http_response` reads the result of. */
RADON_API int64_t radon_http_fetch(radon_buffer *head, radon_view body) {
  int32_t result = radon_append_text(head, "]}");
  if (result < 0) return result;
  return radon_checked_id_(radon_abi_http_fetch(head->data, head->size, body.data, body.size));
}

/* Reads what a fetch completed with, where it stands: `answer` has to stay as long as `head` is used. */
RADON_API int32_t radon_http_response(radon_buffer *answer, radon_http_head *head) {
  uint32_t size = 0;
  if (answer->size >= sizeof size) __builtin_memcpy(&size, answer->data, sizeof size);
  if (answer->size < sizeof size || size > answer->size - sizeof size)
    return radon_fails_(RADON_INVALID, "The payload is no HTTP response.");
  char *text = answer->data + sizeof size;
  int32_t result = radon_http_read_(text, size, head);
  if (result >= 0) head->body = radon_bytes(text + size, answer->size - sizeof size - size);
  return result;
}

#ifdef __cplusplus
}
#endif

#endif
