/** Metrics of a runtime's atoms as Prometheus text (exposition format 0.0.4). Pure. */
import type { Read } from "./answer-reading.ts";
import type { AtomReadingState } from "./answer-schemas.ts";

export interface AtomReading {
  readonly atom: string;
  readonly state: Read<AtomReadingState>;
}

export const METRICS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

interface Family {
  readonly type: "gauge" | "counter";
  readonly help: string;
  readonly samples: string[];
}

export function metricsText(app: string, runtime: string, readings: readonly AtomReading[]): string {
  const families = new Map<string, Family>();
  sample(families, "radon_info", "gauge", "The application and the runtime.", { app, runtime }, 1);
  for (const reading of readings) sampleAtom(families, runtime, reading);
  const blocks = [...families].map(([name, family]) => {
    return [`# HELP ${name} ${family.help}`, `# TYPE ${name} ${family.type}`, ...family.samples].join("\n");
  });
  return `${blocks.join("\n")}\n`;
}

function sampleAtom(families: Map<string, Family>, runtime: string, { atom, state }: AtomReading): void {
  const labels = { runtime, atom };
  const gauge = (name: string, help: string, value: number, more: Record<string, string> = {}): void =>
    sample(families, name, "gauge", help, { ...labels, ...more }, value);
  gauge("radon_atom_up", "1 if the atom's object answered.", state.ok ? 1 : 0);
  if (!state.ok) return;
  const { mailbox, outbox, counters } = state.value;
  gauge("radon_atom_state", "1 for the state that the atom is in.", 1, {
    state: state.value.state,
    kind: state.value.kind,
  });
  gauge("radon_atom_mailbox_messages", "Messages in the mailbox.", mailbox.messages);
  gauge("radon_atom_mailbox_bytes", "Bytes in the mailbox.", mailbox.bytes);
  gauge("radon_atom_outbox_messages", "Messages sent and not yet acknowledged.", outbox.messages);
  for (const [name, value] of Object.entries(counters)) {
    sample(
      families,
      counterName(name),
      "counter",
      `The atom's counter ${name.replace(/[^\x20-\x5b\x5d-\x7e]/g, "?")}.`,
      labels,
      value,
    );
  }
}

function sample(
  families: Map<string, Family>,
  name: string,
  type: Family["type"],
  help: string,
  labels: Readonly<Record<string, string>>,
  value: number,
): void {
  const family = families.get(name) ?? { type, help, samples: [] };
  families.set(name, family);
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  family.samples.push(`${name}{${pairs.join(",")}} ${value}`);
}

/** `trapsCaught` becomes `radon_atom_traps_caught_total`. */
function counterName(name: string): string {
  const snake = name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").replace(/[^A-Za-z0-9]+/g, "_");
  return `radon_atom_${snake.toLowerCase()}_total`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
