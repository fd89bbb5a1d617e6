import assert from "node:assert/strict";
import { apiClient } from "../../../simulators/api_client.ts";
import type { SimulatedDevice } from "../../../simulators/device/device.ts";
import { type CrowdEvent, startCrowd } from "../../../simulators/fleet/crowd.ts";
import { enrollmentApi } from "../../../simulators/fleet/enrollment_api.ts";
import { makeKeyPool } from "../../../simulators/fleet/key_pool.ts";
import { makeRoster } from "../../../simulators/fleet/roster.ts";
import { makeTally } from "../../../simulators/fleet/tally.ts";
import { makeDemoArtifacts } from "../../../simulators/tasks/demo_artifacts.ts";
import { downloadDirectProfile } from "../../../src/enrollment/ota_enrollments.ts";
import { Problem } from "../../../src/errors.ts";
import { makeCaller, testBy } from "../../routes/api/support.ts";
import { type Fleet, KEYS, withFleet } from "../../support/fleet.ts";

const AN_HOUR = 3600;

/** Pushes by hand, and events that can be waited for. */
function makeStage(fleet: Fleet) {
  const handlers = new Map<string, () => void>();
  const events: CrowdEvent[] = [];
  const waiting: { fits(event: CrowdEvent): boolean; resolve(event: CrowdEvent): void }[] = [];
  const keys = { take: () => Promise.resolve(KEYS[0]) };
  return {
    events,
    handlers,
    devices: (count: number) => makeRoster(count, { keys, send: fleet.fetch, now: () => fleet.runtime.clock.now() }),
    enroll: async (device: SimulatedDevice) =>
      await device.enroll(
        await downloadDirectProfile(fleet.runtime, testBy, fleet.enrollmentId, { signed: true }),
      ),
    push: (device: SimulatedDevice) => handlers.get(device.pushToken.toHex())?.(),
    apns: {
      register() {},
      onPush(token: Uint8Array | string, handler: (push: never) => void) {
        const hex = typeof token === "string" ? token : token.toHex();
        handlers.set(hex, () => Reflect.apply(handler, undefined, []));
        return () => handlers.delete(hex);
      },
    },
    on(event: CrowdEvent) {
      events.push(event);
      const index = waiting.findIndex(({ fits }) => fits(event));
      if (index >= 0) waiting.splice(index, 1)[0]?.resolve(event);
    },
    next: (kind: CrowdEvent["kind"]) =>
      new Promise<CrowdEvent>((resolve) => waiting.push({ fits: (event) => event.kind === kind, resolve })),
  };
}

Deno.test("a crowd enrolls, connects when it is pushed, and loses released devices", () =>
  withFleet(async (fleet) => {
    const { events, handlers, devices, enroll, push, apns, on, next } = makeStage(fleet);
    const [one, two] = devices(2);
    assert.ok(one && two);
    const crowd = startCrowd({ devices: [one, two], enroll, every: AN_HOUR, apns, on });
    await crowd.enrolled;
    assert.deepEqual(events.map(({ kind }) => kind), ["enrolled", "enrolled"]);
    const came = next("connected");
    push(one);
    const event = await came;
    assert.equal(event.device, one);
    assert.ok(event.kind === "connected" && event.cause === "push" && event.exchanges.length === 3);
    const { json: [{ id }] } = await fleet.api("GET", `/api/mdm/devices/?udid=${two.udid}`);
    await fleet.api("POST", `/api/mdm/devices/${id}/block/`);
    const left = next("left");
    push(two);
    const gone = await left;
    assert.ok(gone.kind === "left" && gone.because === "released" && gone.device === two);
    await crowd.stop();
    assert.equal(handlers.size, 0);
  }));

Deno.test("a crowd reports failures, and limits concurrent enrollments", () =>
  withFleet(async (fleet) => {
    const { events, devices, on } = makeStage(fleet);
    let [now, most] = [0, 0];
    const crowd = startCrowd({
      devices: devices(5),
      parallel: 2,
      enroll: async () => {
        most = Math.max(most, ++now);
        await Promise.resolve();
        now--;
        throw new Error("no way in");
      },
      every: AN_HOUR,
      on,
    });
    await crowd.enrolled;
    await crowd.stop();
    assert.equal(most, 2);
    assert.deepEqual(
      events.map((event) => event.kind === "failed" && `${event.doing}: ${event.error.message}`),
      Array.from({ length: 5 }, () => "enrolling: no way in"),
    );
    const tally = makeTally(5);
    for (const event of events) tally.count(event);
    assert.match(tally.line(1), /^0 of 5 enrolled {2}0\.0 connects\/s .* 5 failed {2}\(enrolling: no way in\)$/);
    assert.equal(tally.failures, 5);
  }));

Deno.test("the API gives a crowd its enrollment and each device its profile, or the reason for a refusal", () =>
  withFleet(async (fleet) => {
    const { token } = await makeCaller(fleet.runtime, "superuser");
    const api = enrollmentApi("https://mdm.example.com", token, fleet.fetch);
    const [id, again] = [await api.makeEnrollment("crowd"), await api.makeEnrollment("another crowd")];
    assert.equal(await api.blueprint(), await api.blueprint());
    const client = apiClient("https://mdm.example.com", token, fleet.fetch);
    await makeDemoArtifacts(client, await api.blueprint());
    // A second call changes nothing: an object with the name exists.
    await makeDemoArtifacts(client, await api.blueprint());
    assert.equal((await fleet.api("GET", "/api/mdm/blueprint_artifacts/")).json.length, 4);
    assert.notEqual(id, again);
    const device = fleet.device();
    await device.enroll(await api.profile(id, device));
    assert.ok(device.enrolled);
    // The profile is for that device alone.
    await assert.rejects(
      fleet.device().enroll(await api.profile(id, { serialNumber: "OTHER", udid: "OTHER" })),
      /Authenticate was answered with 400/,
    );
    const refusal = (words: RegExp) => (error: unknown) => error instanceof Problem && words.test(error.message);
    await assert.rejects(api.makeEnrollment("crowd"), refusal(/answered with 400.*already exists/));
    await assert.rejects(
      enrollmentApi("https://mdm.example.com", "x", fleet.fetch).makeEnrollment("x"),
      refusal(/answered with 401/),
    );
    await assert.rejects(
      enrollmentApi("https://mdm.example.com", token, () => Promise.reject(new TypeError("refused"))).profile(
        1,
        device,
      ),
      refusal(/Cannot reach https:\/\/mdm\.example\.com/),
    );
  }));

Deno.test("a pool gives fresh keys, or goes round a few", async () => {
  const shared = makeKeyPool({ shared: 2 });
  const [one, two, three] = [await shared.take(), await shared.take(), await shared.take()];
  assert.notEqual(one, two);
  assert.equal(one, three);
  const fresh = makeKeyPool({ ahead: 1 });
  assert.notEqual(await fresh.take(), await fresh.take());
  await fresh.close();
});
