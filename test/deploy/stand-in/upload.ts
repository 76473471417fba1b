/** One upload of a Worker, as wrangler sends it: a form of the metadata and one part a module. */
import { z } from "zod";

const bindingSchema = z.looseObject({
  name: z.string(),
  type: z.string(),
  text: z.string().optional(),
  class_name: z.string().optional(),
  script_name: z.string().optional(),
});
export type Binding = z.output<typeof bindingSchema>;

const stepSchema = z.strictObject({ new_sqlite_classes: z.array(z.string()).optional() });

const metadataSchema = z.looseObject({
  main_module: z.string(),
  compatibility_date: z.string(),
  bindings: z.array(bindingSchema),
  keep_bindings: z.array(z.string()).default([]),
  annotations: z.record(z.string(), z.string()).default({}),
  migrations: z
    .looseObject({ old_tag: z.string().optional(), new_tag: z.string(), steps: z.array(stepSchema) })
    .optional(),
});

export interface Upload {
  readonly metadata: z.output<typeof metadataSchema>;
  /** By name; the main one is among them. */
  readonly modules: ReadonlyMap<string, { readonly type: string; readonly bytes: Uint8Array<ArrayBuffer> }>;
}

export async function readUpload(body: Buffer, contentType: string): Promise<Upload> {
  const form = await new Response(new Uint8Array(body), { headers: { "content-type": contentType } }).formData();
  const metadata = form.get("metadata");
  const text = metadata instanceof Blob ? await metadata.text() : String(metadata);
  const modules = new Map<string, { type: string; bytes: Uint8Array<ArrayBuffer> }>();
  for (const [name, part] of form.entries()) {
    if (name === "metadata" || !(part instanceof Blob)) continue;
    modules.set(name, { type: part.type, bytes: new Uint8Array(await part.arrayBuffer()) });
  }
  return { metadata: metadataSchema.parse(JSON.parse(text)), modules };
}
