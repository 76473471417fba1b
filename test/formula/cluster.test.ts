/** The keys of a runtime that is several machines. */
import { expect, test } from "vitest";
import { load, shown } from "./formulas.ts";

const withCluster = (cluster: string, ...lines: string[]) =>
  load(
    `app = "tour"\n[[runtime]]\nname = "edge-1"\ntarget = "workerd"\n${[...lines, `cluster = ${cluster}`].join("\n")}\n` +
      '[[atom]]\nname = "a"\nsource = "idle.wat"\n',
  );

test("each member is a machine, which listens where the others reach it", () => {
  const members = '{ "me@one" = "10.0.0.1:7000", "two" = "[fd00::2]:7000" }';
  const { formula, problems } = withCluster(`{ bucket = "s3://radon/edge", region = "auto", members = ${members} }`);
  expect(problems.map(shown)).toEqual([]);
  const common = { port: 8787, folder: "radon", service: "systemd", tls: undefined };
  expect(formula?.runtimes[0]?.machines).toEqual([
    { ...common, host: "me@one", listen: "10.0.0.1", peer: "10.0.0.1:7000" },
    { ...common, host: "two", listen: "fd00::2", peer: "[fd00::2]:7000" },
  ]);
  expect(formula?.runtimes[0]?.cluster).toEqual({ bucket: "s3://radon/edge", endpoint: undefined, region: "auto" });
});

test.each([
  [
    '{ bucket = "radon", members = { one = "10.0.0.1:7000" } }',
    '"radon" is no bucket. → Write bucket = "s3://bucket/edge".',
  ],
  ['{ bucket = "s3://radon", members = {} }', "The cluster has no members."],
  ['{ bucket = "s3://radon", members = { one = "10.0.0.1" } }', '"10.0.0.1" is no address and port of the machine.'],
  [
    '{ bucket = "s3://radon", members = { one = "one.example.com:7000" } }',
    '"one.example.com:7000" is no address and port',
  ],
  ['{ bucket = "s3://radon", members = { "-x" = "10.0.0.1:7000" } }', '"-x" is no machine.'],
  ['{ bucket = "s3://radon", endpoint = "minio", members = { one = "10.0.0.1:7000" } }', '"minio" is no web address.'],
  ['{ members = { one = "10.0.0.1:7000" } }', 'The runtime "edge-1" has no "bucket". → Write a table: cluster = {'],
  ['{ bucket = "s3://radon", keys = 1, members = { one = "10.0.0.1:7000" } }', 'Unknown key "keys" in "cluster".'],
])("a mistake in %s", (cluster, sentence) => {
  expect(withCluster(cluster).problems.map(shown)).toEqual([expect.stringContaining(sentence)]);
});

test("a host beside a cluster says nothing", () => {
  const { problems } = withCluster('{ bucket = "s3://radon", members = { one = "10.0.0.1:7000" } }', 'host = "one"');
  expect(problems.map(shown)).toEqual([
    '5:1 "host" says nothing beside a cluster. → Its machines are the members: remove it.',
  ]);
});
