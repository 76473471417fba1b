/** The functions of the ABI over one guest, by import module and name. */
import {
  METERING_MODULE,
  type AbiModule,
  type EnvImplementations,
  type Implementations,
  type MeteringImplementations,
} from "./abi.ts";
import type { Guest } from "./guest.ts";
import { coreImports } from "./imports/core.ts";
import { assemblyScriptImports } from "./imports/env.ts";
import { futureImports } from "./imports/future.ts";
import { httpImports } from "./imports/http.ts";
import { interruptImports } from "./imports/interrupt.ts";
import { kvImports } from "./imports/kv.ts";
import { messagingImports } from "./imports/messaging.ts";
import { namingImports } from "./imports/naming.ts";

export type HostFunctions = { readonly [M in AbiModule]: Implementations<M> } & {
  readonly env: EnvImplementations;
  readonly [METERING_MODULE]: MeteringImplementations;
};

export function hostFunctions(guest: Guest): HostFunctions {
  return {
    "radon:core": coreImports(guest),
    "radon:messaging": messagingImports(guest),
    "radon:future": futureImports(guest),
    "radon:interrupt": interruptImports(guest),
    "radon:kv": kvImports(guest),
    "radon:naming": namingImports(guest),
    "radon:http": httpImports(guest),
    env: assemblyScriptImports(guest),
    [METERING_MODULE]: guest.meter.imports,
  };
}
