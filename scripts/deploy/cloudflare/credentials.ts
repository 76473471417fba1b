/** Who we are to Cloudflare: what the environment says, else whoever logged in with wrangler on this machine. */
import { homedir } from "node:os";
import { z } from "zod";
import type { Environment } from "../../formula/environment.ts";
import type { Answered, Credentials } from "./api-client.ts";
import { runWrangler } from "./wrangler.ts";

const tokenSchema = z.looseObject({ token: z.string().min(1) });

export async function readCredentials(environment: Environment, signal: AbortSignal): Promise<Answered<Credentials>> {
  const token = given(environment, "CLOUDFLARE_API_TOKEN");
  if (token !== undefined) return { ok: true, value: { authorization: `Bearer ${token}` } };
  const [key, email] = [given(environment, "CLOUDFLARE_API_KEY"), given(environment, "CLOUDFLARE_EMAIL")];
  if (key !== undefined && email !== undefined)
    return { ok: true, value: { "x-auth-key": key, "x-auth-email": email } };
  return ofLogin(environment, signal);
}

function given(environment: Environment, name: string): string | undefined {
  const value = environment[name];
  return value === "" ? undefined : value;
}

async function ofLogin(environment: Environment, signal: AbortSignal): Promise<Answered<Credentials>> {
  const run = await runWrangler({ args: ["auth", "token", "--json"], folder: homedir(), environment, signal });
  const parsed = run.ok ? tokenSchema.safeParse(jsonIn(run.output)) : undefined;
  if (parsed?.success === true) return { ok: true, value: { authorization: `Bearer ${parsed.data.token}` } };
  const remedy = "Set CLOUDFLARE_API_TOKEN to an API token that may edit Workers, or log in with npx wrangler login.";
  return { ok: false, reason: `Nobody is logged in to Cloudflare here. ${remedy}` };
}

function jsonIn(output: string): unknown {
  try {
    return JSON.parse(output.slice(output.indexOf("{")));
  } catch {
    return undefined;
  }
}
