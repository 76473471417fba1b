/**
 * AssemblyScript's compiler in a process of its own: a parent sends what `asc` is to be told, and gets what it says. One module comes after the
 * other, as the compiler is warm then and takes a third of the time. The process ends with its parent.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { main } from "assemblyscript/asc";

/** As the compiler writes into it; one that has colours says it is a terminal. */
function output(colours) {
  const parts = [];
  return { isTTY: colours, write: (text) => void parts.push(text), text: () => parts.join("") };
}

/** Reads files as the compiler would by itself, which takes null for one that is not there, and tells which there were. */
function reading() {
  const read = [];
  const readOne = async (name, folder) => {
    const file = path.resolve(folder, name);
    const text = await readFile(file, "utf8").catch(() => null);
    if (text !== null) read.push(file);
    return text;
  };
  return { read, readFile: readOne };
}

process.on("message", async ({ args, cwd, colours }) => {
  process.chdir(cwd);
  const [stdout, stderr] = [output(colours), output(colours)];
  const files = reading();
  const { error } = await main(args, { stdout, stderr, readFile: files.readFile });
  process.send({ code: error ? 1 : 0, stdout: stdout.text(), stderr: stderr.text(), used: files.read });
});
