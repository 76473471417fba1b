/** Watches the files that an application is made from. */
import { existsSync, watch, type FSWatcher } from "node:fs";
import path from "node:path";

/** Editors and compilers write in bursts: the change is reported once they are quiet. */
const QUIET_MS = 120;

export interface Watched {
  readonly files: readonly string[];
  /** Watched with all that is in them. */
  readonly folders: readonly string[];
  /** Files in these folders that are results: a build that moves one is no reason for another build. */
  readonly results: readonly string[];
}

export class Watcher {
  readonly #onChange: () => void;
  #watchers: FSWatcher[] = [];
  #key = "";
  #timer: NodeJS.Timeout | undefined;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Watches these from now on, instead of what was watched before. */
  watch({ files, folders, results }: Watched): void {
    const key = JSON.stringify([files, folders, results]);
    if (key === this.#key) return;
    this.close();
    this.#key = key;
    for (const folder of folders)
      this.#add(folder, true, (name) => !isHidden(name) && !results.includes(path.join(folder, name)));
    for (const [folder, names] of byFolder(files)) this.#add(folder, false, (name) => names.has(name));
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers = [];
    this.#key = "";
  }

  #add(folder: string, recursive: boolean, matters: (name: string) => boolean): void {
    if (!existsSync(folder)) return;
    const watcher = watch(folder, { recursive }, (_event, name) => {
      if (name === null || matters(name)) this.#changed();
    });
    watcher.on("error", () => watcher.close());
    this.#watchers.push(watcher);
  }

  #changed(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#onChange, QUIET_MS);
  }
}

/** Files are watched through their folder: an editor that replaces a file would end a watch of the file itself. */
function byFolder(files: readonly string[]): Map<string, Set<string>> {
  const folders = new Map<string, Set<string>>();
  for (const file of files) {
    const folder = path.dirname(file);
    folders.set(folder, (folders.get(folder) ?? new Set<string>()).add(path.basename(file)));
  }
  return folders;
}

function isHidden(name: string): boolean {
  return name.split(path.sep).some((part) => part.startsWith(".") || part === "node_modules" || part === "target");
}
