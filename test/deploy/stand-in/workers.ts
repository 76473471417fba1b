/**
 * What an account of the stand-in holds, by the platform's rules.
 *
 * Invariants
 * 1. A binding to a class of a Worker that is not there, or lacks the class, is refused, and nothing of the upload is kept.
 * 2. Migrations apply once: one that does not begin at the Worker's own tag, or makes a class that is there, is refused.
 * 3. An upload inherits the secrets of the one before it, as far as it asks to.
 * 4. Each upload is a version, which keeps its code, bindings and secrets. One that is older than what serves is not deployed again
 *    across a migration, and only by force if secrets were changed since.
 * 5. A Worker that others are bound to is deleted by force only, and takes those bindings with it, and its classes, and so its
 *    objects; another one of the name begins anew.
 */
import type { Binding, Upload } from "./upload.ts";

export interface Worker {
  /** Tells one that was made again from the one before. */
  readonly generation: number;
  /** What serves; that of the last deployment. */
  current: Upload;
  /** The oldest first. */
  readonly versions: Version[];
  readonly deployments: Deployment[];
  readonly classes: Set<string>;
  migrationTag: string | undefined;
  subdomain: boolean;
  domains: readonly string[];
}

export interface Version {
  readonly id: string;
  readonly createdOn: string;
  readonly upload: Upload;
  readonly migrationTag: string | undefined;
}

export interface Deployment {
  readonly id: string;
  readonly createdOn: string;
  readonly versions: readonly { readonly version_id: string; readonly percentage: number }[];
  readonly annotations: Readonly<Record<string, string>>;
}

export interface ApiError {
  readonly status: number;
  readonly code: number;
  readonly message: string;
}

export const NOT_FOUND: ApiError = { status: 404, code: 10007, message: "This Worker does not exist on your account." };

export class Workers {
  readonly all = new Map<string, Worker>();
  #made = 0;

  /** Makes or replaces a Worker, with its migrations. */
  put(name: string, upload: Upload): ApiError | undefined {
    const worker = this.all.get(name);
    const wrong = migrationMistake(upload, worker) ?? this.#bindingMistake(name, upload);
    if (wrong !== undefined) return wrong;
    const current = withInherited(upload, worker?.current);
    const kept = worker ?? this.#newWorker(current);
    for (const added of addedClasses(upload)) kept.classes.add(added);
    kept.migrationTag = upload.metadata.migrations?.new_tag ?? kept.migrationTag;
    this.all.set(name, kept);
    deployed(kept, versionOf(kept, current), upload.metadata.annotations);
    return undefined;
  }

  /** A version without migrations, which serves once it is deployed. */
  addVersion(name: string, upload: Upload): ApiError | string {
    const worker = this.all.get(name);
    if (worker === undefined) return NOT_FOUND;
    const wrong = this.#bindingMistake(name, upload);
    if (wrong !== undefined) return wrong;
    return versionOf(worker, withInherited(upload, worker.versions.at(-1)?.upload)).id;
  }

  deploy(name: string, id: string, annotations: Deployment["annotations"], force: boolean): ApiError | undefined {
    const worker = this.all.get(name);
    const version = worker?.versions.find((each) => each.id === id);
    if (worker === undefined || version === undefined) return NOT_FOUND;
    const wrong = this.#bindingMistake(name, version.upload) ?? rollbackMistake(worker, version, force);
    if (wrong === undefined) deployed(worker, version, annotations);
    return wrong;
  }

  domainsOf(hostname: string): object[] {
    const owners = [...this.all].filter(([, { domains }]) => domains.includes(hostname));
    return owners.map(([service]) => ({ hostname, service }));
  }

  delete(name: string, force: boolean): ApiError | undefined {
    const bound = [...this.all].filter(([other, { current }]) => other !== name && bindsTo(current, name));
    if (bound.length > 0 && !force) {
      return { status: 409, code: 10064, message: `Worker '${name}' is used by '${bound[0]?.[0]}'.` };
    }
    this.all.delete(name);
    for (const [, worker] of bound) worker.current = withoutBindings(worker.current, name);
    return undefined;
  }

