/** Where in a TOML file each key and value stands. */
export type TomlPath = readonly (string | number)[];

/** Both count from 1, as editors do. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

interface Entry {
  readonly key: Position;
  readonly value: Position;
}

export class TomlPlaces {
  readonly #entries = new Map<string, Entry>();

  add(path: TomlPath, key: Position, value: Position): void {
    const name = JSON.stringify(path);
    if (!this.#entries.has(name)) this.#entries.set(name, { key, value });
  }

  has(path: TomlPath): boolean {
    return this.#entries.has(JSON.stringify(path));
  }

  /** Where the value stands; for one that is missing, where the nearest table around it begins. */
  value(path: TomlPath): Position {
    return this.#nearest(path)?.value ?? { line: 1, column: 1 };
  }

  key(path: TomlPath): Position {
    return this.#nearest(path)?.key ?? { line: 1, column: 1 };
  }

  #nearest(path: TomlPath): Entry | undefined {
    for (let length = path.length; length > 0; length -= 1) {
      const entry = this.#entries.get(JSON.stringify(path.slice(0, length)));
      if (entry !== undefined) return entry;
    }
    return undefined;
  }
}
