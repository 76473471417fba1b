/** Lets Node run this package's TypeScript files below node_modules, where it strips no types by itself. */
import { readFileSync } from "node:fs";
import module from "node:module";
import { fileURLToPath } from "node:url";

const PACKAGE = new URL("..", import.meta.url).href;

function isOurs(url) {
  if (!url.startsWith(PACKAGE) || !url.endsWith(".ts")) return false;
  return PACKAGE.includes("/node_modules/") && !url.slice(PACKAGE.length).includes("node_modules/");
}

module.registerHooks({
  load(url, context, nextLoad) {
    if (!isOurs(url)) return nextLoad(url, context);
    const source = module.stripTypeScriptTypes(readFileSync(fileURLToPath(url), "utf8"));
    return { format: "module", source, shortCircuit: true };
  },
});
