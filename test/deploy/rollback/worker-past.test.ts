/** What Workers tell of their past, and how they are put back (scripts/deploy/cloudflare/worker-past.ts), against the stand-in. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { GlobalName, RuntimeName } from "../../../durable/core/names.ts";
import { CloudflareTarget } from "../../../scripts/deploy/cloudflare/cloudflare-target.ts";
import { noteIn, noteVariables } from "../../../scripts/deploy/cloudflare/note-variables.ts";
import { deploymentMessage } from "../../../scripts/deploy/cloudflare/version-annotations.ts";
import type { KeptVersion, PlaceHistory } from "../../../scripts/deploy/rollback/history.ts";
import type { Past } from "../../../scripts/deploy/target.ts";
import type { VersionNote } from "../../../scripts/deploy/version-note.ts";
import { load } from "../../formula/formulas.ts";
import { Cloud } from "../stand-in/cloud.ts";
import type { Upload } from "../stand-in/upload.ts";
import type { Version, Worker } from "../stand-in/workers.ts";

const none = new AbortController().signal;
const solo = "solo" as RuntimeName;
const WORKER = "tour--solo";
const FORMULA = 'app = "tour"\n[[runtime]]\nname = "solo"\n[[atom]]\nname = "idle"\nsource = "idle.wat"\n';
let cloud: Cloud;
beforeAll(async () => {
  cloud = await Cloud.start("nothing runs here");
});
afterAll(() => cloud.stop());
beforeEach(() => {
  cloud.workers.all.clear();
  cloud.calls = [];
});

const applicationOf = (letter: string) => letter.repeat(16);
const minute = (index: number) => `2026-11-30T20:${String(index).padStart(2, "0")}:00.000Z`;

function noteOf(letter: string, atoms = 1): VersionNote {
  const each = Array.from({ length: atoms }, (_, index) => ({
    name: `solo/atom-${index}` as GlobalName,
    ...({ kind: "reactive", durability: "durable", module: "idle" } as const),
    moduleHash: crypto.randomUUID().replaceAll("-", "").slice(16),
    configurationHash: crypto.randomUUID().replaceAll("-", "").slice(16),
  }));
  const deployment = { app: "tour", runtime: solo, leader: solo, version: `${letter}-solo`, atoms: each };
  return { application: applicationOf(letter), deployment };
}

interface Uploaded {
  /** Minutes past the hour; without, it was not radon that uploaded it. */
  readonly at?: number;
  readonly token?: string;
  readonly tag?: string;
}

function upload(letter: string, { at, token = "token", tag }: Uploaded): Upload {
  const texts = { RADON_RUNTIME: "tour/solo", ...noteVariables(noteOf(letter)) };
  const bindings = [
    ...Object.entries(texts).map(([name, text]) => ({ name, type: "plain_text", text })),
    { name: "RADON_TOKEN", type: "secret_text", text: token },
  ];
  const message = deploymentMessage(applicationOf(letter), minute(at ?? 0));
  const annotations = at === undefined ? {} : { "workers/tag": `${letter}-solo`, "workers/message": message };
  const steps = [{ new_sqlite_classes: [`Class-${tag}`] }];
  const old_tag = cloud.workers.all.get(WORKER)?.migrationTag;
  const migrations = tag === undefined ? {} : { migrations: { ...(old_tag && { old_tag }), new_tag: tag, steps } };
  const about = { main_module: "a.js", compatibility_date: "2026-10-01", keep_bindings: [], bindings };
  return { metadata: { ...about, migrations: undefined, annotations, ...migrations }, modules: new Map() };
}

/** Uploads a version, as a redeployment does, and has it serve unless something went wrong then. */
function deploy(letter: string, options: Uploaded, serves = true): string {
  const uploaded = upload(letter, options);
  if (!cloud.workers.all.has(WORKER) || options.tag !== undefined) {
    expect(cloud.workers.put(WORKER, uploaded)).toBeUndefined();
    return cloud.workers.all.get(WORKER)?.versions.at(-1)?.id ?? "";
  }
  const id = cloud.workers.addVersion(WORKER, uploaded);
  if (typeof id !== "string") throw new Error(id.message);
  if (serves) serve(id, uploaded.metadata.annotations);
  return id;
}

