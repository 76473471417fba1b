/** Which bytes are text. */
import { expect, test } from "vitest";
import { triggerResponse } from "../../durable/object-routes/answers.ts";
import { showBytes, utf8Text } from "../../durable/object-routes/shown-bytes.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

test.each(["", "plain", "Zoë, 日本, 🙂", "\ufeffafter a byte order mark", "a replacement \ufffd of one's own"])(
  "%j is text",
  (text) => expect(utf8Text(utf8(text))).toBe(text),
);

test.each([
  ["a lone byte", [0xe8, 0x03]],
  ["a cut character", [0x61, 0xf0, 0x9f]],
  ["a surrogate", [0xed, 0xa0, 0x80]],
  ["an overlong slash", [0xc0, 0xaf]],
])("%s is not", (_, bytes) => {
  expect(utf8Text(Uint8Array.from(bytes))).toBeUndefined();
  expect(showBytes(Uint8Array.from(bytes)).encoding).toBe("base64");
});

test.each([
  [utf8("€"), "text/plain; charset=utf-8"],
  [Uint8Array.of(0xe8, 3, 0, 0), "application/octet-stream"],
])("a reply's type follows from its bytes", (payload, type) => {
  const response = triggerResponse({ kind: "answered", answer: { kind: "reply", payload } });
  expect(response.headers.get("content-type")).toBe(type);
});
