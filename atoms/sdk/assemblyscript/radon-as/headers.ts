import { Json } from "./json";

/** HTTP headers, in order; names compare without regard to case. */
export class Headers {
  readonly names: string[] = [];
  readonly values: string[] = [];

  /** Headers with a first entry: `Headers.with("etag", tag).append(...)`. */
  static with(name: string, value: string): Headers {
    return new Headers().append(name, value);
  }

  /** Reads JSON pairs, `[[name, value], ...]`. */
  static in(pairs: Json): Headers {
    const headers = new Headers();
    for (let i = 0; i < pairs.length; i++) {
      headers.append(pairs.at(i).at(0).asString(), pairs.at(i).at(1).asString());
    }
    return headers;
  }

  get length(): i32 {
    return this.names.length;
  }

  /** The first value of that name; null if there is none. */
  get(name: string): string | null {
    for (let i = 0; i < this.names.length; i++) {
      if (sameName(this.names[i], name)) return this.values[i];
    }
    return null;
  }

  has(name: string): bool {
    return this.get(name) !== null;
  }

  /** Adds an entry, beside those of the same name; answers the headers. */
  append(name: string, value: string): Headers {
    this.names.push(name);
    this.values.push(value);
    return this;
  }

  /** The headers as JSON pairs. */
  toJson(): Json {
    const pairs = Json.array();
    for (let i = 0; i < this.names.length; i++) {
      pairs.push(Json.array().push(this.names[i]).push(this.values[i]));
    }
    return pairs;
  }
}

/** Header names are ASCII; AssemblyScript's own `toLowerCase` brings the tables of all of Unicode. */
function sameName(a: string, b: string): bool {
  if (a.length != b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (lowerCase(a.charCodeAt(i)) != lowerCase(b.charCodeAt(i))) return false;
  }
  return true;
}

function lowerCase(unit: i32): i32 {
  return unit >= 0x41 && unit <= 0x5a ? unit + 0x20 : unit;
}
