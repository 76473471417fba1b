/**
 * For asc, which runs it in its own process before it optimizes: keeps what a source map needs to be right.
 *
 * 1. A map knows one place of each instruction. Of a function that was inlined, the line that called it would be gone, which is the one that
 *    the author of a trapping atom looks for. So no function that calls others is inlined into the formula's sources: few are,
 *    because the optimizer inlines only those of them that are called in a single place. Those that call none stay as quick as they were.
 * 2. Code that stands in two places would be made one, with the line of either. So equal code is not folded.
 * 3. asc leaves out the places of calls whose results are converted or dropped: they are those of what is around them.
 */
const FOLDING = ["code-folding", "duplicate-function-elimination"];
const LIBRARY = "~lib/";
const CALLS = /\bcall(?:_indirect)? /;
const CALLEES = /\bcall \$(?:"([^"]*)"|([^\s()]+))/g;

export default class {
  /** asc sets `binaryen` on it. */
  afterCompile(module) {
    module.runPasses(["propagate-debug-locs"]);
    for (const pass of FOLDING) this.binaryen.addPassToSkip(pass);
    for (const name of this.#kept(this.#bodies(module))) {
      this.binaryen.setPassArgument("no-inline", name);
      module.runPasses(["no-inline"]);
    }
    this.binaryen.clearPassArguments();
  }

  #bodies(module) {
    const functions = Array.from({ length: module.getNumFunctions() }, (_, index) => module.getFunctionByIndex(index));
    const infos = functions.map((each) => this.binaryen.getFunctionInfo(each));
    return new Map(infos.flatMap(({ name, body }) => (body ? [[name, body]] : [])));
  }

  #kept(bodies) {
    const own = [...bodies].filter(([name]) => !name.startsWith(LIBRARY));
    const called = own.flatMap(([, body]) =>
      [...this.binaryen.emitText(body).matchAll(CALLEES)].map(([, quoted, plain]) => quoted ?? plain),
    );
    return [...new Set(called)].filter((name) => {
      const body = bodies.get(name);
      return body !== undefined && CALLS.test(this.binaryen.emitText(body));
    });
  }
}
