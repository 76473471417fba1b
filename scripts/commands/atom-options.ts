/** What a command line says of an atom, for the commands that run a module without a formula. */
import { InvalidArgumentError } from "commander";
import { GRANTS, type Grant } from "../../durable/core/application.ts";
import { didYouMean } from "../../durable/core/suggest.ts";

/** An empty text is no grant at all. */
export function grants(text: string): readonly Grant[] {
  const names = text.trim() === "" ? [] : text.split(",").map((name) => name.trim());
  const wrong = names.find((name) => !GRANTS.some((grant) => grant === name));
  if (wrong === undefined) return GRANTS.filter((grant) => names.includes(grant));
  const known = `${didYouMean(wrong, GRANTS)} All: ${GRANTS.join(", ")}.`;
  throw new InvalidArgumentError(`There is no capability "${wrong}".${known}`);
}

/** Reads a whole number from 1 to `max`. */
export function wholeNumberTo(max: number): (text: string) => number {
  return (text) => {
    if (/^[1-9]\d*$/.test(text) && Number(text) <= max) return Number(text);
    throw new InvalidArgumentError(`A whole number from 1 to ${max} is expected.`);
  };
}

/** One `KEY=VALUE` beside those before it. */
export function configValue(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const at = text.indexOf("=");
  if (at > 0) return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
  throw new InvalidArgumentError("A value of the configuration is KEY=VALUE.");
}

/** One `SCOPE=VALUE` beside those before it. */
export function aliasValue(
  text: string,
  before: Readonly<Record<string, readonly string[]>> = {},
): Readonly<Record<string, readonly string[]>> {
  const at = text.indexOf("=");
  if (at <= 0) throw new InvalidArgumentError("An alias is SCOPE=VALUE.");
  const scope = text.slice(0, at);
  return { ...before, [scope]: [...(before[scope] ?? []), text.slice(at + 1)] };
}

/** One more of what may be said several times. */
export function another(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
