/**
 * What a Worker is until its runtime is deployed: the same classes without their work, so that others can be bound to them. Who
 * calls gets an error that says so, and what it sends stays in its outbox.
 */
import { OBJECT_CLASSES } from "../../formula/worker-shape.ts";

export function stubSource(owner: string): string {
  const answer = `new Response(${JSON.stringify(`The runtime ${owner} is not deployed yet.\n`)}, { status: 503 })`;
  return [
    'import { DurableObject } from "cloudflare:workers";',
    ...Object.values(OBJECT_CLASSES).map(
      (name) => `export class ${name} extends DurableObject { fetch() { return ${answer}; } }`,
    ),
    `export default { fetch() { return ${answer}; } };`,
    "",
  ].join("\n");
}
