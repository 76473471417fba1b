/** A load of HTTP: connections that each send the next request when they have the answer to the one before. */
import { Pool } from "undici";
import type { Stage } from "./stage.ts";

export interface Load {
  /** Answers of status 200. */
  readonly answered: number;
  readonly perSecond: number;
}

/** Keeps `connections` busy for `ms` milliseconds with GETs of a path of a Worker; any other answer than a 200 is an error. */
export async function load(stage: Stage, worker: string, path: string, connections: number, ms: number): Promise<Load> {
  const pool = new Pool(stage.origin, { connections, pipelining: 1 });
  const request = { path, method: "GET", headers: { host: `${worker}.localhost:${new URL(stage.origin).port}` } };
  const start = performance.now();
  let answered = 0;
  const client = async (): Promise<void> => {
    while (performance.now() - start < ms) {
      const { statusCode, body } = await pool.request(request);
      const text = await body.text();
      if (statusCode !== 200) throw new Error(`${worker}${path} answered ${statusCode}: ${text}`);
      answered += 1;
    }
  };
  try {
    await Promise.all(Array.from({ length: connections }, client));
  } finally {
    await pool.destroy();
  }
  return { answered, perSecond: (answered * 1000) / (performance.now() - start) };
}
