import assert from "node:assert/strict";
import { claimPushTargets } from "../../db/push/push_targets.ts";
import { requestIdentity } from "../../simulators/device/identity.ts";
import { dataAssetDownloadUrl } from "../../src/downloads/url.ts";
import { downloadOtaProfile } from "../../src/enrollment/ota_enrollments.ts";
import { openAssetCredential } from "../../src/issuing/asset_credentials.ts";
import { follower, idOf, link, made, makeBlueprint, makeProfile, rest, settle } from "../support/artifacts.ts";
import { claimsOf, deviceOf, idsOf, profileFor, refusedAs } from "../support/claims.ts";
import { deleted, idleStatus, restore } from "../support/deletion.ts";
import { findEvents } from "../support/events.ts";
import { type Fleet, KEYS, withFleet } from "../support/fleet.ts";
import { addCertAsset, addDataAsset, advertise, channelOf } from "../support/hosted.ts";
import { known, withPush } from "../support/push.ts";

const lock = (fleet: Fleet, id: number) => made(fleet, "POST", `/api/mdm/devices/${id}/lock/`, { pin: "271828" });
const listed = async (fleet: Fleet, query = "") => (await made(fleet, "GET", `/api/mdm/devices/${query}`)).length;
const renewal = {
  PayloadContent: { URL: "https://mdm.example.com/public/mdm/scep/", Subject: [] as string[][][] },
};

Deno.test("a deleted device is refused with 400 and served nothing, stays enrolled, and continues with its identity when restored", () =>
  withFleet(async (fleet) => {
    const { sql } = fleet.runtime;
    const device = await fleet.enrolled();
    await rest(device);
    await device.setBootstrapToken(new TextEncoder().encode("bootstrap"));
    const { id } = await deviceOf(fleet, device);
    await lock(fleet, id);
    await deleted(fleet, device);
    const kept = async () =>
      JSON.stringify([
        await sql`select bootstrap_token_sealed, unlock_token_sealed, awaiting_configuration from enrollments`,
        await sql`select push_token, last_seen_at from channels`,
        await sql`select uuid, state from commands`,
      ]);
    const before = await kept();
    await assert.rejects(device.connect(), /400/);
    for (
      const message of [
        { MessageType: "GetBootstrapToken" },
        { MessageType: "SetBootstrapToken" },
        { MessageType: "UserAuthenticate", UserID: "u" },
        { MessageType: "DeclarativeManagement", Endpoint: "declaration-items" },
        { MessageType: "Authenticate", Topic: device.topic, SerialNumber: device.serialNumber },
      ]
    ) {
      const response = await device.checkIn(message);
      assert.equal(response.status, 400, message.MessageType);
      assert.equal(await response.text(), "Cannot serve this device: it is deleted.", message.MessageType);
    }
    assert.equal((await device.tokenUpdate()).status, 400);
    const name = device.identity?.certificate.subject;
    renewal.PayloadContent.Subject = [[["CN", name?.commonName ?? ""]], [["O", name?.organization ?? ""]]];
    await assert.rejects(device.renewByScep(renewal), /badRequest/);
    assert.equal(await kept(), before);
    assert.ok(device.enrolled);
    const refusals = await findEvents(sql, { type: "mdm_request", limit: 50 });
    assert.ok(refusals.some(({ payload }) => JSON.stringify(payload).includes("Device deleted")));

    assert.equal((await restore(fleet, id)).json.state, "active");
    assert.deepEqual(await device.getBootstrapToken(), new TextEncoder().encode("bootstrap"));
    assert.deepEqual((await device.connect()).map(({ requestType }) => requestType), ["DeviceLock"]);
    assert.equal((await deviceOf(fleet, device)).id, id);
  }));

