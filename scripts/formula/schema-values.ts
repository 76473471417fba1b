/** The kinds of values in a formula. The message of each schema is the remedy. */
import { z } from "zod";

export const text = (remedy: string) => z.string({ error: remedy }).min(1, { error: remedy });
export const textList = (remedy: string) => z.array(text(remedy), { error: remedy });
export const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `Write ${choice(values)}.` });
export const wholeNumber = (what: string, max: number) => {
  const remedy = `Write a whole number from 1 to ${max}: ${what}.`;
  return z.int({ error: remedy }).min(1, { error: remedy }).max(max, { error: remedy });
};

function choice(values: readonly string[]): string {
  return values.map((value) => `"${value}"`).join(" or ");
}
