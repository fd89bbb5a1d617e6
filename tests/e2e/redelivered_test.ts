import assert from "node:assert/strict";
import { MODELS } from "../../simulators/device/models.ts";
import { buildPlist, type PlistDict } from "../../src/protocol/plist.ts";
import { assign, idOf, link, made, makeBlueprint, makeProfile } from "../support/artifacts.ts";
import { type Fleet, TOPIC, withFleet } from "../support/fleet.ts";
import { talk } from "../support/talk.ts";

/** A profile that names a variable. */
const naming = (variable: string, scope = "System"): string =>
  buildPlist({
    PayloadType: "Configuration",
    PayloadVersion: 1,
    PayloadIdentifier: `com.example.${variable}`,
    PayloadUUID: crypto.randomUUID().toUpperCase(),
    PayloadScope: scope,
    PayloadContent: [{
      PayloadType: "com.apple.ManagedClient.preferences",
      PayloadVersion: 1,
      PayloadIdentifier: `com.example.${variable}.1`,
      PayloadUUID: crypto.randomUUID().toUpperCase(),
      Text: `$${variable}`,
    }],
  }).toBase64();

Deno.test("a new name, OS version, tag or name of a tag delivers again the artifacts that use it, and no others", () =>
  withFleet(async (fleet) => {
    const [mac] = MODELS;
    assert.ok(mac);
    const device = await fleet.enrolled({ model: { ...mac, osVersion: "12.7.6", build: "21H1320" } });
    const blueprint = await makeBlueprint(fleet);
    const variables = ["NAME", "OS_VERSION", "TAGS", "SERIAL_NUMBER"].map((name) => `ENROLLED_DEVICE.${name}`);
    for (const variable of variables) {
      const { artifact } = await makeProfile(fleet, { name: variable, version: { source: naming(variable) } });
      await link(fleet, blueprint.id, artifact.id);
    }
    await assign(fleet, device.serialNumber, blueprint.id);
    const { sql, clock } = fleet.runtime;
    const information: PlistDict = {
      DeviceName: "Mac",
      OSVersion: "12.7.6",
      BuildVersion: "21H1320",
      ProductName: mac.product,
      IsSupervised: true,
    };
    /** The installs in the conversations of a quarter of an hour, by the variable that they name. */
    const installed = async (change: PlistDict = {}): Promise<string[]> => {
      const before = clock.now();
      const versions = await sql<{ id: string; artifactId: string }[]>`select id, artifact_id from artifact_versions`;
      const listed = versions.map(({ id, artifactId }) => ({
        PayloadIdentifier: `com.example.mdm.artifact.${artifactId}`,
        PayloadUUID: id.toUpperCase(),
      }));
      for (let n = 0; n < 3; n++) {
        await talk(fleet, device, {
          DeviceInformation: { QueryResponses: { ...information, ...change } },
          ProfileList: { ProfileList: listed },
        });
        clock.advance(60);
      }
      const rows = await sql<{ name: string }[]>`
        select distinct a.name from command_history h
          join artifact_versions v on v.id::text = h.arguments->>'artifact_version' join artifacts a on a.id = v.artifact_id
        where h.name = 'InstallProfile' and h.sent_at >= ${before} order by a.name`;
      return rows.map(({ name }) => name.replace("ENROLLED_DEVICE.", ""));
    };
    const plan = () => sql`update channels set next_action_at = ${clock.now()}`;
    assert.deepEqual(await installed(), ["NAME", "OS_VERSION", "SERIAL_NUMBER", "TAGS"]);
    assert.deepEqual(await installed(), []);
    await sql`update enrollments set device_information_at = null, inventory_asked = '{}'`;
    await plan();
    assert.deepEqual(await installed({ DeviceName: "Another Mac" }), ["NAME"]);
    await sql`update enrollments set device_information_at = null, inventory_asked = '{}'`;
    await plan();
    assert.deepEqual(await installed({ DeviceName: "Another Mac", OSVersion: "12.7.7" }), ["OS_VERSION"]);
    const tag = await made(fleet, "POST", "/api/inventory/tags/", { name: "Lab" });
    await made(fleet, "POST", "/api/inventory/devices/tags/", {
      action: "add",
      tags: [tag.id],
      serial_numbers: [device.serialNumber],
    });
    assert.deepEqual(await installed(), ["TAGS"]);
    await made(fleet, "PUT", `/api/inventory/tags/${tag.id}/`, { name: "Laboratory" });
    assert.deepEqual(await installed(), ["TAGS"]);
    await made(fleet, "PUT", `/api/inventory/tags/${tag.id}/`, { name: "Laboratory", color: "ff0000" });
    assert.deepEqual(await installed(), []);
  }));

