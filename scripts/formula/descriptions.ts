/**
 * What each key of a formula says, in a sentence: editors show it. A key without one does not compile, and whoever adds a key
 * writes what it says here and in docs/formula.md.
 */
import type { limitsSchema, observabilitySchema, runtimePlaceSchema } from "./cloudflare-schema.ts";
import type { clusterSchema, tlsSchema } from "./machine-schema.ts";
import type { atomSchema, moduleSchema, namingSchema, placeSchema, runtimeSchema, TOP_LEVEL } from "./schema.ts";
import type { overrideSchema } from "./settings-schema.ts";

/** A sentence for each key of a schema. */
type SentencesOf<Schema extends { readonly shape: object }> = Readonly<Record<keyof Schema["shape"], string>>;

export const TOP_SENTENCES: Readonly<Record<keyof typeof TOP_LEVEL | "include", string>> = {
  app: "The name of the application: 1 to 128 of A-Z a-z 0-9 . _ -",
  naming: "Where names are kept; not needed with one runtime.",
  runtime: "A runtime: a Worker that runs atoms. None at all means one, called main.",
  module: "A WebAssembly module, compiled or as it is, that atoms are made from.",
  atom: "An atom: a module with a name, a place, grants, limits and configuration.",
  include: "The file that describes the application instead; it stands alone.",
};

export const NAMING_SENTENCES: SentencesOf<typeof namingSchema> = {
  leader: "The runtime that hosts the naming leader.",
};

export const RUNTIME_SENTENCES: SentencesOf<typeof runtimeSchema> = {
  name: "The name of the runtime: 1 to 128 of A-Z a-z 0-9 . _ -",
  tags: "What the places of atoms choose the runtime by.",
  target: "What it is deployed to: cloudflare, or workerd on a machine of your own.",
  url: "The origin where the deployed runtime answers, such as https://edge.example.com.",
  custom_domain: "Whether Cloudflare makes the host of its url a custom domain of its Worker; the default is false.",
  place: "Where Cloudflare is to have it.",
  limits: "What one event of it may use, on Cloudflare.",
  loader: "Whether atoms can be loaded into it without a deployment (radon load); needs the platform's Worker Loader.",
  observability: "Which of its logs and traces Cloudflare keeps.",
  host: "The machine of a runtime with target workerd, as ssh knows it: user@machine.",
  port: "The port that the runtime listens on; 8787 if not given.",
  listen: "The address of the machine that it listens on, or * for all; if not given, all with tls, else 127.0.0.1.",
  tls: "The certificate that it shows; without one it speaks plain HTTP.",
  folder: "Where radon keeps it on the machine; radon in the user's home if not given.",
  service: "What keeps it running: systemd, or none for radon's own supervisor.",
  cluster: "Several machines that are this runtime together, and the bucket that has its state.",
};

export const CLUSTER_SENTENCES: SentencesOf<typeof clusterSchema> = {
  bucket: "The bucket that has the state: s3://bucket/prefix.",
  endpoint: "Where the bucket is, if it is not Amazon's: https://s3.example.com.",
  region: "The region of the bucket.",
  members: "The machines, as ssh knows them, each with its address and a port on their private network.",
};

export const TLS_SENTENCES: SentencesOf<typeof tlsSchema> = {
  certificate: "The certificate's chain as PEM: an absolute path on the machine, or a file relative to this one.",
  key: "Its private key as PEM: an absolute path on the machine, or a file relative to this one.",
};

export const RUNTIME_PLACE_SENTENCES: SentencesOf<typeof runtimePlaceSchema> = {
  location: "Near where its objects are made; those that are there already stay.",
  jurisdiction: "Which borders its objects never leave; another one begins with empty state.",
  region: "The region near which its Worker runs, such as aws:eu-central-1, or smart.",
};

export const LIMITS_SENTENCES: SentencesOf<typeof limitsSchema> = {
  cpu_ms: "The milliseconds that one event may compute.",
  subrequests: "The requests that one event may send.",
};

export const OBSERVABILITY_SENTENCES: SentencesOf<typeof observabilitySchema> = {
  enabled: "Whether anything is kept; the default is true.",
  sampling: "The share of events that is kept; the default is 1.",
  traces: "Whether traces are kept as well; the default is false.",
};

const ORIGIN_SENTENCES = {
  source: "The file or folder that is compiled, relative to this file.",
  wasm: "A compiled module, relative to this file.",
  build: "A line for the system's shell that builds the module in its source folder.",
  output: "Where the build command leaves the module, relative to the source; $RADON_OUT without it.",
  ignore: "Patterns of files in the source folder that the module does not depend on.",
  optimize: "Whether radon build runs binaryen over the module; the default goes by the language.",
} as const;

export const MODULE_SENTENCES: SentencesOf<typeof moduleSchema> = {
  name: "The name that atoms know the module by: 1 to 128 of A-Z a-z 0-9 . _ -",
  ...ORIGIN_SENTENCES,
};

export const OVERRIDE_SENTENCES: SentencesOf<typeof overrideSchema> = {
  aliases: "Scopes, each with the values by which the atom is found there.",
  http: "The route or routes whose requests are messages of the atom, in hono's syntax: /users/:id, /files/*.",
  grants: "The capabilities that the module may import; all but http, outgoing requests, if not given.",
  durability: "durable, or volatile: mailbox and outbox in memory only.",
  config: "Texts, numbers, true and false, which the atom reads as text.",
  attempts: "How often a message may trap its atom before it goes to the dead letters.",
  cpu_ms: "The milliseconds that the atom may compute between two blocking points; 10000 if not given.",
  memory_mb: "The MiB that the atom's memory may grow to.",
  http_timeout_ms: "The milliseconds after which an unanswered HTTP request gets a 504.",
};

export const ATOM_SENTENCES: SentencesOf<typeof atomSchema> = {
  name: "The name of the atom: 1 to 128 of A-Z a-z 0-9 . _ -",
  module: "The module it is made from; the one of the same name if not given.",
  ...ORIGIN_SENTENCES,
  kind: "reactive: called for each message. daemon: started once, and runs for good.",
  place: "Which runtimes run it.",
  metering: "false: no budget of computing time, and no turn for others while it computes.",
  ...OVERRIDE_SENTENCES,
  on: "What differs on a runtime, by the runtime's name.",
};

export const PLACE_SENTENCES: SentencesOf<typeof placeSchema> = {
  tags: "The tags that a runtime must have, all of them.",
  on: "How many of the runtimes with these tags run the atom: one, all or a number.",
  prefer: "Tags that a runtime had better have, the most preferred first.",
  spread: "Tags over whose runtimes the copies are spread evenly.",
};
