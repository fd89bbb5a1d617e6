/**
 * All permissions, as one table: which verbs exist on which model. Adding a model is adding a line.
 *
 * A permission is written `<app>.<verb>_<model>`; roles hold lists of them.
 *
 * @module
 */

import type { Permission } from "./actor.ts";

/**
 * One line of the table: a model, its name in sentences, and the possible actions; whether it is about single devices, so
 * that a role can be limited to some of them, and whether it is a secret.
 */
type PermissionModel = {
  app: string;
  model: string;
  label: string;
  verbs: readonly string[];
  ofDevices?: true;
  secret?: true;
};

const CRUD = ["view", "add", "change", "delete"] as const;
const VIEW = ["view"] as const;

/** Every model with its verbs, grouped by app. */
const PERMISSION_MODELS: readonly PermissionModel[] = [
  { app: "accounts", model: "user", label: "users and service accounts", verbs: CRUD },
  { app: "accounts", model: "role", label: "roles", verbs: CRUD },
  { app: "accounts", model: "approvalsettings", label: "settings of approvals", verbs: ["view", "change"] },
  { app: "accounts", model: "apitoken", label: "API tokens", verbs: ["view", "add", "delete"] },
  { app: "events", model: "event", label: "events", verbs: VIEW, ofDevices: true },
  { app: "inventory", model: "metabusinessunit", label: "meta business units", verbs: CRUD },
  { app: "inventory", model: "tag", label: "tags", verbs: CRUD },
  { app: "inventory", model: "taxonomy", label: "taxonomies", verbs: CRUD },
  {
    app: "inventory",
    model: "machinetag",
    label: "tags of devices",
    verbs: ["view", "add", "delete"],
    ofDevices: true,
  },
  { app: "inventory", model: "enrollmentsecret", label: "enrollment secrets", verbs: VIEW },
  { app: "jobs", model: "job", label: "jobs", verbs: ["view", "change"] },
  { app: "realms", model: "realm", label: "realms", verbs: CRUD },
  { app: "realms", model: "realmuser", label: "realm users", verbs: VIEW },
  { app: "realms", model: "realmgroup", label: "realm groups", verbs: CRUD },
  { app: "webhooks", model: "webhook", label: "webhooks", verbs: CRUD },
  { app: "mdm", model: "acmeissuer", label: "ACME issuers", verbs: CRUD },
  { app: "mdm", model: "artifact", label: "artifacts", verbs: CRUD },
  { app: "mdm", model: "artifactversion", label: "artifact versions", verbs: CRUD },
  { app: "mdm", model: "asset", label: "Apps & Books assets", verbs: VIEW },
  { app: "mdm", model: "blueprint", label: "blueprints", verbs: CRUD },
  { app: "mdm", model: "blueprintartifact", label: "artifacts of blueprints", verbs: CRUD },
  { app: "mdm", model: "depdevice", label: "devices in Apple's assignment", verbs: ["view", "change", "disown"] },
  { app: "mdm", model: "depenrollment", label: "automated enrollments", verbs: CRUD },
  { app: "mdm", model: "depenrollmentcustomview", label: "views of automated enrollments", verbs: CRUD },
  { app: "mdm", model: "depvirtualserver", label: "Apple's virtual servers", verbs: CRUD },
  { app: "mdm", model: "devicecommand", label: "device commands", verbs: ["view", "add", "delete"], ofDevices: true },
  { app: "mdm", model: "enrolleddevice", label: "enrolled devices", verbs: CRUD, ofDevices: true },
  { app: "mdm", model: "enrolleduser", label: "enrolled users", verbs: ["view", "change"], ofDevices: true },
  { app: "mdm", model: "enrollmentclaim", label: "claims of devices", verbs: ["view", "change"], ofDevices: true },
  { app: "mdm", model: "enrollmentcustomview", label: "enrollment views", verbs: CRUD },
  { app: "mdm", model: "enrolledsession", label: "enrollment sessions", verbs: VIEW },
  { app: "mdm", model: "filevaultconfig", label: "FileVault settings", verbs: CRUD },
  { app: "mdm", model: "location", label: "Apps & Books locations", verbs: CRUD },
  { app: "mdm", model: "locationasset", label: "licences of locations", verbs: ["view", "change"] },
  { app: "mdm", model: "otaenrollment", label: "OTA enrollments", verbs: CRUD },
  { app: "mdm", model: "package", label: "packages", verbs: CRUD },
  { app: "mdm", model: "pushcertificate", label: "push certificates", verbs: CRUD },
  { app: "mdm", model: "realmgrouptagmapping", label: "tags of realm groups", verbs: CRUD },
  { app: "mdm", model: "recoverypasswordconfig", label: "recovery password settings", verbs: CRUD },
  { app: "mdm", model: "scepissuer", label: "SCEP issuers", verbs: CRUD },
  { app: "mdm", model: "softwareupdate", label: "software updates", verbs: ["view", "add", "change", "delete"] },
  { app: "mdm", model: "softwareupdateenforcement", label: "software update enforcements", verbs: CRUD },
  { app: "mdm", model: "usercommand", label: "user commands", verbs: ["view", "add", "delete"], ofDevices: true },
  { app: "mdm", model: "userenrollment", label: "account-driven enrollments", verbs: CRUD },
  // Reading an escrowed secret is a permission of its own, and leaves an event each time.
  {
    app: "mdm",
    model: "admin_password",
    label: "the managed administrator's password",
    verbs: VIEW,
    ofDevices: true,
    secret: true,
  },
  {
    app: "mdm",
    model: "bootstrap_token",
    label: "bootstrap and unlock tokens",
    verbs: VIEW,
    ofDevices: true,
    secret: true,
  },
  {
    app: "mdm",
    model: "device_location",
    label: "locations of devices in lost mode",
    verbs: VIEW,
    ofDevices: true,
    secret: true,
  },
  { app: "mdm", model: "device_lock_pin", label: "lock PINs", verbs: VIEW, ofDevices: true, secret: true },
  { app: "mdm", model: "filevault_prk", label: "FileVault recovery keys", verbs: VIEW, ofDevices: true, secret: true },
  { app: "mdm", model: "recovery_password", label: "recovery passwords", verbs: VIEW, ofDevices: true, secret: true },
  {
    app: "mdm",
    model: "activation_lock_bypass",
    label: "Activation Lock bypass codes",
    verbs: VIEW,
    ofDevices: true,
    secret: true,
  },
  {
    app: "mdm",
    model: "settings_secrets",
    label: "secrets of settings, such as challenges",
    verbs: VIEW,
    secret: true,
  },
];

/** A permission with the words that a page shows. `ofDevices`: a role limited to some devices can have it. */
export type PermissionEntry = {
  permission: Permission;
  app: string;
  label: string;
  ofDevices: boolean;
  secret: boolean;
};

/** Every permission, in the table's order. */
export const PERMISSIONS: readonly PermissionEntry[] = PERMISSION_MODELS.flatMap((
  { app, model, label, verbs, ...facts },
) =>
  verbs.map((verb): PermissionEntry => ({
    permission: `${app}.${verb}_${model}`,
    app,
    label: `${verb} ${label}`,
    ofDevices: facts.ofDevices === true,
    secret: facts.secret === true,
  }))
);

const OF_DEVICES: ReadonlySet<string> = new Set(
  PERMISSIONS.filter(({ ofDevices }) => ofDevices).map(({ permission }) => permission),
);

/** Whether a role that is limited to some devices can have the permission. */
export const isOfDevices = (permission: string): boolean => OF_DEVICES.has(permission);

const KNOWN: ReadonlySet<string> = new Set(PERMISSIONS.map(({ permission }) => permission));

/** Whether the text names a permission of the table. */
export function isPermission(text: string): text is Permission {
  return KNOWN.has(text);
}
