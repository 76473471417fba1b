/** The releases that machines keep, as versions that can be put back. */
import type { Deployment as Built } from "../../../durable/core/deployment.ts";
import type { RuntimeName } from "../../../durable/core/names.ts";
import type { KeptVersion, PlaceEvent, PlaceHistory } from "../rollback/history.ts";
import type { Past, Step, Told } from "../target.ts";
import { readNote, type VersionNote } from "../version-note.ts";
import { answerWords } from "./probe.ts";
import type { RuntimeOnMachine } from "./runtime-on-machine.ts";

export class MachinePast implements Past {
  readonly #machines: readonly RuntimeOnMachine[];
  /** By the places that were told. */
  readonly #known = new Map<PlaceHistory, { machine: RuntimeOnMachine; notes: ReadonlyMap<string, VersionNote> }>();

  constructor(machines: readonly RuntimeOnMachine[]) {
    this.#machines = machines;
  }

  async history(runtimes: readonly RuntimeName[], signal: AbortSignal): Promise<Told> {
    const asked = this.#machines.filter(({ site, present }) => present && runtimes.includes(site.runtime));
    const places: PlaceHistory[] = [];
    for (const machine of asked) {
      const answer = await machine.past(signal);
      if (!answer.ok) return answer;
      const { site } = machine;
      const { notes, ...told } = readPast(answer.text);
      // A first deployment was interrupted before anything ran.
      if (told.current === undefined) continue;
      const place = { runtime: site.runtime, place: site.machine.host, ...told };
      this.#known.set(place, { machine, notes });
      places.push(place);
    }
    return { ok: true, places };
  }

  async builtAs(place: PlaceHistory, id: string): Promise<Built | undefined> {
    return this.#known.get(place)?.notes.get(id)?.deployment;
  }

  async hindrance(): Promise<undefined> {
    return undefined;
  }

  restore(place: PlaceHistory, { id, application }: KeptVersion, at: string): Step {
    const title = `put ${place.runtime} back on ${place.place}`;
    const { machine } = this.#known.get(place) ?? {};
    if (machine === undefined) throw new Error("The place was not told by this target.");
    return {
      runtime: place.runtime,
      title,
      run: (signal) => machine.restore({ version: id, application, at }, signal),
    };
  }
}

type MachineTold = Omit<PlaceHistory, "runtime" | "place"> & { readonly notes: ReadonlyMap<string, VersionNote> };

/** The answer of "past" in remote.sh. */
export function readPast(text: string): MachineTold {
  const words = answerWords(text);
  const lines = words("event").map((line) => line.split(" "));
  const works = lines.filter(([, kind]) => kind === "works");
  const worked = new Set(works.map(([, , id]) => id));
  const starts = new Set(works.map(([at, , id]) => `${at} ${id}`));
  const notes = new Map(words("about").flatMap(readAbout));
  const kept = [...notes].map(([id, { application, deployment }]): [string, KeptVersion] => {
    return [id, { id, version: deployment.version, application, live: worked.has(id) }];
  });
  const events = lines.flatMap(([at, kind, id, application]): PlaceEvent[] => {
    if (at === undefined || id === undefined || (kind !== "deploy" && kind !== "rollback")) return [];
    return [{ at, kind, id, application, worked: starts.has(`${at} ${id}`) }];
  });
  return { current: words("current")[0], events: events.reverse(), kept: new Map(kept), notes };
}

function readAbout(line: string): [string, VersionNote][] {
  const space = line.indexOf(" ");
  const note = readNote(line.slice(space + 1));
  return note === undefined ? [] : [[line.slice(0, space), note]];
}
