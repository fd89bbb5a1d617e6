/** Roles that are limited to some devices, on every route there is: new ones are tested without a line here. */

import assert from "node:assert/strict";
import { Hono } from "hono";
import { mountAdmin } from "../../routes/admin/mount.ts";
import { subjectOf } from "../../routes/api/access.ts";
import { deviceFilter } from "../../routes/api/fields.ts";
import { ENDPOINTS } from "../../routes/api/registry.ts";
import type { AppEnv } from "../../routes/context.ts";
import { isOfDevices, PERMISSIONS } from "../../src/access/permissions.ts";
import { withFleet } from "../support/fleet.ts";
import { made } from "../support/artifacts.ts";
import { world } from "../support/refused_writes.ts";
import { personWith } from "./admin/support.ts";
import { apiApp, callerOf, makeCaller } from "./api/support.ts";

const ALL = PERMISSIONS.map(({ permission }) => permission);
const OF_DEVICES = ALL.filter(isOfDevices);
/** The lists of what Apple assigned have the devices of all roles. */
const WHOLE = ALL.filter((one) => !isOfDevices(one) && one !== "mdm.view_depdevice");
const NOWHERE = "00000000-0000-4000-8000-000000000000";

/** The routes of the pages, as they are mounted. */
function pages(): { method: string; path: string }[] {
  const app = new Hono<AppEnv>();
  mountAdmin(app);
  return app.routes.filter(({ method, path }) => ["GET", "POST"].includes(method) && !path.startsWith("/static/"));
}

