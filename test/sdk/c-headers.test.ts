/** The headers compile without a warning in every standard and mode that they promise, and say what is wrong in the others. */
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test, vi, type TestContext } from "vitest";
import { ABI } from "../../durable/engine/abi.ts";
import { readSignatures } from "../../durable/engine/wasm-signatures.ts";
import { findClang } from "../../scripts/compile/clang.ts";
import type { Tool } from "../../scripts/compile/compiler.ts";
import { runTool } from "../../scripts/compile/run-tool.ts";
import { temporaryFolder } from "../end-to-end/radon-process.ts";

const SDK = join(import.meta.dirname, "../../atoms/sdk");
/** All but the new compilers' remark that the target of old libraries has another name now. */
const STRICT = [
  "-Wall",
  "-Wextra",
  "-Werror",
  "-pedantic",
  "-Wno-deprecated",
  `-I${join(SDK, "c")}`,
  `-I${join(SDK, "cpp")}`,
];
const FREESTANDING = ["--target=wasm32", "-ffreestanding", "-nostdlib", "-Wl,--no-entry"];

/** Includes the header twice, as two headers of an atom would, and enters by its macros. */
const C_ATOM = `
#include <radon.h>
#include <radon.h>
RADON_START() { radon_on_reentrant(0, 0); }
RADON_MIGRATE() { radon_must(radon_kv_put(radon_text("schema"), radon_text("2"))); }
RADON_INVOKE() {
  char space[16];
  radon_buffer message = RADON_FIXED(space);
  if (radon_receive(RADON_FOREVER, &message) >= 0) radon_reply(radon_view_of(&message));
}
`;
const CPP_ATOM = `
#include <radon.hpp>
#include <radon.hpp>
RADON_START() { radon::on_reentrant([](radon::message &) {}); }
RADON_MIGRATE() { radon::kv::put("schema", "2").value(); }
RADON_REACTIVE([](radon::message &message) { message.reply(message.text()); })
`;

const space = temporaryFolder();
const out = join(space.path, "atom.wasm");
const files = { c: join(space.path, "atom.c"), cpp: join(space.path, "atom.cpp") };
writeFileSync(files.cpp, CPP_ATOM);
const clangs = { c: await findClang(sourceOf(files.c), []), cpp: await findClang(sourceOf(files.cpp), [files.cpp]) };
afterAll(() => space.remove());

function sourceOf(file: string) {
  return { kind: "c", entry: file, files: [file], folder: undefined } as const;
}

interface Way {
  readonly standard: string;
  readonly freestanding?: boolean;
  readonly args?: readonly string[];
}

/** What the compiler says of an atom: nothing if all is well. */
async function complaints(context: TestContext, atom: string, { standard, freestanding, args = [] }: Way) {
  const file = standard.startsWith("c++") ? files.cpp : files.c;
  const clang = standard.startsWith("c++") ? clangs.cpp : clangs.c;
  writeFileSync(file, atom);
  if (clang.kind === "missing") return context.skip(`${clang.message} ${clang.remedy}`);
  const linker = clang.args.filter((each) => each.startsWith("-fuse-ld"));
  const target = freestanding === true ? [...linker, ...FREESTANDING] : clang.args;
  const options = [...target, ...STRICT, `-std=${standard}`, "-O1", "-fno-exceptions", ...args, file, "-o", out];
  return (await runTool(clang.command, options)).stderr;
}

