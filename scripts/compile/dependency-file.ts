/** The files that a compiler says it has read, in the form that `make` reads: `target: file file`, with `\` before what would mean something else. */

/** All that stands behind the first target. */
export function dependenciesIn(text: string): string[] {
  const rule = text.replaceAll(/\\\r?\n/g, " ").split("\n")[0] ?? "";
  const behind = /:(?:\s|$)/.exec(rule);
  const files = behind === null ? "" : rule.slice(behind.index + 1);
  return (files.match(/(?:\\.|\$\$|[^\s\\])+/g) ?? []).map((file) =>
    file.replaceAll(/\\([\s#:\\])/g, "$1").replaceAll("$$", "$"),
  );
}
