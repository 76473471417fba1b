/** Scripts as what an atom runs: the simulator's side of the engine's seam. */
import type { Guest } from "../../durable/engine/guest.ts";
import type { Program } from "../../durable/engine/program.ts";
import { ScriptedGuest, type ScriptWorld } from "./scripted-guest.ts";

/** `worldOf` gives a new instance what it needs; `onInstance` is told of it. */
export function scriptedProgram(worldOf: () => ScriptWorld, onInstance: (guest: ScriptedGuest) => void): Program {
  return {
    check: () => undefined,
    instantiate: (guest: Guest) => {
      const scripted = new ScriptedGuest(guest, worldOf());
      guest.attach(scripted.calls.memory, scripted.exports());
      onInstance(scripted);
    },
  };
}
