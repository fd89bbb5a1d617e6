/**
 * A house in which every operation finds something to change, and what tells whether anything was: for tests that a refused
 * request leaves nothing of itself.
 *
 * @module
 */

import assert from "node:assert/strict";
import { nextId } from "../../db/next_id.ts";
import { MODELS } from "../../simulators/device/models.ts";
import { keepPackage, uploadedUri } from "../../src/packages/keep_package.ts";
import { house } from "../routes/admin/artifacts/support.ts";
import { artifact } from "../routes/api/refused_bodies.ts";
import { made, makeBlueprint, makeDeclaration, settle } from "./artifacts.ts";
import { automatedWorld } from "./automated_world.ts";
import type { Fleet } from "./fleet.ts";
import { pkgOf } from "./packages.ts";
import type { TestRuntime } from "./runtime.ts";

/** The objects in the house, by key. */
export type World = Awaited<ReturnType<typeof world>>;

/** Fills a house: one of everything that the API can make, most of it in use. */
export async function world(fleet: Fleet) {
  const post = async (path: string, body: unknown) => await made(fleet, "POST", path, body);
  const { device, blueprint, artifact: profile, version, linked } = await house(fleet);
  const [{ id: deviceId }] = await made(fleet, "GET", `/api/mdm/devices/?serial_number=${device.serialNumber}`);
  const model = MODELS.find(({ platform }) => platform === "iOS");
  assert.ok(model !== undefined);
  const phone = await fleet.enrolled({ model });
  await phone.connect();
  const [{ id: phoneId }] = await made(fleet, "GET", `/api/mdm/devices/?serial_number=${phone.serialNumber}`);
  const unit = await post("/api/inventory/meta_business_units/", { name: "Unit", api_enrollment_enabled: true });
  const taxonomy = await post("/api/inventory/taxonomies/", { name: "Rings", meta_business_unit: unit.id });
  const tag = await post("/api/inventory/tags/", { name: "Early", taxonomy: taxonomy.id, color: "00BFff" });
  const otherTag = await post("/api/inventory/tags/", { name: "Late" });
  const role = await post("/api/accounts/roles/", { name: "Readers", permissions: ["inventory.view_tag"] });
  await post("/api/accounts/roles/", { name: "Writers", permissions: ["inventory.add_tag"] });
  const user = await post("/api/accounts/users/", { username: "ada", roles: [role.id] });
  await post("/api/accounts/users/", { username: "bob" });
  const token = await post("/api/accounts/api_tokens/", { user: user.id, name: "ada's" });
  const issuer = await post("/api/mdm/scep_issuers/", {
    name: "Outside",
    url: "https://scep.example.com/",
    backend: "STATIC_CHALLENGE",
    static_challenge_kwargs: { challenge: "s3cret" },
  });
  const [pushCertificate] = await made(fleet, "GET", "/api/mdm/push_certificates/");
  const newPush = await post("/api/mdm/push_certificates/", { name: "New" });
  const secret = { meta_business_unit: unit.id, tags: [tag.id] };
  const enrollment = await post("/api/mdm/ota_enrollments/", {
    name: "Lab",
    push_certificate: pushCertificate.id,
    scep_issuer: issuer.id,
    enrollment_secret: secret,
  });
  const [used] = await made(fleet, "GET", "/api/mdm/ota_enrollments/?name=Everyone");
  const otherBlueprint = await makeBlueprint(fleet, { name: "Guests" });
  const enforcement = await post("/api/mdm/software_update_enforcements/", {
    name: "Once",
    platforms: ["macOS"],
    os_version: "26.2",
    local_datetime: "2026-07-01T09:30:00",
  });
  const filevault = await post("/api/mdm/filevault_configs/", {
    name: "Disks",
    escrow_location_display_name: "Example IT",
  });
  const recovery = await post("/api/mdm/recovery_password_configs/", {
    name: "Labs",
    dynamic_password: false,
    static_password: "Corr3ct horse",
  });
  const declaration = await makeDeclaration(fleet, { name: "Passcode" });
  const data = await post("/api/mdm/data_assets/", {
    artifact: await artifact(fleet, "Data Asset"),
    version: 1,
    macos: true,
    type: "PLIST",
    source: new TextEncoder().encode("<plist><dict/></plist>").toBase64(),
  });
  const certificate = await post("/api/mdm/cert_assets/", {
    artifact: await artifact(fleet, "Certificate Asset"),
    version: 1,
    macos: true,
    acme_issuer: null,
    scep_issuer: issuer.id,
    subject: [{ type: "CN", value: "x" }],
    subject_alt_name: {},
  });
  const editor = await keepPackage(fleet.runtime, pkgOf());
  const app = await post("/api/mdm/enterprise_apps/", {
    artifact: await artifact(fleet, "Enterprise App"),
    version: 1,
    macos: true,
    package_uri: uploadedUri("Editor.pkg"),
    package_sha256: editor.sha256,
  });
  const tool = await keepPackage(fleet.runtime, pkgOf({ id: "com.example.tool" }));
  const pack = await post("/api/mdm/packages/", {
    name: "Tool",
    source_uri: uploadedUri("Tool.pkg"),
    sha256: tool.sha256,
  });
  const asset = await locationAsset(fleet.runtime);
  const store = await post("/api/mdm/store_apps/", {
    artifact: await artifact(fleet, "Store App"),
    version: 1,
    macos: true,
    location_asset: asset,
  });
  const provisioning = await artifact(fleet, "Provisioning Profile");
  await post("/api/mdm/blueprint_artifacts/", {
    blueprint: otherBlueprint.id,
    artifact: declaration.artifact.id,
    macos: true,
    excluded_tags: [otherTag.id],
  });
  const automated = await automatedWorld(fleet, { unit: unit.id, push: pushCertificate.id });
  await settle(fleet);
  return {
    automated,
    deviceId,
    phoneId,
    serialNumber: device.serialNumber,
    unit: unit.id,
    taxonomy: taxonomy.id,
    tag: tag.id,
    otherTag: otherTag.id,
    role: role.id,
    user: user.id,
    token: token.id,
    issuer: issuer.id,
    pushCertificate: pushCertificate.id,
    newPush: newPush.id,
    enrollment: enrollment.id,
    usedEnrollment: used.id,
    blueprint: blueprint.id,
    otherBlueprint: otherBlueprint.id,
    enforcement: enforcement.id,
    filevault: filevault.id,
    recovery: recovery.id,
    link: linked.id,
    profile: { artifact: profile.id, version: version.id },
    declaration: { artifact: declaration.artifact.id, version: declaration.version.id },
    data: { artifact: data.artifact, version: data.id },
    certificate: { artifact: certificate.artifact, version: certificate.id },
    pack: { id: pack.id, sha256: tool.sha256 },
    asset,
    store: { artifact: store.artifact, version: store.id },
    app: { artifact: app.artifact, version: app.id, sha256: editor.sha256 },
    provisioning,
  };
}

