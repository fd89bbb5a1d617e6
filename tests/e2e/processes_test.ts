import assert from "node:assert/strict";
import { openDatabase } from "../../db/open.ts";
import { insertMetaBusinessUnit } from "../../db/tags/meta_business_units.ts";
import { startApns } from "../../simulators/apple/apns.ts";
import { type DeviceOptions, SimulatedDevice } from "../../simulators/device/device.ts";
import { MODELS } from "../../simulators/device/models.ts";
import { type ServerProcess, startServer } from "../../simulators/server_process.ts";
import { createApiToken } from "../../src/access/api_tokens.ts";
import { COMMAND_LINE } from "../../src/access/operator.ts";
import { createUser } from "../../src/access/users.ts";
import { createOtaEnrollment } from "../../src/enrollment/ota_enrollments.ts";
import { uploadPushCertificate } from "../../src/push/certificates.ts";
import { testBy } from "../routes/api/support.ts";
import { withDatabase } from "../support/database.ts";
import { KEYS, TOPIC } from "../support/fleet.ts";
import { loopbackCertificate } from "../support/loopback.ts";
import { type TestRuntime, testRuntime } from "../support/runtime.ts";

/** A certificate for the loopback address, as an authority of its own. */
const SECRET_KEYS = "test:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const BASE = "http://mdm.test";

type World = {
  runtime: TestRuntime;
  apple: Awaited<ReturnType<typeof startApns>>;
  start(): Promise<ServerProcess>;
  /** A call of the API through one of the servers. */
  // deno-lint-ignore no-explicit-any
  api(url: string, method: string, path: string, body?: unknown): Promise<any>;
  /** An enrolled device that sends each request to the server that `pick` names. */
  enroll(pick: () => string, options?: Partial<DeviceOptions>): Promise<SimulatedDevice>;
};

/** A database with an administrator, an enrollment and a fake Apple; servers are started by the test. */
async function withWorld(body: (world: World) => Promise<void>): Promise<void> {
  await withDatabase(async (sql, databaseUrl) => {
    const apple = await startApns();
    const servers: Promise<ServerProcess>[] = [];
    try {
      const runtime = await testRuntime(sql, databaseUrl);
      runtime.clock.set(new Date());
      const push = await apple.makePushCertificate(TOPIC);
      const certificate = await uploadPushCertificate(runtime, testBy, {
        name: "push",
        certificate: push.certificatePem,
        privateKey: push.keyPem,
      });
      const unit = await insertMetaBusinessUnit(sql, { name: "Test" }, new Date());
      const enrollment = await createOtaEnrollment(runtime, testBy, {
        name: "Everyone",
        displayName: "Everyone",
        pushCertificateId: certificate.id,
        secret: { metaBusinessUnitId: unit.id, serialNumbers: [], udids: [], quota: null, expiredAt: null, tags: [] },
      });
      const robot = await createUser(runtime, COMMAND_LINE, {
        username: "robot",
        email: "",
        fullName: "",
        isActive: true,
        isSuperuser: true,
        isServiceAccount: true,
        roles: [],
      });
      const { token } = await createApiToken(runtime, COMMAND_LINE, { userId: robot.id, name: "t", expiresAt: null });
      const headers = { Authorization: `Token ${token}`, "Content-Type": "application/json" };
      let made = 0;
      await body({
        runtime,
        apple,
        async start() {
          const starting = startServer({
            DATABASE_URL: databaseUrl,
            SECRET_KEYS,
            BASE_URL: BASE,
            APNS_URL: apple.url,
            APNS_ANCHORS: apple.caPem,
            PUSH_MIN_TARGET_AGE: "3",
            LOG_LEVEL: "info",
          });
          servers.push(starting);
          return await starting;
        },
        async api(url, method, path, content) {
          const response = await fetch(url + path, {
            method,
            headers,
            ...(content === undefined ? {} : { body: JSON.stringify(content) }),
          });
          assert.ok(response.ok, `${method} ${path}: ${response.status}`);
          return await response.json();
        },
        async enroll(pick, options = {}) {
          made++;
          const [model] = MODELS;
          assert.ok(model);
          const device = new SimulatedDevice({
            model,
            serialNumber: `C02PRC${String(made).padStart(6, "0")}`,
            key: KEYS[made % 2] ?? KEYS[0],
            send: async (request) => {
              const target = request.url.replace(BASE, pick());
              const content = request.body === null ? undefined : await request.arrayBuffer();
              return await fetch(target, {
                method: request.method,
                headers: request.headers,
                ...(content === undefined ? {} : { body: content }),
              });
            },
            ...options,
          });
          apple.register(device.pushToken, TOPIC);
          const profile = await fetch(`${pick()}/api/mdm/ota_enrollments/${enrollment.id}/profile/`, { headers });
          assert.equal(profile.status, 200);
          await device.enroll(await profile.bytes());
          return device;
        },
      });
    } finally {
      for (const server of servers) await server.then((one) => one.kill()).catch(() => {});
      await apple.close();
    }
  });
}

