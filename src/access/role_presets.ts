/**
 * Roles to start from, as data. A role that is created from one is then a role like any other.
 *
 * @module
 */

import { PERMISSIONS } from "./permissions.ts";

/** The names of the presets. */
export const PRESET_NAMES = ["helpdesk", "operator", "auditor", "administrator"] as const;

/** A preset: what it is for, its permissions, and its commands (null: all). */
export type RolePreset = {
  label: string;
  purpose: string;
  permissions: readonly string[];
  commands: readonly string[] | null;
};

const isView = (permission: string) => /^[a-z]+\.view_/.test(permission);
const of = (wanted: (entry: typeof PERMISSIONS[number]) => boolean): string[] =>
  PERMISSIONS.filter(wanted).map(({ permission }) => permission);

/** Credentials of the server itself, and who may use it: left to administrators. */
const ADMINISTRATION = /^accounts\.|_(pushcertificate|scepissuer|acmeissuer|depvirtualserver|realm|webhook)$/;
/** Secrets that somebody needs who helps the user of a locked device. */
const UNLOCKING = ["mdm.view_device_lock_pin", "mdm.view_filevault_prk", "mdm.view_recovery_password"];

/** The presets by name. */
export const ROLE_PRESETS: Readonly<Record<typeof PRESET_NAMES[number], RolePreset>> = {
  helpdesk: {
    label: "Helpdesk",
    purpose: "Finds devices, locks and restarts them, and reads the secrets that unlock them. Cannot erase.",
    permissions: [
      "events.view_event",
      "inventory.view_machinetag",
      "mdm.add_devicecommand",
      "mdm.change_enrolleddevice",
      "mdm.delete_devicecommand",
      "mdm.view_devicecommand",
      "mdm.view_enrolleddevice",
      "mdm.view_enrolleduser",
      ...UNLOCKING,
    ],
    commands: [
      "CertificateList",
      "DeviceInformation",
      "DeviceLock",
      "InstalledApplicationList",
      "ProfileList",
      "RestartDevice",
      "SecurityInfo",
    ],
  },
  operator: {
    label: "Operator",
    purpose: "Manages devices and their configuration with every command. Cannot change accounts or credentials.",
    permissions: of(({ permission, secret }) =>
      secret ? UNLOCKING.includes(permission) : isView(permission) || !ADMINISTRATION.test(permission)
    ),
    commands: null,
  },
  auditor: {
    label: "Auditor",
    purpose: "Reads everything but secrets, and changes nothing.",
    permissions: of(({ permission, secret }) => !secret && isView(permission)),
    commands: null,
  },
  administrator: {
    label: "Administrator",
    purpose: "Has every permission, secrets included.",
    permissions: of(() => true),
    commands: null,
  },
};
