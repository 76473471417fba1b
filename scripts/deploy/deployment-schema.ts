/** What a runtime was built as, as it comes from outside: from the runtime itself, or from what was noted beside its version. */
import { z } from "zod";
import { DURABILITIES } from "../../durable/core/application.ts";
import type { Deployment } from "../../durable/core/deployment.ts";
import type { GlobalName, RuntimeName } from "../../durable/core/names.ts";

const runtimeName = z.string().transform((name) => name as RuntimeName);

/** A later version may tell more. */
export const deploymentSchema = z.looseObject({
  app: z.string(),
  runtime: runtimeName,
  leader: runtimeName,
  version: z.string(),
  atoms: z.array(
    z.looseObject({
      name: z.string().transform((name) => name as GlobalName),
      kind: z.enum(["reactive", "daemon"]),
      durability: z.enum(DURABILITIES),
      module: z.string(),
      moduleHash: z.string(),
      configurationHash: z.string(),
    }),
  ),
}) satisfies z.ZodType<Deployment>;
