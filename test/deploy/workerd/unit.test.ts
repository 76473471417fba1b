/** The systemd unit, judged by systemd's own reader where it is there. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { unitText, type UnitParts } from "../../../scripts/deploy/workerd/unit.ts";

const parts: UnitParts = {
  app: "tour",
  runtime: "edge-1",
  folder: "/home/some body/100%/radon/tour/edge-1",
  superuser: false,
};

test("a user's unit runs the current release, and is started again for ever", () => {
  const text = unitText(parts);
  const folder = '"/home/some body/100%%/radon/tour/edge-1';
  expect(text).toContain(`ExecStart=:/bin/sh ${folder}/current/start" ${folder}"\n`);
  expect(text).toContain("Restart=always\n");
  expect(text).toContain("WantedBy=default.target\n");
});

test("root's unit may write its own folder, and no other", () => {
  const text = unitText({ ...parts, superuser: true });
  expect(text).toContain("ProtectSystem=strict\n");
  expect(text).toContain('ReadWritePaths="/home/some body/100%%/radon/tour/edge-1"\n');
  expect(text).toContain('RequiresMountsFor="/home/some body/100%%/radon/tour/edge-1"\n');
  expect(text).toContain("WantedBy=multi-user.target\n");
});

test("systemd has nothing to say against them", (context) => {
  if (spawnSync("systemd-analyze", ["--version"]).error !== undefined)
    return context.skip("There is no systemd-analyze on this machine.");
  const folder = mkdtempSync(join(tmpdir(), "radon-unit-"));
  for (const superuser of [true, false]) {
    const file = join(folder, `radon-${superuser}.service`);
    writeFileSync(file, unitText({ ...parts, superuser }));
    expect(spawnSync("systemd-analyze", ["verify", file], { encoding: "utf8" }).stderr).toBe("");
  }
  rmSync(folder, { recursive: true });
});