Deno.test("a user's new name delivers again the artifacts that use it on the user's channel", () =>
  withFleet(async (fleet) => {
    const { sql } = fleet.runtime;
    const device = await fleet.enrolled();
    const { version } = await makeProfile(fleet, {
      artifact: { channel: "User" },
      version: { source: naming("ENROLLED_USER.LONG_NAME", "User") },
    });
    const user = crypto.randomUUID().toUpperCase();
    const rename = async (name: string) => {
      const response = await device.checkIn({
        MessageType: "TokenUpdate",
        Topic: TOPIC,
        Token: crypto.getRandomValues(new Uint8Array(32)),
        PushMagic: "m",
        UserID: user,
        UserLongName: name,
      });
      assert.equal(response.status, 200);
    };
    await rename("Ada");
    await sql`
      insert into target_artifacts (channel_id, artifact_version_id, artifact_id, status, via, created_at, updated_at)
      select c.id, v.id, v.artifact_id, 'Installed', 'command', now(), now()
      from channels c, artifact_versions v where c.user_key <> '' and v.id = ${version.id}`;
    const status = async () => (await sql<{ status: string }[]>`select status from target_artifacts`)[0]?.status;
    await rename("Ada");
    assert.equal(await status(), "Installed");
    await rename("Ada Example");
    assert.equal(await status(), "ForceReinstall");
    assert.ok(await idOf(fleet, device.serialNumber));
  }));

/** A world of one device with a user whose profile names the user, and what wakes of the queue are taken. */
async function renamingWorld(fleet: Fleet) {
  const { sql, clock } = fleet.runtime;
  const device = await fleet.enrolled();
  const { version } = await makeProfile(fleet, {
    artifact: { channel: "User" },
    version: { source: naming("ENROLLED_USER.LONG_NAME", "User") },
  });
  const user = crypto.randomUUID().toUpperCase();
  const token = crypto.getRandomValues(new Uint8Array(32));
  const rename = async (name: string) => {
    const message = { MessageType: "TokenUpdate", Topic: TOPIC, Token: token, PushMagic: "m" };
    const response = await device.checkIn({ ...message, UserID: user, UserLongName: name });
    assert.equal(response.status, 200);
  };
  await rename("Ada");
  await sql`
    insert into target_artifacts (channel_id, artifact_version_id, artifact_id, status, via, created_at, updated_at)
    select c.id, v.id, v.artifact_id, 'Installed', 'command', now(), now()
    from channels c, artifact_versions v where c.user_key <> '' and v.id = ${version.id}`;
  return {
    rename,
    /** As if the device had come, installed it, and were not due before the day after. */
    installed: () =>
      sql`with a as (update target_artifacts set status = 'Installed')
        update channels set push_due_at = ${new Date(clock.now().getTime() + 86_400_000)} where user_key <> ''`,
    /** How long a wake that is asked for now would wait behind all others, in milliseconds. */
    wait: async () => {
      const [row] = await sql<{ at: Date | number }[]>`select next_wake_at as at from desired_state`;
      return row?.at instanceof Date ? Math.max(0, row.at.getTime() - clock.now().getTime()) : 0;
    },
    channel: async () =>
      (await sql<{ pushDueAt: Date; pushForced: boolean }[]>`
        select push_due_at, push_forced from channels where user_key <> ''`)[0],
  };
}