function serve(id: string, annotations: Readonly<Record<string, string>> = {}): void {
  expect(cloud.workers.deploy(WORKER, id, annotations, true)).toBeUndefined();
}

async function opened() {
  const { formula } = load(FORMULA);
  if (formula === undefined) throw new Error("The formula is wrong.");
  const target = new CloudflareTarget({ formula, runtimes: [], at: "" }, cloud.environment);
  expect(await target.check(none)).toEqual([]);
  const told = await target.past.history([solo]);
  if (!told.ok) throw new Error(told.reason);
  const [place] = told.places as [PlaceHistory];
  const past: Past = target.past;
  return { past, places: told.places, place };
}

const events = ({ events: each, kept }: PlaceHistory) =>
  each.map(({ at, kind, id }) => `${at.slice(14, 16)} ${kind} ${kept.get(id)?.version ?? "?"}`);

describe("a Worker tells", () => {
  it("what was deployed when, and what serves", async () => {
    deploy("a", { at: 1 });
    const id = deploy("b", { at: 2 });
    const { place } = await opened();
    expect(place).toMatchObject({ runtime: "solo", place: `the Worker ${WORKER}`, current: id });
    expect(events(place)).toEqual(["02 deploy b-solo", "01 deploy a-solo"]);
    const kept: KeptVersion = { id, version: "b-solo", application: applicationOf("b"), live: true };
    expect(place.kept.get(id)).toEqual(kept);
  });

  it("of a version that was uploaded and never served, that it was begun", async () => {
    deploy("a", { at: 1 });
    const id = deploy("b", { at: 2 }, false);
    const { place } = await opened();
    expect(events(place)).toEqual(["02 deploy b-solo", "01 deploy a-solo"]);
    expect(place.kept.get(id)?.live).toBe(false);
    expect(place.kept.get(place.current ?? "")?.version).toBe("a-solo");
  });

  it("of a version from before the first deployment that Cloudflare still lists, that it served", async () => {
    const first = deploy("a", { at: 1 });
    deploy("b", { at: 2 });
    const { deployments, versions } = cloud.workers.all.get(WORKER) as Worker;
    deployments.shift();
    versions[0] = { ...(versions[0] as Version), createdOn: new Date(0).toISOString() };
    const { place } = await opened();
    expect(place.events.map(({ kind, worked }) => [kind, worked])).toEqual([
      ["deploy", true],
      ["deploy", true],
    ]);
    expect(place.kept.get(first)?.live).toBe(true);
  });

  it("2: of one that serves once more, that it was put back, whoever did it", async () => {
    const first = deploy("a", { at: 1 });
    deploy("b", { at: 2 });
    serve(first);
    const { place } = await opened();
    expect(place.events.map(({ kind }) => kind)).toEqual(["rollback", "deploy", "deploy"]);
    expect(place.current).toBe(first);
  });

  it("1: of one whose secret was changed by other means, which one it is all the same", async () => {
    deploy("a", { at: 1 });
    const id = deploy("a", { token: "another" });
    const { place } = await opened();
    expect(place.kept.get(id)).toMatchObject({ version: "a-solo", application: applicationOf("a"), live: true });
  });

  it("of two that share the traffic, that neither is what runs", async () => {
    const ids = [deploy("a", { at: 1 }), deploy("b", { at: 2 })];
    const versions = ids.map((version_id, index) => ({ version_id, percentage: index === 0 ? 90 : 10 }));
    const deployment = { id: "split", createdOn: new Date().toISOString(), versions, annotations: {} };
    cloud.workers.all.get(WORKER)?.deployments.push(deployment);
    expect((await opened()).place.current).toBeUndefined();
  });

  it("nothing, where it is not there, or a stub", async () => {
    expect((await opened()).places).toEqual([]);
    const stub = upload("a", {});
    stub.metadata.bindings.push({ name: "RADON_STUB", type: "plain_text", text: "true" });
    cloud.workers.put(WORKER, stub);
    expect((await opened()).places).toEqual([]);
  });
});

