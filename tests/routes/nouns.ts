/**
 * The objects that both the API and a page edit: the form of a page for a body of the API.
 *
 * @module
 */

import { isSchema } from "../../routes/api/json_schema.ts";
import type { World } from "../support/refused_writes.ts";
import type { Fields } from "./admin/support.ts";

/** A field of a form: its name, and what a browser sends for a value of the API. */
export type FormField = {
  name: string;
  write?: (value: unknown, body: Record<string, unknown>) => Fields;
  /** The fields of its parts by path, where each has one. */
  parts?: (value: unknown) => Record<string, string>;
};

/** Something that both edit. */
export type Noun = {
  /** `POST /api/…`, with what is changed in braces. */
  api: string;
  page: (world: World) => string;
  /** The changed object. */
  id?: (world: World) => string | number;
  /** The values that a form sends in addition to its fields. */
  fixed?: (world: World) => Fields;
  /** A body that is right. */
  body: (world: World) => Record<string, unknown>;
  /** The fields of the form, by their paths in the API's body. */
  form: Readonly<Record<string, string | FormField>>;
  /** Bodies that are wrong by more than the form of one field: names that are taken, what does not fit together. */
  wrong?: (world: World) => Record<string, unknown>[];
  /** Texts that the API refuses and the page's own field cannot send, by path. */
  unsent?: Readonly<Record<string, (value: unknown) => boolean>>;
};

const enforcement: Omit<Noun, "api" | "page"> = {
  fixed: () => ({ mode: "latest" }),
  body: ({ tag }) => ({
    name: "New enforcement",
    details_url: "https://www.example.com/",
    platforms: ["macOS"],
    tags: [tag],
    max_os_version: "27",
    delay_days: 7,
    local_time: "09:30:00",
  }),
  form: {
    name: "name",
    details_url: "details_url",
    platforms: "platforms",
    tags: "tags",
    max_os_version: "max_os_version",
    delay_days: "delay_days",
    local_time: "local_time",
  },
  wrong:
    () => [{ max_os_version: "sixteen" }, { max_os_version: "" }, { details_url: "intranet" }, { local_time: "25:00" }],
};

const filevault: Omit<Noun, "api" | "page"> = {
  body: () => ({
    name: "New configuration",
    escrow_location_display_name: "Example IT",
    at_login_only: true,
    bypass_attempts: 3,
    show_recovery_key: true,
    destroy_key_on_standby: false,
    prk_rotation_interval_days: 30,
    prk_reveal_rotation_delay: 60,
  }),
  form: {
    name: "name",
    escrow_location_display_name: "escrow_location_display_name",
    at_login_only: "at_login_only",
    bypass_attempts: "bypass_attempts",
    show_recovery_key: "show_recovery_key",
    destroy_key_on_standby: "destroy_key_on_standby",
    prk_rotation_interval_days: "prk_rotation_interval_days",
    prk_reveal_rotation_delay: "prk_reveal_rotation_delay",
  },
  wrong: () => [{ bypass_attempts: -1 }, { prk_reveal_rotation_delay: 4 }, { prk_rotation_interval_days: 367 }],
};

const dynamic: Omit<Noun, "api" | "page"> = {
  fixed: () => ({ type: "dynamic" }),
  body: () => ({
    name: "New configuration",
    rotation_interval_days: 30,
    reveal_rotation_delay: 60,
    rotate_firmware_password: true,
  }),
  form: {
    name: "name",
    rotation_interval_days: "rotation_interval_days",
    reveal_rotation_delay: "reveal_rotation_delay",
    rotate_firmware_password: "rotate_firmware_password",
  },
  wrong: () => [
    { name: "Labs" },
    { reveal_rotation_delay: 3 },
    { rotation_interval_days: 0, reveal_rotation_delay: 0 },
  ],
};

const fixed: Omit<Noun, "api" | "page"> = {
  fixed: () => ({ type: "static" }),
  body: () => ({ name: "New configuration", dynamic_password: false, static_password: "Corr3ct horse" }),
  form: { name: "name", static_password: "static_password" },
  wrong: () => [{ static_password: "short" }, { static_password: "pässword1" }],
};