describe("radon.h", () => {
  const ways = ["c11", "c17", "c2x", "c++17", "c++20"].flatMap((standard) => [
    { standard, freestanding: false },
    { standard, freestanding: true },
  ]);
  test.for(ways)("is $standard, freestanding: $freestanding", async (way, context) => {
    expect(await complaints(context, C_ATOM, way)).toBe("");
  });

  test("does without the libc that is there, and with an allocator of the atom's", async (context) => {
    const own = `
      #include <stddef.h>
      static char heap[4096];
      static size_t used;
      static void *get(void *old, size_t size) { (void)old; used += size; return heap + used - size; }
      static void put(void *old) { (void)old; }
      #define RADON_LIBC 0
      #define RADON_REALLOC(old, size) get(old, size)
      #define RADON_FREE(old) put(old)
      ${C_ATOM.replace("RADON_FIXED(space)", "{0}").replace("char space[16];", "")}`;
    expect(await complaints(context, own, { standard: "c17" })).toBe("");
  });

  test("declares every function of the ABI, with its type", async (context) => {
    const functions = Object.entries(ABI).flatMap(([module, names]) =>
      Object.keys(names).map((name) => `radon_abi_${module.slice("radon:".length)}_${name}`),
    );
    const table = `#include <radon.h>
      void *all[] = {${functions.map((name) => `(void *)${name}`).join(",")}};
      RADON_INVOKE() { ((void (*)(void))all[radon_now() & 1])(); }`;
    const way = { standard: "c17", args: ["-Wno-pedantic", "-Wl,--export=all"] };
    expect(await complaints(context, table, way)).toBe("");
    const imports = readSignatures(readFileSync(out))?.imports;
    for (const [module, names] of Object.entries(ABI)) {
      for (const [name, { params, results }] of Object.entries(names))
        expect([module, name, imports?.get(module)?.get(name)]).toEqual([module, name, { params, results }]);
    }
  });

  test("is refused for another machine", async (context) => {
    const args = ["--target=x86_64-linux-gnu", "-fsyntax-only", "-Wno-unused-command-line-argument"];
    const said = await complaints(context, C_ATOM, { standard: "c17", freestanding: true, args });
    expect(said).toContain("radon.h is for WebAssembly");
  });
});

describe("radon.hpp", () => {
  test.for([{ standard: "c++20" }, { standard: "c++2b" }])("is $standard", async (way, context) => {
    expect(await complaints(context, CPP_ATOM, way)).toBe("");
  });

  test("tells that C++17 is too old for it", async (context) => {
    expect(await complaints(context, CPP_ATOM, { standard: "c++17" })).toContain("radon.hpp is C++20");
  });

  test("tells how to get libc++ where there is none", async (context) => {
    const said = await complaints(context, CPP_ATOM, { standard: "c++20", args: ["-nostdinc++"] });
    expect(said).toMatch(/radon.hpp needs libc\+\+ .*apt install libc\+\+/);
  });
});

describe("a compiler without libc++", () => {
  afterEach(() => vi.unstubAllEnvs());

  test("is a missing tool for a source that includes the library, and only for that", async (context) => {
    const { cpp } = clangs;
    if (cpp.kind === "missing") return context.skip(`${cpp.message} ${cpp.remedy}`);
    const file = join(space.path, "library.cpp");
    vi.stubEnv("PATH", poorFolder(cpp, process.env["PATH"] ?? ""));
    vi.stubEnv("WASI_SDK_PATH", undefined);

    writeFileSync(file, "#include <string>\n");
    expect(await findClang(sourceOf(file), [file])).toMatchObject({
      kind: "missing",
      message: expect.stringMatching(/^clang\+\+ finds no libc\+\+ for WebAssembly/),
      remedy: expect.stringMatching(/apt install libc\+\+-\d+-dev-wasm32 libc\+\+abi-\d+-dev-wasm32/),
    });
    writeFileSync(file, "#include <stddef.h>\n");
    expect(await findClang(sourceOf(file), [file])).toMatchObject({ kind: "tool", command: "clang++" });
  });
});

/** A folder whose `clang++` is the one found, but knows no C++ library; and the linker. */
function poorFolder({ command, args }: Tool, path: string): string {
  const folder = join(space.path, "poor");
  const at = path.split(":").map((each) => join(each, command));
  const compiler = at.find((each) => existsSync(each)) ?? command;
  const linker = args.find((each) => each.startsWith("-fuse-ld="))?.slice("-fuse-ld=".length);
  mkdirSync(folder);
  writeFileSync(join(folder, "clang++"), `#!/bin/sh\nexec ${compiler} -nostdinc++ "$@"\n`, { mode: 0o755 });
  if (linker !== undefined) symlinkSync(linker, join(folder, "wasm-ld"));
  return folder;
}
