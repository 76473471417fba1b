/** What the example set of the Rust SDK does not use, in a real runtime: the atoms of `rust/` do what a request says, and tell what came of it. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rust } from "../../scripts/compile/rust.ts";
import { startRadon, temporaryFolder, type RadonProcess } from "../end-to-end/radon-process.ts";
import { eventually, ExampleAtoms } from "./example-atoms.ts";

const START_MS_MAX = 120_000;
const CARGO = await rust.find({ kind: "rust", entry: "Cargo.toml", folder: "." });

if (CARGO.kind === "missing") {
  test("the Rust SDK", (context) => context.skip(`${CARGO.message} ${CARGO.remedy}`));
} else {
  describe("the Rust SDK", describeSdk);
}

function describeSdk(): void {
  const data = temporaryFolder();
  let radon: RadonProcess;
  let atoms: ExampleAtoms;
  const ask = (text: string, atom = "probe") => atoms.ask(atom, text);
  const lines = async (text: string) => (await ask(text)).split("\n");

  beforeAll(async () => {
    radon = await startRadon(join(import.meta.dirname, "rust/formula.toml"), data.path);
    atoms = new ExampleAtoms(radon.url);
  }, START_MS_MAX);
  afterAll(async () => {
    // It is not there if it did not start, which is told already.
    await radon?.stop();
    data.remove();
  });

  test("an atom knows its name and its configuration", async () => {
    expect(await ask("self")).toBe("local/probe");
    expect(await ask("config number")).toBe('Some("42") Ok(Some(42))');
    expect(await ask("config none")).toBe("None Ok(None)");
    expect(await ask("config text")).toMatch(
      /^Some\("Zoë"\) Err\("The configuration has text = \\"Zoë\\", which is no u32\."\)$/,
    );
  });

  test("clocks go on, and a sleep takes its time", async () => {
    const [day, slept] = (await ask("clocks")).split(" ").map(Number);
    expect(Math.abs((day ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(slept).toBeGreaterThanOrEqual(29);
  });

  test("random bytes are not the same twice", async () => {
    const [first, second] = [await ask("random"), await ask("random")];
    expect(first).toMatch(/^[0-9a-f]{32} \d+$/);
    expect(second).not.toBe(first);
  });

  test("a line is logged at its level, with its arguments", async () => {
    await ask("log Zoë");
    const levels = ["trace", "debug", "info", "warn", "error"];
    const expected = levels.map((level, index) => expect.objectContaining({ level, text: `Zoë ${index}` }));
    expect(await atoms.logs("probe")).toEqual(expect.arrayContaining(expected));
  });

  test("a message tells its sender and its attempt", async () => {
    expect(await ask("whence")).toBe("None 1");
    expect(await ask("ask whence")).toBe('Some("local/probe") 1');
  });

  test("the error of a handler is the answer of a request, and a line in the log after any other message", async () => {
    expect(await atoms.refusal("probe", "nonsense")).toBe('"nonsense" is no word of mine');
    await atoms.send("probe", "one-way nonsense");
    const logged = () => atoms.logs("probe").then((all) => all.map(({ level, text }) => `${level}: ${text}`));
    const line = 'error: "one-way" is no word of mine';
    expect(await eventually(logged, (all) => all.includes(line))).toContain(line);
  });

  test("a panic arrives with its message and its place", async () => {
    const place = String.raw`\(probe/src/lib\.rs:\d+:\d+\)`;
    const text = await atoms.refusal("probe", "panic jump");
    expect(text).toMatch(new RegExp(`panicked: I was told to jump ${place}`));
    // The frames are the author's own: how a panic becomes a trap is nothing that he wrote.
    expect(text).not.toMatch(/host::abort|panicking::|rust_begin_unwind/);
    expect(await atoms.refusal("probe", "index 4")).toMatch(
      /panicked: index out of bounds: the len is 1 but the index is 4 \(probe\/src\/plain\.rs:\d+:\d+\)/,
    );
    expect((await atoms.lastTrap("probe")) as { text: string }).toMatchObject({
      text: expect.stringContaining("probe::plain::index"),
    });
  });

  test("the store is read in any range, forwards and backwards, page by page", async () => {
    expect(await lines("store")).toEqual([
      "601 601",
      "600 true",
      "n/010 n/011",
      "n/012 n/011 n/010",
      "6 1",
      "Some(100000) None",
      'Some(7) INVALID: The store has "300", which is no u8.',
      "true false",
    ]);
  });

  test("an atom finds others, and is found by its aliases", async () => {
    expect(await lines("naming")).toEqual([
      "local/mirror",
      "NOT_FOUND",
      "local/probe",
      '[] Some("local/probe")',
      "local/mirror local/probe",
      "None",
      "1",
      "INVALID",
    ]);
  });

  test("a request is answered later, by its token", async () => {
    const answer = ask("defer mine");
    await eventually(
      () => atoms.http("GET", "/_radon/v1/atoms/local/probe/kv/mine"),
      ({ status }) => status === 200,
    );
    expect(await ask("settle mine at last")).toBe("NOT_FOUND");
    expect(await answer).toBe("at last");
  });

  test("a future is awaited, polled and cancelled", async () => {
    expect(await ask("timers")).toBe("false None CANCELLED CANCELLED: The future was cancelled.");
  });

  test("closures of futures run while the atom is blocked, one on top of the other", async () => {
    expect(await ask("callbacks")).toBe("first begins, second, first ends");
    expect(await ask("completed")).toBe("local/mirror");
    expect(await ask("cancelled")).toBe("CANCELLED: The future was cancelled. NOT_FOUND");
  });

  test("a future that is dropped gives up its place", async () => {
    expect(await ask("dropped 10500")).toBe("dropped");
  });

  test("interrupts wait while they are masked", async () => {
    expect(await ask("masked")).toBe("[0, 0, 1] true false");
  });

  test("a closure may take its own place while it runs", async () => {
    expect(await ask("replaced")).toBe("23");
  });

  test("an interrupt comes in the midst of a computation that lets it", async () => {
    const answer = ask("spin");
    // The one that comes before there is a closure for it is dropped.
    let ended = false;
    const end = () => void (ended = true);
    void answer.then(end, end);
    await eventually(
      () => atoms.interrupt("probe", 9, ""),
      () => ended,
    );
    expect(await answer).toBe("enough true");
  });

  test("HTTP goes out and comes in, with its headers", async () => {
    expect(await lines(`fetch ${radon.url}`)).toEqual([
      "201 true POST body",
      'a b /mirror/a%20b Some("é 1") "quoted" None text/plain; charset=utf-8',
      "502 false",
      "PUT é",
      "INVALID",
    ]);
  });

  test("a daemon that ends with an error traps with it, and has committed what came before", async () => {
    const trap = await eventually(
      () => atoms.lastTrap("doomed"),
      (last) => last !== null,
    );
    expect(trap).toMatchObject({
      text: expect.stringMatching(/^invalid digit found in string \(at doomed\/src\/lib\.rs:\d+\)\n/),
    });
    expect(await atoms.stored("doomed", "began")).toBe("yes");
  });
}
