/** What `radon dev` takes for a change. */
import path from "node:path";
import { afterAll, afterEach, expect, it } from "vitest";
import { Watcher, type Watched } from "../../scripts/dev/watch.ts";
import { workspace } from "../formula/formulas.ts";

const space = workspace();
afterAll(space.remove);
const watchers: Watcher[] = [];
afterEach(() => {
  for (const watcher of watchers.splice(0)) watcher.close();
});

/** Counts the changes; `next` comes with the first one. */
function watching(watched: Partial<Watched>): { readonly count: () => number; readonly next: Promise<void> } {
  let count = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const watcher = new Watcher(() => {
    count += 1;
    resolve();
  });
  watchers.push(watcher);
  watcher.watch({ files: [], folders: [], results: [], ...watched });
  return { count: () => count, next: promise };
}

it("takes no result of a build for a change of its folder, nor what is hidden", async () => {
  const source = space.write("src/source.txt", "");
  const [folder, result] = [path.dirname(source), path.join(path.dirname(source), "out.wasm")];
  const one = watching({ folders: [folder], results: [result] });
  // It began later, so that whatever it sees the other one has seen.
  const control = watching({ folders: [folder] });
  space.write("src/.out.wasm.before", "");
  space.write("src/out.wasm", "");
  await control.next;
  expect(one.count()).toBe(0);
  space.write("src/source.txt", "changed");
  await one.next;
  expect(one.count()).toBe(1);
});

it("takes a burst of changes for one", async () => {
  const folder = path.dirname(space.write("burst/0.txt", ""));
  const one = watching({ folders: [folder] });
  for (const name of ["1", "2", "3", "4"]) space.write(`burst/${name}.txt`, "");
  await one.next;
  // It sees what comes last only, which is behind all that the other one sees.
  const control = watching({ files: [path.join(folder, "last.txt")] });
  space.write("burst/last.txt", "");
  await control.next;
  expect(one.count()).toBe(2);
});
