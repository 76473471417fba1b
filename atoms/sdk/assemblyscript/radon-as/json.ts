/**
 * JSON values, read without a schema and written by chaining. Reading never fails half-way: what is absent, or of
 * another type, reads as the default that the caller names.
 */
import { JsonReader } from "./json-reader";
import { writeJson } from "./json-writer";

export enum JsonKind {
  NULL,
  BOOLEAN,
  NUMBER,
  STRING,
  ARRAY,
  OBJECT,
}

export class Json {
  // The fields are the SDK's own: programs read by `asString`, `asNumber` and so on.

  /** A number or a boolean (0 or 1). */
  number: f64 = 0;
  /** A number that was written without fraction and exponent, exactly. */
  integer: i64 = 0;
  isInteger: bool = false;
  string: string = "";
  items: Json[] | null = null;
  members: Map<string, Json> | null = null;

  /** Use `Json.parse`, `Json.object`, `Json.array`, `Json.of` or `Json.null`. */
  constructor(readonly kind: JsonKind) {}

  /** Reads a JSON text (RFC 8259); null if it is none. `lastError()` then tells where it stops being JSON. */
  static parse(text: string): Json | null {
    return new JsonReader(text).document();
  }

  static object(): Json {
    const json = new Json(JsonKind.OBJECT);
    json.members = new Map<string, Json>();
    return json;
  }

  static array(): Json {
    const json = new Json(JsonKind.ARRAY);
    json.items = [];
    return json;
  }

  static null(): Json {
    return new Json(JsonKind.NULL);
  }

  /** A string, a number, a boolean, null, or an array of any of these, as JSON. A `Json` is answered as it is. */
  static of<T>(value: T): Json {
    if (isNullable<T>()) {
      return value === null ? Json.null() : Json.of<NonNullable<T>>(<NonNullable<T>>value);
    } else if (isString<T>()) {
      const json = new Json(JsonKind.STRING);
      json.string = <string>value;
      return json;
    } else if (isBoolean<T>()) {
      const json = new Json(JsonKind.BOOLEAN);
      json.number = value ? 1 : 0;
      return json;
    } else if (isInteger<T>()) {
      const json = new Json(JsonKind.NUMBER);
      json.integer = <i64>value;
      json.number = <f64>value;
      json.isInteger = true;
      return json;
    } else if (isFloat<T>()) {
      const json = new Json(JsonKind.NUMBER);
      json.number = <f64>value;
      return json;
    } else if (value instanceof Json) {
      return value;
    } else if (isArray(value)) {
      const json = Json.array();
      for (let i = 0; i < value.length; i++) json.push(value[i]);
      return json;
    } else {
      ERROR("A JSON value is a string, a number, a bool, Json, or an array of these.");
    }
  }

  get isNull(): bool {
    return this.kind == JsonKind.NULL;
  }
  get isBoolean(): bool {
    return this.kind == JsonKind.BOOLEAN;
  }
  get isNumber(): bool {
    return this.kind == JsonKind.NUMBER;
  }
  get isString(): bool {
    return this.kind == JsonKind.STRING;
  }
  get isArray(): bool {
    return this.kind == JsonKind.ARRAY;
  }
  get isObject(): bool {
    return this.kind == JsonKind.OBJECT;
  }

  /** The text of a string. */
  asString(orElse: string = ""): string {
    return this.isString ? this.string : orElse;
  }

  /** The value of a number. */
  asNumber(orElse: f64 = 0): f64 {
    return this.isNumber ? this.number : orElse;
  }

  /** The value of a number, as an integer: exact over the whole range of i64, fractions cut off. */
  asInteger(orElse: i64 = 0): i64 {
    if (!this.isNumber) return orElse;
    return this.isInteger ? this.integer : <i64>this.number;
  }

  /** The value of a boolean. */
  asBoolean(orElse: bool = false): bool {
    return this.isBoolean ? this.number != 0 : orElse;
  }

  /** True if this is an object that has the member. */
  has(key: string): bool {
    const members = this.members;
    return members ? members.has(key) : false;
  }

  /** A member of an object; a null value if there is none, so that lookups chain. */
  get(key: string): Json {
    const members = this.members;
    return members && members.has(key) ? members.get(key) : absent();
  }

  /** An element of an array; a null value if there is none. */
  at(index: i32): Json {
    const items = this.items;
    return items && index >= 0 && index < items.length ? items[index] : absent();
  }

  /** The elements of an array or the members of an object. */
  get length(): i32 {
    const items = this.items;
    if (items) return items.length;
    const members = this.members;
    return members ? members.size : 0;
  }

  /** The keys of an object, in the order of their insertion. */
  keys(): string[] {
    const members = this.members;
    return members ? members.keys() : [];
  }

  /** Sets a member of an object; answers the object. On another kind of value it does nothing. */
  set<T>(key: string, value: T): Json {
    const members = this.members;
    if (members) members.set(key, Json.of<T>(value));
    return this;
  }

  /** Appends to an array; answers the array. On another kind of value it does nothing. */
  push<T>(value: T): Json {
    const items = this.items;
    if (items) items.push(Json.of<T>(value));
    return this;
  }

  /** The JSON text, without white space. */
  toString(): string {
    return writeJson(this);
  }
}

/** A number or boolean as JSON writes it: `1`, not `1.0`; what JSON has no number for is `null`. */
export function numberText<T>(value: T): string {
  return Json.of<T>(value).toString();
}

let absentValue: Json | null = null;

/** What a lookup that finds nothing answers: made when first needed, never changed. */
function absent(): Json {
  const made = absentValue;
  if (made) return made;
  const json = Json.null();
  absentValue = json;
  return json;
}