Deno.test("a device outside of the limits of all roles is unknown on every route, and in no list", () =>
  withFleet(async (fleet) => {
    const { runtime, runtime: { sql } } = fleet;
    const house = await world(fleet);
    const { deviceId: outside, phoneId: inside, serialNumber, tag, profile } = house;
    const phone = await made(fleet, "GET", `/api/mdm/devices/${inside}/`);
    await made(fleet, "POST", `/api/inventory/devices/${phone.serial_number}/tags/`, { tags: [tag] });
    const queued = async (id: number) =>
      (await made(fleet, "POST", `/api/mdm/devices/${id}/send_custom_command/`, {
        command: "<dict><key>RequestType</key><string>DeviceInformation</string><key>Queries</key><array/></dict>",
      })).uuid as string;
    const commands = { outside: await queued(outside), inside: await queued(inside) };
    const [claim] = await sql<{ id: number }[]>`
      insert into enrollment_claims (ota_enrollment_id, session_id, udid, serial_number, reason, device_id, fingerprint,
        device_name, model, ip, attempted_at, expires_at, created_at)
      select s.ota_enrollment_id, s.id, d.udid, d.serial_number, 'udid enrolled', d.id, 'f', 'n', 'm', '192.0.2.1',
        ${runtime.clock.now()}, ${new Date("2040-01-01")}, ${runtime.clock.now()}
      from devices d join enrollments e on e.id = d.enrollment_id join enrollment_sessions s on s.id = e.session_id
      where d.id = ${outside} returning id`;
    const [alert] = await sql<{ id: number }[]>`
      insert into identity_alerts (enrollment_id, kind, fingerprint, ip, attempted_at, created_at)
      select enrollment_id, 'cloned identity', 'f', '192.0.2.1', ${runtime.clock.now()}, ${runtime.clock.now()}
      from devices where id = ${outside} returning id`;
    const [channel] = await sql<{ id: number }[]>`
      select c.id from channels c join devices d on d.enrollment_id = c.enrollment_id where d.id = ${outside}`;
    const [user] = await sql<{ id: number }[]>`
      insert into channels (enrollment_id, user_key, created_at, updated_at)
      select enrollment_id, 'someone', now(), now() from channels where id = ${channel?.id ?? 0} returning id`;
    assert.ok(user !== undefined);
    assert.ok(claim !== undefined && alert !== undefined && channel !== undefined);
    await sql`update target_artifacts set status = 'Failed', extra_info = '{"reason": "It broke."}'`;
    await sql`update enrollments set hardware_proven = false, own_tags = '{}' where device_id = ${outside}`;

    const limited = { limitedToTags: [tag] };
    const { token, userId } = await makeCaller(runtime, OF_DEVICES, limited);
    const person = await personWith(runtime, OF_DEVICES, limited);
    const whole = await made(fleet, "POST", "/api/accounts/roles/", { name: "Whole", permissions: WHOLE });
    for (const id of [userId, person.userId]) {
      await sql`insert into user_roles (user_id, role_id) values (${id}, ${whole.id})`;
    }
    const call = callerOf(apiApp(runtime), { Authorization: `Token ${token}` });
    const denied = (status: number, where: string) => assert.equal(status, 404, where);

    let asked = 0;
    for (const { method, path, params, subject } of ENDPOINTS) {
      const about = /\/(?:devices|users)\/commands\//.test(path)
        ? commands.outside
        : path.startsWith("/api/mdm/users/")
        ? channel.id
        : path.includes("claims")
        ? claim.id
        : path.includes("alerts")
        ? alert.id
        : outside;
      const values: Record<string, string> = { id: String(about), serial_number: serialNumber, path: "x" };
      if (path.includes("{artifact}")) values.artifact = profile.artifact;
      const filled = path.replace(/\{([a-z_]+)\}/g, (_, name: string) => values[name] ?? "1");
      if (!path.includes("{") || subjectOf({ params, subject }, values) === undefined) continue;
      asked++;
      denied((await call(method, filled, method === "GET" ? undefined : {})).status, `${method} ${path}`);
    }
    assert.ok(asked > 35, `${asked} endpoints`);
    let filters = 0;
    for (const { method, path, query } of ENDPOINTS) {
      for (const [name, schema] of Object.entries(query.shape)) {
        const about: number | undefined = schema === deviceFilter
          ? outside
          : path.startsWith("/api/mdm/") && /user$/.test(name)
          ? user.id
          : undefined;
        if (method !== "GET" || path.includes("{") || about === undefined) continue;
        filters++;
        const asUnknown = async (id: number) => {
          const { status, body } = await call("GET", `${path}?${name}=${id}`);
          return [status, JSON.stringify(body).replaceAll(String(id), "N")];
        };
        assert.deepEqual(await asUnknown(about), await asUnknown(7_654_321), `${path}?${name}`);
      }
    }
    assert.ok(filters > 3, `${filters} filters`);
    const own = await call("GET", `/api/mdm/devices/${inside}/`);
    assert.equal(own.status, 200);
    assert.equal((await call("GET", `/api/mdm/devices/commands/${commands.inside}/`)).status, 200);
    assert.equal((await call("GET", `/api/inventory/devices/${phone.serial_number}/tags/`)).status, 200);
    const tagged = await call("POST", "/api/inventory/devices/tags/", {
      action: "add",
      tags: [tag],
      serial_numbers: [phone.serial_number, serialNumber],
    });
    assert.deepEqual([tagged.status, tagged.body], [400, { serial_numbers: [`There is no device ${serialNumber}.`] }]);

    let seen = 0;
    for (const { method, path } of pages()) {
      const about = path.startsWith("/claims/alerts/:") ? alert.id : path.startsWith("/claims/:") ? claim.id : outside;
      if (!/^\/(devices|claims|claims\/alerts)\/:id\//.test(path)) continue;
      seen++;
      const filled = path.replace(":id", String(about)).replace(":uuid", commands.outside)
        .replace(":artifact", profile.artifact).replace(/:[a-z]+/g, "1");
      denied((await (method === "GET" ? person.get(filled) : person.post(filled))).status, `${method} ${path}`);
    }
    assert.ok(seen > 20, `${seen} pages`);
    assert.equal((await person.get(`/devices/${inside}/`)).status, 200);
    // The command of one device under the address of another.
    denied((await person.post(`/devices/${inside}/commands/${commands.outside}/cancel/`)).status, "cancel");

    const withInside: string[] = [];
    const looked = (where: string, text: string) => {
      assert.ok(!text.includes(serialNumber), `${where} has the serial number`);
      assert.ok(!text.includes(`/devices/${outside}/`), `${where} links to the device`);
      if (text.includes(phone.serial_number) || text.includes(`/devices/${inside}/`)) withInside.push(where);
    };
    for (const { method, path } of ENDPOINTS) {
      if (method !== "GET" || path.includes("{")) continue;
      for (const query of ["", "?limit=50"]) {
        const { status, body } = await call("GET", path + query);
        if (status !== 403) looked(path + query, JSON.stringify(body));
      }
    }
    const details = [
      `/blueprints/${house.blueprint}/`,
      `/artifacts/${profile.artifact}/`,
      `/artifacts/${profile.artifact}/versions/${profile.version}/failures/`,
      `/software-update-enforcements/${house.enforcement}/`,
      `/enrollments/${house.usedEnrollment}/`,
      `/tags/`,
      `/devices/?state=enrolled`,
      `/devices/?q=${serialNumber.slice(0, 6)}`,
      `/events/?serial_number=${serialNumber}&done=x`,
    ];
    for (const path of [...pages().filter(({ method }) => method === "GET").map(({ path }) => path), ...details]) {
      if (path.includes(":") || path.startsWith("/assigned-devices/")) continue;
      const { status, text } = await person.get(path);
      // What was searched for is in the field of the search.
      if (status !== 403) looked(path, text.replaceAll(`value="${serialNumber}"`, ""));
    }
    for (const path of ["/api/mdm/devices/", "/api/events/", "/devices/", "/commands/", "/events/"]) {
      assert.ok(withInside.includes(path), `${path} lists the device inside`);
    }
    assert.match((await person.get("/devices/")).text, /<caption[^>]*>1 device</);
    assert.deepEqual((await call("GET", "/api/mdm/devices/?limit=1")).body, {
      count: 1,
      next: null,
      previous: null,
      results: [own.body],
    });

    // A preview has numbers of all devices, and names those inside.
    const preview = await call("PUT", `/api/mdm/blueprints/${house.blueprint}/?dry_run=true`, {
      name: "Changed",
      collect_apps: 2,
    });
    assert.equal(preview.status, 200);
    looked("preview", JSON.stringify(preview.body));
    assert.equal((await call("GET", `/api/mdm/devices/commands/${NOWHERE}/`)).status, 404);
  }));

Deno.test("a role for the devices of a business unit covers those that enrolled through it", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    await (await fleet.enrolled()).connect();
    const [unit] = await runtime.sql<{ id: number }[]>`select id from meta_business_units`;
    const other = await made(fleet, "POST", "/api/inventory/meta_business_units/", { name: "Other" });
    const count = async (id: number) => {
      const { token } = await makeCaller(runtime, ["mdm.view_enrolleddevice"], { limitedToBusinessUnits: [id] });
      const { body } = await callerOf(apiApp(runtime), { Authorization: `Token ${token}` })("GET", "/api/mdm/devices/");
      return (body as unknown[]).length;
    };
    assert.deepEqual([await count(unit?.id ?? 0), await count(other.id)], [1, 0]);
  }));