const once: Omit<Noun, "api" | "page"> = {
  fixed: () => ({ mode: "once" }),
  body: ({ tag }) => ({
    name: "New enforcement",
    platforms: ["macOS"],
    tags: [tag],
    os_version: "26.3",
    build_version: "25D125",
    local_datetime: "2026-12-17T09:30:00",
  }),
  form: {
    name: "name",
    platforms: "platforms",
    tags: "tags",
    os_version: "os_version",
    build_version: "build_version",
    local_datetime: "local_datetime",
  },
  wrong: () => [{ os_version: "twenty" }, { local_datetime: "tomorrow" }, { build_version: "!" }],
};

const enrollment: Omit<Noun, "api" | "page"> = {
  body: (world) => ({
    name: "New enrollment",
    display_name: "New",
    push_certificate: world.pushCertificate,
    scep_issuer: world.issuer,
    blueprint: world.blueprint,
    enrollment_secret: {
      meta_business_unit: world.unit,
      tags: [world.tag],
      serial_numbers: ["C02AA"],
      udids: ["A-B"],
      quota: 7,
    },
  }),
  form: {
    name: "name",
    display_name: "display_name",
    push_certificate: "push_certificate",
    scep_issuer: "scep_issuer",
    blueprint: "blueprint",
    "enrollment_secret.meta_business_unit": "meta_business_unit",
    "enrollment_secret.tags": "tags",
    "enrollment_secret.serial_numbers": {
      name: "serial_numbers",
      write: (value) => ({ serial_numbers: [value].flat().join("\n") }),
    },
    "enrollment_secret.udids": { name: "udids", write: (value) => ({ udids: [value].flat().join("\n") }) },
    "enrollment_secret.quota": "quota",
  },
  unsent: {
    "enrollment_secret.serial_numbers": (value) => String(value) === "",
    "enrollment_secret.udids": (value) => String(value) === "",
  },
  wrong: () => [{ name: "Everyone" }],
};

/** Hours that the form shows for the API's seconds. */
const hours = (value: unknown): string => (typeof value === "number" ? String(value / 3600) : String(value));

const blueprint: Omit<Noun, "api" | "page"> = {
  body: () => ({ name: "New blueprint", inventory_interval: 14_400, collect_apps: 1, collect_certificates: 2 }),
  form: {
    name: "name",
    inventory_interval: { name: "inventory_hours", write: (value) => ({ inventory_hours: hours(value) }) },
    collect_apps: "collect_apps",
    collect_certificates: "collect_certificates",
    collect_profiles: "collect_profiles",
  },
  wrong: () => [{ name: "Guests" }],
};

const shardsOf = (value: unknown): Record<string, unknown>[] => Array.isArray(value) ? value.filter(isSchema) : [];

/** The fields of a filter. */
const FILTER_FORM: Noun["form"] = {
  ios: "ios",
  ios_min_version: "ios_min_version",
  ios_max_version: "ios_max_version",
  macos: "macos",
  macos_min_version: "macos_min_version",
  macos_max_version: "macos_max_version",
  shard_modulo: "shard_modulo",
  default_shard: "default_shard",
  excluded_tags: "excluded_tags",
  tag_shards: {
    name: "tag_shards",
    write: (value) => Object.fromEntries(shardsOf(value).map(({ tag, shard }) => [`tag_shard_${tag}`, String(shard)])),
    parts: (value) =>
      Object.fromEntries(shardsOf(value).map(({ tag }, index) => [`tag_shards.${index}.shard`, `tag_shard_${tag}`])),
  },
};
const filterBody = ({ tag, otherTag }: World) => ({
  ios: true,
  macos: true,
  macos_min_version: "14.2",
  shard_modulo: 50,
  default_shard: 20,
  excluded_tags: [tag],
  tag_shards: [{ tag: otherTag, shard: 3 }],
});
const wrongFilters = ({ tag, otherTag }: World) => [
  { macos_min_version: "abc" },
  { ios: undefined, macos: undefined },
  { shard_modulo: 10, default_shard: 11 },
  { tag_shards: [{ tag: otherTag, shard: 0 }] },
  { tag_shards: [{ tag: otherTag, shard: 101 }] },
  { tag_shards: [{ tag: otherTag, shard: "abc" }] },
  { tag_shards: [{ tag: otherTag, shard: 51 }] },
  { tag_shards: [{ tag: 200_000_000, shard: 3 }] },
  { tag_shards: [{ tag, shard: 3 }] },
];

