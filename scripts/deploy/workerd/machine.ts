/**
 * A machine, by the system's own ssh: its configuration, keys, agent and known hosts are the user's. One connection is shared
 * by all that is done in a run.
 *
 * Invariants
 * 1. Host keys are checked as the user's ssh would check them, and no question is asked: an unknown key is refused.
 * 2. Secrets go over standard input, never in arguments.
 * 3. Every argument is one word of the remote shell, whatever is in it.
 */
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { PassThrough, Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createGzip, type Gzip } from "node:zlib";
import { packageFile } from "../../package.ts";
import { shellWord } from "../../shell-word.ts";
import { lastLines, sshTrouble } from "./ssh-trouble.ts";

const CONNECT_S_MAX = 15;
const SILENCE_S_MAX = 45;
/** Of one command of remote.sh: systemd gives a service that does not end 90 s at most where nothing else is said. */
const COMMAND_MS_MAX = 120_000;
/** Of all that is done while a machine holds something: several commands, and the wait for a runtime's health. */
const HOLD_S_MAX = 600;
/** How long the shared connection outlives a run that was killed. */
const IDLE_S_MAX = 60;
/** Systems take 104 bytes and more; ssh adds 17 while it opens the socket. */
const SOCKET_BYTES_MAX = 85;
/** What ssh itself ends with if it failed. */
const SSH_FAILED = 255;

const SCRIPT = readFileSync(packageFile("scripts", "deploy", "workerd", "remote.sh"));

interface Refusal {
  readonly ok: false;
  readonly reason: string;
}

export type Answer = { readonly ok: true; readonly text: string } | Refusal;

/** What goes to standard input: bytes, and what changes them on their way. */
type Input = readonly [Readable] | readonly [Readable, Gzip];

type Ssh = ChildProcessByStdio<Writable, Readable, Readable>;

export class Machine {
  readonly host: string;
  readonly #options: readonly string[];
  /** Holds the socket of the shared connection. */
  readonly #folder = mkdtempSync(path.join(tmpdir(), "r-"));

  /** `extra` are options for ssh that come before radon's own, and so win over them. */
  constructor(host: string, extra: readonly string[]) {
    this.host = host;
    this.#options = [...extra, ...optionsOf(path.join(this.#folder, "m"))];
  }

  /** Runs a command of remote.sh. */
  async run(command: string, words: readonly string[], signal: AbortSignal): Promise<Answer> {
    const limit = AbortSignal.timeout(COMMAND_MS_MAX);
    const either = AbortSignal.any([signal, limit]);
    const answer = await this.#answer(scriptLine(command, words), [Readable.from([SCRIPT])], either);
    if (answer.ok || signal.aborted || !limit.aborted) return answer;
    return { ok: false, reason: `${this.host}: "${command}" did not end within ${COMMAND_MS_MAX / 1000} s.` };
  }

  /** The same, with its output going where this program's goes, until it ends. */
  show(command: string, words: readonly string[], signal: AbortSignal): Promise<Answer> {
    return this.#answer(scriptLine(command, words), [Readable.from([SCRIPT])], signal, process.stdout);
  }

  /**
   * Has a command of remote.sh hold something for this run alone while `work` goes on, and give it up at its end. The command is
   * told for how many seconds at most, holds as long as its standard input is open, and says something once it does.
   */
  async holding<T>(
    command: string,
    words: readonly string[],
    signal: AbortSignal,
    work: () => Promise<T>,
  ): Promise<T | Refusal> {
    const [input, said] = [new PassThrough(), new PassThrough()];
    input.write(SCRIPT);
    const limit = AbortSignal.any([signal, AbortSignal.timeout(HOLD_S_MAX * 1000)]);
    const end = this.#answer(scriptLine(command, [...words, String(HOLD_S_MAX)]), [input], limit, said);
    const first = await Promise.race([end, once(said, "data")]);
    if ("ok" in first && !first.ok) return first;
    try {
      return await work();
    } finally {
      input.end();
      await end;
    }
  }

