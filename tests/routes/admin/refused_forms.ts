/**
 * For every form of the pages that writes: one of which a part is right and changes something, and another part is wrong. Where
 * it can be, what is wrong is found last: by a look into the database, not by the form of the request.
 *
 * @module
 */

import type { World } from "../../support/refused_writes.ts";
import { FILTER } from "./artifacts/support.ts";
import type { Fields } from "./support.ts";

const UNKNOWN = "9b2fd9a4-1f0f-4f7e-8f4e-0d5d4a1b2c3d";
const NONE = "200000000";
const PLIST = new TextEncoder().encode("<plist><dict/></plist>").toBase64();

type Attempt = { path: string; fields?: Fields };
type Make = (world: World) => Attempt;

const blueprint = { inventory_hours: "24", collect_apps: "2" };
const ranged = { ...FILTER, shard_modulo: "7", excluded_tags: NONE };
const artifact = { reinstall_interval: "7", halt_percent: "5", platforms: ["iOS", "iPadOS", "macOS", "tvOS"] };

const automated = (world: World, change: Fields): Fields => ({
  name: "New",
  virtual_server: String(world.automated.server),
  push_certificate: String(world.pushCertificate),
  scep_issuer: String(world.issuer),
  meta_business_unit: String(world.unit),
  is_supervised: "on",
  panes_shown: "1",
  release_after_minutes: "30",
  admin_password_complexity: "3",
  admin_password_rotation_delay: "60",
  ...change,
});