Deno.test("a deleted device is in no list, count or figure, and its own page and API show until when it can be restored", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet);
    const { artifact, version } = await makeProfile(fleet);
    const device = await follower(fleet, blueprint.id, artifact.id);
    await rest(device);
    const other = await fleet.enrolled();
    const counts = async () => {
      const { json } = await fleet.api("GET", `/api/mdm/artifact_versions/${version.id}/`);
      const metrics = await (await fleet.fetch(
        new Request("https://mdm.example.com/metrics", { headers: { Authorization: "Bearer a-token-of-16-letters" } }),
      )).text();
      const figures = metrics.split("\n").filter((line) => /^espalier_(devices|artifact)/.test(line));
      return [json?.counts ?? json?.statuses ?? null, figures, await listed(fleet)];
    };
    const before = JSON.stringify(await counts());
    const commands = async () => (await made(fleet, "GET", "/api/mdm/devices/commands/")).count;
    const ran = await commands();
    assert.ok(ran > 0);
    const id = await deleted(fleet, device);
    assert.notEqual(JSON.stringify(await counts()), before);
    assert.doesNotMatch(JSON.stringify(await counts()), /Installed|Acknowledged/);
    assert.deepEqual((await made(fleet, "GET", "/api/mdm/devices/")).map(({ udid }: { udid: string }) => udid), [
      other.udid,
    ]);
    assert.equal((await made(fleet, "GET", "/api/mdm/devices/?limit=5")).count, 1);
    assert.equal(await listed(fleet, `?serial_number=${device.serialNumber}`), 0);
    assert.equal(await commands(), 0);
    assert.equal((await made(fleet, "GET", `/api/mdm/devices/commands/?enrolled_device=${id}`)).count, ran);
    const shown = await made(fleet, "GET", `/api/mdm/devices/${id}/`);
    assert.deepEqual(
      [shown.state, shown.deleted_at, shown.restorable_until, shown.checkout_at, shown.deleted_by.slice(0, 4)],
      ["deleted", "2026-06-01T12:00:00", "2026-07-01T12:00:00", null, "user"],
    );
    assert.equal(await listed(fleet, "?state=deleted"), 1);
    assert.equal(await listed(fleet, "?state=active"), 1);
    // Its known facts are restored.
    await made(fleet, "POST", `/api/mdm/devices/${id}/restore/`);
    assert.equal(JSON.stringify(await counts()), before);
    const artifacts = await made(fleet, "GET", `/api/mdm/devices/${id}/artifacts/`);
    assert.equal(artifacts.length, 1);
  }, { METRICS_TOKEN: "a-token-of-16-letters" }));

Deno.test("a change of its blueprint neither previews nor wakes a deleted device, and reaches it when it is restored", () =>
  withFleet(async (fleet) => {
    const blueprint = await makeBlueprint(fleet);
    const first = await makeProfile(fleet);
    const device = await follower(fleet, blueprint.id, first.artifact.id);
    await rest(device);
    await settle(fleet);
    const id = await deleted(fleet, device);
    const second = await makeProfile(fleet);
    const preview = await made(fleet, "POST", "/api/mdm/blueprint_artifacts/?dry_run=true", {
      blueprint: blueprint.id,
      artifact: second.artifact.id,
      macos: true,
    });
    assert.doesNotMatch(JSON.stringify(preview), new RegExp(device.serialNumber));
    await link(fleet, blueprint.id, second.artifact.id);
    await settle(fleet);
    const [channel] = await fleet.runtime.sql`select push_due_at from channels`;
    assert.equal(channel?.pushDueAt, null);
    for (
      const [method, path, body] of [
        ["POST", "poke", undefined],
        ["POST", "lock", { pin: "271828" }],
        ["POST", "block", undefined],
        ["POST", "unblock", undefined],
        ["PUT", "blueprint", { blueprint: null }],
        ["POST", "confirm_hardware", undefined],
        ["POST", "discard_successor", undefined],
        ["POST", `artifacts/${first.artifact.id}/reinstall`, undefined],
      ] as const
    ) {
      assert.equal((await fleet.api(method, `/api/mdm/devices/${id}/${path}/`, body)).status, 400, path);
    }
    await made(fleet, "POST", `/api/mdm/devices/${id}/restore/`);
    await rest(device);
    assert.equal((await made(fleet, "GET", `/api/mdm/devices/${id}/artifacts/`)).length, 2);
  }));