const user: Omit<Noun, "api" | "page"> = {
  body: (world) => ({
    username: "grace",
    email: "grace@example.com",
    full_name: "Grace Hopper",
    is_active: true,
    is_superuser: false,
    is_service_account: false,
    roles: [world.role],
  }),
  form: {
    username: "username",
    email: "email",
    full_name: "full_name",
    is_active: "is_active",
    is_superuser: "is_superuser",
    is_service_account: "is_service_account",
    roles: "roles",
    password: "password",
  },
  wrong: () => [
    { username: "bob" },
    { username: "BOB" },
    { email: "nobody" },
    { password: "short" },
    { password: "x".repeat(1025) },
    { password: "aaaaaaaaaaaaaaaa" },
    { username: "grace hopper the admiral", password: "grace hopper the admiral" },
    { is_service_account: true, password: "a long enough password" },
  ],
};

const role: Omit<Noun, "api" | "page"> = {
  fixed: () => ({ every_command: "listed" }),
  body: ({ tag, unit }) => ({
    name: "New role",
    permissions: ["mdm.add_devicecommand"],
    commands: ["RestartDevice"],
    limited_to_tags: [tag],
    limited_to_business_units: [unit],
  }),
  form: {
    name: "name",
    permissions: "permissions",
    commands: "commands",
    limited_to_tags: "limited_to_tags",
    limited_to_business_units: "limited_to_business_units",
  },
  wrong: () => [
    { name: "Writers" },
    { permissions: ["nope", "inventory.view_tag"] },
    { permissions: ["inventory.view_tag"] },
    { commands: ["RestartDevice", "Nothing"] },
  ],
};

/** No certificate: every body with it is wrong. */
const PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";
const notChosen = (value: unknown) => value === "";
const certificateFiles: Omit<Noun, "api" | "page"> = {
  body: () => ({ name: "New", certificate: "AAAA", private_key: "AAAA", key_password: "secret" }),
  form: { certificate: "certificate", private_key: "private_key", key_password: "key_password" },
  unsent: {
    certificate: notChosen,
    private_key: notChosen,
    // The API takes a password as it is.
    key_password: (value) => String(value).includes("\u0001"),
  },
};

const issuer: Omit<Noun, "api" | "page"> = {
  fixed: () => ({ backend: "STATIC_CHALLENGE" }),
  body: () => ({
    name: "New issuer",
    description: "New",
    url: "https://new.example.com/scep",
    key_size: 4096,
    key_usage: 5,
    backend: "STATIC_CHALLENGE",
    static_challenge_kwargs: { challenge: "s3cret" },
  }),
  form: {
    name: "name",
    description: "description",
    url: "url",
    key_size: "key_size",
    key_usage: "key_usage",
    "static_challenge_kwargs.challenge": "static_challenge_kwargs.challenge",
  },
  unsent: {
    // The page refuses such characters before it takes the text for an address.
    url: (value) => String(value).includes("\u0001"),
    // A secret that is left empty stays.
    "static_challenge_kwargs.challenge": notChosen,
  },
  wrong: () => [{ name: "Built-in CA" }, { url: "ftp://new.example.com/" }],
};

const DECLARATION = JSON.stringify({
  Type: "com.apple.configuration.management.test",
  Identifier: "com.example.new",
  Payload: { Echo: "new" },
});
const artifactBody = { name: "New artifact", platforms: ["iOS", "macOS"] };
const artifact: Pick<Noun, "form"> = { form: { name: "name", platforms: "platforms" } };

