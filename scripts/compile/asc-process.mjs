/**
 * AssemblyScript's compiler in a process of its own: a parent sends what `asc` is to be told, and gets what it says. One module comes after the
 * other, as the compiler is warm then and takes a third of the time. The process ends with its parent.
 */
import { main } from "assemblyscript/asc";

/** As the compiler writes into it; one that has colours says it is a terminal. */
function output(colours) {
  const parts = [];
  return { isTTY: colours, write: (text) => void parts.push(text), text: () => parts.join("") };
}

process.on("message", async ({ args, cwd, colours }) => {
  process.chdir(cwd);
  const [stdout, stderr] = [output(colours), output(colours)];
  const { error } = await main(args, { stdout, stderr });
  process.send({ code: error ? 1 : 0, stdout: stdout.text(), stderr: stderr.text() });
});