/** An app with ten licences at a location; returns the id of the asset of the location. */
export async function locationAsset({ sql, clock, keys, random }: TestRuntime): Promise<number> {
  const now = clock.now();
  const uid = random.uuid();
  const id = await nextId(sql, "locations");
  const [row] = await sql<{ id: number }[]>`
    with l as (
      insert into locations (id, server_token_hash, server_token_sealed, server_token_expiration_date, organization_name, name,
        country_code, library_uid, platform, website_url, mdm_info_id, sync_phase, last_synced_at, created_at, updated_at)
      values (${id}, ${uid}, ${await keys.seal("token", { table: "locations", column: "server_token_sealed", id })},
        ${new Date(
    now.getTime() + 90 * 86_400_000,
  )}, 'Orchard', ${`Berlin ${uid}`}, 'DE', ${uid}, 'enterprisestore', '',
        ${random.uuid()}, 'done', ${now}, ${now}, ${now}) returning id
    ), a as (
      insert into store_assets (adam_id, pricing_param, product_type, device_assignable, revocable, supported_platforms, name,
        bundle_id, created_at, updated_at)
      values (${uid}, 'STDQ', 'App', true, true, '{iOS,macOS}', 'Pages', 'com.apple.iWork.Pages', ${now}, ${now}) returning id
    )
    insert into location_assets (location_id, asset_id, available_count, total_count, counted_at, created_at, updated_at)
    select l.id, a.id, 10, 10, ${now}, ${now}, ${now} from l, a returning id`;
  assert.ok(row !== undefined);
  return row.id;
}

/** A digest of each table's rows, without what any call leaves: when a token or a session was used last. */
export async function digests({ sql }: TestRuntime): Promise<Record<string, string>> {
  const tables = await sql<{ name: string }[]>`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind = 'r' order by 1`;
  const found: Record<string, string> = {};
  for (const { name } of tables) {
    const [row] = await sql<{ digest: string }[]>`
      select md5(coalesce(string_agg(line, e'\n' order by line), '')) as digest
      from (select (to_jsonb(t) - 'last_used_at' - 'last_seen_at')::text as line from ${sql(name)} t) lines`;
    assert.ok(row !== undefined);
    found[name] = row.digest;
  }
  assert.ok(Object.keys(found).length > 40, `only ${Object.keys(found).length} tables were looked at`);
  return found;
}
