import assert from "node:assert/strict";
import { SimulatedDeviceAssignment } from "../../../simulators/apple/device_assignment.ts";
import { ownedDevices, type PortalServer } from "../../../simulators/apple/device_assignment_portal.ts";
import {
  createDeviceAssignmentClient,
  type DeviceAssignmentClient,
  DeviceAssignmentError,
} from "../../../src/apple/device_assignment.ts";
import { readAccount, readDetails, readPage, UnreadableAnswer } from "../../../src/apple/device_assignment_answers.ts";
import { loadConfig } from "../../../src/config.ts";
import { systemNetwork, systemRandom } from "../../../src/runtime.ts";
import { TestClock } from "../../support/runtime.ts";

type Stage = {
  apple: SimulatedDeviceAssignment;
  server: PortalServer;
  client: DeviceAssignmentClient;
  clock: TestClock;
  paths(): string[];
};

async function withService(body: (stage: Stage) => Promise<void>, timeoutMs = 5000): Promise<void> {
  const clock = new TestClock();
  const apple = new SimulatedDeviceAssignment(() => clock.now());
  const DEVICE_ASSIGNMENT_URL = apple.start();
  try {
    const server = apple.portal.addServer("Orchard");
    const config = loadConfig({ DEVICE_ASSIGNMENT_URL }, { env: {}, readFile: () => "" });
    const needs = { network: systemNetwork, clock, random: systemRandom, config };
    const client = createDeviceAssignmentClient(needs, server.token, {}, timeoutMs);
    await body({
      apple,
      server,
      client,
      clock,
      paths: () => apple.seen.map(({ path, status }) => `${path} ${status}`),
    });
  } finally {
    await apple.stop();
  }
}

/** The error of a call. */
async function errorOf(call: Promise<unknown>): Promise<DeviceAssignmentError> {
  const error = await call.then(() => undefined, (thrown: unknown) => thrown);
  assert.ok(error instanceof DeviceAssignmentError, String(error));
  return error;
}

Deno.test("one session serves many calls, its token renewed from each answer", () =>
  withService(async ({ client, server, paths, clock }) => {
    const account = await client.account();
    assert.equal(account.serverUuid.replaceAll("-", "").toUpperCase(), server.uuid);
    assert.deepEqual(account.limits["/devices/sync"], { default: 100, maximum: 1000 });
    for (let time = 0; time < 5; time++) {
      clock.advance(120);
      await client.betaTokens();
    }
    assert.equal(paths().filter((path) => path === "/session 200").length, 1);
  }));

Deno.test("a session that ended is opened again once, and a refusal after that is the answer", () =>
  withService(async ({ apple, server, client, paths }) => {
    await client.account();
    apple.endSessions();
    await client.account();
    assert.deepEqual(paths(), ["/session 200", "/account 200", "/account 401", "/session 200", "/account 200"]);
    apple.seen.length = 0;
    server.trouble = "terms not signed";
    const error = await errorOf(client.account());
    assert.deepEqual([error.code, error.status, error.body], ["T_C_NOT_SIGNED", 403, '"T_C_NOT_SIGNED"']);
    assert.deepEqual(paths(), ["/account 403", "/session 403"]);
    // Nothing but refusals: two requests, however often.
    server.trouble = undefined;
    await client.account();
    apple.seen.length = 0;
    apple.failNext({ status: 401, body: "UNAUTHORIZED" }, { path: "/account", times: 10 });
    assert.equal((await errorOf(client.account())).code, "UNAUTHORIZED");
    assert.deepEqual(paths(), ["/account 401", "/session 200", "/account 401"]);
  }));

Deno.test("what Apple refuses is an error with its word, its status and its time", () =>
  withService(async ({ apple, client, clock }) => {
    await client.account();
    apple.failNext({ status: 429, retryAfter: "120" });
    const many = await errorOf(client.account());
    assert.deepEqual([many.status, many.retryAfterSeconds, many.passing], [429, 120, true]);
    apple.failNext({ status: 503, retryAfter: new Date(clock.now().getTime() + 90_000).toUTCString() });
    assert.equal((await errorOf(client.account())).retryAfterSeconds, 90);
    apple.failNext({ status: 500 });
    const bare = await errorOf(client.defineProfile({ profile_name: "x", url: "https://example.com/" }));
    assert.deepEqual([bare.status, bare.code, bare.body, bare.passing], [500, "", "", true]);
    const flags = await errorOf(
      client.defineProfile({ profile_name: "x", url: "https://example.com/", is_mdm_removable: false }),
    );
    assert.deepEqual([flags.status, flags.code, flags.passing], [400, "FLAGS_INVALID", false]);
    apple.failNext({ status: 400, body: "x".repeat(100_000) });
    assert.equal((await errorOf(client.account())).body.length, 2000);
    apple.failNext({ status: 302 });
    assert.equal((await errorOf(client.account())).status, 302);
  }));

