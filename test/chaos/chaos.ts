/** `npm run chaos`: one run, told line by line; see `options.ts`. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HELP, readOptions, type ChaosOptions } from "./options.ts";
import { runChaos, type ChaosResult } from "./run.ts";

const DISCREPANCIES_SHOWN_MAX = 40;
const EXIT = { right: 0, wrong: 1, usage: 2 } as const;

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2), Math.floor(Math.random() * 2 ** 32));
  if (options === "help") {
    process.stdout.write(HELP);
    return EXIT.right;
  }
  if ("wrong" in options) {
    process.stderr.write(`${options.wrong}\n\n${HELP}`);
    return EXIT.usage;
  }
  const folder = mkdtempSync(join(tmpdir(), "radon-chaos-"));
  console.log(
    `seed ${options.seed}: ${Object.entries(options)
      .map(([name, value]) => `--${name} ${value}`)
      .join(" ")}`,
  );
  return conclude(options, folder, await runChaos(options, folder, (line) => console.log(line)));
}

function conclude({ seed }: ChaosOptions, folder: string, { tally, discrepancies }: ChaosResult): number {
  console.log(`\n${tally.line()}\nlongest recovery after a kill: ${(tally.recoveryMsMax / 1_000).toFixed(1)} s`);
  if (discrepancies.length === 0) {
    console.log(`Every book is right (seed ${seed}).`);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    return EXIT.right;
  }
  const file = join(folder, "discrepancies.txt");
  writeFileSync(file, `${discrepancies.join("\n")}\n`);
  console.log(`\n${discrepancies.length} discrepancies (seed ${seed}):`);
  for (const each of discrepancies.slice(0, DISCREPANCIES_SHOWN_MAX)) console.log(`  ${each}`);
  console.log(`All of them are in ${file}, the state beside it in ${join(folder, "data")}.`);
  return EXIT.wrong;
}

process.exitCode = await main();