Deno.test("two processes on one database: no double push, no double command, no lost command", () =>
  withWorld(async ({ apple, start, api, enroll }) => {
    const [one, two] = await Promise.all([start(), start()]);
    let turn = 0;
    const pick = () => (turn++ % 2 === 0 ? one.url : two.url);
    const devices: SimulatedDevice[] = [];
    const seen = new Map<SimulatedDevice, string[]>();
    for (let n = 0; n < 10; n++) {
      const device = await enroll(pick);
      // At once: one that was never seen is pushed, whether there is a command or not.
      await device.connect();
      devices.push(device);
      seen.set(device, []);
    }
    // Each device comes when it is pushed; pushes are counted from here on.
    const failures: unknown[] = [];
    const pushes = new Map<string, number>();
    const finished = Promise.withResolvers<void>();
    const waiting = new Set(devices);
    for (const device of devices) {
      apple.onPush(device.pushToken, ({ token }) => {
        pushes.set(token, (pushes.get(token) ?? 0) + 1);
        device.connect().then((exchanges) => {
          seen.get(device)?.push(...exchanges.map(({ commandUuid }) => commandUuid.toLowerCase()));
          if (exchanges.length > 0) waiting.delete(device);
          if (waiting.size === 0) finished.resolve();
        }).catch((error) => {
          failures.push(error);
          finished.resolve();
        });
      });
    }
    const rows = await api(one.url, "GET", "/api/mdm/devices/");
    const commands = new Map<string, string>();
    await Promise.all(rows.map(async (row: { id: number; serial_number: string }) => {
      const command = await api(pick(), "POST", `/api/mdm/devices/${row.id}/lock/`, { pin: "123456" });
      commands.set(row.serial_number, command.uuid);
    }));
    const deadline = setTimeout(() => {
      failures.push(`${waiting.size} devices were not pushed, or got no command`);
      finished.resolve();
    }, 60_000);
    await finished.promise;
    clearTimeout(deadline);
    assert.deepEqual(failures, []);
    for (const device of devices) {
      assert.deepEqual(seen.get(device), [commands.get(device.serialNumber)], "each device saw its command once");
      assert.equal(pushes.get(device.pushToken.toHex()), 1, "and was pushed once");
    }
    const { count, results } = await api(two.url, "GET", "/api/mdm/devices/commands/?name=DeviceLock&limit=100");
    assert.equal(count, devices.length);
    for (const command of results) assert.equal(command.status, "Acknowledged");
    assert.deepEqual(await Promise.all([one.stop(), two.stop()]), [0, 0]);
  }));

