import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Queue } from "../../durable/core/queue.ts";

describe("a queue", () => {
  test("behaves as an array does (property)", () => {
    const operation = fc.oneof(
      { weight: 4, arbitrary: fc.record({ do: fc.constant("push" as const), item: fc.nat(5) }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant("shift" as const), item: fc.nat() }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("remove" as const), item: fc.nat(5) }) },
    );
    fc.assert(
      fc.property(fc.nat(200), fc.array(operation, { maxLength: 300 }), (size, operations) => {
        const queue = new Queue<number>();
        const model = Array.from({ length: size }, (_, i) => i % 6);
        queue.replace(model);
        for (const { do: what, item } of operations) {
          if (what === "push") {
            queue.push(item);
            model.push(item);
          } else if (what === "shift") {
            expect(queue.shift()).toBe(model.shift());
          } else {
            const index = model.indexOf(item);
            if (index >= 0) model.splice(index, 1);
            expect(queue.remove(item)).toBe(index >= 0);
          }
          expect(queue.length).toBe(model.length);
          expect(queue.at(0)).toBe(model[0]);
          expect(queue.at(model.length)).toBeUndefined();
        }
        expect([...queue]).toEqual(model);
      }),
    );
  });

  test("does not get slower with its length, nor larger with what went through it", () => {
    const queue = new Queue<number>();
    for (let i = 0; i < 500_000; i++) queue.push(i);
    let sum = 0;
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) sum += item;
    expect(sum).toBe((500_000 * 499_999) / 2);
  }, 2_000);
});