  #newWorker(current: Upload): Worker {
    this.#made += 1;
    const none = { versions: [], deployments: [], classes: new Set<string>() };
    return { ...none, generation: this.#made, current, migrationTag: undefined, subdomain: false, domains: [] };
  }

  #bindingMistake(own: string, upload: Upload): ApiError | undefined {
    const missing = upload.metadata.bindings.find((binding) => !this.#resolves(binding, own, upload));
    if (missing === undefined) return undefined;
    const message = `Cannot create binding for class '${missing.class_name}' in script '${missing.script_name ?? own}'.`;
    return { status: 400, code: 10061, message };
  }

  #resolves(binding: Binding, own: string, upload: Upload): boolean {
    const { type, class_name, script_name = own } = binding;
    if (type !== "durable_object_namespace") return true;
    const added = script_name === own ? addedClasses(upload) : [];
    return [...(this.all.get(script_name)?.classes ?? []), ...added].includes(class_name ?? "");
  }
}

function versionOf(worker: Worker, upload: Upload): Version {
  const { migrationTag } = worker;
  const version = { id: crypto.randomUUID(), createdOn: new Date().toISOString(), upload, migrationTag };
  worker.versions.push(version);
  return version;
}

function deployed(worker: Worker, version: Version, annotations: Deployment["annotations"]): void {
  const versions = [{ version_id: version.id, percentage: 100 }];
  worker.deployments.push({ id: crypto.randomUUID(), createdOn: new Date().toISOString(), versions, annotations });
  worker.current = version.upload;
}

/** The code of the second refusal is Cloudflare's; that of the first is not known. */
function rollbackMistake(worker: Worker, version: Version, force: boolean): ApiError | undefined {
  if (version.migrationTag !== worker.migrationTag) {
    const message = "This version cannot be deployed: a Durable Object migration has occurred since it was active.";
    return { status: 400, code: 10210, message };
  }
  const changed = changedSecrets(version.upload, worker.current);
  if (version === worker.versions.at(-1) || changed.length === 0 || force) return undefined;
  const message = `A secret has changed since this version was active. If you are sure this is ok, add a ?force=true query parameter to allow the rollback. The following secrets have changed: ${changed.join(", ")}`;
  return { status: 400, code: 10220, message };
}

function changedSecrets(then: Upload, now: Upload): string[] {
  const [before, since] = [then, now].map(({ metadata }) => {
    const secrets = metadata.bindings.filter(({ type }) => type === "secret_text");
    return new Map(secrets.map(({ name, text }) => [name, text]));
  });
  const names = new Set([...(before?.keys() ?? []), ...(since?.keys() ?? [])]);
  return [...names].filter((name) => before?.get(name) !== since?.get(name));
}

function addedClasses({ metadata }: Upload): string[] {
  return metadata.migrations?.steps.flatMap((step) => step.new_sqlite_classes ?? []) ?? [];
}

function migrationMistake(upload: Upload, worker: Worker | undefined): ApiError | undefined {
  const { migrations } = upload.metadata;
  if (migrations === undefined) return undefined;
  if (migrations.old_tag !== worker?.migrationTag) {
    const message = `Migration tag precondition failed; current tag is '${worker?.migrationTag}'.`;
    return { status: 412, code: 10079, message };
  }
  const twice = addedClasses(upload).find((name) => worker?.classes.has(name) === true);
  const message = `Cannot apply new-class migration to class '${twice}' that is already depended on.`;
  return twice === undefined ? undefined : { status: 400, code: 10074, message };
}

function withInherited(upload: Upload, before: Upload | undefined): Upload {
  const { bindings, keep_bindings } = upload.metadata;
  const names = new Set(bindings.map(({ name }) => name));
  const kept = (before?.metadata.bindings ?? []).filter(
    ({ name, type }) => keep_bindings.includes(type) && !names.has(name),
  );
  return { ...upload, metadata: { ...upload.metadata, bindings: [...bindings, ...kept] } };
}

function bindsTo({ metadata }: Upload, name: string): boolean {
  return metadata.bindings.some(({ script_name }) => script_name === name);
}

function withoutBindings(upload: Upload, to: string): Upload {
  const bindings = upload.metadata.bindings.filter(({ script_name }) => script_name !== to);
  return { ...upload, metadata: { ...upload.metadata, bindings } };
}