Deno.test("after kill -9 in the middle of traffic nothing acknowledged is lost, and unanswered commands are offered again", () =>
  withWorld(async ({ runtime, start, api, enroll }) => {
    let server = await start();
    const pick = () => server.url;
    const acknowledged = new Set<string>();
    const devices: SimulatedDevice[] = [];
    for (let n = 0; n < 6; n++) devices.push(await enroll(pick));
    for (const device of devices) await device.connect();
    const rows = await api(server.url, "GET", "/api/mdm/devices/");
    const wanted = new Set<string>();
    for (const row of rows) {
      for (let n = 0; n < 8; n++) {
        const body = {
          command: '<plist version="1.0"><dict><key>RequestType</key><string>RestartDevice</string></dict></plist>',
        };
        wanted.add((await api(server.url, "POST", `/api/mdm/devices/${row.id}/send_custom_command/`, body)).uuid);
      }
    }
    // All devices work through their queues; the process dies while they do.
    let answered = 0;
    let kill: Promise<void> | undefined;
    const watch = (device: SimulatedDevice) => {
      const put = device.put.bind(device);
      device.put = async (url, message) => {
        const response = await put(url, message);
        const uuid = message["CommandUUID"];
        if (typeof uuid === "string" && response.ok) {
          acknowledged.add(uuid.toLowerCase());
          if (++answered === 12) kill ??= server.kill();
        }
        return response;
      };
    };
    for (const device of devices) watch(device);
    await Promise.all(devices.map((device) => device.connect().catch(() => {})));
    assert.ok(kill !== undefined, "the process was to die in the middle");
    await kill;
    assert.ok(acknowledged.size < wanted.size);

    const { sql } = runtime;
    const states = async () =>
      new Map(
        (await sql<{ uuid: string; state: string }[]>`
          select uuid::text, state from commands union all select uuid::text, state from command_history`)
          .map(({ uuid, state }) => [uuid, state]),
      );
    const after = await states();
    for (const uuid of wanted) assert.ok(after.has(uuid), "a command is lost");
    for (const uuid of acknowledged) {
      if (wanted.has(uuid)) assert.equal(after.get(uuid), "acknowledged", "an acknowledgement is lost");
    }
    const sent = [...after].filter(([, state]) => state === "sent").map(([uuid]) => uuid);

    server = await start();
    await sql`update commands set sent_at = sent_at - interval '1 hour'`;
    await sql`update channels set next_action_at = now() - interval '1 hour'`;
    const offered = new Set<string>();
    for (const device of devices) {
      for (const { commandUuid } of await device.connect()) offered.add(commandUuid.toLowerCase());
    }
    for (const uuid of sent) assert.ok(offered.has(uuid), "an unanswered command was not offered again");
    const done = await states();
    for (const uuid of wanted) assert.equal(done.get(uuid), "acknowledged");
    assert.equal(await server.stop(), 0);
  }));

Deno.test("several processes that start at once on an empty database agree on schema, keys and authority", async () => {
  const admin = Deno.env.get("ESPALIER_TEST_DATABASE") ?? "";
  const name = `espalier_test_${crypto.randomUUID().replaceAll("-", "")}`;
  const root = openDatabase(admin, { max: 1 });
  await root.unsafe(`create database ${name}`);
  const url = new URL(admin);
  url.pathname = `/${name}`;
  const settings = { DATABASE_URL: url.href, SECRET_KEYS, BASE_URL: BASE };
  const starting = [1, 2, 3].map(() => startServer(settings));
  try {
    const servers = await Promise.all(starting);
    const authorities = await Promise.all(servers.map(async (server) => {
      const response = await fetch(`${server.url}/public/mdm/scep/?operation=GetCACert`);
      return (await response.bytes()).toHex();
    }));
    assert.equal(new Set(authorities).size, 1);
    for (const server of servers) {
      const ready = await fetch(`${server.url}/readyz`);
      assert.equal(ready.status, 200);
      await ready.body?.cancel();
    }
    assert.deepEqual(await Promise.all(servers.map((server) => server.stop())), [0, 0, 0]);
  } finally {
    for (const server of starting) await server.then((one) => one.kill()).catch(() => {});
    await root.unsafe(`drop database if exists ${name} with (force)`);
    await root.end();
  }
});

Deno.test("a server with a certificate serves https, and a wrong setting stops it with a sentence", () =>
  withDatabase(async (_sql, databaseUrl) => {
    const { chain, key, root } = loopbackCertificate();
    const settings = { DATABASE_URL: databaseUrl, SECRET_KEYS, TLS_FULLCHAIN: chain, TLS_PRIVKEY: key };
    const server = await startServer({ ...settings, BASE_URL: "https://127.0.0.1", MTLS_PORT: "0" });
    const client = Deno.createHttpClient({ caCerts: [root] });
    try {
      const response = await fetch(`${server.url.replace("http:", "https:")}/readyz`, { client });
      assert.deepEqual(await response.json(), { status: "ready" });
      assert.match(response.headers.get("strict-transport-security") ?? "", /max-age/);
    } finally {
      client.close();
      assert.equal(await server.stop(), 0);
    }
    await assert.rejects(
      startServer({ ...settings, PORT: "eighty" }),
      /Cannot use the setting PORT: should be a number from 0 to 65535, is "eighty"/,
    );
  }));
