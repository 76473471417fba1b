/** docs/abi.md, section 4: the guest interface, pinned by an atom that was written from the page. */
import { expect, test } from "vitest";
import { ABI } from "../../durable/engine/abi.ts";
import { readSignatures, type Signature } from "../../durable/engine/wasm-signatures.ts";
import { everyFunction, FUNCTIONS } from "./puppet.ts";

const signatures = readSignatures(everyFunction);

function shown(functions: Iterable<readonly [string, Signature | undefined]>): Record<string, string> {
  const line = (found: Signature | undefined) => `(${found?.params.join(", ")}) -> (${found?.results.join(", ")})`;
  return Object.fromEntries([...functions].map(([name, signature]) => [name, line(signature)]));
}

test.each(Object.entries(ABI))(
  "§4 %s: the engine's table is what a guest imports, no function more or less",
  (module, table) => {
    const imported = signatures?.imports.get(module) ?? new Map<string, Signature>();
    expect(shown(imported)).toEqual(shown(Object.entries(table)));
  },
);

test("§4 the blocking points are those that the page marks with [B]", () => {
  const blocking = Object.entries(ABI).flatMap(([module, functions]) =>
    Object.entries(functions).flatMap(([name, { blocking }]) => (blocking ? [`${module}.${name}`] : [])),
  );
  expect(blocking).toEqual([
    "radon:core.sleep",
    "radon:core.yield",
    "radon:messaging.receive",
    "radon:future.await",
    "radon:naming.resolve",
    "radon:naming.lookup",
  ]);
});

test("the puppet's list of functions is that of its imports", () => {
  const imports = [...(signatures?.imports ?? [])].flatMap(([module, names]) =>
    [...names.keys()].map((name) => `${module.replace("radon:", "")}.${name}`),
  );
  expect(FUNCTIONS).toEqual(imports);
});
