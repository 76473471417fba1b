/** Which settings of a formula have a variable in the environment; `environment.ts` says how it is called. */

/** Variables of the tools themselves, which are no settings of a formula. */
export const OWN_VARIABLES: Readonly<Record<string, string>> = {
  RADON_TOKEN: "the token of the control API",
  RADON_KEYS: "the keys by which runtimes that no binding connects know each other",
  RADON_CACHE: "the folder of compiled modules, .radon/cache if it is not set",
  RADON_OUT: "where a build command leaves the module",
  RADON_SSH: "options for ssh, such as -F FILE",
  RADON_WORKERD: "the workerd that is sent to machines instead of the one that comes with this package",
  RADON_CLUSTER_KEY: "the key of the machines of a cluster",
  RADON_CLUSTER_ACCESS_KEY_ID: "the access key of a cluster's bucket",
  RADON_CLUSTER_SECRET_ACCESS_KEY: "the secret access key of a cluster's bucket",
};

/** How the text of a variable is read. */
export type Reading = "text" | "number" | "list" | "number or text" | "truth";

/** Keys of a table, each with how its text is read. */
export type TableSettings = readonly (readonly [path: readonly string[], reading: Reading])[];

const ORIGIN: TableSettings = [
  ...(["source", "wasm", "build", "output"] as const).map((key) => [[key], "text"] as const),
  [["ignore"], "list"],
  [["optimize"], "truth"],
];

/** What an atom may be given anew on a runtime. */
export const OVERRIDE_SETTINGS: TableSettings = [
  [["durability"], "text"],
  ...(["http", "grants"] as const).map((key) => [[key], "list"] as const),
  ...(["attempts", "cpu_ms", "memory_mb", "http_timeout_ms"] as const).map((key) => [[key], "number"] as const),
];

/** The settings of the top level. */
export const TOP_SETTINGS: TableSettings = [
  [["app"], "text"],
  [["naming", "leader"], "text"],
];

/** The settings of the tables that may come several times. */
export const TABLE_SETTINGS: Readonly<Record<string, TableSettings>> = {
  runtime: [
    [["tags"], "list"],
    [["target"], "text"],
    ...(["url", "host", "listen", "folder", "service"] as const).map((key) => [[key], "text"] as const),
    [["port"], "number"],
    [["loader"], "truth"],
    ...(["certificate", "key"] as const).map((key) => [["tls", key], "text"] as const),
    ...(["bucket", "endpoint", "region"] as const).map((key) => [["cluster", key], "text"] as const),
    [["custom_domain"], "truth"],
    ...(["location", "jurisdiction", "region"] as const).map((key) => [["place", key], "text"] as const),
    ...(["cpu_ms", "subrequests"] as const).map((key) => [["limits", key], "number"] as const),
    ...(["enabled", "traces"] as const).map((key) => [["observability", key], "truth"] as const),
    [["observability", "sampling"], "number"],
  ],
  module: ORIGIN,
  atom: [
    ...ORIGIN,
    ...OVERRIDE_SETTINGS,
    ...(["module", "kind"] as const).map((key) => [[key], "text"] as const),
    [["metering"], "truth"],
    ...(["tags", "prefer", "spread"] as const).map((key) => [["place", key], "list"] as const),
    [["place", "on"], "number or text"],
  ],
};