Deno.test("a deleted device is not pushed, even if its token arrives at the same moment, and is pushed once it is restored", () =>
  withPush(async (stage) => {
    const { fleet, notify, seen } = stage;
    const { device, token, id } = await known(stage);
    fleet.runtime.clock.advance(60);
    await lock(fleet, id);
    await deleted(fleet, device);
    await notify();
    // Something made it due after all.
    await fleet.runtime.sql`update channels set push_due_at = ${fleet.runtime.clock.now()}`;
    await notify();
    assert.deepEqual(seen(), []);
    assert.deepEqual((await fleet.runtime.sql`select push_due_at from channels`)[0]?.pushDueAt, null);
    await made(fleet, "POST", `/api/mdm/devices/${id}/restore/`);
    await notify();
    assert.deepEqual(seen(), [token]);
  }));

Deno.test("a command that was out when its device was deleted is offered again after the device was restored", () =>
  withFleet(async (fleet) => {
    let drop = false;
    const device = await fleet.enrolled({ mischief: () => drop ? "drop" : undefined });
    await rest(device);
    const { id } = await deviceOf(fleet, device);
    const { uuid } = await lock(fleet, id);
    drop = true;
    await device.connect();
    await deleted(fleet, device);
    const answer = await device.put("https://mdm.example.com/public/mdm/connect/", {
      UDID: device.udid,
      Status: "Acknowledged",
      CommandUUID: uuid,
    });
    assert.equal(answer.status, 400);
    await restore(fleet, id);
    drop = false;
    fleet.runtime.clock.advance(3600);
    assert.deepEqual((await device.connect()).map(({ commandUuid }) => commandUuid.toLowerCase()), [uuid]);
  }));

Deno.test("a deleted device downloads nothing and gets no certificate of an asset, and does so again when it is restored", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const device = await fleet.enrolled();
    const channel = await channelOf(runtime, device);
    const asset = await addDataAsset(runtime, "PLIST", new TextEncoder().encode("content"));
    const certificate = await addCertAsset(runtime, { subject: [{ type: "CN", value: "vpn" }] });
    await advertise(runtime, channel, asset, certificate);
    const challenge = await openAssetCredential(runtime.sql, runtime, channel, certificate.versionId);
    const url = await dataAssetDownloadUrl(runtime, channel, asset.versionId);
    const download = async () => {
      const response = await fleet.fetch(new Request(url));
      await response.body?.cancel();
      return response.status;
    };
    const buy = () =>
      requestIdentity(
        fleet.fetch,
        {
          PayloadContent: {
            URL: "https://mdm.example.com/public/mdm/scep/",
            Challenge: challenge,
            Subject: [[["CN", "anything"]]],
          },
        },
        KEYS[0],
        { habit: "modern", now: runtime.clock.now() },
      );
    assert.equal(await download(), 200);
    const id = await deleted(fleet, device);
    assert.equal(await download(), 404);
    await assert.rejects(buy(), /badRequest/);
    await restore(fleet, id);
    assert.equal(await download(), 200);
    assert.equal((await buy()).certificate.subject.commonName, "vpn");
  }));

Deno.test("a device that checks out while it is deleted is not enrolled when it is restored", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    const id = await deleted(fleet, device);
    await device.checkOut();
    const { json } = await restore(fleet, id);
    assert.deepEqual([json.state, json.checkout_at], ["released", "2026-06-01T12:00:00"]);
    assert.equal(await idleStatus(device), 400);
  }));

