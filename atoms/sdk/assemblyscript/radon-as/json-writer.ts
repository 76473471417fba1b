/** Writes JSON values as text. */
import { Json, JsonKind } from "./json";
import { TextBuilder } from "./text-builder";

export function writeJson(json: Json): string {
  const text = new TextBuilder();
  write(json, text);
  return text.toString();
}

function write(json: Json, into: TextBuilder): void {
  switch (json.kind) {
    case JsonKind.BOOLEAN:
      into.append(json.number != 0 ? "true" : "false");
      break;
    case JsonKind.NUMBER:
      into.append(json.isInteger ? `${json.integer}` : floatText(json.number));
      break;
    case JsonKind.STRING:
      writeString(json.string, into);
      break;
    case JsonKind.ARRAY:
      writeArray(json.items!, into);
      break;
    case JsonKind.OBJECT:
      writeObject(json.members!, into);
      break;
    default:
      into.append("null");
  }
}

function writeArray(items: Json[], into: TextBuilder): void {
  into.append("[");
  for (let i = 0; i < items.length; i++) {
    if (i > 0) into.append(",");
    write(items[i], into);
  }
  into.append("]");
}

function writeObject(members: Map<string, Json>, into: TextBuilder): void {
  const keys = members.keys();
  into.append("{");
  for (let i = 0; i < keys.length; i++) {
    if (i > 0) into.append(",");
    writeString(keys[i], into);
    into.append(":");
    write(members.get(keys[i]), into);
  }
  into.append("}");
}

/** AssemblyScript writes 1 as `1.0`, and has names for what JSON cannot say. */
function floatText(value: f64): string {
  if (!isFinite(value)) return "null";
  const text = `${value}`;
  return text.endsWith(".0") ? text.substring(0, text.length - 2) : text;
}

function writeString(text: string, into: TextBuilder): void {
  into.append('"');
  let plainFrom = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x20 && unit != 0x22 && unit != 0x5c) continue;
    into.appendPart(text, plainFrom, i);
    into.append(escaped(unit));
    plainFrom = i + 1;
  }
  into.appendPart(text, plainFrom, text.length);
  into.append('"');
}

const HEX = "0123456789abcdef";

/** Quotes, backslashes and the control characters, which are all below 0x20. */
function escaped(unit: i32): string {
  switch (unit) {
    case 0x22:
      return '\\"';
    case 0x5c:
      return "\\\\";
    case 0x08:
      return "\\b";
    case 0x09:
      return "\\t";
    case 0x0a:
      return "\\n";
    case 0x0c:
      return "\\f";
    case 0x0d:
      return "\\r";
    default:
      return `\\u00${HEX.charAt(unit >> 4)}${HEX.charAt(unit & 15)}`;
  }
}
