import { expect, test } from "vitest";
import { Interrupts } from "../../durable/core/interrupts.ts";

test("a registration replaces the earlier one of its signal, and of no other", () => {
  const interrupts = new Interrupts();
  interrupts.on(1, 10);
  interrupts.on(2, 20);
  interrupts.on(1, 11);
  expect([interrupts.tokenOf(1), interrupts.tokenOf(2), interrupts.tokenOf(3)]).toEqual([11, 20, undefined]);
});

test("off tells whether there was a callback", () => {
  const interrupts = new Interrupts();
  interrupts.on(-5, 0);
  expect([interrupts.off(-5), interrupts.off(-5), interrupts.tokenOf(-5)]).toEqual([true, false, undefined]);
});

test("masking does not nest: one unmask is enough", () => {
  const interrupts = new Interrupts();
  expect(interrupts.masked).toBe(false);
  interrupts.mask();
  interrupts.mask();
  expect(interrupts.masked).toBe(true);
  interrupts.unmask();
  expect(interrupts.masked).toBe(false);
});