const reason: Pick<Noun, "body" | "form"> = { body: () => ({ reason: "Too many fail" }), form: { reason: "reason" } };

/** The rows of the form of values; a secret may have no value. */
function valueRows(values: unknown, { secrets }: Record<string, unknown>): Fields {
  const given = isSchema(values) ? values : {};
  const secret = Array.isArray(secrets) ? secrets.map(String) : [];
  const names = [...new Set([...Object.keys(given), ...secret])];
  return Object.fromEntries(names.flatMap((name, index) => [
    [`name.${index}`, name],
    [`value.${index}`, String(given[name] ?? "")],
    ...(secret.includes(name) ? [[`secret.${index}`, "1"]] : []),
  ]));
}

const automated: Omit<Noun, "api" | "page"> = {
  // What the form has no field for.
  fixed: ({ automated }) => ({ virtual_server: String(automated.server) }),
  body: (world) => ({
    name: "New enrollment",
    display_name: "New",
    virtual_server: world.automated.server,
    push_certificate: world.pushCertificate,
    scep_issuer: world.issuer,
    blueprint: world.blueprint,
    admin_full_name: "Local Admin",
    admin_short_name: "ladmin",
    hidden_admin: true,
    admin_password_complexity: 2,
    admin_password_rotation_delay: 30,
    allow_pairing: true,
    auto_advance_setup: false,
    await_device_configured: true,
    department: "IT",
    is_mandatory: true,
    is_mdm_removable: false,
    is_multi_user: false,
    is_supervised: true,
    language: "fr",
    org_magic: "magic",
    region: "CA",
    skip_setup_items: ["TOS"],
    support_email_address: "it@example.com",
    support_phone_number: "1",
    include_tls_certificates: false,
    ios_max_version: "27",
    ios_min_version: "26",
    macos_max_version: "27",
    macos_min_version: "26",
    release_after_minutes: 20,
    enrollment_secret: { meta_business_unit: world.unit, tags: [world.tag] },
  }),
  form: {
    ...Object.fromEntries(
      [
        ...["name", "display_name", "push_certificate", "scep_issuer", "blueprint", "admin_full_name"],
        ...["admin_short_name", "hidden_admin", "admin_password_complexity", "admin_password_rotation_delay"],
        ...["allow_pairing", "auto_advance_setup", "await_device_configured", "department", "is_mandatory"],
        ...["is_mdm_removable", "is_multi_user", "is_supervised", "language", "org_magic", "region"],
        ...["skip_setup_items", "support_email_address", "support_phone_number", "include_tls_certificates"],
        ...["ios_max_version", "ios_min_version", "macos_max_version", "macos_min_version", "release_after_minutes"],
      ].map((name) => [name, name]),
    ),
    "enrollment_secret.meta_business_unit": "meta_business_unit",
    "enrollment_secret.tags": "tags",
  },
  wrong: () => [
    { name: "Out of the box" },
    { is_supervised: false },
    { await_device_configured: false },
    { admin_short_name: "" },
    { macos_min_version: "27.1" },
    { skip_setup_items: ["Sleep"] },
    { language: "xx" },
    { support_email_address: "it" },
    { ios_max_version: "x" },
  ],
};

const customView: Omit<Noun, "api" | "page"> = {
  body: () => ({
    name: "New view",
    description: "New",
    html: "<p>{{ serial_number }}</p>",
    requires_authentication: false,
  }),
  form: {
    name: "name",
    description: "description",
    html: "html",
    requires_authentication: "requires_authentication",
  },
  wrong: () => [{ name: "Rules" }, { html: "{{ x }}" }, { html: " \n" }],
};

