/** A guest's memory as host functions see it, through growth. */
import { expect, test } from "vitest";
import { GuestFault, GuestMemory } from "../../durable/engine/memory.ts";

const PAGE = 65_536;

test("memory that has grown is seen in its new size, and what is written goes to the new buffer", () => {
  const own = new WebAssembly.Memory({ initial: 1 });
  const memory = new GuestMemory(own);
  memory.write(10, new Uint8Array([1, 2, 3]));
  expect(() => memory.check(PAGE, 1)).toThrow(GuestFault);
  own.grow(1);
  memory.check(PAGE, PAGE);
  expect([...memory.read(10, 3)]).toEqual([1, 2, 3]);
  memory.write(2 * PAGE - 1, new Uint8Array([9]));
  memory.copy(PAGE, memory.view, 10, 3);
  expect([...new Uint8Array(own.buffer, PAGE, 3), new Uint8Array(own.buffer)[2 * PAGE - 1]]).toEqual([1, 2, 3, 9]);
  own.grow(0);
  expect([...memory.bytes.subarray(10, 13), memory.view.getUint8(PAGE)]).toEqual([1, 2, 3, 1]);
});

test("memory without a page has no bytes, until it grows", () => {
  const own = new WebAssembly.Memory({ initial: 0 });
  const memory = new GuestMemory(own);
  memory.check(0, 0);
  expect(() => memory.check(0, 1)).toThrow(GuestFault);
  own.grow(1);
  memory.check(0, PAGE);
});
