import assert from "node:assert/strict";
import { MODELS } from "../../simulators/models.ts";
import { buildPlist, type PlistDict } from "../../src/protocol/plist.ts";
import { assign, idOf, link, made, makeBlueprint, makeProfile } from "../support/artifacts.ts";
import { TOPIC, withFleet } from "../support/fleet.ts";
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

Deno.test("a new name, system, tag or name of a tag delivers again what names it, and nothing else", () =>
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
    /** What is installed in the conversations of a quarter of an hour, by the variable that it names. */
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

Deno.test("a user's new name delivers again what names it on the user's channel", () =>
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
