/**
 * What radon writes beside the versions and deployments of a Worker, so that a list of them tells what is what: the tag is the
 * runtime's version, the message says `radon`, the application's version or `rollback`, and when the command began. Cloudflare
 * takes tags of 25 bytes and messages of 100.
 */

export interface Annotations {
  readonly "workers/tag"?: string | undefined;
  readonly "workers/message"?: string | undefined;
}

const MESSAGE = /^radon ([0-9a-f]{16}|rollback) (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)$/;

export function deploymentMessage(application: string, at: string): string {
  return `radon ${application} ${at}`;
}

export function rollbackMessage(at: string): string {
  return `radon rollback ${at}`;
}

export interface ReadAnnotations {
  /** Undefined of what radon did not deploy. */
  readonly version: string | undefined;
  readonly application: string | undefined;
  readonly isRollback: boolean;
  readonly at: string | undefined;
}

export function readAnnotations(annotations: Annotations): ReadAnnotations {
  const [, what, at] = MESSAGE.exec(annotations["workers/message"] ?? "") ?? [];
  const isRollback = what === "rollback";
  return { version: annotations["workers/tag"], application: isRollback ? undefined : what, isRollback, at };
}
