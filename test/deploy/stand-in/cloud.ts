/** A local stand-in for Cloudflare: wrangler deploys to it as it is, and what it was given runs in workerd. */
import { Api, ACCOUNT, API_TOKEN, type Call, type Fault } from "./api.ts";
import { Edge } from "./edge.ts";
import { Workers } from "./workers.ts";

export interface PlannedFault {
  readonly method: string;
  readonly path: RegExp;
  readonly fault: Fault;
}

export class Cloud {
  readonly workers = new Workers();
  readonly edge: Edge;
  /** Since the last time that a test looked. */
  calls: Call[] = [];
  /** Happens to the next call that it fits, and to none after it. */
  fault: PlannedFault | undefined;
  /** Whatever a test wants to see while a call is under way. */
  onCall: (call: Call) => unknown = () => undefined;
  readonly #api: Api;
  #url = "";

  private constructor(dataFolder: string) {
    this.edge = new Edge(this.workers, dataFolder);
    this.#api = new Api({
      workers: this.workers,
      onChange: () => this.edge.changed(),
      onCall: (call) => this.#called(call),
    });
  }

  static async start(dataFolder: string): Promise<Cloud> {
    const cloud = new Cloud(dataFolder);
    cloud.#url = await cloud.#api.listen();
    return cloud;
  }

  /** What sends wrangler and radon here. */
  get environment(): Readonly<Record<string, string>> {
    return { CLOUDFLARE_API_BASE_URL: this.#url, CLOUDFLARE_API_TOKEN: API_TOKEN, CLOUDFLARE_ACCOUNT_ID: ACCOUNT };
  }

  async stop(): Promise<void> {
    this.#api.stop();
    await this.edge.stop();
  }

  #called(call: Call): Fault | undefined {
    this.calls.push(call);
    this.onCall(call);
    const planned = this.fault;
    if (planned === undefined || planned.method !== call.method || !planned.path.test(call.path)) return undefined;
    this.fault = undefined;
    return planned.fault;
  }
}
