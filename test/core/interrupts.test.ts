import { expect, test } from "vitest";
import { SIGNALS_MAX } from "../../durable/core/limits.ts";
import { Interrupts } from "../../durable/core/interrupts.ts";

test("a registration replaces the earlier one of its signal, and of no other", () => {
  const interrupts = new Interrupts();
  interrupts.on(1, 10);
  interrupts.on(2, 20);
  interrupts.on(1, 11);
  expect([interrupts.tokenOf(1), interrupts.tokenOf(2), interrupts.tokenOf(3)]).toEqual([11, 20, undefined]);
});

test("an instance listens to so many signals at most", () => {
  const interrupts = new Interrupts();
  for (let signal = 0; signal < SIGNALS_MAX; signal += 1) expect(interrupts.on(signal, 1)).toBeUndefined();
  expect(interrupts.on(SIGNALS_MAX, 1)).toMatchObject({ code: "BUSY" });
  expect([interrupts.on(0, 2), interrupts.tokenOf(0), interrupts.tokenOf(SIGNALS_MAX)]).toEqual([
    undefined,
    2,
    undefined,
  ]);
  interrupts.off(0);
  expect(interrupts.on(SIGNALS_MAX, 1)).toBeUndefined();
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
