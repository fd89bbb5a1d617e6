import assert from "node:assert/strict";
import { Hono } from "hono";
import { mountAdmin } from "../../../../routes/admin/mount.ts";
import type { AppEnv } from "../../../../routes/context.ts";
import { keepPackage, uploadedUri } from "../../../../src/packages/keep_package.ts";
import { buildPlist } from "../../../../src/protocol/plist.ts";
import { makeBlueprint, makeProfile } from "../../../support/artifacts.ts";
import { automatedWorld } from "../../../support/automated_world.ts";
import { withFleet } from "../../../support/fleet.ts";
import { installedApp, listApps } from "../../../support/installed_apps.ts";
import { pkgOf } from "../../../support/packages.ts";
import { house } from "../artifacts/support.ts";
import { personWith } from "../support.ts";

/** The query that a page needs to exist. */
const QUERIES: Readonly<Record<string, (other: string) => string>> = {
  "/artifacts/:id/diff/": () => "?from=1&to=2",
  "/blueprints/:id/artifacts/add/": (other) => `?artifact=${other}`,
  "/scep-issuers/new/": () => "?backend=IDENT",
};

/** Addresses below a page that are not pages: parts of one, and files. */
const NO_PAGES =
  /^\/static\/|\/icons\/:id\/$|^\/enroll\/|\/live\/$|\/(source|download|profile|csr|signed-csr|preview|public-key)\/$/;

const depth = (path: string) => path.split("/").length - 2;

/** Every page below another, as they are mounted: a new one is tested without a line here. */
function inner(): string[] {
  const app = new Hono<AppEnv>();
  mountAdmin(app);
  return app.routes.filter(({ method, path }) => method === "GET" && depth(path) >= 2 && !NO_PAGES.test(path))
    .map(({ path }) => path);
}

type Crumb = { href: string | undefined; label: string };

function crumbsOf(text: string): Crumb[] {
  const [, list = ""] = /<nav [^>]*aria-label="Breadcrumb"><ol>(.*?)<\/ol><\/nav>/s.exec(text) ?? [];
  return [...list.matchAll(/<li>(?:<a href="([^"]*)">)?([^<]*)(?:<\/a>)?<\/li>/g)].map(([, href, label = ""]) => ({
    href,
    label,
  }));
}

const titleOf = (text: string) => /<h1>([^<]*)</.exec(text)?.[1] ?? "";

