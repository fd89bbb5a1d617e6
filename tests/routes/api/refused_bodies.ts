/**
 * For every operation of the API that writes: a request of which one part is right and changes something, and another part is
 * wrong. Where it can be, what is wrong is found last: by a look into the database, not by the form of the request.
 *
 * @module
 */

import { made } from "../../support/artifacts.ts";
import type { Fleet } from "../../support/fleet.ts";
import type { World } from "../../support/refused_writes.ts";

const DIGEST = "0".repeat(64);
const UNKNOWN = "9b2fd9a4-1f0f-4f7e-8f4e-0d5d4a1b2c3d";
const NONE = 2_000_000_000;

/** A new artifact's id. */
export async function artifact(fleet: Fleet, type: string): Promise<string> {
  return (await made(fleet, "POST", "/api/mdm/artifacts/", { name: `Of ${type}`, type, channel: "Device" })).id;
}

/** A request: where, with what. */
type Attempt = { path: string; body?: unknown };
type Make = (world: World) => Attempt;

const filter = { macos: true, shard_modulo: 7 };
const secret = (world: World, change: object = {}) => ({
  meta_business_unit: world.unit,
  tags: [],
  quota: 5,
  ...change,
});
const automated = (world: World, change: object) => ({
  name: "New",
  virtual_server: world.automated.server,
  push_certificate: world.pushCertificate,
  scep_issuer: world.issuer,
  skip_setup_items: ["TOS"],
  enrollment_secret: secret(world),
  ...change,
});
const version = (artifact: string, rest: object) => ({ artifact, version: 7, ...filter, ...rest });
const page = "https://ndes.example.com/certsrv/mscep_admin/";

