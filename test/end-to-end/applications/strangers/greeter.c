/* An atom in C, written from the ABI page alone: greets whoever asks, and counts the greetings. */
#include <stdint.h>

#define IMPORT(module, name) __attribute__((import_module(module), import_name(name)))
#define EXPORT(name) __attribute__((export_name(name)))

IMPORT("radon:messaging", "receive") int32_t receive(int64_t timeout, char *ptr, int32_t cap);
IMPORT("radon:messaging", "kind") int32_t kind(void);
IMPORT("radon:messaging", "reply") int32_t reply(const char *ptr, int32_t len);
IMPORT("radon:kv", "get") int32_t get(const char *key, int32_t key_len, void *ptr, int32_t cap);
IMPORT("radon:kv", "put") int32_t put(const char *key, int32_t key_len, const void *value, int32_t value_len);

static char buffer[1024];

EXPORT("invoke") void invoke(void) {
  uint32_t count = 0;
  int32_t length = receive(0, buffer + 7, 512);
  if (length < 0) return;
  get("count", 5, &count, sizeof count);
  count++;
  put("count", 5, &count, sizeof count);
  if (kind() != 1 && kind() != 2) return;
  const char hello[] = "Hello, ";
  for (int i = 0; i < 7; i++) buffer[i] = hello[i];
  buffer[7 + length] = ' ';
  buffer[8 + length] = (char)('0' + count % 10);
  reply(buffer, length + 9);
}