Deno.test("the same hardware enrolls again while it is deleted: the device is active again, and the deleted enrollment has ended", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    await device.setBootstrapToken(new TextEncoder().encode("bootstrap"));
    const { id } = await deviceOf(fleet, device);
    await lock(fleet, id);
    await deleted(fleet, device);
    const again = await fleet.enrolled(idsOf(device));
    const shown = await deviceOf(fleet, again);
    // Known hardware that is not enrolled: it is in, and not believed yet.
    assert.deepEqual(
      [shown.id, shown.state, shown.hardware_proven, shown.deleted_at, shown.deleted_by],
      [id, "active", false, null, null],
    );
    assert.deepEqual(await claimsOf(fleet), []);
    assert.equal(await again.getBootstrapToken(), undefined);
    assert.equal(await idleStatus(device), 400);
    assert.equal((await restore(fleet, id)).status, 400);
    const rows = await fleet.runtime.sql`
      select ended_at is null as current, suspended from enrollments order by id`;
    assert.deepEqual(rows.map((row) => ({ ...row })), [
      { current: false, suspended: false },
      { current: true, suspended: false },
    ]);
    const [command] = await fleet.runtime.sql`select state from command_history where name = 'DeviceLock'`;
    assert.equal(command?.state, "cancelled");
  }));

Deno.test("over the air, and in another spelling, a deleted device is the same hardware as well", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled({ udid: "AB-CD", serialNumber: "C02DELETED" });
    const id = await deleted(fleet, device);
    const again = fleet.device({ udid: "ab-cd", serialNumber: "c02deleted" });
    const profile = await downloadOtaProfile(fleet.runtime, fleet.enrollmentId);
    await again.enrollOverTheAir(profile, fleet.maker.certify(again.udid, KEYS[0]));
    assert.equal((await deviceOf(fleet, again)).id, id);
    assert.equal(await idleStatus(again), 200);
  }));

Deno.test("a stranger who enrolled first with a Mac's UDID is deleted, and the Mac enrolls at once; the stranger is not restored", () =>
  withFleet(async (fleet) => {
    const stranger = await fleet.enrolled({ udid: "UDID-OF-THE-MAC", serialNumber: "C02STRANGER" });
    const mine = { udid: "UDID-OF-THE-MAC", serialNumber: "C02MINE" };
    await refusedAs(fleet, mine, 403);
    assert.equal((await claimsOf(fleet))[0].reason, "serial number changed");
    const id = await deleted(fleet, stranger);
    // The reason of the claim no longer exists.
    assert.deepEqual(await claimsOf(fleet), []);
    const mac = await fleet.enrolled(mine);
    await mac.connect();
    const shown = await deviceOf(fleet, mac);
    assert.deepEqual([shown.serial_number, shown.hardware_proven, shown.id === id], ["C02MINE", true, false]);
    const { status, json } = await restore(fleet, id);
    assert.equal(status, 400);
    assert.match(json[0], /its UDID belongs to the device with serial number C02MINE now/);
    assert.equal(await idleStatus(stranger), 400);
    assert.ok(mac.enrolled && await idleStatus(mac) === 200);
    // Which of the two holds it is the operator's word.
    await deleted(fleet, mac);
    assert.equal((await restore(fleet, id)).status, 200);
    assert.equal(await idleStatus(stranger), 200);
    assert.equal(await idleStatus(mac), 400);
  }));

Deno.test("a stranger who enrolled first with a Mac's serial number is deleted, and cannot be restored beside the Mac", () =>
  withFleet(async (fleet) => {
    const stranger = await fleet.enrolled({ serialNumber: "C02MINE" });
    await refusedAs(fleet, { udid: "UDID-OF-THE-MAC", serialNumber: "C02MINE" }, 403);
    const id = await deleted(fleet, stranger);
    const mac = await fleet.enrolled({ udid: "UDID-OF-THE-MAC", serialNumber: "C02MINE" });
    // The serial number was known: an operator confirms that it is the Mac.
    assert.equal((await deviceOf(fleet, mac)).hardware_proven, false);
    const { status, json } = await restore(fleet, id);
    assert.equal(status, 400);
    assert.match(json[0], /another device with serial number C02MINE is enrolled/);
    await mac.checkOut();
    assert.equal((await restore(fleet, id)).status, 200);
  }));

