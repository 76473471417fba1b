/** What atoms ask of the naming of their runtime, over its object. */
import type { Application } from "./core/application.ts";
import { splitGlobalName } from "./core/names.ts";
import type { NamingPort } from "./atom-session.ts";
import { ownNaming } from "./naming-client.ts";

export function namingPort(application: Application, env: Readonly<Record<string, unknown>>): NamingPort {
  const naming = ownNaming(application, env);
  return {
    async setAliases(atom, delta) {
      const answer = await naming.setAliases(splitGlobalName(atom).atom, delta);
      if ("code" in answer) throw new Error(answer.reason);
      return answer.revision;
    },
    resolve: (name, asker) => naming.resolve(name, asker),
    lookup: (query, asker) => naming.lookup({ ...query, asker }),
  };
}