describe("a Worker is put back", () => {
  const posts = () => cloud.calls.filter(({ method }) => method === "POST");

  it("by a deployment that says so, and not twice", async () => {
    const first = deploy("a", { at: 1 });
    deploy("b", { at: 2 });
    const { past, place } = await opened();
    const step = past.restore(place, place.kept.get(first) as KeptVersion, minute(3));
    expect(step.title).toBe("put the Worker tour--solo back");
    expect(await step.run(none)).toEqual({ ok: true });
    expect(posts().map(({ body }) => body)).toEqual([
      {
        strategy: "percentage",
        versions: [{ version_id: first, percentage: 100 }],
        annotations: { "workers/message": "radon rollback 2026-11-30T20:03:00.000Z" },
        code_update_strategy: { mode: "immediate" },
      },
    ]);
    expect(await step.run(none)).toEqual({ ok: true, note: "it serves already" });
    expect(posts()).toHaveLength(1);
    expect(events((await opened()).place)).toEqual(["03 rollback a-solo", "02 deploy b-solo", "01 deploy a-solo"]);
  });

  it("with the secrets that it had, whose names are told", async () => {
    const first = deploy("a", { at: 1, token: "the first token" });
    deploy("b", { at: 2, token: "the second token" });
    const { past, place } = await opened();
    const step = past.restore(place, place.kept.get(first) as KeptVersion, minute(3));
    expect(await step.run(none)).toEqual({ ok: true, note: "RADON_TOKEN as they were then" });
    expect(posts().map(({ query }) => query.get("force"))).toEqual([null, "true"]);
  });

  it("though the answer to that was lost, by the next run", async () => {
    const first = deploy("a", { at: 1 });
    deploy("b", { at: 2 });
    const { past, place } = await opened();
    cloud.fault = { method: "POST", path: /deployments$/, fault: "lost" };
    const step = past.restore(place, place.kept.get(first) as KeptVersion, minute(3));
    expect(await step.run(none)).toMatchObject({ ok: false, reason: expect.stringContaining("10013") });
    expect(await step.run(none)).toEqual({ ok: true, note: "it serves already" });
  });

  it("never across a migration, which is known beforehand", async () => {
    const first = deploy("a", { at: 1, tag: "v1" });
    const second = deploy("b", { at: 2 });
    deploy("c", { at: 3, tag: "v2" });
    const { past, place } = await opened();
    for (const id of [first, second])
      expect(await past.hindrance(place, id, none)).toMatch(
        /^The Worker tour--solo was migrated since .*from v1 to v2/,
      );
    const step = past.restore(place, place.kept.get(first) as KeptVersion, minute(4));
    expect(await step.run(none)).toMatchObject({
      ok: false,
      reason: expect.stringContaining("migration has occurred"),
    });
    expect(await past.hindrance(place, place.current ?? "", none)).toBeUndefined();
  });
});

describe("a note", () => {
  const asBindings = (note: VersionNote) => Object.entries(noteVariables(note)).map(([name, text]) => ({ name, text }));

  it("comes back from the variables that it takes", async () => {
    deploy("a", { at: 1 });
    const { past, place } = await opened();
    expect(await past.builtAs(place, place.current ?? "", none)).toMatchObject({ version: "a-solo", atoms: [{}] });
    const many = noteOf("b", 300);
    expect(asBindings(many).length).toBeGreaterThan(1);
    for (const { text } of asBindings(many)) expect(text.length).toBeLessThanOrEqual(5_000);
    expect(noteIn(asBindings(many))).toEqual(many);
  });

  it("is left out where it does not fit, and is none where it is not one", () => {
    expect(noteVariables(noteOf("a", 2_000))).toEqual({});
    expect(noteIn([])).toBeUndefined();
    expect(noteIn([{ name: "RADON_NOTE", text: "something else" }])).toBeUndefined();
  });
});
