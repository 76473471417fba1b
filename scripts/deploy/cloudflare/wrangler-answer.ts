/** What wrangler said, made fit for a user of radon: its error without its own frame. Pure. */

/** Of an error that says nothing that could be told. */
const NOTHING_SAID = "wrangler gave no reason";
const REASON_LINES_MAX = 30;

/** What is shorter is no secret, and stands in many a word. */
const HIDDEN_LENGTH_MIN = 4;

// eslint-disable-next-line no-control-regex
const COLOURS = /\u001b\[[0-9;]*m/g;
const ERROR_MARK = /^\s*(?:✘|X)?\s*\[ERROR\]\s*/;
const OTHER_MARK = /^\s*(?:▲|🪵|⛅️|\[WARNING\])/u;
/** Advice of wrangler's that is meant for its own users. */
const FRAME = /^\s*(?:If you think this is a bug|🪵|Logs were written|To learn more about this error, visit)/u;

/** The error, line by line as wrangler wrote it; of several, all. */
export function reasonOf(stderr: string, stdout: string): string {
  const lines = `${stderr}\n${stdout}`.replace(COLOURS, "").split("\n");
  const told: string[] = [];
  let telling = false;
  for (const line of lines) {
    if (ERROR_MARK.test(line)) telling = true;
    else if (OTHER_MARK.test(line) || FRAME.test(line)) telling = false;
    const text = line.replace(ERROR_MARK, "").trim();
    if (telling && text !== "") told.push(text);
  }
  const whole =
    told.length > 0
      ? told
      : lines
          .map((line) => line.trim())
          .filter((line) => line !== "")
          .slice(-5);
  return whole.slice(0, REASON_LINES_MAX).join("\n") || NOTHING_SAID;
}

/** Hides what must not be shown, wherever another program may have written it. */
export function withoutSecrets(text: string, secrets: Iterable<string>): string {
  // The longest first: one may be a part of another.
  const known = [...secrets].filter(({ length }) => length >= HIDDEN_LENGTH_MIN).sort((a, b) => b.length - a.length);
  return known.reduce((shown, secret) => shown.replaceAll(secret, "(secret)"), text);
}
