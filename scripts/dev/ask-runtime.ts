/** Posts to one runtime's Worker, as any client would reach it. */
import { request } from "node:http";
import { runtimeHost } from "./address.ts";

export interface RuntimeCall {
  readonly url: string;
  readonly runtime: string;
  readonly path: string;
  readonly token: string | undefined;
  readonly limitMs: number;
}

/** Node's fetch may not set the host, which is what names the runtime. */
export function askRuntime(call: RuntimeCall): Promise<{ status: number; body: string }> {
  const { url, runtime, path, token, limitMs } = call;
  return new Promise((resolve, reject) => {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const headers = { host: `${runtimeHost(runtime)}:${new URL(url).port}`, ...authorization };
    const sent = request(url + path, { method: "POST", headers, timeout: limitMs }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
      response.once("end", () => resolve({ status: response.statusCode ?? 0, body }));
      response.once("error", reject);
    });
    sent.once("timeout", () => sent.destroy(new Error(`no answer within ${limitMs / 1000} s`)));
    sent.once("error", reject);
    sent.end();
  });
}
