/**
 * The rules that only show when a module runs, each with what it is sent. What the module makes of that is its own affair: it has to
 * take it without a trap. They are judged one after the other, in one instance as long as nothing traps.
 */
import { PAYLOAD_BYTES_MAX } from "../../durable/core/limits.ts";
import { AtWork, noteOf, PATIENCE_MS } from "./at-work.ts";
import type { ControlApi } from "./control-api.ts";
import { startsByItself } from "./static-rules.ts";
import { exportNames, importNames, type Subject } from "./subject.ts";
import { ATOM, ROUTE, startTrial, type TrialOptions } from "./trial.ts";
import { fail, notApplicable, pass, type Judgement, type Rule, type Verdict } from "./verdict.ts";

/** Together twice what an atom's memory is limited to, unless it is told otherwise. */
const LARGE_MESSAGES = 64;
/** Nobody registers a callback for it. */
const UNKNOWN_SIGNAL = 2_147_483_647;

interface Scene {
  readonly work: AtWork;
  readonly imports: readonly string[];
  readonly options: TrialOptions;
}

interface DynamicRule extends Rule {
  readonly judge: (scene: Scene) => Promise<Verdict>;
}

const RULES: readonly DynamicRule[] = [
  {
    id: "daemon",
    paragraph: "2",
    sentence: "As a daemon it does not return from invoke.",
    judge: async ({ work, options }) =>
      options.kind === "daemon"
        ? work.verdictOf(() => Promise.resolve(undefined))
        : notApplicable("it ran as a reactive atom"),
  },
  { id: "message", paragraph: "2", sentence: "It takes a one-way message without a trap.", judge: told("conformance") },
  { id: "empty-message", paragraph: "1", sentence: "It takes a message of no bytes.", judge: told("") },
  {
    id: "large-message",
    paragraph: "1",
    sentence: "It takes a message of as many bytes as there may be, 1 MiB.",
    judge: told(new Uint8Array(PAYLOAD_BYTES_MAX).fill(0xa5)),
  },
  {
    id: "request",
    paragraph: "6",
    sentence: "It takes a request without a trap, and the request ends.",
    judge: ({ work }) => work.verdictOf(async (api) => noteOf(await api.request(ATOM, "conformance", PATIENCE_MS))),
  },
  {
    id: "http",
    paragraph: "4",
    sentence: "It takes an HTTP request without a trap.",
    judge: async ({ work, imports }) =>
      imports.some((name) => name.startsWith("radon:http."))
        ? work.verdictOf(async (api) => `it answered with ${(await api.send("GET", ROUTE)).status}`)
        : notApplicable("it imports nothing of radon:http"),
  },
  {
    id: "interrupt",
    paragraph: "4",
    sentence: "An interrupt that it has no callback for is dropped.",
    judge: ({ work }) => work.verdictOf(async (api) => void (await api.interrupt(ATOM, UNKNOWN_SIGNAL, "conformance"))),
  },
  {
    id: "within-memory",
    paragraph: "7",
    sentence: `It takes ${LARGE_MESSAGES} messages of 1 MiB, one after the other, and keeps within its memory.`,
    judge: judgeMemory,
  },
  {
    id: "restart",
    paragraph: "6",
    sentence: "It starts anew after a restart, and takes the next message.",
    judge: ({ work }) =>
      work.verdictOf(async (api) => {
        await api.restart(ATOM);
        await api.message(ATOM, "conformance");
        return undefined;
      }),
  },
];

const LOADS: Rule = { id: "loads", paragraph: "2", sentence: "A runtime can load it." };
const STARTS: Rule = {
  id: "starts",
  paragraph: "6",
  sentence: "Its start function and its _initialize end without a trap.",
};

function told(payload: string | Uint8Array): (scene: Scene) => Promise<Verdict> {
  return ({ work }) => work.verdictOf((api) => tell(api, payload));
}

async function tell(api: ControlApi, payload: string | Uint8Array): Promise<undefined> {
  const { status, text } = await api.message(ATOM, payload);
  if (status !== 202) throw new Error(`The runtime refused a message with ${status}: ${text}`);
}

/** One at a time: together they would be more than a mailbox takes. An instance that exits keeps nothing for the next message. */
async function judgeMemory({ work }: Scene): Promise<Verdict> {
  const payload = new Uint8Array(PAYLOAD_BYTES_MAX);
  let verdict: Verdict = pass();
  const goesOn = () => verdict.kind === "pass" && verdict.note === undefined;
  for (let left = LARGE_MESSAGES; left > 0 && goesOn(); left -= 1) {
    verdict = await work.verdictOf((api) => tell(api, payload));
  }
  return verdict;
}

/** Serves the module and judges it. What no build takes is not run: the static rules say why. */
export async function judgeDynamically(subject: Subject, options: TrialOptions): Promise<Judgement[]> {
  const trial = await startTrial(subject.bytes, options);
  if (typeof trial === "string") return notRun("a build refuses it");
  try {
    return await judgeTrial(subject, options, new AtWork(trial.api));
  } finally {
    await trial.stop();
  }
}

export function notRun(why: string): Judgement[] {
  return [LOADS, STARTS, ...RULES.map(bare)].map((rule) => ({ rule, verdict: notApplicable(why) }));
}

async function judgeTrial(subject: Subject, options: TrialOptions, work: AtWork): Promise<Judgement[]> {
  const { module } = subject;
  if (typeof module === "string") return notRun(module);
  const scene = { work, imports: importNames(module), options };
  const judgements: Judgement[] = [];
  for (const rule of RULES) judgements.push({ rule: bare(rule), verdict: await rule.judge(scene) });
  const hasStart = startsByItself(subject) || exportNames(module).has("_initialize");
  return [...startJudgements(work.loadFailure, hasStart), ...judgements];
}

function startJudgements(loadFailure: string | undefined, hasStart: boolean): Judgement[] {
  const ofStart = loadFailure !== undefined && loadFailure.startsWith(INITIALIZATION);
  const loads = loadFailure === undefined || ofStart ? pass() : fail(loadFailure);
  const nothing = notApplicable(hasStart ? "it cannot be loaded" : "it has neither");
  const starts = ofStart ? fail(loadFailure) : hasStart && loads.kind === "pass" ? pass() : nothing;
  return [
    { rule: LOADS, verdict: loads },
    { rule: STARTS, verdict: starts },
  ];
}

/** What the reason of an atom begins with that did not come as far as its first message. */
const INITIALIZATION = "Its initialization trapped";

function bare({ id, paragraph, sentence }: Rule): Rule {
  return { id, paragraph, sentence };
}
