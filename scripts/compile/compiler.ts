/** What each language's compiler offers, so that the cache and the command treat all of them alike. */
import type { CodeLines } from "./lines/code-lines.ts";
import type { Source } from "./source.ts";

export type SourceOf<K extends Source["kind"]> = Extract<Source, { kind: K }>;

export interface Compiler<K extends Source["kind"]> {
  /** The tool as it is found on this machine, or how to get it. */
  readonly find: (source: SourceOf<K>) => Promise<Tool | MissingTool>;
  /** The files that the result depends on and that are found without the compiler, as absolute paths; the SDK's included. */
  readonly inputs: (source: SourceOf<K>) => readonly string[];
  /** The arguments that change the result; part of the cache's key. */
  readonly flags: (source: SourceOf<K>, job: Job) => readonly string[];
  readonly compile: (source: SourceOf<K>, tool: Tool, job: Job) => Promise<Compiled>;
}

export interface Tool {
  readonly kind: "tool";
  /** Its name and what tells one version of it from another, as it is shown. */
  readonly version: string;
  readonly command: string;
  /** Arguments that this tool needs before all others, and the environment that it needs. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The target that it was found for, where it has several. */
  readonly target?: string;
  /** The folder of the libraries that it links, if it does not tell which it has linked. */
  readonly libraries?: string;
}

export interface MissingTool {
  readonly kind: "missing";
  readonly message: string;
  readonly remedy: string;
}

export interface Job {
  /** The folder that file names in the module and in messages are relative to. */
  readonly root: string;
  /** A folder for this compilation's own files. */
  readonly scratch: string;
  /** A folder that stays, for compilers that build step by step. */
  readonly keep: string;
  readonly signal: AbortSignal | undefined;
  /** True if what the compiler says may have colours. */
  readonly colours: boolean;
}

export type Compiled =
  | {
      readonly ok: true;
      readonly wasm: Uint8Array;
      readonly warnings: string;
      /** Where its code comes from, if the compiler tells. */
      readonly lines?: CodeLines | undefined;
      /** The files that the compiler has read, as absolute paths, where it tells; the inputs may be among them. */
      readonly used?: readonly string[];
    }
  /** What the compiler said, in its own words. */
  | { readonly ok: false; readonly diagnostics: string };

export function tool(command: string, version: string, args: readonly string[] = [], env: Tool["env"] = {}): Tool {
  return { kind: "tool", command, version, args, env };
}

export function missingTool(message: string, remedy: string): MissingTool {
  return { kind: "missing", message, remedy };
}
