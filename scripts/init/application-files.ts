/** The files of a new application: one atom, a test of it, and what runs both here and in continuous integration. */
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { packageFile } from "../package.ts";
import { FACTS, type Language } from "./languages.ts";

export interface NewApplication {
  readonly name: string;
  readonly language: Language;
  /** What package.json says of this package: a version, or `file:` and a path. */
  readonly dependency: string;
  /** The packages whose install scripts may run: npm asks for this from version 11 on. */
  readonly allowScripts: Readonly<Record<string, boolean>>;
}

/** The content of each file, by its path in the application. */
export function applicationFiles(application: NewApplication): Readonly<Record<string, string>> {
  const { name, language } = application;
  return {
    "formula.toml": formula(name),
    ...atomFiles(language),
    ...FACTS[language].forEditors,
    "test/hello.test.js": TEST,
    "package.json": `${JSON.stringify(packageJson(application), null, 2)}\n`,
    ".gitignore": ["node_modules/", ".radon/", "target/", "*.log", ""].join("\n"),
    ".github/workflows/test.yml": workflow(language),
    "README.md": readme(application),
  };
}

function atomFiles(language: Language): Record<string, string> {
  const folder = packageFile("atoms", "templates", language);
  const files = globSync("**/*.*", { cwd: folder }).map((file) => file.replaceAll(path.sep, "/"));
  return Object.fromEntries(
    files.sort().map((file) => [`atoms/hello/${file}`, readFileSync(path.join(folder, file), "utf8")]),
  );
}

function formula(name: string): string {
  return `#:schema ./.radon/formula.schema.json
# What the application is made of: node_modules/radon-workers/docs/formula.md tells what may stand here.
app = ${JSON.stringify(name)}

[[atom]]
name = "hello"
source = "atoms/hello"
http = "/hello"
`;
}

const TEST = `import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startApplication } from "radon-workers/testing";

let application;

before(async () => {
  application = await startApplication();
});

after(() => application?.stop());

test("it counts its visitors", async () => {
  for (const greeting of ["Hello, visitor 1!\\n", "Hello, visitor 2!\\n"]) {
    const answer = await application.request("/hello");
    assert.equal(answer.status, 200);
    assert.equal(await answer.text(), greeting);
  }
});
`;

function packageJson({ name, dependency, allowScripts }: NewApplication): Record<string, unknown> {
  return {
    name: packageName(name),
    version: "0.1.0",
    private: true,
    type: "module",
    scripts: { dev: "radon dev", build: "radon build", test: "node --test" },
    devDependencies: { "radon-workers": dependency },
    allowScripts,
  };
}

/** npm knows no capitals, and no dot or line in front. */
function packageName(name: string): string {
  return name.toLowerCase().replace(/^[._-]+/, "") || "application";
}

function workflow(language: Language): string {
  const steps = [
    "uses: actions/checkout@v4",
    "uses: actions/setup-node@v4\n        with:\n          node-version: 24",
    "run: npm ci",
    ...FACTS[language].ciSteps,
    "run: npm test",
  ];
  return `name: test
on: [push, pull_request]
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
${steps.map((step) => `      - ${step}\n`).join("")}`;
}

function readme({ name, language, dependency }: NewApplication): string {
  const { title, page } = FACTS[language];
  const vendored = dependency.startsWith("file:")
    ? `\`${dependency.slice("file:".length)}\` is the package \`radon-workers\` itself: keep it with the sources, so that they build anywhere.\n\n`
    : "";
  return `# ${name}

An application of [Radon](node_modules/radon-workers/docs/architecture.md): one atom, in ${title}.

\`\`\`sh
npm install
npm test             # starts the application afresh, and asks it
npm run dev          # runs it here, and reloads what changes
curl http://127.0.0.1:8787/hello
\`\`\`

\`formula.toml\` says which atoms there are and where they run ([what it may say](node_modules/radon-workers/docs/formula.md)); \`atoms/hello\` is the one
that is there ([what it can do](node_modules/radon-workers/docs/${page})); \`test\` holds the tests ([how they are written](node_modules/radon-workers/docs/testing.md)).

${vendored}State is kept in \`.radon\`, which is not for git; \`package-lock.json\` is.
`;
}
