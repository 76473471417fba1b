/**
 * The rules that a module's bytes tell of. Most are those of `durable/engine/validate.ts`, which a build checks as well; here each
 * has its verdict, also if there is nothing to complain of.
 */
import { startProblems } from "../compile/start-function.ts";
import { GRANTS, type Grant } from "../../durable/core/application.ts";
import {
  moduleProblems,
  grantProblems,
  REGISTERING,
  type ModuleProblem,
  type ModuleRule,
} from "../../durable/engine/validate.ts";
import { meterModule } from "../compile/metering/meter.ts";
import { exportNames, hasStartSection, importNames, neededGrants, startingBytes, type Subject } from "./subject.ts";
import { fail, notApplicable, pass, without, type Judgement, type Rule, type Verdict } from "./verdict.ts";

/** What the atom's configuration would say. */
export interface Terms {
  /** Undefined: whatever it needs. */
  readonly grants: readonly Grant[] | undefined;
  readonly memoryMb: number;
}

interface StaticRule extends Rule {
  readonly judge: (examined: Examined) => Verdict;
}

interface Examined {
  readonly subject: Subject;
  readonly module: WebAssembly.Module;
  readonly terms: Terms;
  readonly problems: readonly ModuleProblem[];
  readonly exports: ReadonlySet<string>;
  readonly imports: readonly string[];
}

const MB_BYTES = 1024 * 1024;
const NO_IMPORTS = "it imports nothing";

const VALID: Rule = { id: "valid", paragraph: "1", sentence: "It is valid core WebAssembly." };

const RULES: readonly StaticRule[] = [
  {
    id: "limits",
    paragraph: "7",
    sentence:
      "A build can give it its limits: 32-bit memory without threads, instructions that it knows, not built before.",
    judge: ({ subject }) => {
      const metered = meterModule(subject.bytes, true);
      return metered.ok ? pass() : fail(metered.message);
    },
  },
  { id: "memory", paragraph: "2", sentence: 'It exports its memory as "memory".', judge: broken("memory") },
  {
    id: "memory-size",
    paragraph: "7",
    sentence: "It starts with no more memory than it may have.",
    judge: ({ subject: { index }, terms: { memoryMb } }) => {
      if (typeof index === "string") return notApplicable(index);
      const [starts, may] = [startingBytes(index), memoryMb * MB_BYTES];
      if (starts <= may) return pass(`${megabytes(starts)} of ${memoryMb} MiB`);
      return fail(
        `It starts with ${megabytes(starts)} MiB and may have ${memoryMb} MiB: write a larger memory_mb, or let it start with less.`,
      );
    },
  },
  { id: "body", paragraph: "2", sentence: "It exports invoke or _start, a function () -> ().", judge: broken("body") },
  {
    id: "initialize",
    paragraph: "2",
    sentence: "Its _initialize is a function () -> ().",
    judge: (examined) =>
      examined.exports.has("_initialize") ? broken("initialize")(examined) : notApplicable("it has none"),
  },
  {
    id: "start",
    paragraph: "6",
    sentence: "Its start function calls no host function that needs the instance.",
    judge: (examined) => (startsByItself(examined.subject) ? broken("start")(examined) : notApplicable("it has none")),
  },
  {
    id: "callback",
    paragraph: "2",
    sentence: "It exports radon_callback, a function (i32, i32, i32) -> (), if it registers callbacks.",
    judge: (examined) => {
      const called =
        examined.exports.has("radon_callback") || examined.imports.some((name) => REGISTERING.includes(name));
      return called ? broken("callback")(examined) : notApplicable("it registers none");
    },
  },
  {
    id: "migrate",
    paragraph: "2",
    sentence: "Its migrate is a function () -> () of a module with invoke.",
    judge: (examined) => (examined.exports.has("migrate") ? broken("migrate")(examined) : notApplicable("it has none")),
  },
  { id: "import-kinds", paragraph: "1", sentence: "It imports functions only.", judge: importing("import kinds") },
  {
    id: "known-imports",
    paragraph: "4",
    sentence: "The ABI has each function that it imports.",
    judge: importing("known imports"),
  },
  {
    id: "import-types",
    paragraph: "4",
    sentence: "It imports each function with the ABI's type.",
    judge: importing("import types"),
  },
  {
    id: "grants",
    paragraph: "1",
    sentence: "Its atom is granted each capability that it imports from.",
    judge: ({ module, terms: { grants = GRANTS } }) => {
      const needed = neededGrants(module);
      if (needed.length === 0) return notApplicable("it needs none");
      return without(grantProblems(module, grants).map(shown), `it needs ${needed.join(", ")}`);
    },
  },
];

function broken(rule: ModuleRule): (examined: Examined) => Verdict {
  return ({ problems }) => without(problems.filter((each) => each.rule === rule).map(shown));
}

function importing(rule: ModuleRule): (examined: Examined) => Verdict {
  return (examined) => (examined.imports.length === 0 ? notApplicable(NO_IMPORTS) : broken(rule)(examined));
}

function shown({ where, message, remedy }: ModuleProblem): string {
  return `${where}: ${message} ${remedy}`;
}

function megabytes(bytes: number): string {
  return (bytes / MB_BYTES).toFixed(1);
}

/** What is no WebAssembly is judged by that rule alone. */
export function judgeStatically(subject: Subject, terms: Terms): Judgement[] {
  const { module, bytes } = subject;
  if (typeof module === "string") return [{ rule: VALID, verdict: fail(module) }];
  const examined: Examined = {
    subject,
    module,
    terms,
    problems: [...moduleProblems(module, bytes), ...(startsByItself(subject) ? startProblems(bytes) : [])],
    exports: exportNames(module),
    imports: importNames(module),
  };
  const judged = RULES.map(({ judge, ...rule }) => ({ rule, verdict: judge(examined) }));
  return [{ rule: VALID, verdict: pass() }, ...judged];
}

/** True of a module that has a start section. */
export function startsByItself({ index }: Subject): boolean {
  return typeof index !== "string" && hasStartSection(index);
}
