/**
 * Runs the tests: one PostgreSQL cluster for the run (embedded, or the one `DATABASE_URL` names), a migrated template
 * database in it, and a copy of that for each test that asks. Arguments go to `deno test`.
 *
 * Names the tests that were ignored, and prints `N passed, N failed` last.
 *
 * @module
 */

import { startEmbedded } from "../db/embedded.ts";
import { openDatabase } from "../db/open.ts";
import { migrate } from "../db/migrate.ts";
import { IgnoredTests } from "./support/ignored_tests.ts";
import { makeMemoryFolder } from "./support/memory_folder.ts";

const root = new URL("..", import.meta.url).pathname;
/** The user of the embedded PostgreSQL: `nobody`, if this process runs as root. */
const POSTGRES_USER = Deno.uid() === 0 ? 65534 : undefined;
const given = Deno.env.get("DATABASE_URL");
const folder = given === undefined ? await Deno.makeTempDir({ prefix: "espalier-tests-" }) : undefined;
if (folder !== undefined) await Deno.chmod(folder, 0o755);
const embedded = folder === undefined ? undefined : await startEmbedded(folder, {
  settings: { fsync: "off", synchronous_commit: "off", full_page_writes: "off" },
});
const memory = embedded === undefined ? undefined : await makeMemoryFolder(POSTGRES_USER);
const admin = new URL(given ?? embedded?.urlOf("postgres") ?? "");
const template = `espalier_template_${crypto.randomUUID().slice(0, 8)}`;

const at = (database: string) => {
  const url = new URL(admin);
  url.pathname = `/${database}`;
  return url.href;
};

/** Files at a time. Most of a test is the database's work, and waiting for it. */
const FILES_AT_A_TIME = navigator.hardwareConcurrency + 1;

/** The longest files. They run one after the other beside all others, so that none of them is left over at the end. */
const LONG = ["tests/linear_readers_test.ts", "tests/jobs/killed_jobs_test.ts", "tests/pages/"];

const ignored = new IgnoredTests();

/** Runs `deno test` with `args`, so many files at a time, and prints its lines. */
async function runTests(
  args: readonly string[],
  files: number,
): Promise<{ code: number; passed: number; failed: number }> {
  // All permissions: the browser's driver looks into /proc, which Deno gives with nothing less.
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--no-check", "--parallel", "--sanitize-ops", "--sanitize-resources", ...args],
    cwd: root,
    stdin: "null",
    stdout: "piped",
    env: {
      DENO_JOBS: String(files),
      ESPALIER_TEST_DATABASE: admin.href,
      ESPALIER_TEST_TEMPLATE: template,
      NO_COLOR: "1",
    },
  }).spawn();
  let rest = "";
  let tail = "";
  const print = async (text: string) => {
    await Deno.stdout.write(new TextEncoder().encode(text));
    ignored.read(text);
    tail = (tail + text).slice(-4000);
  };
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout) {
    // Whole lines: those of another run come in between.
    const text = rest + decoder.decode(chunk, { stream: true });
    const end = text.lastIndexOf("\n") + 1;
    rest = text.slice(end);
    if (end > 0) await print(text.slice(0, end));
  }
  if (rest !== "") await print(`${rest}\n`);
  const { code } = await child.status;
  const [, passed = "0", failed = "0"] = /\| (\d+) passed(?: \(.*?\))? \| (\d+) failed/.exec(tail) ?? [];
  return { code, passed: Number(passed), failed: Number(failed) };
}

let code = 1;
try {
  const sql = openDatabase(admin.href, { max: 1 });
  if (memory !== undefined) await sql.unsafe(`create tablespace memory location '${memory.path}'`);
  // Its copies stand where it stands.
  await sql.unsafe(`create database ${template}${memory === undefined ? "" : " tablespace memory"}`);
  const db = openDatabase(at(template), { max: 2 });
  await migrate(db);
  await db.end();

  const outcomes = await Promise.all(
    Deno.args.length > 0
      ? [runTests(Deno.args, FILES_AT_A_TIME)]
      : [runTests(LONG, 1), runTests(["tests/", `--ignore=${LONG.join(",")}`], FILES_AT_A_TIME - 1)],
  );
  const sum = (name: "passed" | "failed") => outcomes.reduce((total, one) => total + one[name], 0);
  for (const line of ignored.lines()) console.log(line);
  console.log(`${sum("passed")} passed, ${sum("failed")} failed`);
  code = outcomes.find((one) => one.code !== 0)?.code ?? (sum("passed") === 0 ? 1 : 0);
  await sql.unsafe(`drop database if exists ${template} with (force)`);
  await sql.end();
} finally {
  await embedded?.stop();
  await memory?.remove();
  if (folder !== undefined) await Deno.remove(folder, { recursive: true }).catch(() => {});
}
Deno.exit(code);
