/** Questions that people ask with Apple's own keys: their answers are inventory as those of the server's questions are. */
import assert from "node:assert/strict";
import { channelIdOf } from "../../db/ids.ts";
import { MODELS } from "../../simulators/device/models.ts";
import type { CommandTarget } from "../../src/commands/command.ts";
import { installedApplicationList } from "../../src/commands/installed_application_list.ts";
import { profileList } from "../../src/commands/profile_list.ts";
import { queueCommand } from "../../src/commands/queue.ts";
import { assign, idOf, made, makeBlueprint, rest } from "../support/artifacts.ts";
import { type Fleet, withFleet } from "../support/fleet.ts";
import { makeCaller } from "../routes/api/support.ts";

const MAC = MODELS.find(({ platform }) => platform === "macOS");

async function houseOf(fleet: Fleet, collect: Record<string, number> = {}) {
  assert.ok(MAC);
  const device = await fleet.enrolled({ model: MAC });
  const blueprint = await makeBlueprint(fleet, collect);
  await assign(fleet, device.serialNumber, blueprint.id);
  await rest(device);
  const id = await idOf(fleet, device.serialNumber);
  const path = `/api/mdm/devices/${id}/`;
  return {
    device,
    id,
    async ask(name: string, args: Record<string, unknown> = {}) {
      const { uuid } = await made(fleet, "POST", `${path}commands/`, { name, arguments: args });
      await rest(device);
      const { state, result } = (await fleet.api("GET", `/api/mdm/devices/commands/${uuid}/`)).json;
      assert.equal(state, "acknowledged", name);
      assert.ok(result !== null, "the answer is kept");
    },
    facts: async () => (await made(fleet, "GET", path)),
    listed: async (what: string) => ((await fleet.api("GET", `${path}${what}/`)).json as unknown[]).length,
  };
}

Deno.test("DeviceInformation and SecurityInfo that a person asks for update the facts of the device", () =>
  withFleet(async (fleet) => {
    const { sql, clock } = fleet.runtime;
    const { device, ask, facts } = await houseOf(fleet);
    const before = await facts();
    clock.advance(60);
    device.state.model = { ...device.state.model, osVersion: "26.9" };
    await ask("ManualDeviceInformation", { Queries: ["OSVersion", "DeviceName"] });
    const after = await facts();
    assert.deepEqual([before.os_version === "26.9", after.os_version], [false, "26.9"]);
    // The other answers stay, and the whole inventory is due when it was.
    assert.equal(after.build_version, before.build_version);
    const [row] = await sql<{ info: Record<string, unknown>; at: Date }[]>`
      select device_information as info, device_information_at as at from enrollments`;
    assert.ok(Object.keys(row?.info ?? {}).length > 10);
    assert.equal(row?.info["OSVersion"], "26.9");
    assert.equal(row?.at.getTime(), clock.now().getTime() - 60_000);

    await sql`update enrollments set security_info = '{}', security_info_at = null`;
    await ask("ManualSecurityInfo");
    const [security] = await sql<{ info: Record<string, unknown>; at: Date }[]>`
      select security_info as info, security_info_at as at from enrollments`;
    assert.ok("FDE_Enabled" in (security?.info ?? {}));
    assert.deepEqual(security?.at, clock.now());
  }));

Deno.test("a list that a person asks for is the inventory if the blueprint collects that list", () =>
  withFleet(async (fleet) => {
    const LISTS = [
      ["apps", "ManualInstalledApplicationList", "ManagedAppsOnly"],
      ["certificates", "ManualCertificateList", "ManagedOnly"],
      ["profiles", "ManualProfileList", "ManagedOnly"],
    ] as const;
    const all = await houseOf(fleet, { collect_apps: 2, collect_certificates: 2, collect_profiles: 2 });
    for (const [what, name, managed] of LISTS) {
      const before = await all.listed(what);
      assert.ok(before > 0, what);
      await fleet.runtime.sql.unsafe(`delete from installed_${what}`);
      // The managed ones, or some of them, are not all of them.
      await all.ask(name, { [managed]: true });
      assert.equal(await all.listed(what), 0, what);
      await all.ask(name);
      assert.equal(await all.listed(what), before, what);
    }
    await fleet.runtime.sql`delete from installed_apps`;
    await all.ask("ManualInstalledApplicationList", { Identifiers: ["com.apple.Safari"] });
    assert.equal(await all.listed("apps"), 0);
    // Where a blueprint collects nothing, nothing is collected.
    const none = await houseOf(fleet);
    for (const [what, name] of LISTS) {
      await none.ask(name);
      assert.equal(await none.listed(what), 0, what);
    }
  }));

Deno.test("a role that lists a request type allows the second name that people send it by, and no other command", () =>
  withFleet(async (fleet) => {
    const { id } = await houseOf(fleet);
    const rights = ["mdm.view_enrolleddevice", "mdm.add_devicecommand"] as const;
    const { token } = await makeCaller(fleet.runtime, rights, { commands: ["RemoveProfile", "SecurityInfo"] });
    const send = async (name: string, args: Record<string, unknown> = {}) => {
      const response = await fleet.fetch(
        new Request(`https://mdm.example.com/api/mdm/devices/${id}/commands/`, {
          method: "POST",
          headers: { Authorization: `Token ${token}`, "Content-Type": "application/json" },
          body: JSON.stringify({ name, arguments: args }),
        }),
      );
      await response.body?.cancel();
      return response.status;
    };
    assert.equal(await send("ManualSecurityInfo"), 201);
    assert.equal(await send("ManualRemoveProfile", { Identifier: "com.example" }), 201);
    assert.equal(await send("ManualDeviceInformation", { Queries: ["OSVersion"] }), 403);
    assert.equal(await send("RestartDevice"), 403);
  }));

Deno.test("what the channel of a Mac's user lists is not the inventory of the Mac", () =>
  withFleet(async (fleet) => {
    const { device, id, listed } = await houseOf(fleet, {
      collect_apps: 2,
      collect_certificates: 2,
      collect_profiles: 2,
    });
    const { sql } = fleet.runtime;
    const LISTS = ["apps", "certificates", "profiles"] as const;
    await device.addUser({ userId: "U1", shortName: "jun", longName: "Jun" });
    await rest(device, "U1");
    const before = await Promise.all(LISTS.map(listed));
    const [channel] = await sql<{ id: number }[]>`select id from channels where user_key <> ''`;
    device.state.apps = [{
      ...{ Identifier: "com.example.mine", Name: "Mine", Version: "1", ShortVersion: "1", BundleSize: 1 },
      ...{ managed: false, startsAt: 0, readyAt: 0 },
    }];
    const target: CommandTarget = {
      channel: "User",
      platform: "macOS",
      osVersion: MAC?.osVersion ?? "",
      model: "",
      appleSilicon: true,
      supervised: true,
      userEnrollment: false,
      userApproved: true,
      activationLockManageable: null,
      awaitingConfiguration: false,
    };
    for (const command of [installedApplicationList, profileList]) {
      await sql.begin((tx) =>
        queueCommand(tx, fleet.runtime, command, target, channelIdOf(channel?.id ?? 0), { managed_only: false })
      );
      assert.equal((await device.connect("U1"))[0]?.requestType, command.name);
      await rest(device, "U1");
    }
    assert.deepEqual(await Promise.all(LISTS.map(listed)), before);
    const apps = (await fleet.api("GET", `/api/mdm/devices/${id}/apps/`)).json as { identifier: string }[];
    assert.ok(apps.length > 0 && apps.every(({ identifier }) => identifier !== "com.example.mine"));
  }));