/** All of them. */
export const NOUNS: readonly Noun[] = [
  { ...enrollment, api: "POST /api/mdm/ota_enrollments/", page: () => "/enrollments/" },
  {
    ...enrollment,
    api: "PUT /api/mdm/ota_enrollments/{id}/",
    page: ({ enrollment }) => `/enrollments/${enrollment}/edit/`,
    id: ({ enrollment }) => enrollment,
  },
  {
    ...automated,
    api: "POST /api/mdm/dep_enrollments/",
    page: () => "/enrollments/automated/new/",
    fixed: () => ({}),
    form: { ...automated.form, virtual_server: "virtual_server" },
  },
  {
    ...automated,
    api: "PUT /api/mdm/dep_enrollments/{id}/",
    page: ({ automated }) => `/enrollments/automated/${automated.other}/edit/`,
    id: ({ automated }) => automated.other,
  },
  { ...customView, api: "POST /api/mdm/enrollment_custom_views/", page: () => "/custom-views/new/" },
  {
    api: "PUT /api/mdm/dep/devices/{id}/",
    page: ({ automated }) => `/assigned-devices/${automated.device}/assign/`,
    id: ({ automated }) => automated.device,
    body: ({ automated }) => ({ enrollment: automated.used }),
    form: { enrollment: "enrollment" },
  },
  {
    ...customView,
    api: "PUT /api/mdm/enrollment_custom_views/{id}/",
    page: ({ automated }) => `/custom-views/${automated.shown}/edit/`,
    id: ({ automated }) => automated.shown,
  },
  { ...blueprint, api: "POST /api/mdm/blueprints/", page: () => "/blueprints/" },
  {
    ...blueprint,
    api: "PUT /api/mdm/blueprints/{id}/",
    page: ({ blueprint }) => `/blueprints/${blueprint}/edit/`,
    id: ({ blueprint }) => blueprint,
  },
  { ...filevault, api: "POST /api/mdm/filevault_configs/", page: () => "/filevault-configs/new/" },
  {
    ...filevault,
    api: "PUT /api/mdm/filevault_configs/{id}/",
    page: ({ filevault }) => `/filevault-configs/${filevault}/edit/`,
    id: ({ filevault }) => filevault,
  },
  {
    ...dynamic,
    api: "POST /api/mdm/recovery_password_configs/",
    page: () => "/recovery-password-configs/new/",
  },
  {
    ...fixed,
    api: "PUT /api/mdm/recovery_password_configs/{id}/",
    page: ({ recovery }) => `/recovery-password-configs/${recovery}/edit/`,
    id: ({ recovery }) => recovery,
  },
  {
    ...enforcement,
    api: "POST /api/mdm/software_update_enforcements/",
    page: () => "/software-update-enforcements/new/",
  },
  {
    ...once,
    api: "PUT /api/mdm/software_update_enforcements/{id}/",
    page: ({ enforcement }) => `/software-update-enforcements/${enforcement}/edit/`,
    id: ({ enforcement }) => enforcement,
  },
  {
    form: FILTER_FORM,
    api: "POST /api/mdm/blueprint_artifacts/",
    page: ({ otherBlueprint }) => `/blueprints/${otherBlueprint}/artifacts/add/`,
    fixed: ({ profile }) => ({ artifact: profile.artifact }),
    body: (world) => ({ blueprint: world.otherBlueprint, artifact: world.profile.artifact, ...filterBody(world) }),
    wrong: wrongFilters,
  },
  {
    form: FILTER_FORM,
    api: "POST /api/mdm/blueprint_artifacts/",
    page: ({ blueprint }) => `/blueprints/${blueprint}/artifacts/add/`,
    fixed: ({ profile }) => ({ artifact: profile.artifact }),
    body: (world) => ({ blueprint: world.blueprint, artifact: world.profile.artifact, ...filterBody(world) }),
    wrong: () => [{}],
  },
  {
    form: FILTER_FORM,
    api: "PUT /api/mdm/blueprint_artifacts/{id}/",
    page: ({ blueprint, link }) => `/blueprints/${blueprint}/artifacts/${link}/`,
    id: ({ link }) => link,
    body: (world) => ({ blueprint: world.blueprint, artifact: world.profile.artifact, ...filterBody(world) }),
    wrong: wrongFilters,
  },
  { ...user, api: "POST /api/accounts/users/", page: () => "/users/" },
  { ...user, api: "PUT /api/accounts/users/{id}/", page: ({ user }) => `/users/${user}/`, id: ({ user }) => user },
  { ...role, api: "POST /api/accounts/roles/", page: () => "/roles/" },
  { ...role, api: "PUT /api/accounts/roles/{id}/", page: ({ role }) => `/roles/${role}/`, id: ({ role }) => role },
  {
    api: "POST /api/accounts/api_tokens/",
    page: () => "/tokens/",
    body: (world) => ({ user: world.user, name: "New token", expires_at: null }),
    form: { user: "user", name: "name", expires_at: "expires_at" },
    wrong: () => [{ expires_at: "2020-01-01" }],
  },
  {
    api: "POST /api/accounts/api_tokens/",
    page: () => "/account/tokens/",
    body: () => ({ name: "New token", expires_at: null }),
    form: { name: "name", expires_at: "expires_at" },
    wrong: () => [{ expires_at: "2020-01-01" }],
  },
  {
    api: "POST /api/inventory/tags/",
    page: () => "/tags/",
    body: (world) => ({ name: "New tag", taxonomy: world.taxonomy }),
    form: { name: "name", taxonomy: "taxonomy" },
    wrong: () => [{ name: "Early" }],
  },
  {
    api: "POST /api/inventory/taxonomies/",
    page: () => "/taxonomies/",
    fixed: () => ({ of_tags: "1" }),
    body: () => ({ name: "New taxonomy" }),
    form: { name: "name" },
    wrong: () => [{ name: "Rings" }],
  },
  {
    api: "POST /api/inventory/meta_business_units/",
    page: () => "/business-units/",
    fixed: () => ({ unit: "1" }),
    body: () => ({ name: "New unit" }),
    form: { name: "name" },
    wrong: () => [{ name: "Unit" }],
  },
  {
    api: "POST /api/mdm/push_certificates/",
    page: () => "/push-certificates/",
    body: () => ({ name: "New push certificate" }),
    form: { name: "name" },
    wrong: () => [{ name: "New" }],
  },
  {
    ...certificateFiles,
    api: "POST /api/mdm/push_certificates/",
    page: () => "/push-certificates/",
    fixed: () => ({ upload: "1" }),
    form: { name: "name", ...certificateFiles.form },
    wrong: () => [{ private_key: undefined }, { certificate: undefined }, { certificate: PEM }, { key_password: "x" }],
  },
  {
    ...certificateFiles,
    api: "PUT /api/mdm/push_certificates/{id}/",
    page: ({ newPush }) => `/push-certificates/${newPush}/certificate/`,
    id: ({ newPush }) => newPush,
    wrong: () => [{ private_key: undefined }, { certificate: undefined }, { certificate: PEM }],
  },
  {
    api: "PUT /api/mdm/packages/{id}/",
    page: ({ pack }) => `/packages/${pack.id}/`,
    id: ({ pack }) => pack.id,
    body: () => ({ name: "New package", description: "For tests" }),
    form: { name: "name", description: "description" },
  },
  { ...issuer, api: "POST /api/mdm/scep_issuers/", page: () => "/scep-issuers/" },
  {
    ...issuer,
    api: "PUT /api/mdm/scep_issuers/{id}/",
    page: ({ issuer }) => `/scep-issuers/${issuer}/`,
    id: ({ issuer }) => issuer,
  },
  {
    ...artifact,
    api: "PUT /api/mdm/artifacts/{id}/",
    page: ({ profile }) => `/artifacts/${profile.artifact}/edit/`,
    id: ({ profile }) => profile.artifact,
    body: () => ({
      ...artifactBody,
      type: "Profile",
      channel: "Device",
      requires: [],
      reinstall_interval: 7,
      reinstall_on_os_update: "Minor",
      halt_percent: 5,
    }),
    form: {
      ...artifact.form,
      requires: "requires",
      auto_update: "auto_update",
      reinstall_interval: "reinstall_interval",
      reinstall_on_os_update: "reinstall_on_os_update",
      halt_percent: "halt_percent",
    },
    wrong: ({ profile }) => [{ name: "Passcode" }, { requires: [profile.artifact] }],
  },
  {
    ...artifact,
    api: "POST /api/mdm/artifacts/",
    page: () => "/artifacts/new/declaration/",
    fixed: () => ({ source: DECLARATION }),
    body: () => ({ ...artifactBody, type: "Configuration", channel: "Device" }),
    form: { ...artifact.form, type: "type", channel: "channel" },
    wrong: () => [{ name: "Wi-Fi" }],
  },
  {
    api: "PUT /api/mdm/devices/{id}/blueprint/",
    page: ({ deviceId }) => `/devices/${deviceId}/blueprint/`,
    id: ({ deviceId }) => deviceId,
    body: (world) => ({ blueprint: world.otherBlueprint }),
    form: { blueprint: "blueprint" },
  },
  {
    api: "PUT /api/inventory/devices/{serial_number}/tags/",
    page: ({ deviceId }) => `/devices/${deviceId}/tags/`,
    id: ({ serialNumber }) => serialNumber,
    body: (world) => ({ tags: [world.tag] }),
    form: { tags: "tag" },
    // Boxes that are all off are no tags.
    unsent: { tags: (value) => value === undefined },
    wrong: ({ tag }) => [{ tags: [tag, 200_000_000] }],
  },
  {
    api: "PUT /api/inventory/devices/{serial_number}/values/",
    page: ({ deviceId }) => `/devices/${deviceId}/values/`,
    id: ({ serialNumber }) => serialNumber,
    body: () => ({ values: { ROOM: "1" }, secrets: [] }),
    form: { values: { name: "values", write: valueRows }, secrets: { name: "secrets", write: () => ({}) } },
    // The form has rows: without one there are no values.
    unsent: { values: (value) => value === undefined },
    wrong: () => [
      { values: { room: "1" } },
      { values: { ROOM: "1", ["X".repeat(65)]: "1" } },
      { values: { ROOM: "x".repeat(4097), HALL: "x".repeat(4098) } },
      { values: Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`ROOM_${index}`, "1"])) },
      { secrets: ["DOOR"] },
      { values: { room: "1" }, secrets: ["DOOR"] },
      { secrets: Array.from({ length: 101 }, (_, index) => `DOOR_${index}`) },
    ],
  },
  ...["halt", "resume", "withdraw"].map((action): Noun => ({
    ...reason,
    api: `POST /api/mdm/artifact_versions/{id}/${action}/`,
    page: ({ profile }) => `/artifacts/${profile.artifact}/versions/${profile.version}/${action}/`,
    id: ({ profile }) => profile.version,
  })),
];

