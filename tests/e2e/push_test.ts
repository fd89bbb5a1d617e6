import assert from "node:assert/strict";
import { startApns } from "../../simulators/apple/apns.ts";
import { generateEcKey } from "../../simulators/ec_key.ts";
import { createApns } from "../../src/apple/apns.ts";
import { byJob } from "../../src/events/by.ts";
import { spkiOf } from "../../src/pki/keys.ts";
import { notifyBatch } from "../../src/push/notify.ts";
import { systemNetwork } from "../../src/runtime.ts";
import { settle } from "../support/artifacts.ts";
import { findEvents } from "../support/events.ts";
import { type Fleet, TOPIC, withFleet } from "../support/fleet.ts";
import { known, withPush } from "../support/push.ts";
import { TestClock } from "../support/runtime.ts";

const lock = (fleet: Fleet, id: number) => fleet.api("POST", `/api/mdm/devices/${id}/lock/`, { pin: "123456" });

Deno.test("a new device is pushed when it has settled, and a command pushes it again after it connected", () =>
  withPush(async (stage) => {
    const { fleet, notify, seen } = stage;
    const { device, token, id } = await known(stage);
    await notify();
    assert.deepEqual(seen(), []);
    fleet.runtime.clock.advance(5);
    await notify();
    assert.deepEqual(seen(), [token]);
    await notify();
    assert.deepEqual(seen(), [token]);
    fleet.runtime.clock.advance(1);
    await device.connect();
    fleet.runtime.clock.advance(1);
    await notify();
    assert.deepEqual(seen(), [token], "nothing waits, so nothing is pushed");
    await lock(fleet, id);
    await notify();
    assert.deepEqual(seen(), [token, token]);
    const [push] = stage.apple.deliveries;
    assert.equal(push?.magic, device.pushMagic);
    const { json } = await fleet.api("GET", `/api/mdm/devices/${id}/`);
    assert.equal(json.last_notified_at, "2026-06-01T12:00:07");
  }));

Deno.test("a device whose push cannot be created delays no other, and is checked again later", () =>
  withPush(async (stage) => {
    const { fleet, notify, seen } = stage;
    const { sql, clock } = fleet.runtime;
    const broken = await known(stage);
    const { token } = await known(stage);
    // As after a restore with other keys.
    await sql`
      update channels set push_magic_sealed = 'x' where enrollment_id in
        (select id from enrollments where device_id = ${broken.id})`;
    clock.advance(5);
    await notify();
    assert.deepEqual(seen(), [token]);
    const [row] = await sql<{ pushClaimedUntil: Date | null; pushDueAt: Date }[]>`
      select push_claimed_until, push_due_at from channels where push_magic_sealed = 'x'`;
    assert.deepEqual([row?.pushClaimedUntil, row?.pushDueAt.getTime()], [null, clock.now().getTime() + 3_600_000]);
  }));

Deno.test("while a push is outstanding no other follows for minutes, unless an operator asks", () =>
  withPush(async (stage) => {
    const { fleet, notify, seen } = stage;
    const { device, id } = await known(stage);
    await device.connect();
    fleet.runtime.clock.advance(10);
    await lock(fleet, id);
    await notify();
    assert.equal(seen().length, 1);
    await lock(fleet, id);
    fleet.runtime.clock.advance(100);
    await notify();
    assert.equal(seen().length, 1);
    assert.equal((await fleet.api("POST", `/api/mdm/devices/${id}/poke/`)).status, 200);
    await notify();
    assert.equal(seen().length, 2);
    await notify();
    assert.equal(seen().length, 2);
    // It may have connected to a failing server: it is pushed again for pending work.
    fleet.runtime.clock.advance(600);
    await notify();
    assert.equal(seen().length, 3);
    await notify();
    assert.equal(seen().length, 3);
  }));

Deno.test("a device that took a command and did not answer is pushed, once", () =>
  withPush(async (stage) => {
    const { fleet, notify, seen, apple } = stage;
    let drop = false;
    const device = await fleet.enrolled({ mischief: () => drop ? "drop" : undefined });
    apple.register(device.pushToken, TOPIC);
    apple.onPush(device.pushToken, () => {});
    await device.connect();
    const { json: [{ id }] } = await fleet.api("GET", "/api/mdm/devices/");
    await lock(fleet, id);
    drop = true;
    await device.connect();
    fleet.runtime.clock.advance(59);
    await notify();
    assert.equal(seen().length, 0);
    fleet.runtime.clock.advance(2);
    await notify();
    await notify();
    assert.equal(seen().length, 1);
    drop = false;
    assert.deepEqual((await device.connect()).map(({ requestType }) => requestType), ["DeviceLock"]);
  }));

Deno.test("a silent device is pushed, and again after a day", () =>
  withPush(async (stage) => {
    const { fleet, notify, seen } = stage;
    const { device } = await known(stage);
    await device.connect();
    for (const [hours, expected] of [[3, 0], [2, 1], [4, 1], [19, 1], [1, 2]] as const) {
      fleet.runtime.clock.advance(hours * 3600);
      await notify();
      assert.equal(seen().length, expected, `after ${hours} more hours`);
    }
  }));