/** Forms that are no change of an operator's, and why they are not here. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  "/signin/": "a refused sign-in is counted and is an event: tests/routes/admin/accounts/signin_test.ts",
  "/signout/": "it is refused nobody",
  "/software-updates/sync/": "it has no input: a second one joins the first",
  "/account/sessions/end-others/": "it is refused nobody",
  "/setup/": "it works once, without a session: tests/routes/admin/accounts/signin_test.ts",
  "/virtual-servers/connect/": "it is refused nobody",
  "/devices/:id/filevault-prk/": "it reads; that a person saw the key is an event",
  "/devices/:id/recovery-lock-password/": "it reads; that a person saw the password is an event",
  "/devices/:id/firmware-password/": "it reads; that a person saw the password is an event",
  "/devices/:id/activation-lock-organization-code/": "it reads; that a person saw the code is an event",
  "/devices/:id/activation-lock-bypass-code/": "it reads; that a person saw the code is an event",
  "/devices/:id/lock-pin/": "it reads; that a person saw the PIN is an event",
  "/devices/:id/admin-password/": "it reads; that a person saw the password is an event",
  "/approvals/settings/": "it has check boxes only: nothing in it can be wrong",
  "/public/mdm/locations/:uuid/notify/": "of Apple: tests/src/apps/notifications_test.ts",
  "/public/mdm/scep/": "of devices",
  "/public/mdm/ota_enroll/": "of devices",
  "/public/mdm/dep_enroll/:secret/": "of devices",
  "/public/mdm/dep_web_enroll/:secret/custom_views/:view/": "of devices",
};

/** By address: the attempts at it. A form without fields is tried on what may not be changed so. */
export const FORMS: Readonly<Record<string, readonly Make[]>> = {
  "/account/password/": [
    () => ({
      path: "/account/password/",
      fields: { current_password: "x", password: "a long enough password", repeated: "another long password" },
    }),
  ],
  "/account/sessions/:id/end/": [() => ({ path: `/account/sessions/${"0".repeat(64)}/end/` })],
  "/account/tokens/": [() => ({ path: "/account/tokens/", fields: { name: "New", expires_at: "2020-01-01" } })],
  "/account/tokens/:id/delete/": [() => ({ path: `/account/tokens/${UNKNOWN}/delete/` })],
  "/filevault-configs/new/": [
    () => ({
      path: "/filevault-configs/new/",
      fields: { name: "Disks", escrow_location_display_name: "x", prk_rotation_interval_days: "0" },
    }),
  ],
  "/filevault-configs/:id/edit/": [
    () => ({
      path: `/filevault-configs/${NONE}/edit/`,
      fields: {
        name: "New",
        escrow_location_display_name: "x",
        prk_rotation_interval_days: "0",
        prk_reveal_rotation_delay: "0",
      },
    }),
  ],
  "/filevault-configs/:id/delete/": [() => ({ path: `/filevault-configs/${NONE}/delete/` })],
  "/recovery-password-configs/new/": [
    () => ({ path: "/recovery-password-configs/new/", fields: { name: "New", type: "static" } }),
  ],
  "/recovery-password-configs/:id/edit/": [
    () => ({
      path: `/recovery-password-configs/${NONE}/edit/`,
      fields: { name: "New", type: "static", static_password: "Corr3ct horse" },
    }),
  ],
  "/recovery-password-configs/:id/delete/": [() => ({ path: `/recovery-password-configs/${NONE}/delete/` })],
  "/devices/:id/rotate-filevault-key/": [
    ({ deviceId }) => ({ path: `/devices/${deviceId}/rotate-filevault-key/` }),
  ],
  "/software-update-enforcements/new/": [
    () => ({
      path: "/software-update-enforcements/new/",
      fields: { name: "New", mode: "latest", max_os_version: "27", platforms: "macOS", tags: NONE },
    }),
  ],
  "/software-update-enforcements/:id/edit/": [
    () => ({
      path: `/software-update-enforcements/${NONE}/edit/`,
      fields: { name: "New", mode: "latest", max_os_version: "27", platforms: "macOS" },
    }),
  ],
  "/software-update-enforcements/:id/delete/": [() => ({ path: `/software-update-enforcements/${NONE}/delete/` })],
  "/devices/:id/collect/": [() => ({ path: `/devices/${NONE}/collect/` })],
  "/devices/:id/poke/": [() => ({ path: `/devices/${NONE}/poke/` })],
  "/devices/:id/block/": [() => ({ path: `/devices/${NONE}/block/` })],
  "/devices/:id/unblock/": [({ deviceId }) => ({ path: `/devices/${deviceId}/unblock/` })],
  "/devices/:id/delete/": [() => ({ path: `/devices/${NONE}/delete/` })],
  "/devices/:id/restore/": [({ deviceId }) => ({ path: `/devices/${deviceId}/restore/` })],
  "/devices/:id/confirm-hardware/": [({ deviceId }) => ({ path: `/devices/${deviceId}/confirm-hardware/` })],
  "/devices/:id/discard-successor/": [({ deviceId }) => ({ path: `/devices/${deviceId}/discard-successor/` })],
  "/devices/:id/lock/": [
    ({ deviceId }) => ({ path: `/devices/${deviceId}/lock/`, fields: { message: "Hello", pin: "12" } }),
  ],
  "/devices/:id/restart/": [() => ({ path: `/devices/${NONE}/restart/` })],
  "/devices/:id/available-os-updates/": [
    ({ deviceId }) => ({ path: `/devices/${deviceId}/available-os-updates/` }),
  ],
  "/devices/:id/schedule-os-update/": [
    ({ deviceId }) => ({
      path: `/devices/${deviceId}/schedule-os-update/`,
      fields: { product_version: "26.2", install_action: "InstallASAP" },
    }),
  ],
  "/devices/:id/os-update-status/": [({ deviceId }) => ({ path: `/devices/${deviceId}/os-update-status/` })],
  "/devices/:id/set-recovery-lock/": [
    () => ({ path: `/devices/${NONE}/set-recovery-lock/` }),
  ],
  "/devices/:id/set-firmware-password/": [
    () => ({ path: `/devices/${NONE}/set-firmware-password/` }),
  ],
  "/devices/:id/verify-recovery-lock/": [
    () => ({ path: `/devices/${NONE}/verify-recovery-lock/` }),
  ],
  "/devices/:id/verify-firmware-password/": [
    () => ({ path: `/devices/${NONE}/verify-firmware-password/` }),
  ],
  "/devices/:id/set-auto-admin-password/": [
    () => ({ path: `/devices/${NONE}/set-auto-admin-password/` }),
  ],
  "/devices/:id/activation-lock/": [
    ({ deviceId }) => ({ path: `/devices/${deviceId}/activation-lock/`, fields: { serial_number: "WRONG" } }),
  ],
  "/devices/:id/activation-lock/remove/": [() => ({ path: `/devices/${NONE}/activation-lock/remove/` })],
  "/devices/:id/ask-activation-lock-bypass-code/": [
    () => ({ path: `/devices/${NONE}/ask-activation-lock-bypass-code/` }),
  ],
  "/devices/:id/clear-activation-lock-bypass-code/": [
    () => ({ path: `/devices/${NONE}/clear-activation-lock-bypass-code/` }),
  ],
  "/devices/:id/custom/": [
    ({ deviceId }) => ({ path: `/devices/${deviceId}/custom/`, fields: { command: "<dict/>" } }),
  ],
  "/devices/:id/erase/": [
    ({ deviceId }) => ({ path: `/devices/${deviceId}/erase/`, fields: { serial_number: "OTHER", pin: "123456" } }),
  ],
  "/devices/:id/commands/:uuid/cancel/": [
    ({ deviceId }) => ({ path: `/devices/${deviceId}/commands/${UNKNOWN}/cancel/` }),
  ],
  "/devices/:id/commands/:uuid/answer/secrets/": [
    ({ deviceId }) => ({ path: `/devices/${deviceId}/commands/${UNKNOWN}/answer/secrets/` }),
  ],
  "/devices/:id/send/:name/": [
    ({ phoneId }) => ({
      path: `/devices/${phoneId}/send/InstallApplication/`,
      fields: { "arguments.iTunesStoreID": "x", "arguments.InstallAsManaged": "yes" },
    }),
    ({ deviceId }) => ({ path: `/devices/${deviceId}/send/ShutDownDevice/`, fields: { serial_number: "OTHER" } }),
  ],
  "/devices/:id/locations/:uuid/": [({ deviceId }) => ({ path: `/devices/${deviceId}/locations/${UNKNOWN}/` })],
  "/devices/:id/users/:user/send/:name/": [
    ({ deviceId }) => ({ path: `/devices/${deviceId}/users/${NONE}/send/ActiveNSExtensions/` }),
  ],
  "/devices/:id/users/:user/commands/:uuid/answer/secrets/": [
    ({ deviceId }) => ({ path: `/devices/${deviceId}/users/${NONE}/commands/${UNKNOWN}/answer/secrets/` }),
  ],
  "/devices/:id/users/:user/commands/:uuid/cancel/": [
    ({ deviceId }) => ({ path: `/devices/${deviceId}/users/${NONE}/commands/${UNKNOWN}/cancel/` }),
  ],
  "/devices/:id/artifacts/:artifact/reinstall/": [
    ({ deviceId }) => ({ path: `/devices/${deviceId}/artifacts/${UNKNOWN}/reinstall/` }),
  ],
  "/devices/:id/blueprint/": [
    ({ deviceId }) => ({ path: `/devices/${deviceId}/blueprint/`, fields: { blueprint: NONE } }),
  ],
  "/devices/:id/tags/": [
    ({ deviceId, tag }) => ({ path: `/devices/${deviceId}/tags/`, fields: { tag: [String(tag), NONE] } }),
  ],
  "/devices/:id/values/": [
    ({ deviceId }) => ({
      path: `/devices/${deviceId}/values/`,
      fields: { "name.0": "ROOM", "value.0": "12", "name.1": "lower", "value.1": "x" },
    }),
  ],
  "/blueprints/": [
    () => ({ path: "/blueprints/", fields: { name: "Guests", ...blueprint } }),
    () => ({ path: "/blueprints/", fields: { name: "New", ...blueprint, inventory_hours: "1" } }),
  ],
  "/blueprints/:id/edit/": [
    ({ blueprint: id }) => ({ path: `/blueprints/${id}/edit/`, fields: { name: "Guests", ...blueprint } }),
  ],
  "/blueprints/:id/delete/": [({ blueprint: id }) => ({ path: `/blueprints/${id}/delete/` })],
  "/blueprints/:id/artifacts/add/": [
    ({ otherBlueprint, profile }) => ({
      path: `/blueprints/${otherBlueprint}/artifacts/add/`,
      fields: { artifact: profile.artifact, ...ranged },
    }),
  ],
  "/blueprints/:id/artifacts/:link/": [
    ({ blueprint: id, link }) => ({ path: `/blueprints/${id}/artifacts/${link}/`, fields: ranged }),
  ],
  "/blueprints/:id/artifacts/:link/remove/": [
    ({ blueprint: id }) => ({ path: `/blueprints/${id}/artifacts/${NONE}/remove/` }),
  ],
  "/artifacts/new/profile/": [
    () => ({
      path: "/artifacts/new/profile/",
      fields: { "source.kept": "AAAA", "source.name": "a", channel: "Device" },
    }),
  ],
  "/artifacts/new/declaration/": [
    () => ({
      path: "/artifacts/new/declaration/",
      fields: { name: "New", type: "Configuration", channel: "Device", platforms: "macOS", source: "{" },
    }),
  ],
  "/artifacts/new/data-asset/": [
    () => ({
      path: "/artifacts/new/data-asset/",
      fields: { name: "New", platforms: "macOS", data_type: "ZIP", "source.kept": PLIST, "source.name": "a.plist" },
    }),
    () => ({
      path: "/artifacts/new/data-asset/",
      fields: { name: "Passcode", platforms: "macOS", data_type: "ZIP", "source.kept": PLIST, "source.name": "a" },
    }),
  ],
  "/artifacts/new/certificate-asset/": [
    () => ({
      path: "/artifacts/new/certificate-asset/",
      fields: { name: "New", platforms: "macOS", scep_issuer: UNKNOWN, subject: "CN=new", accessible: "Default" },
    }),
  ],
  "/artifacts/new/enterprise-app/": [
    ({ app }) => ({
      path: "/artifacts/new/enterprise-app/",
      fields: {
        name: "New",
        platforms: "macOS",
        package_uri: "upload://Editor.pkg",
        package_sha256: app.sha256,
        install_as_managed: "no",
        remove_on_unenroll: "yes",
        ios_app: "no",
      },
    }),
    () => ({ path: "/artifacts/new/enterprise-app/", fields: { name: "New", platforms: "macOS" } }),
  ],
  "/artifacts/new/provisioning-profile/": [
    () => ({
      path: "/artifacts/new/provisioning-profile/",
      fields: { name: "New", platforms: "iOS", "source.kept": "AAAA", "source.name": "a" },
    }),
  ],
  "/artifacts/new/store-app/": [
    ({ asset }) => ({
      path: "/artifacts/new/store-app/",
      fields: { name: "New", platforms: "tvOS", channel: "Device", location_asset: String(asset) },
    }),
    () => ({ path: "/artifacts/new/store-app/", fields: { name: "New", platforms: "iOS", channel: "Device" } }),
  ],
  "/artifacts/:id/edit/": [
    ({ profile }) => ({
      path: `/artifacts/${profile.artifact}/edit/`,
      fields: { ...artifact, name: "Renamed", requires: profile.artifact },
    }),
    ({ profile }) => ({ path: `/artifacts/${profile.artifact}/edit/`, fields: { ...artifact, name: "Passcode" } }),
  ],
  "/artifacts/:id/delete/": [({ profile }) => ({ path: `/artifacts/${profile.artifact}/delete/` })],
  "/artifacts/:id/versions/new/": [
    ({ profile }) => ({
      path: `/artifacts/${profile.artifact}/versions/new/`,
      fields: { ...ranged, version: "7", "source.kept": PROFILE, "source.name": "new.mobileconfig" },
    }),
    ({ profile }) => ({
      path: `/artifacts/${profile.artifact}/versions/new/`,
      fields: { ...FILTER, version: "1", "source.kept": PROFILE, "source.name": "new.mobileconfig" },
    }),
  ],
  "/artifacts/:id/versions/:version/filter/": [
    ({ profile }) => ({
      path: `/artifacts/${profile.artifact}/versions/${profile.version}/filter/`,
      fields: { ...ranged, version: "7" },
    }),
  ],
  "/artifacts/:id/versions/:version/delete/": [
    ({ profile }) => ({ path: `/artifacts/${profile.artifact}/versions/${profile.version}/delete/` }),
  ],
  "/artifacts/:id/versions/:version/halt/": [
    ({ profile }) => ({ path: `/artifacts/${profile.artifact}/versions/${UNKNOWN}/halt/` }),
  ],
  "/artifacts/:id/versions/:version/resume/": [
    ({ profile }) => ({ path: `/artifacts/${profile.artifact}/versions/${profile.version}/resume/` }),
  ],
  "/artifacts/:id/versions/:version/withdraw/": [
    ({ profile }) => ({ path: `/artifacts/${profile.artifact}/versions/${UNKNOWN}/withdraw/` }),
  ],
  "/artifacts/:id/rollback/": [({ profile }) => ({ path: `/artifacts/${profile.artifact}/rollback/` })],
  "/tags/": [
    () => ({ path: "/tags/", fields: { name: "New", taxonomy: NONE } }),
    ({ taxonomy }) => ({ path: "/tags/", fields: { name: "Early", taxonomy: String(taxonomy) } }),
  ],
  "/tags/:id/delete/": [({ tag }) => ({ path: `/tags/${tag}/delete/` })],
  "/taxonomies/": [() => ({ path: "/taxonomies/", fields: { name: "Rings", of_tags: "1" } })],
  "/business-units/": [() => ({ path: "/business-units/", fields: { name: "Unit", unit: "1" } })],
  "/enrollments/": [
    (world) => ({
      path: "/enrollments/",
      fields: {
        name: "New",
        push_certificate: String(world.pushCertificate),
        meta_business_unit: String(world.unit),
        tags: [String(world.tag), NONE],
      },
    }),
    (world) => ({
      path: "/enrollments/",
      fields: {
        name: "New",
        push_certificate: String(world.pushCertificate),
        meta_business_unit: String(world.unit),
        scep_issuer: UNKNOWN,
      },
    }),
    (world) => ({
      path: "/enrollments/",
      fields: {
        name: "Lab",
        push_certificate: String(world.pushCertificate),
        meta_business_unit: String(world.unit),
        quota: "5",
      },
    }),
  ],
  "/enrollments/:id/edit/": [
    (world) => ({
      path: `/enrollments/${world.usedEnrollment}/edit/`,
      fields: {
        name: "New",
        push_certificate: String(world.pushCertificate),
        meta_business_unit: String(world.unit),
        quota: "5",
        tags: [String(world.tag), NONE],
      },
    }),
  ],
  "/enrollments/:id/direct/": [() => ({ path: `/enrollments/${NONE}/direct/`, fields: { serial_number: "NEW" } })],
  "/enrollments/:id/reenrollment/": [
    () => ({ path: `/enrollments/${NONE}/reenrollment/`, fields: { without_confirmation: "on" } }),
  ],
  "/enrollments/:id/revoke/": [() => ({ path: `/enrollments/${NONE}/revoke/` })],
  "/enrollments/:id/delete/": [({ usedEnrollment }) => ({ path: `/enrollments/${usedEnrollment}/delete/` })],
  "/locations/add/": [
    () => ({ path: "/locations/add/", fields: { server_token: "hello", take_over: "on" } }),
  ],
  "/locations/:id/token/": [
    () => ({ path: `/locations/${NONE}/token/`, fields: { server_token: "hello", take_over: "on" } }),
  ],
  "/locations/:id/sync/": [() => ({ path: `/locations/${NONE}/sync/` })],
  "/locations/:id/take-over/": [() => ({ path: `/locations/${NONE}/take-over/` })],
  "/locations/:id/delete/": [() => ({ path: `/locations/${NONE}/delete/` })],
  "/apps-and-books/:id/devices/": [
    () => ({
      path: `/apps-and-books/${NONE}/devices/`,
      fields: { action: "associate", serial_numbers: "C02ABC" },
    }),
  ],
  "/apps-and-books/:id/users/": [
    () => ({
      path: `/apps-and-books/${NONE}/users/`,
      fields: { action: "associate", managed_apple_account: "jun@example.com" },
    }),
  ],
  "/virtual-servers/connect/:id/token/": [
    () => ({ path: `/virtual-servers/connect/${NONE}/token/`, fields: { encrypted_token: "hello" } }),
  ],
  "/virtual-servers/connect/:id/cancel/": [() => ({ path: `/virtual-servers/connect/${NONE}/cancel/` })],
  "/virtual-servers/:id/token/": [
    () => ({ path: `/virtual-servers/${NONE}/token/`, fields: { encrypted_token: "hello" } }),
    ({ automated: { server } }) => ({ path: `/virtual-servers/${server}/token/`, fields: { encrypted_token: "" } }),
  ],
  "/virtual-servers/:id/disconnect/": [() => ({ path: `/virtual-servers/${NONE}/disconnect/` })],
  "/virtual-servers/:id/sync/": [() => ({ path: `/virtual-servers/${NONE}/sync/` })],
  "/virtual-servers/:id/full-sync/": [() => ({ path: `/virtual-servers/${NONE}/full-sync/` })],
  "/virtual-servers/:id/default-enrollment/": [
    ({ automated: { server } }) => ({
      path: `/virtual-servers/${server}/default-enrollment/`,
      fields: { default_enrollment: NONE },
    }),
    // Of another server.
    ({ automated: { otherServer, used } }) => ({
      path: `/virtual-servers/${otherServer}/default-enrollment/`,
      fields: { default_enrollment: String(used) },
    }),
  ],
  "/assigned-devices/assign/": [
    ({ automated: { device } }) => ({
      path: "/assigned-devices/assign/",
      fields: { devices: String(device), enrollment: NONE },
    }),
    ({ automated: { used } }) => ({
      path: "/assigned-devices/assign/",
      fields: { devices: NONE, enrollment: String(used) },
    }),
  ],
  "/assigned-devices/:id/assign/": [
    ({ automated: { device } }) => ({ path: `/assigned-devices/${device}/assign/`, fields: { enrollment: NONE } }),
  ],
  "/assigned-devices/:id/refresh/": [() => ({ path: `/assigned-devices/${NONE}/refresh/` })],
  "/assigned-devices/:id/disown/": [
    ({ automated: { device } }) => ({
      path: `/assigned-devices/${device}/disown/`,
      fields: { serial_number: "OTHER" },
    }),
  ],
  "/enrollments/automated/new/": [
    (world) => ({ path: "/enrollments/automated/new/", fields: automated(world, { tags: [String(world.tag), NONE] }) }),
    (world) => ({ path: "/enrollments/automated/new/", fields: automated(world, { name: "Kiosks" }) }),
    (world) => ({ path: "/enrollments/automated/new/", fields: automated(world, { scep_issuer: UNKNOWN }) }),
  ],
  "/enrollments/automated/:id/edit/": [
    (world) => ({
      path: `/enrollments/automated/${world.automated.other}/edit/`,
      fields: automated(world, { tags: [String(world.tag), NONE] }),
    }),
    (world) => ({
      path: `/enrollments/automated/${world.automated.other}/edit/`,
      fields: automated(world, { name: "Out of the box" }),
    }),
  ],
  "/enrollments/automated/:id/define/": [() => ({ path: `/enrollments/automated/${NONE}/define/` })],
  "/enrollments/automated/:id/delete/": [
    ({ automated: { used } }) => ({ path: `/enrollments/automated/${used}/delete/` }),
  ],
  "/enrollments/automated/:id/views/": [
    ({ automated: { used, shown } }) => ({
      path: `/enrollments/automated/${used}/views/`,
      fields: { custom_view: shown },
    }),
    ({ automated: { other } }) => ({
      path: `/enrollments/automated/${other}/views/`,
      fields: { custom_view: UNKNOWN },
    }),
  ],
  "/enrollments/automated/:id/views/:link/up/": [
    ({ automated: { other, link } }) => ({ path: `/enrollments/automated/${other}/views/${link}/up/` }),
  ],
  "/enrollments/automated/:id/views/:link/remove/": [
    ({ automated: { other, link } }) => ({ path: `/enrollments/automated/${other}/views/${link}/remove/` }),
  ],
  "/custom-views/new/": [
    () => ({ path: "/custom-views/new/", fields: { name: "Welcome", html: "x" } }),
    () => ({ path: "/custom-views/new/", fields: { name: "New", html: "{% x %}" } }),
  ],
  "/custom-views/preview/": [() => ({ path: "/custom-views/preview/", fields: { html: "{% x %}" } })],
  "/custom-views/:id/edit/": [
    ({ automated: { shown } }) => ({ path: `/custom-views/${shown}/edit/`, fields: { name: "Rules", html: "x" } }),
    ({ automated: { shown } }) => ({
      path: `/custom-views/${shown}/edit/`,
      fields: { name: "New", html: "x", requires_authentication: "on" },
    }),
  ],
  "/custom-views/:id/delete/": [({ automated: { shown } }) => ({ path: `/custom-views/${shown}/delete/` })],
  "/claims/:id/confirm/": [() => ({ path: `/claims/${NONE}/confirm/` })],
  "/claims/:id/dismiss/": [() => ({ path: `/claims/${NONE}/dismiss/` })],
  "/claims/alerts/:id/dismiss/": [() => ({ path: `/claims/alerts/${NONE}/dismiss/` })],
  "/push-certificates/": [
    () => ({
      path: "/push-certificates/",
      fields: { name: "Another", upload: "1", certificate: "x", private_key: "y" },
    }),
    () => ({ path: "/push-certificates/", fields: { name: "New" } }),
  ],
  "/push-certificates/:id/certificate/": [
    ({ pushCertificate }) => ({
      path: `/push-certificates/${pushCertificate}/certificate/`,
      fields: { certificate: "x", private_key: "" },
    }),
  ],
  "/push-certificates/:id/delete/": [
    ({ pushCertificate }) => ({ path: `/push-certificates/${pushCertificate}/delete/` }),
  ],
  "/packages/new/": [
    ({ pack }) => ({
      path: "/packages/new/",
      fields: { name: "Again", package_uri: "upload://Tool.pkg", package_sha256: pack.sha256 },
    }),
    () => ({
      path: "/packages/new/",
      fields: { name: "New", package_uri: "upload://None.pkg", package_sha256: "0".repeat(64) },
    }),
    () => ({ path: "/packages/new/", fields: { name: "New" } }),
  ],
  "/packages/:id/": [
    ({ pack }) => ({ path: `/packages/${pack.id}/`, fields: { name: "x".repeat(300), description: "New" } }),
  ],
  "/packages/:id/delete/": [() => ({ path: `/packages/${UNKNOWN}/delete/` })],
  "/scep-issuers/": [
    () => ({
      path: "/scep-issuers/",
      fields: {
        name: "Outside",
        url: "https://scep.example.com/",
        backend: "STATIC_CHALLENGE",
        "static_challenge_kwargs.challenge": "new",
      },
    }),
  ],
  "/scep-issuers/:id/": [
    ({ issuer }) => ({
      path: `/scep-issuers/${issuer}/`,
      fields: {
        name: "Renamed",
        url: "https://scep.example.com/",
        backend: "OKTA_CA",
        "okta_ca_kwargs.url": "https://okta.example.com/",
        "okta_ca_kwargs.username": "x",
      },
    }),
    ({ issuer }) => ({
      path: `/scep-issuers/${issuer}/`,
      fields: {
        name: "Built-in CA",
        url: "https://scep.example.com/",
        backend: "STATIC_CHALLENGE",
        "static_challenge_kwargs.challenge": "new",
      },
    }),
  ],
  "/scep-issuers/:id/delete/": [({ issuer }) => ({ path: `/scep-issuers/${issuer}/delete/` })],
  "/users/": [
    () => ({ path: "/users/", fields: { username: "carl", roles: NONE } }),
    () => ({ path: "/users/", fields: { username: "ada", full_name: "Another" } }),
  ],
  "/users/:id/": [
    ({ user }) => ({ path: `/users/${user}/`, fields: { username: "ada2", is_active: "on", roles: NONE } }),
    ({ user }) => ({ path: `/users/${user}/`, fields: { username: "ada2", is_active: "on", password: "short" } }),
    ({ user }) => ({ path: `/users/${user}/`, fields: { username: "bob", is_active: "on", full_name: "Ada" } }),
  ],
  "/users/:id/delete/": [() => ({ path: `/users/${NONE}/delete/` })],
  "/tokens/": [
    () => ({ path: "/tokens/", fields: { user: NONE, name: "new" } }),
    ({ user }) => ({ path: "/tokens/", fields: { user: String(user), name: "new", expires_at: "2020-01-01" } }),
  ],
  "/tokens/:id/delete/": [() => ({ path: `/tokens/${UNKNOWN}/delete/` })],
  "/approvals/:id/approve/": [() => ({ path: `/approvals/${UNKNOWN}/approve/` })],
  "/approvals/:id/decline/": [() => ({ path: `/approvals/${UNKNOWN}/decline/` })],
  "/bulk-commands/": [
    () => ({
      path: "/bulk-commands/",
      fields: { command: "RestartDevice", filter: "q=nobody", expected_devices: "1" },
    }),
    () => ({ path: "/bulk-commands/", fields: { command: "DeviceLock", filter: "", pin: "1", expected_devices: "2" } }),
  ],
  "/bulk-commands/:id/cancel/": [() => ({ path: `/bulk-commands/${UNKNOWN}/cancel/` })],
  "/roles/": [
    () => ({ path: "/roles/", fields: { name: "New", permissions: ["inventory.view_tag", "mdm.fly"] } }),
    () => ({ path: "/roles/", fields: { name: "Readers", permissions: "inventory.add_tag" } }),
  ],
  "/roles/:id/": [
    ({ role }) => ({ path: `/roles/${role}/`, fields: { name: "Renamed", permissions: "mdm.fly" } }),
    ({ role }) => ({ path: `/roles/${role}/`, fields: { name: "Writers", permissions: "inventory.view_tag" } }),
  ],
  "/roles/:id/delete/": [() => ({ path: `/roles/${NONE}/delete/` })],
  "/jobs/:id/run/": [() => ({ path: `/jobs/${UNKNOWN}/run/` })],
};

const PROFILE = new TextEncoder().encode(
  `<?xml version="1.0" encoding="UTF-8"?><plist version="1.0"><dict><key>PayloadIdentifier</key><string>com.example.new</string>
<key>PayloadUUID</key><string>${UNKNOWN}</string><key>PayloadScope</key><string>System</string>
<key>PayloadContent</key><array/></dict></plist>`,
).toBase64();
