/** The invariants of scripts/deploy/cloudflare/account.ts, and the first one of cloudflare-target.ts, against the stand-in. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Account } from "../../scripts/deploy/cloudflare/account.ts";
import { CloudflareTarget } from "../../scripts/deploy/cloudflare/cloudflare-target.ts";
import type { Formula } from "../../scripts/formula/formula.ts";
import { load, TOUR } from "../formula/formulas.ts";
import { ACCOUNT } from "./stand-in/api.ts";
import { Cloud } from "./stand-in/cloud.ts";
import type { Upload } from "./stand-in/upload.ts";

const none = new AbortController().signal;
let cloud: Cloud;
beforeAll(async () => {
  cloud = await Cloud.start("nothing runs here");
});
afterAll(() => cloud.stop());

function upload(owner: string | undefined): Upload {
  const bindings = owner === undefined ? [] : [{ name: "RADON_RUNTIME", type: "plain_text", text: owner }];
  const about = { main_module: "a.js", compatibility_date: "2026-10-01" };
  const metadata = { ...about, bindings, keep_bindings: [], annotations: {} };
  return { metadata: { ...metadata, migrations: undefined }, modules: new Map() };
}

function formula(): Formula {
  const { formula: read } = load(`${TOUR}[[atom]]\nname = "idle"\nplace = { on = "all" }\n`);
  if (read === undefined) throw new Error("The formula is wrong.");
  return read;
}

describe("the account", () => {
  it("is the only one that the credentials reach, where none is named", async () => {
    const opened = await Account.open({ ...cloud.environment, CLOUDFLARE_ACCOUNT_ID: "" }, none);
    expect(opened).toMatchObject({ ok: true, value: { id: ACCOUNT } });
  });

  it("1: tells what is wrong with the credentials, but not what they are", async () => {
    const environment = { ...cloud.environment, CLOUDFLARE_API_TOKEN: "a-wrong-token", CLOUDFLARE_ACCOUNT_ID: "" };
    const opened = await Account.open(environment, none);
    expect(opened).toMatchObject({ ok: false, reason: expect.stringMatching(/Authentication error.*permission/) });
    expect(JSON.stringify(opened)).not.toContain("a-wrong-token");
  });
});

describe("a target", () => {
  it("1: refuses names that Workers of others have", async () => {
    cloud.workers.put("tour--cloud", upload(undefined));
    cloud.workers.put("tour--edge-1", upload("tour/edge-1"));
    const target = new CloudflareTarget({ formula: formula(), runtimes: [], at: "" }, cloud.environment);
    expect(await target.check(none)).toEqual([
      expect.stringMatching(/has a Worker tour--cloud already, which is not the runtime tour\/cloud/),
    ]);
  });

  it("1: refuses a domain that the Worker of another has", async () => {
    cloud.workers.all.clear();
    cloud.workers.put("shop", upload(undefined));
    const shop = cloud.workers.all.get("shop");
    if (shop !== undefined) shop.domains = ["edge.example.com"];
    const read = formula();
    const [first] = read.runtimes;
    if (first === undefined) throw new Error("The formula has no runtimes.");
    const spec = { ...first, url: "https://edge.example.com", custom_domain: true };
    const bundle = { runtime: spec.name, version: "1", folder: "", worker: "", wasm: [] };
    const built = { app: "tour", runtime: spec.name, leader: spec.name, version: "1", atoms: [] };
    const note = { application: "1", deployment: built };
    const deployment = { formula: read, runtimes: [{ spec, bundle, note, secrets: new Map() }], at: "" };
    expect(await new CloudflareTarget(deployment, cloud.environment).check(none)).toEqual([
      expect.stringMatching(/edge.example.com is the custom domain of the Worker shop already/),
    ]);
  });

  it("removes what is there, and needs no step for what is not", async () => {
    cloud.workers.all.clear();
    cloud.workers.put("tour--edge-1", upload("tour/edge-1"));
    const target = new CloudflareTarget({ formula: formula(), runtimes: [], at: "" }, cloud.environment);
    expect(await target.check(none)).toEqual([]);
    const steps = target.remove(formula().runtimes.map(({ name }) => name));
    expect(steps.map(({ title }) => title)).toEqual(["delete the Worker tour--edge-1"]);
    expect(await steps[0]?.run(none)).toMatchObject({ ok: true });
    expect(await steps[0]?.run(none)).toMatchObject({ ok: true });
    expect([...cloud.workers.all]).toEqual([]);
  });

  it("knows what was never deployed: what is not there, or a stub", async () => {
    const read = formula();
    const target = new CloudflareTarget({ formula: read, runtimes: [], at: "" }, cloud.environment);
    cloud.workers.all.clear();
    cloud.workers.put("tour--edge-1", upload("tour/edge-1"));
    await target.check(none);
    const absent = () => read.runtimes.map(({ name }) => target.isAbsent(name));
    expect(absent()).toEqual([true, false]);
    const stub = upload("tour/edge-1");
    stub.metadata.bindings.push({ name: "RADON_STUB", type: "plain_text", text: "true" });
    cloud.workers.put("tour--edge-1", stub);
    await target.check(none);
    expect(absent()).toEqual([true, true]);
  });

  it("reaches a runtime without a url at its workers.dev address", async () => {
    const read = formula();
    const target = new CloudflareTarget({ formula: read, runtimes: [], at: "" }, cloud.environment);
    await target.check(none);
    expect(await target.reach(read.leader)).toEqual({ ok: true, url: "https://tour--cloud.stand-in.workers.dev" });
  });
});
