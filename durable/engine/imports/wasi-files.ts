/** What a program finds open, as the shim's files: the standard streams, and a directory with nothing in it. */
import { Fd, wasi } from "@bjorn3/browser_wasi_shim";
import type { StandardStreams } from "../streams.ts";

/** As a pipe is shown: a program need not write it line by line. */
const FILETYPE_UNKNOWN = 0;
/** A library asks of a directory only what its rights allow. */
const ALL_RIGHTS = (1n << 30n) - 1n;
const NO_POSITION = { ret: wasi.ERRNO_SPIPE, offset: 0n } as const;

/** No read blocks, and all that is written is appended, so flags change nothing. It has no position. */
abstract class Stream extends Fd {
  protected abstract readonly rights: number;
  protected abstract get filetype(): number;

  override fd_fdstat_get() {
    const fdstat = new wasi.Fdstat(this.filetype, 0);
    fdstat.fs_rights_base = BigInt(this.rights);
    return { ret: wasi.ERRNO_SUCCESS, fdstat };
  }
  override fd_fdstat_set_flags(): number {
    return wasi.ERRNO_SUCCESS;
  }
  override fd_filestat_get() {
    return { ret: wasi.ERRNO_SUCCESS, filestat: new wasi.Filestat(0n, this.filetype, 0n) };
  }
  override fd_seek() {
    return NO_POSITION;
  }
  override fd_tell() {
    return NO_POSITION;
  }
  override fd_read(_bytesMax: number) {
    return { ret: wasi.ERRNO_BADF as number, data: new Uint8Array(0) as Uint8Array };
  }
  override fd_write(_bytes: Uint8Array) {
    return { ret: wasi.ERRNO_BADF as number, nwritten: 0 };
  }
}

class Input extends Stream {
  protected override readonly rights = wasi.RIGHTS_FD_READ;
  readonly #streams: StandardStreams;

  constructor(streams: StandardStreams) {
    super();
    this.#streams = streams;
  }

  protected override get filetype(): number {
    return FILETYPE_UNKNOWN;
  }
  override fd_read(bytesMax: number) {
    return { ret: wasi.ERRNO_SUCCESS, data: this.#streams.read(bytesMax) };
  }
}

class Output extends Stream {
  protected override readonly rights = wasi.RIGHTS_FD_WRITE;
  readonly #write: (bytes: Uint8Array) => boolean;
  readonly #isLog: () => boolean;

  /** `write`: false if there is no room. A log is shown as a terminal, so that programs write it line by line. */
  constructor(write: (bytes: Uint8Array) => boolean, isLog: () => boolean) {
    super();
    this.#write = write;
    this.#isLog = isLog;
  }

  protected override get filetype(): number {
    return this.#isLog() ? wasi.FILETYPE_CHARACTER_DEVICE : FILETYPE_UNKNOWN;
  }
  override fd_write(bytes: Uint8Array) {
    if (!this.#write(bytes)) return { ret: wasi.ERRNO_FBIG, nwritten: 0 };
    return { ret: wasi.ERRNO_SUCCESS, nwritten: bytes.length };
  }
}

/**
 * `/`. Without a directory a C library would refuse each path by itself, as one that the program has no right to; so it asks, and is told that
 * there are no files.
 */
class Root extends Fd {
  override fd_fdstat_get() {
    const fdstat = new wasi.Fdstat(wasi.FILETYPE_DIRECTORY, 0);
    fdstat.fs_rights_base = ALL_RIGHTS;
    fdstat.fs_rights_inherited = ALL_RIGHTS;
    return { ret: wasi.ERRNO_SUCCESS, fdstat };
  }
  override fd_filestat_get() {
    return { ret: wasi.ERRNO_SUCCESS, filestat: new wasi.Filestat(0n, wasi.FILETYPE_DIRECTORY, 0n) };
  }
  override fd_prestat_get() {
    return { ret: wasi.ERRNO_SUCCESS, prestat: wasi.Prestat.dir("/") };
  }
}

/** stdin, stdout, stderr and the directory. */
export function openFiles(streams: StandardStreams): Fd[] {
  const writeError = (bytes: Uint8Array) => {
    streams.writeError(bytes);
    return true;
  };
  return [
    new Input(streams),
    new Output(
      (bytes) => streams.writeOut(bytes),
      () => !streams.answers,
    ),
    new Output(writeError, () => true),
    new Root(),
  ];
}
