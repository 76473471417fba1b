/** Lines of the atom's log. */
import { core_log } from "./abi";
import { at, encodeText } from "./bytes";

export function trace(message: string): void {
  write(0, message);
}

export function debug(message: string): void {
  write(1, message);
}

export function info(message: string): void {
  write(2, message);
}

export function warn(message: string): void {
  write(3, message);
}

export function error(message: string): void {
  write(4, message);
}

function write(level: i32, message: string): void {
  const text = encodeText(message);
  core_log(level, at(text), text.byteLength);
}