Deno.test("an artifact that is already to be installed again takes no second place in the queue of wakes", () =>
  withFleet(async (fleet) => {
    const { rename, wait } = await renamingWorld(fleet);
    for (let n = 0; n < 20; n++) await rename(`Ada ${n}`);
    assert.ok(await wait() <= 1000, `${await wait()} ms`);
  }, { WAKE_RATE: 1 }));

Deno.test("a device that changes its facts over and over takes one place in ten minutes, and is still woken", () =>
  withFleet(async (fleet) => {
    const { rename, installed, wait, channel } = await renamingWorld(fleet);
    const { clock } = fleet.runtime;
    const began = clock.now().getTime();
    await installed();
    for (let n = 0; n < 20; n++) {
      await rename(`Ada ${n}`);
      // A message that brings a token makes the channel due by itself: the test is about the queue.
      await installed();
    }
    assert.ok(await wait() <= 1000, `${await wait()} ms`);
    await rename("Ada Example");
    const due = (await channel())?.pushDueAt.getTime() ?? 0;
    assert.ok(due <= began + 600_000, "it is pushed when the ten minutes are over");
    clock.advance(601);
    await installed();
    await rename("Ada Sample");
    assert.ok(await wait() > 0 && await wait() <= 1000, "and takes a place of its own again");
  }, { WAKE_RATE: 1 }));

Deno.test("a channel that is due takes no place, and one operator's change after another takes one each", () =>
  withFleet(async (fleet) => {
    const { sql, clock } = fleet.runtime;
    const device = await fleet.enrolled();
    const { version } = await makeProfile(fleet, { version: { source: naming("CUSTOM.ROOM") } });
    await sql`
      insert into target_artifacts (channel_id, artifact_version_id, artifact_id, status, via, created_at, updated_at)
      select c.id, v.id, v.artifact_id, 'Installed', 'command', now(), now()
      from channels c, artifact_versions v where c.user_key = '' and v.id = ${version.id}`;
    const set = async (room: string, dueInSeconds: number) => {
      await sql`update target_artifacts set status = 'Installed'`;
      await sql`update channels set push_due_at = ${new Date(clock.now().getTime() + dueInSeconds * 1000)}`;
      await made(fleet, "PUT", `/api/inventory/devices/${device.serialNumber}/values/`, { values: { ROOM: room } });
      const [row] = await sql<{ taken: boolean; status: string; forced: boolean }[]>`
        select s.next_wake_at > ${clock.now()} as taken, t.status, c.push_forced as forced
        from desired_state s, target_artifacts t, channels c where c.user_key = ''`;
      return row;
    };
    assert.deepEqual(await set("101", 0), { taken: false, status: "ForceReinstall", forced: true });
    assert.deepEqual(await set("102", 86_400), { taken: true, status: "ForceReinstall", forced: true });
    clock.advance(5);
    assert.deepEqual(await set("103", 86_400), { taken: true, status: "ForceReinstall", forced: true });
  }, { WAKE_RATE: 1 }));

Deno.test("a new name of a device without a serial number installs nothing on other devices", () =>
  withFleet(async (fleet) => {
    const { sql } = fleet.runtime;
    const [renamed, other] = [await fleet.enrolled(), await fleet.enrolled()];
    const { version } = await makeProfile(fleet, { version: { source: naming("ENROLLED_DEVICE.NAME") } });
    await sql`
      insert into target_artifacts (channel_id, artifact_version_id, artifact_id, status, via, created_at, updated_at)
      select c.id, v.id, v.artifact_id, 'Installed', 'command', now(), now()
      from channels c, artifact_versions v where v.id = ${version.id}`;
    // As devices are that a person enrolled with an account.
    await sql`update devices set serial_number = ''`;
    await talk(fleet, renamed, { DeviceInformation: { QueryResponses: { DeviceName: "Another Mac" } } });
    const rows = await sql<{ udid: string; status: string }[]>`
      select d.udid, t.status from target_artifacts t join channels c on c.id = t.channel_id
        join enrollments e on e.id = c.enrollment_id join devices d on d.id = e.device_id`;
    const status = new Map(rows.map((row) => [row.udid, row.status]));
    assert.deepEqual([status.get(renamed.udid), status.get(other.udid)], ["ForceReinstall", "Installed"]);
  }));
