/** The application that the chaos runs on: accounts and tellers on two runtimes, and the formula that describes them. */
import { join } from "node:path";

export const RUNTIMES = ["cloud", "edge-1"] as const;
export const OPENING_BALANCE = 300;
const TELLERS_A_RUNTIME = 2;

export interface BankAtom {
  readonly runtime: (typeof RUNTIMES)[number];
  readonly name: string;
  readonly kind: "reactive" | "daemon";
  /** `runtime/atom`. */
  readonly global: string;
}

export interface Bank {
  readonly accounts: readonly BankAtom[];
  readonly tellers: readonly BankAtom[];
}

/** Every runtime has accounts of both kinds. */
export function bankOf(accounts: number): Bank {
  return {
    accounts: Array.from({ length: accounts }, (_, index) =>
      bankAtom(`account-${index + 1}`, index, Math.floor(index / RUNTIMES.length) % 2 === 0 ? "reactive" : "daemon"),
    ),
    tellers: Array.from({ length: TELLERS_A_RUNTIME * RUNTIMES.length }, (_, index) =>
      bankAtom(`teller-${index + 1}`, index, "reactive"),
    ),
  };
}

function bankAtom(name: string, index: number, kind: BankAtom["kind"]): BankAtom {
  const runtime = RUNTIMES[index % RUNTIMES.length] as BankAtom["runtime"];
  return { runtime, name, kind, global: `${runtime}/${name}` };
}

/** The path that triggers an account. */
export function accountRoute({ name }: BankAtom): string {
  return `/accounts/${name}`;
}

export function bankFormula({ accounts, tellers }: Bank): string {
  return [
    'app = "bank"\n[naming]\nleader = "cloud"\n',
    ...RUNTIMES.map((name) => `[[runtime]]\nname = "${name}"\ntags = ["${name}"]\n`),
    ...["account", "account-daemon", "teller"].map(moduleText),
    ...accounts.map((account) => atomText(account, account.kind === "daemon" ? "account-daemon" : "account")),
    ...tellers.map((teller) => atomText(teller, "teller")),
  ].join("\n");
}

function moduleText(name: string): string {
  return `[[module]]\nname = "${name}"\nsource = ${JSON.stringify(join(import.meta.dirname, "bank", `${name}.ts`))}\n`;
}

function atomText(atom: BankAtom, module: string): string {
  return [
    `[[atom]]\nname = "${atom.name}"\nmodule = "${module}"\nkind = "${atom.kind}"`,
    `place = { tags = ["${atom.runtime}"] }`,
    ...(module === "teller" ? [] : [`http = "${accountRoute(atom)}"`, `config = { opening = ${OPENING_BALANCE} }`]),
    "",
  ].join("\n");
}
