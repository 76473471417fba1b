/** What AssemblyScript's library imports for browsers and Node, which no runtime has, and what its SDK has in its place. */
const ADVICE: Readonly<Record<string, string>> = {
  console: "An atom has no console: use log.info, log.warn or log.error of radon-as.",
  Date: "An atom has no Date.now: use clock.now of radon-as, in microseconds.",
  performance: "An atom has no performance: use clock.monotonic of radon-as, in microseconds.",
  crypto: "An atom has no crypto: use randomBytes of radon-as.",
  process: "An atom has no process: use config, log and clock of radon-as; assert(false) traps.",
};

/** What to use instead of an import of `env`, if it is one of that library's. */
export function libraryAdvice(name: string): string | undefined {
  const object = name.split(/[.#]/)[0] ?? "";
  return name !== object && Object.hasOwn(ADVICE, object) ? ADVICE[object] : undefined;
}
