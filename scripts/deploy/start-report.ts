/** What a runtime tells of its start (`POST /_radon/start`), as sentences for whoever started it. */
import { z } from "zod";

const part = z.object({ ok: z.boolean(), detail: z.string().optional(), code: z.string().optional() });
export const startReportSchema = z.object({
  runtime: z.string(),
  naming: part,
  atoms: z.array(part.extend({ name: z.string() })),
});
export type StartReport = z.output<typeof startReportSchema>;

export interface StartProblem {
  readonly message: string;
  /** An atom that does not run because of its module: starting it once more changes nothing. Undefined of all else. */
  readonly badAtom?: string;
}

export function startProblems({ runtime, naming, atoms }: StartReport): StartProblem[] {
  const reason = ({ detail = "It gave no reason." }: z.output<typeof part>): string => detail;
  const ofNaming = naming.ok ? [] : [{ message: `The naming of ${runtime} did not start: ${reason(naming)}` }];
  const failed = atoms.filter((atom) => !atom.ok);
  return [
    ...ofNaming,
    ...failed.map((atom) => ({
      message: `The atom ${atom.name} did not start: ${reason(atom)}`,
      ...(atom.code === "NOT_STARTED" ? { badAtom: atom.name } : {}),
    })),
  ];
}