Deno.test("on one device only the roles count that cover it, for commands as well", () =>
  withFleet(async (fleet) => {
    const { runtime, runtime: { sql } } = fleet;
    const device = await fleet.enrolled();
    await device.connect();
    const tag = await made(fleet, "POST", "/api/inventory/tags/", { name: "Lab" });
    const [row] = await sql<{ id: number }[]>`select id from devices`;
    const permissions = ["mdm.view_enrolleddevice", "mdm.add_devicecommand"];
    const { token, userId } = await makeCaller(runtime, permissions, { commands: ["DeviceLock"] });
    const lab = await made(fleet, "POST", "/api/accounts/roles/", {
      name: "Lab",
      permissions,
      commands: ["EraseDevice"],
      limited_to_tags: [tag.id],
    });
    await sql`insert into user_roles (user_id, role_id) values (${userId}, ${lab.id})`;
    const call = callerOf(apiApp(runtime), { Authorization: `Token ${token}` });
    const erase = async () => (await call("POST", `/api/mdm/devices/${row?.id}/erase/`, { pin: "123456" })).status;
    assert.equal(await erase(), 403);
    await made(fleet, "POST", `/api/inventory/devices/${device.serialNumber}/tags/`, { tags: [tag.id] });
    assert.equal(await erase(), 201);
    // A deleted tag covers nothing: the role does not become one for all devices.
    await made(fleet, "DELETE", `/api/inventory/tags/${tag.id}/`);
    assert.equal(await erase(), 403);
  }));

Deno.test("a limited role has permissions for devices only, and keeps its limits when they are not sent", () =>
  withFleet(async (fleet) => {
    const tag = await made(fleet, "POST", "/api/inventory/tags/", { name: "Lab" });
    const role = (method: string, path: string, body: unknown) =>
      fleet.api(method, `/api/accounts/roles/${path}`, body);
    const wide = await role("POST", "", {
      name: "x",
      permissions: ["mdm.view_blueprint", "mdm.view_enrolleddevice"],
      limited_to_tags: [tag.id],
    });
    assert.equal(wide.status, 400);
    assert.match(wide.json.permissions[0], /^"mdm.view_blueprint" is not possible/);
    assert.deepEqual(
      (await role("POST", "", { name: "x", limited_to_tags: [99], limited_to_business_units: [98] })).json,
      {
        limited_to_tags: ['Invalid pk "99" - object does not exist.'],
        limited_to_business_units: ['Invalid pk "98" - object does not exist.'],
      },
    );
    assert.deepEqual((await role("POST", "", { name: "x", commands: ["EraseDevices"] })).json, {
      commands: ['"EraseDevices" is not a valid choice.'],
    });
    const limits = { commands: ["DeviceLock"], limited_to_tags: [tag.id], limited_to_business_units: [] };
    const permissions = ["mdm.add_devicecommand"];
    const made1 = await role("POST", "", { name: "x", permissions, ...limits });
    assert.equal(made1.status, 201);
    const kept = await role("PUT", `${made1.json.id}/`, { name: "y", permissions });
    assert.deepEqual([kept.json.commands, kept.json.limited_to_tags], [limits.commands, limits.limited_to_tags]);
    const widened = await role("PUT", `${made1.json.id}/`, {
      name: "y",
      permissions,
      commands: null,
      limited_to_tags: [],
    });
    assert.deepEqual([widened.json.commands, widened.json.limited_to_tags], [null, []]);
    for (const preset of ["helpdesk", "operator", "auditor", "administrator"]) {
      const { status, json } = await role("POST", "", { name: preset, preset });
      assert.equal(status, 201);
      assert.ok(json.permissions.includes("mdm.view_enrolleddevice"));
      assert.equal(json.permissions.includes("accounts.change_role"), preset === "administrator", preset);
    }
  }));