Deno.test("an answer that is late is an error, not a wait", () =>
  withService(async ({ apple, client }) => {
    await client.account();
    apple.stall("/account");
    const late = await errorOf(client.account());
    assert.deepEqual([late.status, late.passing], [0, true]);
    assert.match(late.message, /did not answer within 1 seconds/);
  }, 300));

Deno.test("an answer that is too long, no JSON or nested without end is an error", () =>
  withService(async ({ apple, client }) => {
    await client.account();
    apple.failNext({ status: 200, body: "<html>" });
    assert.match((await errorOf(client.account())).message, /is no JSON/);
    apple.failNext({ status: 200, body: "[".repeat(100_000) });
    assert.match((await errorOf(client.account())).message, /is no JSON/);
    apple.failNext({ status: 200, body: `"${"x".repeat(17 * 1024 * 1024)}"` });
    assert.match((await errorOf(client.account())).message, /too long/);
    apple.failNext({ status: 200, body: '{"server_name": "no UUID"}' });
    assert.match((await errorOf(client.account())).message, /"server_uuid" is not as documented/);
  }, 30_000));

Deno.test("serial numbers go in batches of a thousand, and the answers come together", () =>
  withService(async ({ apple, server, client, paths }) => {
    const owned = ownedDevices(2500);
    apple.portal.assign(server, owned);
    const serials = owned.map(({ serialNumber }) => serialNumber);
    const { profileUuid } = await client.defineProfile({ profile_name: "All", url: "https://example.com/" });
    apple.portal.throttle(serials.slice(10, 12), 3600);
    const answers = await client.assignProfile(profileUuid, [...serials, "UNKNOWN"]);
    assert.equal(answers.size, 2501);
    assert.deepEqual(answers.get(serials[10] ?? ""), { status: "THROTTLED", retryAfterSeconds: 3600 });
    assert.deepEqual(answers.get(serials[2400] ?? ""), { status: "SUCCESS" });
    assert.deepEqual(answers.get("UNKNOWN"), { status: "NOT_ACCESSIBLE" });
    assert.equal(paths().filter((path) => path === "/profile/devices 200").length, 3);
    const details = await client.devices([serials[0] ?? "", "UNKNOWN"]);
    assert.deepEqual(details.get("UNKNOWN"), { missing: "NOT_ACCESSIBLE" });
    const one = details.get(serials[0] ?? "");
    assert.ok(one !== undefined && "profileUuid" in one);
    assert.equal(one.profileUuid, profileUuid);
    assert.equal((await client.profile(profileUuid)).profile_name, "All");
    assert.deepEqual(await client.disown([serials[0] ?? ""]), new Map([[serials[0], "SUCCESS"]]));
    assert.deepEqual((await client.betaTokens()).map(({ os }) => os), ["OSX", "iOS"]);
  }));

Deno.test("records are read one by one: an odd one costs itself only, and texts are cut", () => {
  const page = readPage({
    devices: [
      { serial_number: "ONE", model: 7, description: "x".repeat(1000), device_assigned_date: "yesterday" },
      { model: "no serial number" },
      "no record",
      { serial_number: "TWO", profile_uuid: "C1F123098EB5074580041E69883004C3", op_date: "2018-09-08T16:49:09Z" },
    ],
    cursor: "abc",
    more_to_follow: false,
    fetched_until: "2018-09-08T17:28:18Z",
  });
  assert.equal(page.unreadable, 2);
  assert.deepEqual(page.devices.map(({ serialNumber }) => serialNumber), ["ONE", "TWO"]);
  assert.equal(page.devices[0]?.description.length, 256);
  assert.equal(page.devices[0]?.deviceAssignedDate, undefined);
  assert.equal(page.devices[0]?.profileStatus, "empty");
  assert.equal(page.devices[1]?.profileUuid, "c1f12309-8eb5-0745-8004-1e69883004c3");
  assert.throws(() => readPage({ devices: [], cursor: "", more_to_follow: false }), /"cursor" is not as documented/);
  assert.deepEqual(readDetails({ devices: null }), new Map());
  assert.throws(() => readAccount("no"), /no object/);
});

Deno.test("a cursor that cannot be stored is no cursor", () => {
  for (const cursor of ["\0", "a\0b", "\ud800", "\n", ""]) {
    assert.throws(() => readPage({ devices: [], cursor, more_to_follow: false }), UnreadableAnswer);
  }
  assert.equal(readPage({ devices: [], cursor: "MTAwOjA6MTM4/+=", more_to_follow: false }).cursor, "MTAwOjA6MTM4/+=");
});
