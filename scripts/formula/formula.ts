/** An application as its formula describes it, checked: everything in it is valid and refers to something that exists. */
import type { AtomKind } from "../../durable/core/application.ts";
import type { AtomName, RuntimeName } from "../../durable/core/names.ts";
import type { PlacementRule } from "../../durable/core/placement.ts";
import type { Source } from "../compile/source.ts";
import type { Overridable } from "./atom-settings.ts";
import type { Place } from "./problems.ts";
import type { Observability, RuntimeLimits, RuntimePlace } from "./cloudflare-schema.ts";

/** The runtime of a formula that names none, and of a single-runtime build. */
export const ONLY_RUNTIME = "main" as RuntimeName;

export interface Formula {
  readonly app: string;
  /** The file that describes it, as an absolute path. */
  readonly file: string;
  /** The folder that paths in it are relative to. */
  readonly folder: string;
  /** Where `.radon` is: the folder of the file that the user named. */
  readonly home: string;
  readonly leader: RuntimeName;
  readonly runtimes: readonly RuntimeSpec[];
  /** The modules that atoms use. */
  readonly modules: readonly ModuleSpec[];
  readonly atoms: readonly AtomSpec[];
}

export interface RuntimeSpec {
  readonly name: RuntimeName;
  readonly tags: readonly string[];
  readonly target: "cloudflare" | "workerd";
  /** The origin where the deployed runtime answers, such as `https://edge.example.com`. */
  readonly url?: string | undefined;
  /** True if Cloudflare makes the host of its url a custom domain of its Worker. */
  readonly custom_domain?: boolean | undefined;
  /** Where Cloudflare is to have it. */
  readonly place?: RuntimePlace | undefined;
  /** What one event of it may use, on Cloudflare. */
  readonly limits?: RuntimeLimits | undefined;
  /** Which of its logs and traces Cloudflare keeps. */
  readonly observability?: Observability | undefined;
  /** True if atoms can be loaded into it without a deployment. */
  readonly loader?: boolean | undefined;
  /** Where it runs, with target "workerd" and a host; several machines are a cluster. */
  readonly machines?: readonly MachineSpec[] | undefined;
  readonly cluster?: ClusterSpec | undefined;
  /** Where the formula names it; absent for the one of a formula that names none. */
  readonly at?: Place;
}

/** A machine of one's own, and how a runtime runs there. */
export interface MachineSpec {
  /** As ssh knows it: `user@machine`, or a Host of ~/.ssh/config. */
  readonly host: string;
  readonly port: number;
  /** An address of the machine, or `*`. */
  readonly listen: string;
  /** Absolute paths are the machine's; others are relative to the formula's folder, and their files are shipped. */
  readonly tls: { readonly certificate: string; readonly key: string } | undefined;
  /** An absolute path, or one relative to the user's home. */
  readonly folder: string;
  readonly service: "systemd" | "none";
  /** Where the other machines of its cluster reach it: an address and a port. */
  readonly peer?: string;
}

/** What several machines that are one runtime share: the bucket that has the objects' state. */
export interface ClusterSpec {
  /** As in `s3://bucket/prefix`. */
  readonly bucket: string;
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  /** Divides the times that a takeover waits out. No key of a formula: tests have no use for twenty seconds. */
  readonly timeDivisor?: number;
}

export interface ModuleSpec {
  readonly name: string;
  readonly source: Source;
  /** True if it is built with a budget of computing time. */
  readonly metered: boolean;
  /** Whether builds for deployment run binaryen over it; undefined leaves that to its language. */
  readonly optimize?: boolean | undefined;
  /** Where the formula names it, for the errors of its compilation. */
  readonly place: Place;
}

/** Its settings are those for every runtime; `settingsOn` has those of one. */
export interface AtomSpec extends Overridable {
  readonly name: AtomName;
  readonly module: string;
  readonly kind: AtomKind;
  readonly rule: PlacementRule;
  /** The runtimes that run it, and why these. */
  readonly runtimes: readonly RuntimeName[];
  readonly reason: string;
  readonly metering: boolean;
  readonly place: Place;
}
