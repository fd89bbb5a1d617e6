import assert from "node:assert/strict";
import type { ChannelId } from "../../db/ids.ts";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import { MODELS } from "../../simulators/device/models.ts";
import { loadVariables } from "../../src/variables/load.ts";
import { made, makeBlueprint, makeProfile, profileSource, rest, settle } from "../support/artifacts.ts";
import { confirmOnly, deviceOf, idsOf, profileFor, refusedAs } from "../support/claims.ts";
import { type Fleet, withFleet } from "../support/fleet.ts";

/** A blueprint with a profile for the devices tagged Executives, which holds each one's password. */
async function executives(fleet: Fleet) {
  const blueprint = await makeBlueprint(fleet, { legacy_profiles_via_ddm: false });
  const tag = await made(fleet, "POST", "/api/inventory/tags/", { name: "Executives" });
  const { artifact } = await makeProfile(fleet, {
    version: { source: profileSource("com.example.vpn", "password $CUSTOM.VPN_PASSWORD") },
  });
  await made(fleet, "POST", "/api/mdm/blueprint_artifacts/", {
    blueprint: blueprint.id,
    artifact: artifact.id,
    ios: true,
    ipados: true,
    macos: true,
    tvos: true,
    default_shard: 0,
    tag_shards: [{ tag: tag.id, shard: 100 }],
  });
  const path = `/api/mdm/ota_enrollments/${fleet.enrollmentId}/`;
  const enrollment = await made(fleet, "GET", path);
  await made(fleet, "PUT", path, { ...enrollment, blueprint: blueprint.id });
  return {
    tag: tag.id as number,
    path,
    async prepare(serialNumber: string) {
      const values = { VPN_PASSWORD: "a secret" };
      await made(fleet, "PUT", `/api/inventory/devices/${serialNumber}/values/`, { values });
      await made(fleet, "PUT", `/api/inventory/devices/${serialNumber}/tags/`, { tags: [tag.id] });
      await settle(fleet);
    },
  };
}

/** The part of the executives' profile that a device got. */
async function loot(device: SimulatedDevice): Promise<boolean> {
  await rest(device);
  return JSON.stringify(device.state.profiles).includes("password a secret");
}

const variables = async (fleet: Fleet, device: SimulatedDevice) => {
  const [row] = await fleet.runtime.sql<{ id: ChannelId }[]>`
    select c.id from channels c join enrollments e on e.id = c.enrollment_id join devices d on d.id = e.device_id
    where d.udid = ${device.udid} and e.ended_at is null and c.user_key = ''`;
  assert.ok(row);
  const names = ["CUSTOM.VPN_PASSWORD", "ENROLLED_DEVICE.TAGS"];
  const all = await loadVariables(fleet.runtime.sql, fleet.runtime, row.id, names);
  return [all.get("CUSTOM.VPN_PASSWORD"), all.get("ENROLLED_DEVICE.TAGS")];
};

Deno.test("a stranger that states a serial number with tags and values gets neither, until the hardware is confirmed", () =>
  withFleet(async (fleet) => {
    const { prepare } = await executives(fleet);
    await prepare("C02CEO");
    const device = await fleet.enrolled({ serialNumber: "C02CEO" });
    assert.equal(await loot(device), false);
    assert.deepEqual(await variables(fleet, device), [undefined, undefined]);
    const { id, hardware_proven } = await deviceOf(fleet, device);
    assert.equal(hardware_proven, false);
    assert.equal((await fleet.api("POST", `/api/mdm/devices/${id}/confirm_hardware/`)).json.hardware_proven, true);
    assert.equal((await fleet.api("POST", `/api/mdm/devices/${id}/confirm_hardware/`)).status, 400);
    await settle(fleet);
    assert.equal(await loot(device), true);
    assert.deepEqual(await variables(fleet, device), ["a secret", "Executives"]);
  }));

Deno.test("tags and values wait for every spelling of a serial number", () =>
  withFleet(async (fleet) => {
    const { prepare } = await executives(fleet);
    await prepare("C02CEO");
    const device = await fleet.enrolled({ serialNumber: "c02ceo" });
    assert.equal((await deviceOf(fleet, device)).hardware_proven, false);
    assert.equal(await loot(device), false);
  }));

Deno.test("a profile that an operator limited to serial number and UDID proves the hardware, one limited to either does not", () =>
  withFleet(async (fleet) => {
    const { prepare } = await executives(fleet);
    for (
      const [n, proven] of [["serialNumber"], ["udid"], ["serialNumber", "udid"]].map((keys) =>
        [keys, keys.length === 2] as const
      )
    ) {
      const device = fleet.device();
      await prepare(device.serialNumber);
      const ids = Object.fromEntries(Object.entries(idsOf(device)).filter(([key]) => n.includes(key)));
      await device.enroll(await profileFor(fleet, ids));
      assert.equal((await deviceOf(fleet, device)).hardware_proven, proven, n.join());
      assert.equal(await loot(device), proven, n.join());
    }
  }));

