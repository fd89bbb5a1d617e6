/**
 * The measured system: a server process on its own database, with enrolled devices.
 *
 * @module
 */

import { startEmbedded } from "../db/embedded.ts";
import { openDatabase, type Sql } from "../db/open.ts";
import { insertMetaBusinessUnit } from "../db/tags/meta_business_units.ts";
import { SimulatedDevice } from "../simulators/device/device.ts";
import { MODELS } from "../simulators/device/models.ts";
import { selfSigned } from "../simulators/device/self_signed.ts";
import { startServer } from "../simulators/server_process.ts";
import { openRuntime } from "../src/cli/open.ts";
import { createOtaEnrollment, downloadDirectProfile } from "../src/enrollment/ota_enrollments.ts";
import type { Caller } from "../src/events/by.ts";
import { toPem } from "../src/pki/certificate.ts";
import { exportPkcs8, generateRsaKey } from "../src/pki/keys.ts";
import { uploadPushCertificate } from "../src/push/certificates.ts";
import type { Runtime } from "../src/runtime.ts";
import { systemRandom } from "../src/runtime.ts";
import { newKeySetting } from "../src/secrets/key_ring.ts";

const TOPIC = "com.apple.mgmt.External.bench";
const PROXY_SECRET = "a-secret-of-the-proxy";
/** The author of the bench's own requests. */
export const BENCH: Caller = {
  who: { kind: "job", job: "bench" },
  request: { id: "bench", ip: "127.0.0.1", userAgent: "bench", method: "POST", path: "/" },
};

/** A running house. */
export type House = {
  url: string;
  pid: number;
  runtime: Runtime;
  devices: SimulatedDevice[];
  /** The headers with which a trusted proxy vouches for a device. */
  proxyHeaders(device: SimulatedDevice): Record<string, string>;
  /** Statements that the database has run so far. */
  statements(): Promise<number>;
  close(): Promise<void>;
};

/**
 * Builds the house with that many enrolled devices, each of which has reported its inventory. `log` receives the
 * server's log lines once it listens.
 */
export async function buildHouse(
  count: number,
  say: (text: string) => void,
  log: (text: string) => void = () => {},
): Promise<House> {
  const folder = await Deno.makeTempDir({ prefix: "espalier-bench-" });
  await Deno.chmod(folder, 0o755);
  const embedded = await startEmbedded(folder, {
    settings: { shared_preload_libraries: "'pg_stat_statements'", "pg_stat_statements.track": "top" },
  });
  const SECRET_KEYS = newKeySetting("bench", systemRandom);
  const { runtime, close } = await openRuntime({
    DATABASE_URL: embedded.url,
    SECRET_KEYS,
    BASE_URL: "http://bench.test",
    LOG_LEVEL: "error",
  });
  const watch: Sql = openDatabase(embedded.url, { max: 1 });
  await watch`create extension if not exists pg_stat_statements`;
  const server = await startServer({
    DATABASE_URL: embedded.url,
    SECRET_KEYS,
    PORT: "0",
    JOB_WORKERS: "0",
    TRUSTED_PROXIES: "127.0.0.1",
    TRUSTED_PROXY_SECRET: PROXY_SECRET,
    MTLS_PROXY: "false",
    BASE_URL: "http://bench.test",
  }, { log });
  const { url } = server;
  const key = await generateRsaKey(2048);
  const dates = { notBefore: new Date(Date.now() - 864e5), notAfter: new Date(Date.now() + 300 * 864e5) };
  const push = await uploadPushCertificate(runtime, BENCH, {
    name: "push",
    certificate: toPem(
      selfSigned({ subject: [["0.9.2342.19200300.100.1.1", TOPIC]], key, ...dates }),
      "CERTIFICATE",
    ),
    privateKey: toPem(exportPkcs8(key), "PRIVATE KEY"),
  });
  const unit = await insertMetaBusinessUnit(runtime.sql, { name: "Bench" }, new Date());
  const enrollment = await createOtaEnrollment(runtime, BENCH, {
    name: "Bench",
    displayName: "Bench",
    pushCertificateId: push.id,
    secret: { metaBusinessUnitId: unit.id, serialNumbers: [], udids: [], quota: null, expiredAt: null, tags: [] },
  });
  const keys = await Promise.all([1, 2, 3, 4].map(() => generateRsaKey(2048)));
  const devices: SimulatedDevice[] = [];
  const [model] = MODELS;
  if (model === undefined) throw new Error("There are no models");
  for (let n = 0; n < count; n++) {
    const device = new SimulatedDevice({
      model,
      serialNumber: `BENCH${String(n).padStart(7, "0")}`,
      key: keys[n % keys.length] ?? key,
      send: async (request) => {
        const body = request.body === null ? undefined : await request.arrayBuffer();
        return await fetch(request.url.replace("http://bench.test", url), {
          method: request.method,
          headers: request.headers,
          ...(body === undefined ? {} : { body }),
        });
      },
    });
    await device.enroll(await downloadDirectProfile(runtime, BENCH, enrollment.id, { signed: false }));
    await device.connect();
    devices.push(device);
    if ((n + 1) % 50 === 0) say(`${n + 1} devices enrolled`);
  }
  return {
    url,
    pid: server.pid,
    runtime,
    devices,
    proxyHeaders: ({ identity }) => ({
      "X-Espalier-Proxy-Secret": PROXY_SECRET,
      "X-SSL-Client-Cert": `:${Uint8Array.from(identity?.certificate.der ?? []).toBase64()}:`,
    }),
    async statements() {
      const [row] = await watch<{ calls: number }[]>`
        select coalesce(sum(calls), 0)::int as calls from pg_stat_statements
        where query not ilike '%pg_stat_statements%' and query !~* '^(begin|commit|rollback)'`;
      return row?.calls ?? 0;
    },
    async close() {
      await server.stop();
      await watch.end();
      await close();
      await embedded.stop();
      await Deno.remove(folder, { recursive: true }).catch(() => {});
    },
  };
}
