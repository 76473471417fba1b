/** What a cluster needs besides machines; test/end-to-end/machines runs one. */
import { expect, test } from "vitest";
import {
  clusterLack,
  clusterSecretProblems,
  clusterSecrets,
  servedCluster,
} from "../../../scripts/deploy/workerd/cluster.ts";
import { ownWorkerdDay } from "../../../scripts/deploy/workerd/workerd-binary.ts";

const KEY = "0123456789abcdef0123456789abcdef";

test("the secrets have the names that workerd knows", () => {
  const environment = {
    RADON_CLUSTER_KEY: KEY,
    RADON_CLUSTER_ACCESS_KEY_ID: "id",
    RADON_CLUSTER_SECRET_ACCESS_KEY: "secret",
    AWS_ACCESS_KEY_ID: "somebody's own",
  };
  expect([...clusterSecrets(environment)]).toEqual([
    ["RADON_CLUSTER_KEY", KEY],
    ["AWS_ACCESS_KEY_ID", "id"],
    ["AWS_SECRET_ACCESS_KEY", "secret"],
  ]);
  expect(clusterSecretProblems(environment)).toEqual([]);
});

test("those that are missing are named all at once, and a short key is refused", () => {
  expect(clusterSecretProblems({ RADON_CLUSTER_KEY: "short" })).toEqual([
    "Its machines need secrets of their own: set RADON_CLUSTER_ACCESS_KEY_ID, RADON_CLUSTER_SECRET_ACCESS_KEY.",
    expect.stringContaining("RADON_CLUSTER_KEY is shorter than 32 characters"),
  ]);
});

test("a workerd from before the cluster mode is told apart by its day", () => {
  expect(clusterLack("workerd 2026-11-17")).toBe(undefined);
  expect(clusterLack("workerd 2026-10-06")).toContain("this one is of 2026-10-06");
  expect(ownWorkerdDay()).toMatch(/^\d{4}-\d{2}-\d{2}$/);
});

test("only a bucket on plain HTTP is told that it may be", () => {
  expect(servedCluster({ bucket: "s3://b", endpoint: "http://127.0.0.1:9000" }).options).toContain(
    "aws_allow_http=true",
  );
  expect(servedCluster({ bucket: "s3://b", endpoint: "https://s3.example.com", region: "auto" }).options).toEqual([
    "aws_endpoint=https://s3.example.com",
    "aws_region=auto",
  ]);
});