Deno.test("hardware that has checked out may enroll again, without its tags and values until it is confirmed", () =>
  withFleet(async (fleet) => {
    const { prepare } = await executives(fleet);
    const ceo = await fleet.enrolled();
    await prepare(ceo.serialNumber);
    assert.equal(await loot(ceo), true);
    await ceo.checkOut();
    for (const ids of [idsOf(ceo), { serialNumber: ceo.serialNumber }]) {
      const stranger = await fleet.enrolled(ids);
      assert.equal(await loot(stranger), false);
      assert.deepEqual(await variables(fleet, stranger), [undefined, undefined]);
      await stranger.checkOut();
    }
    // Confirmed as a claim, it has them from the beginning.
    const other = await fleet.enrolled(idsOf(ceo));
    const again = await refusedAs(fleet, idsOf(ceo), 403);
    await confirmOnly(fleet);
    await again.enroll(await profileFor(fleet));
    assert.equal(await loot(again), true);
    await assert.rejects(other.connect(), /400/);
  }));

Deno.test("the tags of the enrollment's secret count for unproven hardware, and are added to it when it is confirmed", () =>
  withFleet(async (fleet) => {
    const { path } = await executives(fleet);
    const staff = await made(fleet, "POST", "/api/inventory/tags/", { name: "Staff" });
    const enrollment = await made(fleet, "GET", path);
    await made(fleet, "PUT", path, {
      ...enrollment,
      enrollment_secret: { ...enrollment.enrollment_secret, tags: [staff.id] },
    });
    const known = await made(fleet, "POST", "/api/inventory/tags/", { name: "Known" });
    await made(fleet, "PUT", "/api/inventory/devices/C02CEO/tags/", { tags: [known.id] });
    const device = await fleet.enrolled({ serialNumber: "C02CEO" });
    const onHardware = async () =>
      (await made(fleet, "GET", "/api/inventory/devices/C02CEO/tags/")).tags.map(({ name }: { name: string }) => name);
    const found = async (tag: { id: number }) => (await made(fleet, "GET", `/api/mdm/devices/?tags=${tag.id}`)).length;
    assert.deepEqual(await variables(fleet, device), [undefined, "Staff"]);
    assert.deepEqual(await onHardware(), ["Known"]);
    assert.deepEqual([await found(staff), await found(known)], [1, 0]);
    const { id } = await deviceOf(fleet, device);
    await made(fleet, "POST", `/api/mdm/devices/${id}/confirm_hardware/`);
    assert.deepEqual(await variables(fleet, device), [undefined, "Known,Staff"]);
    assert.deepEqual(await onHardware(), ["Known", "Staff"]);
    assert.deepEqual([await found(staff), await found(known)], [1, 1]);
  }));

Deno.test("the lock PIN of hardware is not cleared by an enrollment that only claims to be that hardware", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    await rest(device);
    const { id } = await deviceOf(fleet, device);
    await made(fleet, "POST", `/api/mdm/devices/${id}/lock/`, { pin: "314159" });
    assert.equal((await device.connect()).length, 1);
    await device.checkOut();
    const stranger = await fleet.enrolled(idsOf(device));
    await rest(stranger);
    const current = async () => (await made(fleet, "GET", `/api/mdm/devices/${id}/device_lock_pin/`)).device_lock_pin;
    assert.equal(await current(), "314159");
    // Nor replaced: the PIN that it acknowledges is kept beside it, until the hardware is known to be locked with it.
    const states = async () =>
      (await made(fleet, "GET", `/api/mdm/devices/${id}/secrets/`) as unknown as { kind: string; state: string }[])
        .filter(({ kind }) => kind === "device_lock_pin").map(({ state }) => state).sort();
    await made(fleet, "POST", `/api/mdm/devices/${id}/lock/`, { pin: "271828" });
    assert.deepEqual((await stranger.connect()).map(({ requestType }) => requestType), ["DeviceLock"]);
    assert.equal(await current(), "314159");
    assert.deepEqual(await states(), ["current", "unverified"]);
    await made(fleet, "POST", `/api/mdm/devices/${id}/confirm_hardware/`);
    await made(fleet, "POST", `/api/mdm/devices/${id}/lock/`, { pin: "161803" });
    await stranger.connect();
    assert.equal(await current(), "161803");
  }));

Deno.test("tokens of an enrollment stay in escrow when the device checks out", () =>
  withFleet(async (fleet) => {
    // Phones have unlock tokens.
    const device = await fleet.enrolled({ model: MODELS.find(({ platform }) => platform === "iOS")! });
    await device.setBootstrapToken(new Uint8Array([1, 2, 3]));
    await device.checkOut();
    const [row] = await fleet.runtime.sql`select bootstrap_token_sealed, unlock_token_sealed from enrollments`;
    assert.ok(row?.bootstrapTokenSealed && row.unlockTokenSealed);
  }));