  /** Writes a file, which is made whole by a rename: what arrives when a run is cut short may be a part of it. */
  write(file: string, bytes: Uint8Array, signal: AbortSignal): Promise<Answer> {
    const check = '[ "$(wc -c <"$1.$$")" -eq "$2" ] || { rm -f "$1.$$"; echo "it did not arrive whole" >&2; exit 1; }';
    const line = inShell(`${BESIDE} cat >"$1.$$" && { ${check}; } && mv "$1.$$" "$1"`, [file, String(bytes.length)]);
    return this.#answer(line, [Readable.from([bytes])], signal);
  }

  /** Writes a file, compressed on its way, if its bytes are those of the hash. */
  receive(file: string, sha256: string, bytes: Readable, signal: AbortSignal): Promise<Answer> {
    const check =
      'case $(sha256sum <"$1.$$") in "$2 "*) mv "$1.$$" "$1" ;; *) echo "it did not arrive whole" >&2; exit 1 ;; esac';
    const line = inShell(`${BESIDE} gzip -dc >"$1.$$" && ${check}`, [file, sha256]);
    return this.#answer(line, [bytes, createGzip({ level: constants.Z_BEST_SPEED })], signal);
  }

  /** A stream to a port of the machine itself. */
  connect(address: string): Ssh {
    return this.#ssh(["-W", address, "--", this.host]);
  }

  /** Ends the shared connection. */
  async close(): Promise<void> {
    const child = this.#ssh(["-O", "exit", "--", this.host]);
    await ended(child);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #ssh(words: readonly string[]): Ssh {
    return spawn("ssh", [...this.#options, ...words], { stdio: ["pipe", "pipe", "pipe"] });
  }

  async #answer(line: string, input: Input, signal: AbortSignal, output?: Writable): Promise<Answer> {
    const child = this.#ssh(["-T", "--", this.host, line]);
    const abort = () => child.kill();
    signal.addEventListener("abort", abort);
    const end = ended(child);
    // What the far end does not read is told by its exit code and by what it says.
    pipeline([...input, child.stdin]).catch(() => undefined);
    if (output !== undefined) child.stdout.pipe(output, { end: false });
    const [text, said, code] = await Promise.all([output ? "" : textOf(child.stdout), textOf(child.stderr), end]);
    signal.removeEventListener("abort", abort);
    if (signal.aborted) return { ok: false, reason: "It was interrupted." };
    if (code === 0) return { ok: true, text };
    if (code === "no ssh") return { ok: false, reason: "There is no ssh on this machine: install OpenSSH's client." };
    return {
      ok: false,
      reason: code === SSH_FAILED ? sshTrouble(this.host, said) : `${this.host}: ${lastLines(said)}`,
    };
  }
}

/** Nobody else may read what is written; its folder is made. */
const BESIDE = 'umask 077; mkdir -p "$(dirname "$1")" &&';

function scriptLine(command: string, words: readonly string[]): string {
  return ["sh -s --", ...[command, ...words].map(shellWord)].join(" ");
}

function inShell(script: string, words: readonly string[]): string {
  return ["sh", "-c", shellWord(script), "sh", ...words.map(shellWord)].join(" ");
}

function optionsOf(socket: string): string[] {
  const options = [
    "BatchMode=yes",
    "LogLevel=ERROR",
    `ConnectTimeout=${CONNECT_S_MAX}`,
    `ServerAliveInterval=${CONNECT_S_MAX}`,
    `ServerAliveCountMax=${SILENCE_S_MAX / CONNECT_S_MAX}`,
    ...sharedConnection(socket),
  ];
  return options.flatMap((option) => ["-o", option]);
}

/** Without it each command is a connection of its own: OpenSSH for Windows has none, and a socket's path must not be long. */
function sharedConnection(socket: string): string[] {
  if (process.platform === "win32" || Buffer.byteLength(socket) > SOCKET_BYTES_MAX) return [];
  // A word of ssh's configuration, where a percent sign begins a token.
  return ["ControlMaster=auto", `ControlPath="${socket.replaceAll("%", "%%")}"`, `ControlPersist=${IDLE_S_MAX}`];
}

function ended(child: Ssh): Promise<number | "no ssh"> {
  return new Promise((resolve) => {
    child.once("error", () => resolve("no ssh"));
    child.once("close", (code) => resolve(code ?? SSH_FAILED));
  });
}

async function textOf(stream: Readable): Promise<string> {
  let text = "";
  for await (const chunk of stream.setEncoding("utf8")) text += String(chunk);
  return text;
}