const OF_VERSIONS = "a page makes versions, and never changes one";
const NO_PAGE = "no page does it";
const COMMAND = "a command has a schema of its own in src/commands/";

/** Bodies of the API that are no noun of a page, and why. */
export const UNPAIRED: Readonly<Record<string, string>> = {
  "POST /api/mdm/dep_enrollment_custom_views/":
    "the page of an enrollment adds a view after the others: tests/routes/admin/enrollment/",
  "PUT /api/mdm/dep_enrollment_custom_views/{id}/":
    "the page of an enrollment moves a view by one place: tests/routes/admin/enrollment/",
  "POST /api/mdm/locations/": "the page sends Apple's file: tests/routes/admin/apps/",
  "POST /api/mdm/locations/{id}/renew/": "the page sends Apple's file: tests/routes/admin/apps/",
  "POST /api/mdm/location_assets/{id}/associations/":
    "the page sends serial numbers as one text, of a location that the tests of pages have: tests/routes/admin/apps/",
  "POST /api/mdm/location_assets/{id}/users/": "of a location that the tests of pages have: tests/routes/admin/apps/",
  "PUT /api/inventory/meta_business_units/{id}/": NO_PAGE,
  "PUT /api/inventory/taxonomies/{id}/": NO_PAGE,
  "PUT /api/inventory/tags/{id}/": NO_PAGE,
  "POST /api/inventory/devices/{serial_number}/tags/": NO_PAGE,
  "POST /api/inventory/devices/tags/": NO_PAGE,
  "POST /api/mdm/devices/{id}/lock/": COMMAND,
  "POST /api/mdm/devices/{id}/rotate_filevault_key/": COMMAND,
  "POST /api/mdm/devices/{id}/erase/": COMMAND,
  "POST /api/mdm/devices/{id}/send_custom_command/": COMMAND,
  "POST /api/mdm/devices/{id}/commands/": COMMAND,
  "POST /api/mdm/users/{id}/commands/": COMMAND,
  "POST /api/mdm/devices/{id}/available_os_updates/": COMMAND,
  "POST /api/mdm/devices/{id}/schedule_os_update/": COMMAND,
  "POST /api/mdm/devices/{id}/os_update_status/": COMMAND,
  "POST /api/mdm/devices/{id}/set_recovery_lock/": COMMAND,
  "POST /api/mdm/devices/{id}/set_firmware_password/": COMMAND,
  "POST /api/mdm/devices/{id}/verify_recovery_lock/": COMMAND,
  "POST /api/mdm/devices/{id}/verify_firmware_password/": COMMAND,
  "POST /api/mdm/devices/{id}/set_auto_admin_password/": COMMAND,
  "POST /api/mdm/devices/{id}/activation_lock/":
    "its page confirms by the serial number: tests/e2e/activation_lock_test.ts",
  "POST /api/mdm/devices/{id}/ask_activation_lock_bypass_code/": COMMAND,
  "POST /api/mdm/devices/{id}/clear_activation_lock_bypass_code/": COMMAND,
  "POST /api/mdm/approvals/{id}/":
    "the page has a button for each decision: tests/routes/admin/accounts/approvals_test.ts",
  "PUT /api/mdm/approval_settings/": "the page has check boxes only: tests/routes/admin/accounts/approvals_test.ts",
  "POST /api/mdm/bulk_commands/":
    "the page has the fields of one command for one filter: tests/routes/admin/devices/bulk_test.ts",
  "POST /api/mdm/artifacts/{id}/rollback/":
    "its page is for artifacts with two versions, and reads its reason as that of a halt",
  "POST /api/mdm/profiles/": OF_VERSIONS,
  "PUT /api/mdm/profiles/{id}/": OF_VERSIONS,
  "POST /api/mdm/declarations/": OF_VERSIONS,
  "PUT /api/mdm/declarations/{id}/": OF_VERSIONS,
  "POST /api/mdm/provisioning_profiles/": OF_VERSIONS,
  "PUT /api/mdm/provisioning_profiles/{id}/": OF_VERSIONS,
  "POST /api/mdm/data_assets/": OF_VERSIONS,
  "PUT /api/mdm/data_assets/{id}/": OF_VERSIONS,
  "POST /api/mdm/enterprise_apps/": OF_VERSIONS,
  "PUT /api/mdm/enterprise_apps/{id}/": OF_VERSIONS,
  "POST /api/mdm/store_apps/": OF_VERSIONS,
  "PUT /api/mdm/store_apps/{id}/": OF_VERSIONS,
  "PUT /api/mdm/devices/{id}/managed_apple_account/": NO_PAGE,
  "POST /api/mdm/location_assets/{id}/store_apps/": OF_VERSIONS,
  "POST /api/mdm/package_files/fetch/": NO_PAGE,
  "POST /api/mdm/packages/":
    "the page has a file, which its script sends first: tests/routes/admin/artifacts/packages_test.ts",
  "POST /api/mdm/cert_assets/": OF_VERSIONS,
  "PUT /api/mdm/cert_assets/{id}/": OF_VERSIONS,
};