Deno.test("every page below another names the pages above it, and each of them exists", () =>
  withFleet(async (fleet) => {
    const { runtime: { sql } } = fleet;
    const { device, blueprint, artifact, version, linked } = await house(fleet);
    // Objects in use have no page to confirm a deletion, and versions that are not halted none to resume them.
    const idle = { ...await makeProfile(fleet), blueprint: await makeBlueprint(fleet) };
    const ada = await personWith(fleet.runtime, "superuser");
    const path = `/artifacts/${artifact.id}/versions/new/`;
    const source = (await ada.get(`/artifacts/${artifact.id}/versions/${version.id}/source/`)).text;
    await fleet.api("POST", "/api/mdm/profiles/", {
      artifact: artifact.id,
      version: 2,
      source: new TextEncoder().encode(source.replace("Wi-Fi", "Wi-Fi 2")).toBase64(),
      macos: true,
    });
    await ada.post(`/artifacts/${idle.artifact.id}/versions/${idle.version.id}/halt/`);
    assert.equal((await ada.post("/push-certificates/", { name: "Next" })).status, 303);
    const [asked] = await sql<{ id: number }[]>`select id from devices`;
    const command = buildPlist({ RequestType: "DeviceInformation", Queries: ["DeviceName"] });
    const sent = await ada.post(`/devices/${asked?.id}/custom/`, { command: new TextDecoder().decode(command) });
    assert.equal(sent.status, 303);
    await device.connect();
    const shown = (await ada.get(`/devices/${asked?.id}/`)).text;
    const [, uuid = ""] = /\/commands\/([0-9a-f-]{36})\/answer\//.exec(shown) ?? [];
    await device.addUser({ userId: "U-1", shortName: "jane", longName: "Jane" });
    const user = (await fleet.api("GET", `/api/mdm/devices/${asked?.id}/`)).json.users[0].id;
    await ada.post(`/devices/${asked?.id}/users/${user}/send/ActiveNSExtensions/`);
    await device.connect("U-1");
    const [ofUser] = (await fleet.api("GET", "/api/mdm/users/commands/?name=ActiveNSExtensions")).json.results;
    assert.equal((await ada.post("/roles/", { name: "Help desk" })).status, 303);
    const [row] = await sql<{ device: number; issuer: string; role: number; item: string }[]>`
      select (select id from devices where serial_number = ${device.serialNumber}) as device,
        (select id from scep_issuers limit 1) as issuer, (select id from roles limit 1) as role,
        (select path from status_items limit 1) as item`;
    assert.ok(row !== undefined);
    const { json: enforcement } = await fleet.api("POST", "/api/mdm/software_update_enforcements/", {
      name: "Latest",
      platforms: ["macOS"],
      max_os_version: "27",
    });
    const { json: filevault } = await fleet.api("POST", "/api/mdm/filevault_configs/", {
      name: "Disks",
      escrow_location_display_name: "Example IT",
    });
    const { json: recovery } = await fleet.api("POST", "/api/mdm/recovery_password_configs/", { name: "Labs" });
    const ids: Record<string, string | number> = {
      artifacts: artifact.id,
      blueprints: blueprint.id,
      devices: row.device,
      enrollments: fleet.enrollmentId,
      "push-certificates": 1,
      roles: row.role,
      "scep-issuers": row.issuer,
      "software-update-enforcements": enforcement.id,
      "filevault-configs": filevault.id,
      "recovery-password-configs": recovery.id,
      users: ada.userId,
    };
    const [unit] = await sql<{ id: number }[]>`select id from meta_business_units limit 1`;
    const automated = await automatedWorld(fleet, { unit: unit?.id ?? 0, push: 1 });
    // One number names an enrollment of each kind.
    assert.equal(automated.used, fleet.enrollmentId);
    const pages = inner();
    assert.ok(pages.length > 30, `${pages.length} pages`);
    const unused: typeof ids = { artifacts: idle.artifact.id, blueprints: idle.blueprint.id };
    ids["custom-views"] = automated.shown;
    ids["virtual-servers"] = automated.server;
    ids["assigned-devices"] = automated.device;
    const restart = { name: "RestartDevice", selection: { devices: [row.device] } };
    ids["bulk-commands"] = (await fleet.api("POST", "/api/mdm/bulk_commands/", restart)).json.id;
    const [shop] = await sql<{ location: number; asset: number }[]>`
      with l as (insert into locations (server_token_hash, server_token_sealed, server_token_expiration_date,
          organization_name, name, country_code, library_uid, platform, website_url, mdm_info_id, created_at, updated_at)
        values ('0', 'x', '2040-01-01', 'Example', 'Berlin', 'DE', 'u', 'enterprisestore', '', gen_random_uuid(), now(), now())
        returning id),
      a as (insert into store_assets (adam_id, pricing_param, product_type, device_assignable, revocable, name, created_at,
          updated_at) values ('1', 'STDQ', 'App', true, true, 'Notes', now(), now()) returning id),
      h as (insert into location_assets (location_id, asset_id, counted_at, created_at, updated_at)
        select l.id, a.id, now(), now(), now() from l, a returning id)
      select l.id as location, a.id as asset from l, a, h`;
    ids.locations = shop?.location ?? 0;
    ids["apps-and-books"] = shop?.asset ?? 0;
    await listApps(fleet, device, [installedApp("com.example.editor", "1.0")]);
    ids.apps = (await fleet.api("GET", "/api/mdm/installed_apps/")).json.results[0].id;
    const { sha256 } = await keepPackage(fleet.runtime, pkgOf());
    const pack = { name: "Editor", source_uri: uploadedUri("Editor.pkg"), sha256 };
    ids.packages = (await fleet.api("POST", "/api/mdm/packages/", pack)).json.id;
    const asks = { destructive_commands: { approval_required: true }, reveals: {} };
    assert.equal((await fleet.api("PUT", "/api/mdm/approval_settings/", asks)).status, 200);
    const waits = await ada.post(`/devices/${row.device}/block/`);
    ids.approvals = /\/approvals\/([0-9a-f-]{36})\//.exec(waits.text)?.[1] ?? "";
    const connecting = await ada.post("/virtual-servers/connect/");
    const [, token = ""] = /\/connect\/(\d+)\//.exec(connecting.location) ?? [];
    for (const page of pages) {
      const other = /\/(delete|resume)\/$/.test(page);
      const address: string = page.replace("/connect/:id/", `/connect/${token}/`)
        .replace("/:id/", `/${(other ? unused : ids)[page.split("/")[1] ?? ""]}/`)
        .replace(":version", other ? idle.version.id : version.id).replace(":link", String(linked.id))
        .replace(":uuid", page.includes(":user") ? ofUser.uuid : uuid).replace(":path", row.item)
        .replace(":user", user).replace(":name", "DeviceInformation");
      assert.doesNotMatch(address, /:|undefined/, page);
      const { status, text } = await ada.get(address + (QUERIES[page]?.(idle.artifact.id) ?? ""));
      assert.equal(status, 200, address);
      const crumbs = crumbsOf(text);
      assert.ok(crumbs.length > 0, `${page} has no breadcrumbs`);
      assert.equal(crumbs[0]?.href, `/${page.split("/")[1]}/`, page);
      let above = "/";
      for (const { href = "", label } of crumbs) {
        assert.ok(href.startsWith(above) && href !== above && address.startsWith(href), `${page}: ${href}`);
        assert.notEqual(href, address);
        const parent = await ada.get(href);
        assert.equal(parent.status, 200, href);
        assert.ok(
          titleOf(parent.text).toLowerCase().endsWith(label.toLowerCase()),
          `${label}: ${titleOf(parent.text)}`,
        );
        above = href;
      }
    }
    assert.deepEqual(crumbsOf((await ada.get(path)).text).map(({ label }) => label), ["Artifacts", "Wi-Fi"]);
    const failures = await ada.get(`/artifacts/${artifact.id}/versions/${version.id}/failures/`);
    assert.deepEqual(crumbsOf(failures.text).map(({ label }) => label), ["Artifacts", "Wi-Fi", "Version 1"]);
    assert.deepEqual(crumbsOf((await ada.get("/devices/")).text), []);
  }));

