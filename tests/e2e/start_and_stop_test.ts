import assert from "node:assert/strict";
import net from "node:net";
import { join } from "node:path";
import { taskFlags } from "../../simulators/tasks/task_flags.ts";
import { startServer } from "../../simulators/server_process.ts";
import { withDatabase } from "../support/database.ts";
import { loopbackCertificate } from "../support/loopback.ts";

const SECRET_KEYS = "test:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const exists = (path: string) => Deno.stat(path).then(() => true, () => false);

async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "espalier-start-" });
  // The embedded database may run as another user.
  await Deno.chmod(folder, 0o755);
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Asserts that the server ends with code 1 and this last line, and prints nothing. Returns the lines before. */
async function refuses(settings: Record<string, string>, sentence: RegExp): Promise<string[]> {
  let printed = "";
  const failure = await startServer(settings, { out: (text) => printed += text }).then(
    async (server) => {
      await server.kill();
      return "it started";
    },
    (error) => error instanceof Error ? error.message : String(error),
  );
  const [first = "", ...lines] = failure.trim().split("\n");
  assert.match(first, /ended with code 1 /, failure);
  assert.match(lines.pop() ?? "", sentence, failure);
  assert.ok(lines.every((line) => line.startsWith("{")), failure);
  assert.equal(printed, "");
  return lines;
}

/** Runs a task of operators with these settings. */
async function task(name: Parameters<typeof taskFlags>[0], file: string, args: string[], env: Record<string, string>) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      ...taskFlags(name),
      "--no-check",
      new URL(`../../src/cli/${file}`, import.meta.url).pathname,
      ...args,
    ],
    clearEnv: true,
    env: { PATH: Deno.env.get("PATH") ?? "", HOME: Deno.env.get("HOME") ?? "/tmp", NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

Deno.test("a port in use is refused in one sentence before a database is created", () =>
  withFolder(async (folder) => {
    using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = taken.addr;
    const before = await refuses(
      { DATA_DIR: join(folder, "data"), PORT: String(port) },
      new RegExp(`^Cannot listen on 127\\.0\\.0\\.1:${port}: this port is in use\\. Set PORT`),
    );
    assert.deepEqual(before, []);
    assert.equal(await exists(join(folder, "data")), false);
  }));

Deno.test("a port that is lost after the database started leaves no PostgreSQL and gives no setup token", () =>
  withFolder(async (folder) => {
    const { chain, key } = await loopbackCertificate();
    const free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const port = String(free.addr.port);
    free.close();
    await refuses(
      {
        DATA_DIR: folder,
        PORT: port,
        // Free when it is looked at, and taken by the first port afterwards.
        MTLS_PORT: port,
        TLS_FULLCHAIN: chain,
        TLS_PRIVKEY: key,
        BASE_URL: "https://127.0.0.1",
      },
      /^Cannot listen on 127\.0\.0\.1: this port is in use\./,
    );
    assert.equal(await exists(join(folder, "postgres", "data", "PG_VERSION")), true);
    assert.equal(await exists(join(folder, "postgres", "data", "postmaster.pid")), false);
  }));

Deno.test("a data folder that cannot be written and a database that cannot be used are one sentence each", () =>
  withFolder(async (folder) => {
    const file = join(folder, "file");
    await Deno.writeTextFile(file, "");
    for (
      const [path, cause] of [[file, "it is a file"], [join(file, "data"), "a part of the path is a file"]] as const
    ) {
      const before = await refuses(
        { DATA_DIR: path },
        new RegExp(`^Cannot write to DATA_DIR "${path}": ${cause}\\. Set DATA_DIR to a folder`),
      );
      assert.deepEqual(before, []);
    }
    await withDatabase(async (_sql, url) => {
      const wrong = new URL(url);
      wrong.pathname = "/no_such_database";
      await refuses({ DATABASE_URL: wrong.href, SECRET_KEYS }, /^Cannot use the database .*no_such_database/);
    });
  }));

Deno.test("operators' tasks refuse a data folder without a database and create nothing", () =>
  withFolder(async (folder) => {
    const env = { DATA_DIR: join(folder, "mistyped") };
    const calls: [Parameters<typeof task>[0], string, string[]][] = [
      ["token:create", "token_create.ts", ["--name", "robot"]],
      ["user:create", "user_create.ts", ["--username", "ada"]],
      ["secrets:rotate", "secrets_rotate.ts", ["--new-key"]],
      ["escrow:drill", "escrow_drill.ts", []],
    ];
    for (const [name, path, args] of calls) {
      const { code, out, err } = await task(name, path, args, env);
      assert.equal(code, 1, name);
      assert.equal(out, "", name);
      assert.match(err, /^Cannot find a database in DATA_DIR ".*mistyped"\. Set DATA_DIR [^\n]*\n$/, name);
      assert.equal(await exists(env.DATA_DIR), false, name);
    }
    await withDatabase(async (_sql, url) => {
      const { code, err } = await task("token:create", "token_create.ts", ["--name", "robot"], {
        ...env,
        DATABASE_URL: url,
      });
      assert.equal(code, 1);
      assert.match(err, /^Cannot find the file secret\.keys in DATA_DIR ".*mistyped"\. [^\n]*\n$/);
      assert.equal(await exists(env.DATA_DIR), false);
    });
  }));

Deno.test("a server does not wait for silent and idle connections when it is to end, and its PostgreSQL ends with it", () =>
  withFolder(async (folder) => {
    let printed = "";
    // It would wait this long for requests that are being answered.
    const server = await startServer({ DATA_DIR: folder, SHUTDOWN_SECONDS: "120" }, { out: (text) => printed += text });
    const sockets: net.Socket[] = [];
    const connect = async () => {
      const socket = net.connect(server.port, "127.0.0.1");
      socket.on("error", () => {});
      sockets.push(socket);
      await new Promise((resolve) => socket.once("connect", resolve));
      return socket;
    };
    try {
      // As browsers do: one connection ahead, one kept after a request.
      await connect();
      const kept = await connect();
      kept.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
      await new Promise((resolve) => kept.once("data", resolve));
      const started = performance.now();
      server.signal("SIGINT");
      assert.equal((await server.ended).code, 0);
      assert.ok(performance.now() - started < 60_000, `${performance.now() - started} ms`);
      assert.match(printed, /^First run\. Create the administrator at http/);
      assert.equal(await exists(join(folder, "postgres", "data", "postmaster.pid")), false);
    } finally {
      for (const socket of sockets) socket.destroy();
      await server.kill();
    }
  }));
