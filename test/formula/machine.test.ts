/** The keys of a runtime on a machine of one's own. */
import { describe, expect, test } from "vitest";
import { load, shown } from "./formulas.ts";

const ATOM = '[[atom]]\nname = "a"\nsource = "idle.wat"\n';
const withRuntime = (...lines: string[]) =>
  load(`app = "tour"\n[[runtime]]\nname = "edge-1"\n${lines.map((line) => `${line}\n`).join("")}${ATOM}`);
const machineOf = (...lines: string[]) =>
  withRuntime('target = "workerd"', ...lines).formula?.runtimes[0]?.machines?.[0];
const mistakes = (...lines: string[]) => withRuntime(...lines).problems.map(shown);

describe("a machine", () => {
  test("is enough with its host: the runtime listens where only the machine itself reaches it", () => {
    expect(machineOf('host = "me@edge.example.com"')).toEqual({
      host: "me@edge.example.com",
      port: 8787,
      listen: "127.0.0.1",
      tls: undefined,
      folder: "radon",
      service: "systemd",
    });
  });

  test("with a certificate listens everywhere", () => {
    expect(machineOf('host = "edge"', "port = 443", 'tls = { certificate = "a.pem", key = "/b.pem" }')).toMatchObject({
      port: 443,
      listen: "*",
      tls: { certificate: "a.pem", key: "/b.pem" },
    });
  });

  test("may come from the environment", () => {
    const text = `app = "tour"\n[[runtime]]\nname = "edge-1"\ntarget = "workerd"\n${ATOM}`;
    const { formula } = load(text, { RADON_RUNTIME_EDGE_1_HOST: "edge", RADON_RUNTIME_EDGE_1_PORT: "8788" });
    expect(formula?.runtimes[0]?.machines?.[0]).toMatchObject({ host: "edge", port: 8788 });
  });
});

describe("mistakes", () => {
  test("a key for machines on another target", () => {
    expect(mistakes('host = "edge"')).toEqual([
      '4:8 "host" says nothing for a runtime with target = "cloudflare". → Remove it, or write target = "workerd".',
    ]);
  });

  test("a key without a host", () => {
    expect(mistakes('target = "workerd"', "port = 80")).toEqual([
      '5:1 "port" says nothing without a host. → Add host = "user@machine".',
    ]);
  });

  test.each(["-oProxyCommand=reboot", "two words", "a@b@c", "edge;reboot"])("a host that is none: %s", (host) => {
    expect(mistakes('target = "workerd"', `host = "${host}"`)).toEqual([
      `5:8 "${host}" is no machine. → Write user@machine, or a Host of ~/.ssh/config.`,
    ]);
  });

  test.each(["../up", "/", "a/../b", "~/radon", "-f", "with space"])("a folder that is none: %s", (folder) => {
    expect(mistakes('target = "workerd"', 'host = "edge"', `folder = "${folder}"`)).toEqual([
      expect.stringContaining(`6:10 "${folder}" is no folder for radon.`),
    ]);
  });

  test("an address that is none", () => {
    expect(mistakes('target = "workerd"', 'host = "edge"', 'listen = "all"')).toEqual([
      expect.stringContaining('6:10 "all" is no address.'),
    ]);
  });

  test("two runtimes on one port of a machine", () => {
    const runtime = (name: string) => `[[runtime]]\nname = "${name}"\ntarget = "workerd"\nhost = "edge"\n`;
    const { problems } = load(`app = "tour"\n[naming]\nleader = "a"\n${runtime("a")}${runtime("b")}${ATOM}`);
    expect(problems.map(shown)).toEqual([
      expect.stringContaining(
        '"a" and "b" listen on the same port 8787 of edge. → Give each runtime of a machine a port',
      ),
    ]);
  });
});