Deno.test("a block outlives a deletion, and can be lifted from a deleted device", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    const { id } = await deviceOf(fleet, device);
    await made(fleet, "POST", `/api/mdm/devices/${id}/block/`);
    await deleted(fleet, device);
    // Neither released nor served.
    assert.equal(await idleStatus(device), 400);
    await refusedAs(fleet, idsOf(device), 400);
    await made(fleet, "POST", `/api/mdm/devices/${id}/unblock/`);
    await fleet.enrolled(idsOf(device));
    assert.equal((await deviceOf(fleet, device)).id, id);
  }));

Deno.test("deleting twice and restoring twice are refused, and an unknown device is not found", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    assert.deepEqual((await restore(fleet, (await deviceOf(fleet, device)).id)).json, ["The device is not deleted."]);
    const id = await deleted(fleet, device);
    const path = `/api/mdm/devices/${id}/`;
    const again = await fleet.api("DELETE", path);
    assert.deepEqual([again.status, again.json], [400, ["The device is already deleted."]]);
    assert.equal((await restore(fleet, id)).status, 200);
    assert.equal((await restore(fleet, id)).status, 400);
    assert.equal((await restore(fleet, 999)).status, 404);
    assert.equal((await fleet.api("DELETE", "/api/mdm/devices/999/")).status, 404);
    const audits = await fleet.runtime.sql`
      select payload->>'action' as action from events
      where type = 'zentral_audit' and objects ? 'mdm_enrolleddevice' order by created_at, (xmin::text::bigint)`;
    assert.deepEqual(audits.map(({ action }) => action).sort(), ["deleted", "updated"]);
    fleet.runtime.clock.advance(1);
    await deleted(fleet, device);
    fleet.runtime.clock.advance(30 * 86_400);
    const late = await restore(fleet, id);
    assert.deepEqual([late.status, late.json], [400, [
      "The device can no longer be restored: its data has been removed.",
    ]]);
  }));

Deno.test("deletions, restores, tokens, connects and enrollments at the same moment leave one true state", () =>
  withFleet(async (fleet) => {
    const { sql, clock } = fleet.runtime;
    const device = await fleet.enrolled();
    await rest(device);
    const id = await idOf(fleet, device.serialNumber);
    for (let n = 0; n < 6; n++) {
      await lock(fleet, id);
      const [one, two, ...messages] = await Promise.all([
        fleet.api("DELETE", `/api/mdm/devices/${id}/`),
        fleet.api("DELETE", `/api/mdm/devices/${id}/`),
        device.tokenUpdate().then(({ status }) => status),
        idleStatus(device),
        device.addUser({ userId: crypto.randomUUID(), shortName: "a", longName: "A" }).then(() => 200, () => 400),
      ]);
      assert.deepEqual([one.status, two.status].sort(), [204, 400]);
      for (const status of messages) assert.ok(status === 200 || status === 400, String(status));
      clock.advance(3600);
      assert.deepEqual(await claimPushTargets(sql, 50, clock.now(), clock.now()), []);
      assert.equal(await idleStatus(device), 400);
      const both = await Promise.all([restore(fleet, id), restore(fleet, id)]);
      assert.deepEqual(both.map(({ status }) => status).sort(), [200, 400]);
      await rest(device);
    }
    // A restore and the same hardware's new enrollment: one of the two.
    for (let n = 0; n < 3; n++) {
      const current = await fleet.enrolled({ serialNumber: `C02RACE${n}` });
      const raced = await deleted(fleet, current);
      const profile = await profileFor(fleet);
      const again = fleet.device(idsOf(current));
      const [restored, enrolled] = await Promise.all([
        restore(fleet, raced),
        again.enroll(profile).then(() => 200, () => 403),
      ]);
      assert.deepEqual([restored.status, enrolled].sort(), restored.status === 200 ? [200, 403] : [200, 400]);
      assert.equal(await idleStatus(current), restored.status === 200 ? 200 : 400);
    }
    const wrong = await sql`
      select 1 from devices d join enrollments e on e.device_id = d.id
      where (d.deleted_at is not null and e.ended_at is null) or (d.deleted_at is null and e.suspended)`;
    assert.equal(wrong.length, 0);
  }));