/** By method and path: the attempts at it. An operation without a body is tried on what may not be changed so. */
export const ATTEMPTS: Readonly<Record<string, readonly Make[]>> = {
  "POST /api/accounts/users/": [
    () => ({ path: "/api/accounts/users/", body: { username: "carl", roles: [NONE] } }),
    () => ({ path: "/api/accounts/users/", body: { username: "ada", full_name: "Another" } }),
  ],
  "PUT /api/accounts/users/{id}/": [
    ({ user }) => ({ path: `/api/accounts/users/${user}/`, body: { username: "ada2", roles: [NONE] } }),
    ({ user }) => ({ path: `/api/accounts/users/${user}/`, body: { username: "bob", full_name: "Ada", roles: [] } }),
    ({ user }) => ({ path: `/api/accounts/users/${user}/`, body: { username: "ada2", password: "short" } }),
  ],
  "DELETE /api/accounts/users/{id}/": [() => ({ path: `/api/accounts/users/${NONE}/` })],
  "POST /api/mdm/approvals/{id}/": [
    () => ({ path: `/api/mdm/approvals/${UNKNOWN}/`, body: { decision: "approve" } }),
  ],
  "PUT /api/mdm/approval_settings/": [
    () => ({
      path: "/api/mdm/approval_settings/",
      body: { destructive_commands: { reason_required: true }, reveals: { reason_required: "perhaps" } },
    }),
  ],
  "POST /api/mdm/bulk_commands/": [
    ({ deviceId }) => ({
      path: "/api/mdm/bulk_commands/",
      body: { name: "RestartDevice", selection: { devices: [deviceId, NONE] } },
    }),
    ({ deviceId }) => ({
      path: "/api/mdm/bulk_commands/",
      body: { name: "RestartDevice", selection: { devices: [deviceId] }, expected_devices: 2 },
    }),
  ],
  "DELETE /api/mdm/bulk_commands/{id}/": [() => ({ path: `/api/mdm/bulk_commands/${UNKNOWN}/` })],
  "POST /api/accounts/roles/": [
    () => ({ path: "/api/accounts/roles/", body: { name: "New", permissions: ["inventory.view_tag", "mdm.fly"] } }),
    () => ({ path: "/api/accounts/roles/", body: { name: "Readers", permissions: ["inventory.add_tag"] } }),
  ],
  "PUT /api/accounts/roles/{id}/": [
    ({ role }) => ({ path: `/api/accounts/roles/${role}/`, body: { name: "Renamed", permissions: ["mdm.fly"] } }),
    ({ role }) => ({ path: `/api/accounts/roles/${role}/`, body: { name: "Writers", permissions: [] } }),
  ],
  "DELETE /api/accounts/roles/{id}/": [() => ({ path: `/api/accounts/roles/${NONE}/` })],
  "POST /api/accounts/api_tokens/": [
    () => ({ path: "/api/accounts/api_tokens/", body: { user: NONE, name: "new" } }),
    ({ user }) => ({ path: "/api/accounts/api_tokens/", body: { user, name: "new", expires_at: "2020-01-01" } }),
  ],
  "DELETE /api/accounts/api_tokens/{id}/": [() => ({ path: `/api/accounts/api_tokens/${UNKNOWN}/` })],
  "POST /api/inventory/meta_business_units/": [
    () => ({ path: "/api/inventory/meta_business_units/", body: { name: "Unit", api_enrollment_enabled: true } }),
  ],
  "PUT /api/inventory/meta_business_units/{id}/": [
    ({ unit }) => ({
      path: `/api/inventory/meta_business_units/${unit}/`,
      body: { name: "Renamed", api_enrollment_enabled: false },
    }),
  ],
  "DELETE /api/inventory/meta_business_units/{id}/": [
    ({ unit }) => ({ path: `/api/inventory/meta_business_units/${unit}/` }),
  ],
  "POST /api/inventory/taxonomies/": [
    () => ({ path: "/api/inventory/taxonomies/", body: { name: "New", meta_business_unit: NONE } }),
  ],
  "PUT /api/inventory/taxonomies/{id}/": [
    ({ taxonomy }) => ({
      path: `/api/inventory/taxonomies/${taxonomy}/`,
      body: { name: "Renamed", meta_business_unit: NONE },
    }),
  ],
  "DELETE /api/inventory/taxonomies/{id}/": [({ taxonomy }) => ({ path: `/api/inventory/taxonomies/${taxonomy}/` })],
  "POST /api/inventory/tags/": [
    () => ({ path: "/api/inventory/tags/", body: { name: "New", taxonomy: NONE } }),
    () => ({ path: "/api/inventory/tags/", body: { name: "Early", color: "ffffff" } }),
  ],
  "PUT /api/inventory/tags/{id}/": [
    ({ tag }) => ({ path: `/api/inventory/tags/${tag}/`, body: { name: "Renamed", meta_business_unit: NONE } }),
    ({ tag }) => ({ path: `/api/inventory/tags/${tag}/`, body: { name: "Late", color: "ffffff" } }),
  ],
  "DELETE /api/inventory/tags/{id}/": [
    ({ tag }) => ({ path: `/api/inventory/tags/${tag}/` }),
    ({ otherTag }) => ({ path: `/api/inventory/tags/${otherTag}/` }),
  ],
  "PUT /api/inventory/devices/{serial_number}/tags/": [
    ({ serialNumber, tag }) => ({ path: `/api/inventory/devices/${serialNumber}/tags/`, body: { tags: [tag, NONE] } }),
  ],
  "POST /api/inventory/devices/{serial_number}/tags/": [
    ({ serialNumber, tag }) => ({ path: `/api/inventory/devices/${serialNumber}/tags/`, body: { tags: [tag, NONE] } }),
  ],
  "DELETE /api/inventory/devices/{serial_number}/tags/{id}/": [
    ({ serialNumber, tag }) => ({ path: `/api/inventory/devices/${serialNumber}/tags/${tag}/` }),
  ],
  "POST /api/inventory/devices/tags/": [
    ({ serialNumber, tag }) => ({
      path: "/api/inventory/devices/tags/",
      body: { action: "add", tags: [tag, NONE], serial_numbers: [serialNumber, "OTHER"] },
    }),
  ],
  "PUT /api/inventory/devices/{serial_number}/values/": [
    ({ serialNumber }) => ({
      path: `/api/inventory/devices/${serialNumber}/values/`,
      body: { values: { ROOM: "12", lower: "x" } },
    }),
    ({ serialNumber }) => ({
      path: `/api/inventory/devices/${serialNumber}/values/`,
      body: { values: { ROOM: "12" }, secrets: ["NOT_STORED"] },
    }),
  ],
  "POST /api/mdm/filevault_configs/": [
    () => ({
      path: "/api/mdm/filevault_configs/",
      body: { name: "Disks", escrow_location_display_name: "Example IT" },
    }),
  ],
  "PUT /api/mdm/filevault_configs/{id}/": [
    () => ({
      path: `/api/mdm/filevault_configs/${NONE}/`,
      body: { name: "New", escrow_location_display_name: "Example IT" },
    }),
  ],
  "DELETE /api/mdm/filevault_configs/{id}/": [() => ({ path: `/api/mdm/filevault_configs/${NONE}/` })],
  "POST /api/mdm/recovery_password_configs/": [
    () => ({ path: "/api/mdm/recovery_password_configs/", body: { name: "New", dynamic_password: false } }),
    () => ({ path: "/api/mdm/recovery_password_configs/", body: { name: "Labs" } }),
  ],
  "PUT /api/mdm/recovery_password_configs/{id}/": [
    () => ({ path: `/api/mdm/recovery_password_configs/${NONE}/`, body: { name: "New" } }),
  ],
  "DELETE /api/mdm/recovery_password_configs/{id}/": [
    () => ({ path: `/api/mdm/recovery_password_configs/${NONE}/` }),
  ],
  "POST /api/mdm/devices/{id}/rotate_filevault_key/": [
    ({ deviceId }) => ({ path: `/api/mdm/devices/${deviceId}/rotate_filevault_key/`, body: {} }),
  ],
  "POST /api/mdm/software_update_enforcements/": [
    () => ({
      path: "/api/mdm/software_update_enforcements/",
      body: { name: "New", platforms: ["macOS"], max_os_version: "27", tags: [NONE] },
    }),
  ],
  "PUT /api/mdm/software_update_enforcements/{id}/": [
    () => ({
      path: `/api/mdm/software_update_enforcements/${NONE}/`,
      body: { name: "New", platforms: ["macOS"], max_os_version: "27" },
    }),
  ],
  "DELETE /api/mdm/software_update_enforcements/{id}/": [
    () => ({ path: `/api/mdm/software_update_enforcements/${NONE}/` }),
  ],
  "POST /api/mdm/software_updates/sync/": [() => ({ path: "/api/mdm/software_updates/sync/?force=perhaps" })],
  "POST /api/mdm/push_certificates/": [
    () => ({ path: "/api/mdm/push_certificates/", body: { name: "Another", certificate: "x", private_key: "y" } }),
    () => ({ path: "/api/mdm/push_certificates/", body: { name: "Another", private_key: "y" } }),
    () => ({ path: "/api/mdm/push_certificates/", body: { name: "New" } }),
  ],
  "PUT /api/mdm/push_certificates/{id}/": [
    ({ pushCertificate }) => ({
      path: `/api/mdm/push_certificates/${pushCertificate}/`,
      body: { name: "Renamed", certificate: "x" },
    }),
    ({ pushCertificate }) => ({
      path: `/api/mdm/push_certificates/${pushCertificate}/`,
      body: { name: "Renamed", private_key: "x" },
    }),
    ({ newPush }) => ({ path: `/api/mdm/push_certificates/${newPush}/`, body: { name: "push" } }),
  ],
  "DELETE /api/mdm/push_certificates/{id}/": [
    ({ pushCertificate }) => ({ path: `/api/mdm/push_certificates/${pushCertificate}/` }),
  ],
  "POST /api/mdm/ota_enrollments/": [
    (world) => ({
      path: "/api/mdm/ota_enrollments/",
      body: {
        name: "New",
        push_certificate: world.pushCertificate,
        blueprint: NONE,
        enrollment_secret: secret(world),
      },
    }),
    (world) => ({
      path: "/api/mdm/ota_enrollments/",
      body: {
        name: "New",
        push_certificate: world.pushCertificate,
        enrollment_secret: secret(world, { tags: [world.tag, NONE] }),
      },
    }),
    (world) => ({
      path: "/api/mdm/ota_enrollments/",
      body: { name: "Lab", push_certificate: world.pushCertificate, enrollment_secret: secret(world) },
    }),
  ],
  "PUT /api/mdm/ota_enrollments/{id}/": [
    (world) => ({
      path: `/api/mdm/ota_enrollments/${world.enrollment}/`,
      body: {
        name: "Renamed",
        push_certificate: world.pushCertificate,
        enrollment_secret: secret(world, { tags: [world.otherTag, NONE] }),
      },
    }),
    (world) => ({
      path: `/api/mdm/ota_enrollments/${world.enrollment}/`,
      body: {
        name: "Renamed",
        push_certificate: world.pushCertificate,
        enrollment_secret: secret(world, { meta_business_unit: NONE }),
      },
    }),
    (world) => ({
      path: `/api/mdm/ota_enrollments/${world.enrollment}/`,
      body: { name: "Everyone", push_certificate: world.pushCertificate, enrollment_secret: secret(world) },
    }),
    (world) => ({
      path: `/api/mdm/ota_enrollments/${world.enrollment}/`,
      body: {
        name: "Renamed",
        push_certificate: world.pushCertificate,
        realm: UNKNOWN,
        enrollment_secret: secret(world),
      },
    }),
  ],
  "DELETE /api/mdm/ota_enrollments/{id}/": [
    ({ usedEnrollment }) => ({ path: `/api/mdm/ota_enrollments/${usedEnrollment}/` }),
  ],
  "POST /api/mdm/ota_enrollments/{id}/revoke/": [() => ({ path: `/api/mdm/ota_enrollments/${NONE}/revoke/` })],
  "POST /api/mdm/dep_enrollments/": [
    (world) => ({ path: "/api/mdm/dep_enrollments/", body: automated(world, { blueprint: NONE }) }),
    (world) => ({ path: "/api/mdm/dep_enrollments/", body: automated(world, { name: "Kiosks" }) }),
    (world) => ({
      path: "/api/mdm/dep_enrollments/",
      body: automated(world, { enrollment_secret: secret(world, { tags: [world.tag, NONE] }) }),
    }),
  ],
  "PUT /api/mdm/dep_enrollments/{id}/": [
    (world) => ({
      path: `/api/mdm/dep_enrollments/${world.automated.other}/`,
      body: automated(world, { enrollment_secret: secret(world, { meta_business_unit: NONE }) }),
    }),
    (world) => ({
      path: `/api/mdm/dep_enrollments/${world.automated.other}/`,
      body: automated(world, { name: "Out of the box" }),
    }),
    (world) => ({
      path: `/api/mdm/dep_enrollments/${world.automated.other}/`,
      body: automated(world, { virtual_server: world.automated.otherServer }),
    }),
  ],
  "DELETE /api/mdm/dep_enrollments/{id}/": [
    (world) => ({ path: `/api/mdm/dep_enrollments/${world.automated.used}/` }),
  ],
  "POST /api/mdm/dep_enrollments/{id}/define/": [() => ({ path: `/api/mdm/dep_enrollments/${NONE}/define/` })],
  "POST /api/mdm/enrollment_custom_views/": [
    () => ({ path: "/api/mdm/enrollment_custom_views/", body: { name: "Welcome", html: "x" } }),
    () => ({ path: "/api/mdm/enrollment_custom_views/", body: { name: "New", html: "{{ x }}" } }),
  ],
  "PUT /api/mdm/enrollment_custom_views/{id}/": [
    ({ automated: { shown } }) => ({
      path: `/api/mdm/enrollment_custom_views/${shown}/`,
      body: { name: "Rules", html: "x" },
    }),
    ({ automated: { shown } }) => ({
      path: `/api/mdm/enrollment_custom_views/${shown}/`,
      body: { name: "New", html: "x", requires_authentication: true },
    }),
  ],
  "DELETE /api/mdm/enrollment_custom_views/{id}/": [
    ({ automated: { shown } }) => ({ path: `/api/mdm/enrollment_custom_views/${shown}/` }),
  ],
  "POST /api/mdm/dep_enrollment_custom_views/": [
    ({ automated: { used, shown } }) => ({
      path: "/api/mdm/dep_enrollment_custom_views/",
      body: { dep_enrollment: used, custom_view: shown, weight: 3 },
    }),
    ({ automated: { other } }) => ({
      path: "/api/mdm/dep_enrollment_custom_views/",
      body: { dep_enrollment: other, custom_view: UNKNOWN },
    }),
  ],
  "PUT /api/mdm/dep_enrollment_custom_views/{id}/": [
    ({ automated: { link, used } }) => ({
      path: `/api/mdm/dep_enrollment_custom_views/${link}/`,
      body: { dep_enrollment: used, custom_view: UNKNOWN, weight: 9 },
    }),
  ],
  "DELETE /api/mdm/dep_enrollment_custom_views/{id}/": [
    () => ({ path: `/api/mdm/dep_enrollment_custom_views/${UNKNOWN}/` }),
  ],
  "POST /api/mdm/enrollment_claims/{id}/confirm/": [() => ({ path: `/api/mdm/enrollment_claims/${NONE}/confirm/` })],
  "POST /api/mdm/enrollment_claims/{id}/dismiss/": [() => ({ path: `/api/mdm/enrollment_claims/${NONE}/dismiss/` })],
  "POST /api/mdm/identity_alerts/{id}/dismiss/": [() => ({ path: `/api/mdm/identity_alerts/${NONE}/dismiss/` })],
  "DELETE /api/mdm/devices/{id}/": [() => ({ path: `/api/mdm/devices/${NONE}/` })],
  "POST /api/mdm/devices/{id}/restore/": [({ deviceId }) => ({ path: `/api/mdm/devices/${deviceId}/restore/` })],
  "POST /api/mdm/devices/{id}/block/": [() => ({ path: `/api/mdm/devices/${NONE}/block/` })],
  "POST /api/mdm/devices/{id}/unblock/": [({ deviceId }) => ({ path: `/api/mdm/devices/${deviceId}/unblock/` })],
  "POST /api/mdm/devices/{id}/confirm_hardware/": [
    ({ deviceId }) => ({ path: `/api/mdm/devices/${deviceId}/confirm_hardware/` }),
  ],
  "POST /api/mdm/devices/{id}/discard_successor/": [
    ({ deviceId }) => ({ path: `/api/mdm/devices/${deviceId}/discard_successor/` }),
  ],
  "POST /api/mdm/devices/{id}/collect_inventory/": [() => ({ path: `/api/mdm/devices/${NONE}/collect_inventory/` })],
  "POST /api/mdm/devices/{id}/poke/": [() => ({ path: `/api/mdm/devices/${NONE}/poke/` })],
  "PUT /api/mdm/devices/{id}/managed_apple_account/": [
    () => ({
      path: `/api/mdm/devices/${NONE}/managed_apple_account/`,
      body: { managed_apple_account: "a@example.com" },
    }),
    ({ deviceId }) => ({
      path: `/api/mdm/devices/${deviceId}/managed_apple_account/`,
      body: { managed_apple_account: "a\u0000b" },
    }),
  ],
  "PUT /api/mdm/devices/{id}/blueprint/": [
    ({ deviceId }) => ({ path: `/api/mdm/devices/${deviceId}/blueprint/`, body: { blueprint: NONE } }),
  ],
  "POST /api/mdm/devices/{id}/lock/": [
    ({ deviceId }) => ({ path: `/api/mdm/devices/${deviceId}/lock/`, body: { message: "Hello", pin: "12" } }),
  ],
  "POST /api/mdm/devices/{id}/erase/": [
    ({ phoneId }) => ({
      path: `/api/mdm/devices/${phoneId}/erase/`,
      body: { disallow_proximity_setup: true, preserve_data_plan: "yes" },
    }),
  ],
  "POST /api/mdm/devices/{id}/send_custom_command/": [
    ({ deviceId }) => ({
      path: `/api/mdm/devices/${deviceId}/send_custom_command/`,
      body: { command: "<dict><key>Setting</key><string>new</string></dict>" },
    }),
  ],
  // The phone takes updates by declaration.
  "POST /api/mdm/devices/{id}/available_os_updates/": [
    ({ phoneId }) => ({ path: `/api/mdm/devices/${phoneId}/available_os_updates/`, body: {} }),
  ],
  "POST /api/mdm/devices/{id}/schedule_os_update/": [
    ({ phoneId }) => ({
      path: `/api/mdm/devices/${phoneId}/schedule_os_update/`,
      body: { product_version: "26.2", install_action: "InstallASAP" },
    }),
  ],
  "POST /api/mdm/devices/{id}/os_update_status/": [
    ({ phoneId }) => ({ path: `/api/mdm/devices/${phoneId}/os_update_status/`, body: {} }),
  ],
  // A phone has none of these passwords.
  "POST /api/mdm/devices/{id}/set_recovery_lock/": [
    ({ phoneId }) => ({
      path: `/api/mdm/devices/${phoneId}/set_recovery_lock/`,
      body: { new_password: "new password" },
    }),
  ],
  "POST /api/mdm/devices/{id}/set_firmware_password/": [
    ({ phoneId }) => ({
      path: `/api/mdm/devices/${phoneId}/set_firmware_password/`,
      body: { new_password: "new password" },
    }),
  ],
  "POST /api/mdm/devices/{id}/verify_recovery_lock/": [
    ({ phoneId }) => ({ path: `/api/mdm/devices/${phoneId}/verify_recovery_lock/`, body: {} }),
  ],
  "POST /api/mdm/devices/{id}/verify_firmware_password/": [
    ({ phoneId }) => ({ path: `/api/mdm/devices/${phoneId}/verify_firmware_password/`, body: {} }),
  ],
  "POST /api/mdm/devices/{id}/set_auto_admin_password/": [
    ({ phoneId }) => ({
      path: `/api/mdm/devices/${phoneId}/set_auto_admin_password/`,
      body: { password: "new password" },
    }),
  ],
  // Nothing assigns the phone to a virtual server, and it has stated no code.
  "POST /api/mdm/devices/{id}/activation_lock/": [
    ({ phoneId }) => ({ path: `/api/mdm/devices/${phoneId}/activation_lock/`, body: { lost_message: "Call us" } }),
    ({ phoneId }) => ({
      path: `/api/mdm/devices/${phoneId}/activation_lock/`,
      body: { lost_message: "x".repeat(256) },
    }),
  ],
  "POST /api/mdm/devices/{id}/activation_lock/remove/": [
    () => ({ path: `/api/mdm/devices/${NONE}/activation_lock/remove/` }),
  ],
  "POST /api/mdm/devices/{id}/ask_activation_lock_bypass_code/": [
    () => ({ path: `/api/mdm/devices/${NONE}/ask_activation_lock_bypass_code/`, body: {} }),
  ],
  "POST /api/mdm/devices/{id}/clear_activation_lock_bypass_code/": [
    () => ({ path: `/api/mdm/devices/${NONE}/clear_activation_lock_bypass_code/`, body: {} }),
  ],
  "POST /api/mdm/devices/{id}/commands/": [
    ({ phoneId }) => ({
      path: `/api/mdm/devices/${phoneId}/commands/`,
      body: { name: "Settings", arguments: { Settings: [{ Item: "DeviceName" }] } },
    }),
    ({ phoneId }) => ({
      path: `/api/mdm/devices/${phoneId}/commands/`,
      body: { name: "RestartDevice", expires_at: "2020-01-01T00:00:00" },
    }),
  ],
  "POST /api/mdm/users/{id}/commands/": [
    () => ({ path: `/api/mdm/users/${NONE}/commands/`, body: { name: "ActiveNSExtensions" } }),
  ],
  "DELETE /api/mdm/users/commands/{id}/": [() => ({ path: `/api/mdm/users/commands/${UNKNOWN}/` })],
  "DELETE /api/mdm/devices/commands/{id}/": [() => ({ path: `/api/mdm/devices/commands/${UNKNOWN}/` })],
  "POST /api/mdm/devices/{id}/artifacts/{artifact}/reinstall/": [
    ({ deviceId }) => ({ path: `/api/mdm/devices/${deviceId}/artifacts/${UNKNOWN}/reinstall/` }),
  ],
  "POST /api/mdm/blueprints/": [
    () => ({ path: "/api/mdm/blueprints/", body: { name: "Guests", collect_apps: 2 } }),
    () => ({ path: "/api/mdm/blueprints/", body: { name: "New", filevault_config: 7 } }),
  ],
  "PUT /api/mdm/blueprints/{id}/": [
    ({ blueprint }) => ({ path: `/api/mdm/blueprints/${blueprint}/`, body: { name: "Guests", collect_apps: 2 } }),
    ({ blueprint }) => ({ path: `/api/mdm/blueprints/${blueprint}/`, body: { name: "New", default_location: 7 } }),
  ],
  "DELETE /api/mdm/blueprints/{id}/": [({ blueprint }) => ({ path: `/api/mdm/blueprints/${blueprint}/` })],
  "POST /api/mdm/artifact_versions/{id}/halt/": [
    () => ({ path: `/api/mdm/artifact_versions/${UNKNOWN}/halt/`, body: { reason: "x" } }),
  ],
  "POST /api/mdm/artifact_versions/{id}/resume/": [
    ({ profile }) => ({ path: `/api/mdm/artifact_versions/${profile.version}/resume/`, body: { reason: "x" } }),
  ],
  "POST /api/mdm/artifact_versions/{id}/withdraw/": [
    () => ({ path: `/api/mdm/artifact_versions/${UNKNOWN}/withdraw/`, body: { reason: "x" } }),
  ],
  "POST /api/mdm/artifacts/{id}/rollback/": [
    ({ profile }) => ({ path: `/api/mdm/artifacts/${profile.artifact}/rollback/`, body: { reason: "x" } }),
  ],
  "POST /api/mdm/blueprint_artifacts/": [
    ({ otherBlueprint, profile }) => ({
      path: "/api/mdm/blueprint_artifacts/",
      body: { blueprint: otherBlueprint, artifact: profile.artifact, ...filter, excluded_tags: [NONE] },
    }),
    ({ blueprint, profile }) => ({
      path: "/api/mdm/blueprint_artifacts/",
      body: { blueprint, artifact: profile.artifact, ...filter },
    }),
  ],
  "PUT /api/mdm/blueprint_artifacts/{id}/": [
    ({ link, blueprint, profile, tag }) => ({
      path: `/api/mdm/blueprint_artifacts/${link}/`,
      body: {
        blueprint,
        artifact: profile.artifact,
        ...filter,
        excluded_tags: [tag],
        tag_shards: [{ tag: NONE, shard: 3 }],
      },
    }),
    ({ link, profile }) => ({
      path: `/api/mdm/blueprint_artifacts/${link}/`,
      body: { blueprint: NONE, artifact: profile.artifact, ...filter },
    }),
  ],
  "DELETE /api/mdm/blueprint_artifacts/{id}/": [() => ({ path: `/api/mdm/blueprint_artifacts/${NONE}/` })],
  "POST /api/mdm/artifacts/": [
    () => ({
      path: "/api/mdm/artifacts/",
      body: { name: "New", type: "Profile", channel: "Device", requires: [UNKNOWN] },
    }),
    () => ({ path: "/api/mdm/artifacts/", body: { name: "Wi-Fi", type: "Profile", channel: "Device" } }),
  ],
  "PUT /api/mdm/artifacts/{id}/": [
    ({ profile }) => ({
      path: `/api/mdm/artifacts/${profile.artifact}/`,
      body: { name: "Renamed", type: "Profile", channel: "Device", requires: [profile.artifact] },
    }),
    ({ profile }) => ({
      path: `/api/mdm/artifacts/${profile.artifact}/`,
      body: { name: "Passcode", type: "Profile", channel: "Device", auto_update: false },
    }),
    ({ profile }) => ({
      path: `/api/mdm/artifacts/${profile.artifact}/`,
      body: { name: "Renamed", type: "Profile", channel: "Device", platforms: ["tvOS"] },
    }),
  ],
  "DELETE /api/mdm/artifacts/{id}/": [({ profile }) => ({ path: `/api/mdm/artifacts/${profile.artifact}/` })],
  "POST /api/mdm/profiles/": [
    ({ profile }) => ({
      path: "/api/mdm/profiles/",
      body: version(profile.artifact, { source: "AAAA", filename: "new.mobileconfig" }),
    }),
    ({ profile }) => ({
      path: "/api/mdm/profiles/",
      body: version(profile.artifact, { source: "AAAA", tag_shards: [{ tag: NONE, shard: 3 }] }),
    }),
  ],
  "PUT /api/mdm/profiles/{id}/": [
    ({ profile }) => ({
      path: `/api/mdm/profiles/${profile.version}/`,
      body: version(profile.artifact, { source: "AAAA", filename: "new.mobileconfig" }),
    }),
    ({ profile, declaration }) => ({
      path: `/api/mdm/profiles/${profile.version}/`,
      body: version(declaration.artifact, { source: PROFILE, filename: "new.mobileconfig" }),
    }),
    ({ profile, tag }) => ({
      path: `/api/mdm/profiles/${profile.version}/`,
      body: version(profile.artifact, { source: PROFILE, excluded_tags: [tag, NONE] }),
    }),
  ],
  "DELETE /api/mdm/profiles/{id}/": [({ profile }) => ({ path: `/api/mdm/profiles/${profile.version}/` })],
  "POST /api/mdm/declarations/": [
    ({ declaration, tag }) => ({
      path: "/api/mdm/declarations/",
      body: version(declaration.artifact, { source: sourceOf(declaration.artifact), excluded_tags: [tag, NONE] }),
    }),
    ({ declaration }) => ({
      path: "/api/mdm/declarations/",
      body: version(declaration.artifact, { source: sourceOf(`${declaration.artifact}.other`) }),
    }),
  ],
  "PUT /api/mdm/declarations/{id}/": [
    ({ declaration }) => ({
      path: `/api/mdm/declarations/${declaration.version}/`,
      body: version(declaration.artifact, { source: sourceOf(declaration.artifact), excluded_tags: [NONE] }),
    }),
    ({ declaration }) => ({
      path: `/api/mdm/declarations/${declaration.version}/`,
      body: version(declaration.artifact, { source: { Type: "com.apple.configuration.passcode.settings" } }),
    }),
  ],
  "DELETE /api/mdm/declarations/{id}/": [() => ({ path: `/api/mdm/declarations/${UNKNOWN}/` })],
  "POST /api/mdm/enterprise_apps/": [
    ({ app }) => ({
      path: "/api/mdm/enterprise_apps/",
      body: version(app.artifact, {
        version: 2,
        package_uri: "upload://Editor.pkg",
        package_sha256: app.sha256,
        install_as_managed: true,
        excluded_tags: [NONE],
      }),
    }),
    ({ app }) => ({
      path: "/api/mdm/enterprise_apps/",
      body: version(app.artifact, {
        version: 2,
        package_uri: "upload://Editor.pkg",
        package_sha256: app.sha256,
        remove_on_unenroll: true,
      }),
    }),
    ({ app }) => ({
      path: "/api/mdm/enterprise_apps/",
      body: version(app.artifact, { version: 2, package_uri: "ftp://x/Editor.pkg", package_sha256: app.sha256 }),
    }),
  ],
  "PUT /api/mdm/enterprise_apps/{id}/": [
    ({ app }) => ({
      path: `/api/mdm/enterprise_apps/${app.version}/`,
      body: version(app.artifact, {
        package_uri: "upload://Editor.pkg",
        package_sha256: app.sha256,
        configuration: "no property list",
      }),
    }),
  ],
  "DELETE /api/mdm/enterprise_apps/{id}/": [() => ({ path: `/api/mdm/enterprise_apps/${UNKNOWN}/` })],
  "POST /api/mdm/store_apps/": [
    ({ store, asset }) => ({
      path: "/api/mdm/store_apps/",
      body: version(store.artifact, { version: 2, location_asset: asset, configuration: "no property list" }),
    }),
    ({ store }) => ({
      path: "/api/mdm/store_apps/",
      body: version(store.artifact, { version: 2, location_asset: NONE, prevent_backup: true }),
    }),
    ({ store, asset }) => ({
      path: "/api/mdm/store_apps/",
      body: version(store.artifact, { version: 2, location_asset: asset, associated_domains: ["ab"] }),
    }),
  ],
  "PUT /api/mdm/store_apps/{id}/": [
    ({ store, asset, tag }) => ({
      path: `/api/mdm/store_apps/${store.version}/`,
      body: version(store.artifact, { location_asset: asset, removable: true, excluded_tags: [tag, NONE] }),
    }),
  ],
  "POST /api/mdm/location_assets/{id}/store_apps/": [
    ({ asset }) => ({
      path: `/api/mdm/location_assets/${asset}/store_apps/`,
      body: { name: "Wi-Fi", configuration: "no property list" },
    }),
    ({ asset }) => ({ path: `/api/mdm/location_assets/${asset}/store_apps/`, body: { platforms: ["tvOS"] } }),
    () => ({ path: `/api/mdm/location_assets/${NONE}/store_apps/`, body: {} }),
  ],
  "DELETE /api/mdm/store_apps/{id}/": [() => ({ path: `/api/mdm/store_apps/${UNKNOWN}/` })],
  "POST /api/mdm/package_files/": [() => ({ path: "/api/mdm/package_files/?filename=Editor.pkg", body: {} })],
  "POST /api/mdm/packages/files/": [() => ({ path: "/api/mdm/packages/files/?filename=Editor.pkg", body: {} })],
  "POST /api/mdm/packages/": [
    ({ pack }) => ({
      path: "/api/mdm/packages/",
      body: { name: "Again", source_uri: "upload://Tool.pkg", sha256: pack.sha256 },
    }),
  ],
  "PUT /api/mdm/packages/{id}/": [
    ({ pack, app }) => ({ path: `/api/mdm/packages/${pack.id}/`, body: { name: "Other", sha256: app.sha256 } }),
  ],
  "DELETE /api/mdm/packages/{id}/": [() => ({ path: `/api/mdm/packages/${UNKNOWN}/` })],
  "POST /api/mdm/package_files/fetch/": [
    ({ app }) => ({
      path: "/api/mdm/package_files/fetch/",
      body: { package_uri: "", package_sha256: app.sha256 },
    }),
  ],
  "POST /api/mdm/provisioning_profiles/": [
    ({ provisioning }) => ({
      path: "/api/mdm/provisioning_profiles/",
      body: version(provisioning, { source: "AAAA" }),
    }),
  ],
  "PUT /api/mdm/provisioning_profiles/{id}/": [
    ({ provisioning }) => ({
      path: `/api/mdm/provisioning_profiles/${UNKNOWN}/`,
      body: version(provisioning, { source: "AAAA" }),
    }),
  ],
  "DELETE /api/mdm/provisioning_profiles/{id}/": [() => ({ path: `/api/mdm/provisioning_profiles/${UNKNOWN}/` })],
  "POST /api/mdm/data_assets/": [
    ({ data }) => ({
      path: "/api/mdm/data_assets/",
      body: version(data.artifact, { type: "PLIST", source: OTHER_PLIST, excluded_tags: [NONE] }),
    }),
    ({ data }) => ({
      path: "/api/mdm/data_assets/",
      body: version(data.artifact, { type: "PLIST", source: "AAAA" }),
    }),
    ({ data }) => ({
      path: "/api/mdm/data_assets/",
      body: version(data.artifact, {
        type: "ZIP",
        file_uri: "https://elsewhere.example.com/x.zip",
        file_sha256: DIGEST,
      }),
    }),
  ],
  "PUT /api/mdm/data_assets/{id}/": [
    ({ data }) => ({
      path: `/api/mdm/data_assets/${data.version}/`,
      body: version(data.artifact, { type: "PLIST", file_sha256: DIGEST }),
    }),
    ({ data, profile }) => ({
      path: `/api/mdm/data_assets/${data.version}/`,
      body: version(profile.artifact, { type: "PLIST", source: "AAAA" }),
    }),
  ],
  "DELETE /api/mdm/data_assets/{id}/": [() => ({ path: `/api/mdm/data_assets/${UNKNOWN}/` })],
  "POST /api/mdm/cert_assets/": [
    ({ certificate }) => ({
      path: "/api/mdm/cert_assets/",
      body: version(certificate.artifact, {
        acme_issuer: null,
        scep_issuer: UNKNOWN,
        subject: [{ type: "CN", value: "new" }],
        subject_alt_name: {},
      }),
    }),
  ],
  "PUT /api/mdm/cert_assets/{id}/": [
    ({ certificate }) => ({
      path: `/api/mdm/cert_assets/${certificate.version}/`,
      body: version(certificate.artifact, {
        acme_issuer: null,
        scep_issuer: UNKNOWN,
        subject: [{ type: "CN", value: "new" }],
        subject_alt_name: {},
      }),
    }),
    ({ certificate, issuer }) => ({
      path: `/api/mdm/cert_assets/${certificate.version}/`,
      body: version(certificate.artifact, {
        acme_issuer: null,
        scep_issuer: issuer,
        subject: [{ type: "CN", value: "new" }],
        subject_alt_name: {},
        excluded_tags: [NONE],
      }),
    }),
  ],
  "DELETE /api/mdm/cert_assets/{id}/": [() => ({ path: `/api/mdm/cert_assets/${UNKNOWN}/` })],
  "POST /api/mdm/scep_issuers/": [
    () => ({
      path: "/api/mdm/scep_issuers/",
      body: {
        name: "Outside",
        url: "https://new.example.com/",
        backend: "STATIC_CHALLENGE",
        static_challenge_kwargs: { challenge: "new" },
      },
    }),
    () => ({
      path: "/api/mdm/scep_issuers/",
      body: { name: "New", url: page, backend: "OKTA_CA", okta_ca_kwargs: { url: page, username: "x" } },
    }),
  ],
  "PUT /api/mdm/scep_issuers/{id}/": [
    ({ issuer }) => ({
      path: `/api/mdm/scep_issuers/${issuer}/`,
      body: { name: "Renamed", url: page, backend: "MICROSOFT_CA", microsoft_ca_kwargs: { url: page, username: "x" } },
    }),
    ({ issuer }) => ({
      path: `/api/mdm/scep_issuers/${issuer}/`,
      body: {
        name: "Built-in CA",
        url: page,
        backend: "STATIC_CHALLENGE",
        static_challenge_kwargs: { challenge: "n" },
      },
    }),
  ],
  "DELETE /api/mdm/scep_issuers/{id}/": [({ issuer }) => ({ path: `/api/mdm/scep_issuers/${issuer}/` })],
  "POST /api/mdm/dep/virtual_servers/{id}/sync_devices/": [
    () => ({ path: `/api/mdm/dep/virtual_servers/${NONE}/sync_devices/?full_sync` }),
  ],
  "POST /api/mdm/locations/": [
    () => ({ path: "/api/mdm/locations/", body: { server_token: "hello", take_over: true } }),
  ],
  "POST /api/mdm/locations/{id}/renew/": [
    () => ({ path: `/api/mdm/locations/${NONE}/renew/`, body: { server_token: "hello", take_over: true } }),
  ],
  "POST /api/mdm/locations/{id}/sync/": [() => ({ path: `/api/mdm/locations/${NONE}/sync/` })],
  "DELETE /api/mdm/locations/{id}/": [() => ({ path: `/api/mdm/locations/${NONE}/` })],
  "POST /api/mdm/location_assets/{id}/associations/": [
    ({ tag }) => ({
      path: `/api/mdm/location_assets/${NONE}/associations/`,
      body: { serial_numbers: ["C02ABC"], tags: [tag] },
    }),
  ],
  "POST /api/mdm/location_assets/{id}/users/": [
    () => ({ path: `/api/mdm/location_assets/${NONE}/users/`, body: { managed_apple_account: "jun@example.com" } }),
  ],
  "PUT /api/mdm/dep/devices/{id}/": [
    ({ automated: { device } }) => ({ path: `/api/mdm/dep/devices/${device}/`, body: { enrollment: NONE } }),
    ({ automated: { used } }) => ({ path: `/api/mdm/dep/devices/${NONE}/`, body: { enrollment: used } }),
  ],
  "POST /api/mdm/dep/devices/{id}/disown/": [() => ({ path: `/api/mdm/dep/devices/${NONE}/disown/` })],
  "POST /api/jobs/{id}/run/": [() => ({ path: `/api/jobs/${UNKNOWN}/run/` })],
};

const OTHER_PLIST = new TextEncoder().encode("<plist><dict><key>A</key><true/></dict></plist>").toBase64();

const PROFILE = new TextEncoder().encode(
  `<?xml version="1.0" encoding="UTF-8"?><plist version="1.0"><dict><key>PayloadIdentifier</key><string>com.example.new</string>
<key>PayloadUUID</key><string>${UNKNOWN}</string><key>PayloadScope</key><string>System</string>
<key>PayloadContent</key><array/></dict></plist>`,
).toBase64();

const sourceOf = (artifact: string) => ({
  Type: "com.apple.configuration.management.test",
  Identifier: `com.example.declaration.${artifact}`,
  ServerToken: "new",
  Payload: { Echo: "new" },
});