Deno.test("a form that is shown again and an answer to a form have their breadcrumbs, too", () =>
  withFleet(async (fleet) => {
    await fleet.enrolled();
    const ada = await personWith(fleet.runtime, "superuser");
    const again = await ada.post(`/users/${ada.userId}/`, { username: "" });
    assert.equal(again.status, 400);
    assert.deepEqual(crumbsOf(again.text), [{ href: "/users/", label: "Users" }]);
    const token = await ada.post("/account/tokens/", { name: "mine", expires_at: "" });
    assert.deepEqual(crumbsOf(token.text), [{ href: "/account/", label: "Your account" }]);
    const [row] = await fleet.runtime.sql<{ id: number }[]>`select id from devices`;
    const pin = await ada.post(`/devices/${row?.id}/lock-pin/`);
    assert.deepEqual(crumbsOf(pin.text).map(({ href }) => href), ["/devices/", `/devices/${row?.id}/`]);
  }));

Deno.test("a page above that a person may not see is named without a link", () =>
  withFleet(async (fleet) => {
    const { artifact, version } = await makeProfile(fleet, { name: "Wi-Fi" });
    const { get } = await personWith(fleet.runtime, ["mdm.view_artifactversion", "mdm.view_enrolleddevice"]);
    const address = `/artifacts/${artifact.id}/versions/${version.id}/`;
    assert.deepEqual(crumbsOf((await get(`${address}failures/`)).text), [
      { href: undefined, label: "Artifacts" },
      { href: undefined, label: "Wi-Fi" },
      { href: address, label: "Version 1" },
    ]);
  }));
