/** A command serves a message by its streams: the payload is stdin, and what it wrote to stdout is the answer. */
import type { Atom } from "../core/atom.ts";
import type { Failure } from "../core/errors.ts";
import { exitText } from "./exit-code.ts";
import type { OwedAnswers } from "./owed-answers.ts";
import type { StandardStreams } from "./streams.ts";

/** Answers the request that the streams serve with what was written, unless it is answered or kept; why that cannot be. */
export function answerByOutput(streams: StandardStreams, atom: Atom, owed: OwedAnswers): Failure | undefined {
  const request = streams.serving && owed.unanswered(streams.serving);
  const output = request && streams.takeOutput();
  if (!request || !output) return undefined;
  return output instanceof Uint8Array ? atom.reply(request, output) : output;
}

/** A command that exits with another code than 0 fails the request that it serves by its streams; false if there is none. */
export function failByExit(streams: StandardStreams, atom: Atom, owed: OwedAnswers, code: number): boolean {
  if (!streams.serving) return false;
  atom.dropTurn();
  const request = owed.unanswered(streams.serving);
  const { errors } = streams;
  if (request) owed.fail(request, exitText(code, errors === "" ? "" : `\n${errors}`));
  return request !== undefined;
}
