/**
 * Runs the tests: one PostgreSQL cluster for the run (embedded, or the one `DATABASE_URL` names), a template database in
 * it, migrated and with an authority, and a copy of that for each test that asks. Arguments go to `deno test`; without any, all files run,
 * neighbors in one isolate.
 *
 * Names the tests that were ignored, and prints `N passed, N failed` last.
 *
 * @module
 */

import { basename, relative } from "node:path";
import { startEmbedded } from "../db/embedded.ts";
import { openDatabase } from "../db/open.ts";
import { migrate } from "../db/migrate.ts";
import { builtInAuthority } from "../src/issuing/authority.ts";
import { writeGroups } from "./support/groups.ts";
import { IgnoredTests } from "./support/ignored_tests.ts";
import { builtInKey } from "./support/keys.ts";
import { makeMemoryFolder } from "./support/memory_folder.ts";
import { testRuntime } from "./support/runtime.ts";

const root = new URL("..", import.meta.url).pathname;
/** The user of the embedded PostgreSQL: `nobody`, if this process runs as root. */
const POSTGRES_USER = Deno.uid() === 0 ? 65534 : undefined;
const given = Deno.env.get("DATABASE_URL");
const folder = given === undefined ? await Deno.makeTempDir({ prefix: "espalier-tests-" }) : undefined;
if (folder !== undefined) await Deno.chmod(folder, 0o755);
const embedded = folder === undefined ? undefined : await startEmbedded(folder, {
  // Statistics are gathered where a test asks for them: whether autovacuum came by would decide the plans that tests see.
  settings: { fsync: "off", synchronous_commit: "off", full_page_writes: "off", autovacuum: "off" },
});
const modules = await Deno.makeTempDir({ prefix: "espalier-tests-" });
const memory = embedded === undefined ? undefined : await makeMemoryFolder(POSTGRES_USER);
const admin = new URL(given ?? embedded?.urlOf("postgres") ?? "");
const template = `espalier_template_${crypto.randomUUID().slice(0, 8)}`;

const at = (database: string) => {
  const url = new URL(admin);
  url.pathname = `/${database}`;
  return url.href;
};

let code = 1;
try {
  const sql = openDatabase(admin.href, { max: 1 });
  if (embedded !== undefined) {
    // Thousands of connections prove that they know the password, with 4096 rounds of hashing on both sides each time.
    await sql.unsafe("set scram_iterations = 1");
    await sql.unsafe(`alter role ${admin.username} password '${admin.password}'`);
  }
  if (memory !== undefined) await sql.unsafe(`create tablespace memory location '${memory.path}'`);
  // Its copies stand where it stands.
  await sql.unsafe(`create database ${template}${memory === undefined ? "" : " tablespace memory"}`);
  const db = openDatabase(at(template), { max: 2 });
  await migrate(db);
  const runtime = await testRuntime(db, at(template));
  await builtInAuthority({ ...runtime, random: { ...runtime.random, rsaKey: builtInKey } });
  await db.end();

  const groups = Deno.args.length > 0
    ? new Map<string, string>()
    : await writeGroups(modules, new URL(".", import.meta.url));
  const args = Deno.args.length > 0 ? Deno.args : [...groups.keys()];
  // All permissions: the browser's driver looks into /proc, which Deno gives with nothing less.
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--no-check", "--parallel", "--sanitize-ops", "--sanitize-resources", ...args],
    cwd: root,
    stdin: "null",
    stdout: "piped",
    env: {
      // Files at a time. Most of a test is the database's work, and waiting for it.
      DENO_JOBS: String(navigator.hardwareConcurrency + 1),
      ESPALIER_TEST_DATABASE: admin.href,
      ESPALIER_TEST_TEMPLATE: template,
      NO_COLOR: "1",
    },
  }).spawn();
  let tail = "";
  const ignored = new IgnoredTests();
  const decoder = new TextDecoder();
  // Modules are shown as paths from here.
  const names = new Map([...groups].map(([module, name]) => [relative(root, module), name]));
  const pattern = new RegExp(`\\S*/${basename(modules)}/group_[0-9]+_test\\.ts`, "g");
  const read = async (text: string) => {
    const shown = text.replaceAll(pattern, (module) => names.get(module) ?? module);
    await Deno.stdout.write(new TextEncoder().encode(shown));
    ignored.read(shown);
    tail = (tail + shown).slice(-4000);
  };
  let line = "";
  for await (const chunk of child.stdout) {
    const text = line + decoder.decode(chunk, { stream: true });
    const end = text.lastIndexOf("\n") + 1;
    line = text.slice(end);
    await read(text.slice(0, end));
  }
  await read(line);
  code = (await child.status).code;
  const [, passed = "0", failed = "0"] = /\| (\d+) passed(?: \(.*?\))? \| (\d+) failed/.exec(tail) ?? [];
  for (const line of ignored.lines()) console.log(line);
  console.log(`${passed} passed, ${failed} failed`);
  if (passed === "0") code ||= 1;
  await sql.unsafe(`drop database if exists ${template} with (force)`);
  await sql.end();
} finally {
  await embedded?.stop();
  await memory?.remove();
  await Deno.remove(modules, { recursive: true });
  if (folder !== undefined) await Deno.remove(folder, { recursive: true }).catch(() => {});
}
Deno.exit(code);