Deno.test("a dead token is not pushed again until the device brings a new one", () =>
  withPush(async (stage) => {
    const { fleet, notify, seen, apple } = stage;
    const { device, id } = await known(stage);
    await device.connect();
    fleet.runtime.clock.advance(10);
    apple.expire(device.pushToken);
    await lock(fleet, id);
    await notify();
    const [failure] = await findEvents(fleet.runtime.sql, { type: "mdm_device_notification", limit: 1 });
    assert.deepEqual(failure?.payload, {
      udid: device.udid,
      status: "failure",
      priority: 10,
      expiration: 604_800,
      cause: "command waits",
      reason: "Unregistered",
      unreachable: true,
    });
    fleet.runtime.clock.advance(2 * 86_400);
    await notify();
    assert.equal(apple.requests.length, 1);
    assert.equal((await fleet.api("POST", `/api/mdm/devices/${id}/poke/`)).status, 400);
    device.pushToken.set(crypto.getRandomValues(new Uint8Array(32)));
    apple.register(device.pushToken, TOPIC);
    apple.onPush(device.pushToken, () => {});
    await device.tokenUpdate();
    fleet.runtime.clock.advance(5);
    await notify();
    assert.deepEqual(seen(), [device.pushToken.toHex()]);
  }));

Deno.test("a temporary failure is retried, immediately and then later; a final refusal by Apple is not", () =>
  withPush(async (stage) => {
    const { fleet, notify, seen, apple } = stage;
    const { device, id } = await known(stage);
    await device.connect();
    fleet.runtime.clock.advance(10);
    await lock(fleet, id);
    apple.failNext(503, "ServiceUnavailable", { times: 2 });
    await notify();
    assert.equal(seen().length, 1);
    assert.equal(apple.requests.length, 3);
    fleet.runtime.clock.advance(1);
    await device.connect();
    fleet.runtime.clock.advance(10);
    await lock(fleet, id);
    apple.failNext(500, "InternalServerError", { times: 3 });
    await notify();
    assert.equal(seen().length, 1);
    fleet.runtime.clock.advance(301);
    await notify();
    assert.equal(seen().length, 2);
  }));

Deno.test("two notifiers at once push each of many devices once, over one connection each", () =>
  withPush(async (stage) => {
    const { fleet, apple, notify } = stage;
    const tokens: string[] = [];
    for (let n = 0; n < 12; n++) tokens.push((await known(stage)).token);
    fleet.runtime.clock.advance(10);
    await Promise.all([notify(), notify(), notify()]);
    await notify();
    assert.deepEqual(stage.seen().sort(), tokens.sort());
    assert.ok(apple.connections <= 1, `${apple.connections} connections`);
  }));

Deno.test("a command queued while its device is being pushed is not forgotten", () =>
  withPush(async (stage) => {
    const { fleet, notify, seen, apple } = stage;
    const { device, id } = await known(stage);
    await device.connect();
    fleet.runtime.clock.advance(10);
    await lock(fleet, id);
    apple.onPush(device.pushToken, () => {});
    const pushing = notify();
    await lock(fleet, id);
    await pushing;
    fleet.runtime.clock.advance(1);
    assert.equal((await device.connect()).length, 2);
    await lock(fleet, id);
    fleet.runtime.clock.advance(1);
    await notify();
    assert.equal(seen().length, 2);
  }));

Deno.test("with a token signing key pushes carry a provider token and no certificate", async () => {
  const clock = new TestClock();
  const apple = await startApns({ clock });
  try {
    const key = await generateEcKey("P-256");
    apple.trustKey({
      keyId: "ABCDE12345",
      teamId: "TEAM123456",
      publicKey: await crypto.subtle.importKey("spki", spkiOf(key), { name: "ECDSA", namedCurve: "P-256" }, true, [
        "verify",
      ]),
      topics: [TOPIC],
    });
    await withFleet(async (fleet) => {
      fleet.runtime.network = systemNetwork;
      const apns = createApns(fleet.runtime);
      const device = await fleet.enrolled();
      apple.register(device.pushToken, TOPIC);
      apple.onPush(device.pushToken, () => {});
      fleet.runtime.clock.advance(10);
      clock.advance(10);
      await notifyBatch(fleet.runtime, byJob("push"), apns, () => Promise.resolve(), new AbortController().signal);
      assert.deepEqual(apple.requests.map(({ status, reason }) => [status, reason]), [[200, undefined]]);
      apns.close();
    }, {
      APNS_URL: apple.url,
      APNS_ANCHORS: apple.caPem,
      APNS_KEY: key.export({ type: "pkcs8", format: "pem" }).toString(),
      APNS_KEY_ID: "ABCDE12345",
      APNS_TEAM_ID: "TEAM123456",
    });
  } finally {
    await apple.close();
  }
});

Deno.test("a changed blueprint wakes its devices within a minute, and no others", () =>
  withPush(async (stage) => {
    const { fleet, notify, seen } = stage;
    const [one, two] = [await known(stage), await known(stage)];
    const { json: blueprint } = await fleet.api("POST", "/api/mdm/blueprints/", { name: "B" });
    await fleet.api("PUT", `/api/mdm/devices/${one.id}/blueprint/`, { blueprint: blueprint.id });
    for (const { device } of [one, two]) await device.connect();
    fleet.runtime.clock.advance(10);
    await notify();
    const before = seen().length;
    fleet.runtime.clock.advance(1);
    for (const { device } of [one, two]) await device.connect();
    await settle(fleet);
    await fleet.api("PUT", `/api/mdm/blueprints/${blueprint.id}/`, { name: "B", collect_apps: 2 });
    await settle(fleet);
    fleet.runtime.clock.advance(60);
    await notify();
    assert.deepEqual(seen().slice(before), [one.token]);
    assert.deepEqual((await one.device.connect()).map(({ requestType }) => requestType), ["InstalledApplicationList"]);
  }));
