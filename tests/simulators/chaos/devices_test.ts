import assert from "node:assert/strict";
import { makeDevices, type Wire } from "../../../simulators/chaos/devices.ts";
import { Ledger } from "../../../simulators/chaos/ledger.ts";
import type { SimulatedDevice } from "../../../simulators/device/device.ts";
import { downloadDirectProfile } from "../../../src/enrollment/ota_enrollments.ts";
import { testBy } from "../../routes/api/support.ts";
import { idOf, made } from "../../support/artifacts.ts";
import { type Fleet, KEYS, withFleet } from "../../support/fleet.ts";

const command = "<dict><key>RequestType</key><string>CertificateList</string></dict>";

/** Runs `body` with an enrolled device that the ledger follows, and a command that it was asked for. */
function withFollowed(
  body: (house: { fleet: Fleet; device: SimulatedDevice; ledger: Ledger; wire: Wire; uuid: string }) => Promise<void>,
): Promise<void> {
  return withFleet(async (fleet) => {
    const ledger = new Ledger(5);
    const wire: Wire = { answers: new Map(), send: fleet.fetch };
    const [device] = makeDevices(1, {
      keys: { take: () => Promise.resolve(KEYS[0]) },
      wire: { answers: wire.answers, send: (request) => wire.send(request) },
      ledger,
      now: () => 1,
    });
    assert.ok(device !== undefined);
    await device.enroll(await downloadDirectProfile(fleet.runtime, testBy, fleet.enrollmentId, { signed: true }));
    while ((await device.connect()).length > 0);
    const path = `/api/mdm/devices/${await idOf(fleet, device.serialNumber)}/send_custom_command/`;
    const { uuid } = await made(fleet, "POST", path, { command });
    ledger.note({ kind: "asked", at: 1, device: device.udid, uuid });
    await body({ fleet, device, ledger, wire, uuid });
  });
}

/** The ledger's violations for the command as the API shows it. */
async function judged(fleet: Fleet, ledger: Ledger, device: SimulatedDevice, uuid: string) {
  const { status } = (await fleet.api("GET", `/api/mdm/devices/commands/${uuid}/`)).json;
  const listed = new Map([[uuid, { device: device.udid, status }]]);
  return ledger.judge({ listed, open: { commands: [], jobs: [], failedJobs: [] }, astray: [] }).map(({ rule }) => rule);
}

Deno.test("the ledger sees a device execute a command", () =>
  withFollowed(async ({ fleet, device, ledger, uuid }) => {
    assert.deepEqual(await judged(fleet, ledger, device, uuid), ["lost"], "not yet");
    assert.equal(ledger.pending(device.udid), 1);
    await device.connect();
    assert.deepEqual(await judged(fleet, ledger, device, uuid), []);
    assert.equal(ledger.pending(device.udid), 0);
    assert.equal(ledger.roundTrips, 1);
  }));

Deno.test("the ledger sees a command that is offered again after its answer was accepted, and a refusal", () =>
  withFollowed(async ({ fleet, device, ledger, wire, uuid }) => {
    let kept: Response | undefined;
    wire.send = async (request) => {
      const response = await fleet.fetch(request);
      if ((await response.clone().text()).toLowerCase().includes(uuid)) kept = response.clone();
      return response;
    };
    await device.connect();
    wire.send = async (request) => {
      const again = kept;
      kept = undefined;
      return again ?? await fleet.fetch(request);
    };
    await device.connect();
    assert.deepEqual(await judged(fleet, ledger, device, uuid), ["doubled"]);
    wire.send = () => Promise.resolve(new Response("no", { status: 400 }));
    await assert.rejects(device.connect());
    assert.deepEqual(await judged(fleet, ledger, device, uuid), ["doubled", "refused"]);
  }));

Deno.test("a command whose answer is lost on the way is no round trip, and is carried out again", () =>
  withFollowed(async ({ fleet, device, ledger, wire, uuid }) => {
    wire.send = async (request) => {
      const text = await request.clone().text();
      if (text.toLowerCase().includes(uuid)) throw new TypeError("The connection was reset");
      return await fleet.fetch(request);
    };
    await assert.rejects(device.connect(), /was reset/);
    assert.equal(ledger.roundTrips, 0);
    wire.send = fleet.fetch;
    fleet.runtime.clock.advance(3600);
    await device.connect();
    assert.equal(ledger.figures().repeated, 1);
    assert.deepEqual(await judged(fleet, ledger, device, uuid), []);
  }));
