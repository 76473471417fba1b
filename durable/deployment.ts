/** What this runtime was built as, for tools that compare it with a formula. */
import type { Application } from "./core/application.ts";
import { deploymentOf, type Deployment } from "./core/deployment.ts";

export function ownDeployment(application: Application): Promise<Deployment> {
  return deploymentOf(application, sha256);
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
