/**
 * The menu of the pages: its groups, their entries, and the permissions to see them. Pure.
 *
 * @module
 */

import type { Permission } from "../../src/access/actor.ts";

/** The groups, in their order. */
const MENU_GROUPS = ["Fleet", "Configuration", "Enrollment", "Administration"] as const;

/** The permissions to open a page: one, any of several, all of several, or null for every signed-in person. */
export type Needs = Permission | readonly Permission[] | { readonly all: readonly Permission[] } | null;

/** Whether somebody may open a page. */
export const mayOpen = (may: (permission: Permission) => boolean, needs: Needs): boolean =>
  needs === null || (typeof needs === "string" ? may(needs) : "all" in needs ? needs.all.every(may) : needs.some(may));

/** An entry: the address of a page, its name, and what the page needs. */
export type MenuEntry = {
  href: string;
  label: string;
  needs: Needs;
  group: typeof MENU_GROUPS[number];
};

/** Every entry, in the order of its group. A page of a section has an address below that of its entry. */
export const MENU = [
  { group: "Fleet", href: "/", label: "Overview", needs: null },
  { group: "Fleet", href: "/devices/", label: "Devices", needs: "mdm.view_enrolleddevice" },
  { group: "Fleet", href: "/apps/", label: "Apps", needs: "mdm.view_enrolleddevice" },
  {
    group: "Fleet",
    href: "/approvals/",
    label: "Approvals",
    // Everybody who can take an action that may need one.
    needs: [
      "mdm.add_devicecommand",
      "mdm.change_enrolleddevice",
      "mdm.delete_enrolleddevice",
      "mdm.view_admin_password",
      "mdm.view_bootstrap_token",
      "mdm.view_device_lock_pin",
      "mdm.view_filevault_prk",
      "mdm.view_recovery_password",
      "mdm.view_activation_lock_bypass",
      "accounts.view_approvalsettings",
    ],
  },
  { group: "Fleet", href: "/commands/", label: "Commands", needs: "mdm.view_devicecommand" },
  { group: "Fleet", href: "/bulk-commands/", label: "Bulk commands", needs: "mdm.view_devicecommand" },
  { group: "Configuration", href: "/blueprints/", label: "Blueprints", needs: "mdm.view_blueprint" },
  { group: "Configuration", href: "/artifacts/", label: "Artifacts", needs: "mdm.view_artifact" },
  { group: "Configuration", href: "/packages/", label: "Packages", needs: "mdm.view_package" },
  {
    group: "Configuration",
    href: "/store-apps/",
    label: "Store apps",
    needs: { all: ["mdm.view_artifact", "mdm.view_locationasset"] },
  },
  { group: "Configuration", href: "/apps-and-books/", label: "Apps and books", needs: "mdm.view_locationasset" },
  { group: "Configuration", href: "/locations/", label: "Locations", needs: "mdm.view_location" },
  { group: "Configuration", href: "/software-updates/", label: "Software updates", needs: "mdm.view_softwareupdate" },
  {
    group: "Configuration",
    href: "/software-update-enforcements/",
    label: "Update enforcements",
    needs: "mdm.view_softwareupdateenforcement",
  },
  {
    group: "Configuration",
    href: "/filevault-configs/",
    label: "FileVault",
    needs: "mdm.view_filevaultconfig",
  },
  {
    group: "Configuration",
    href: "/recovery-password-configs/",
    label: "Recovery passwords",
    needs: "mdm.view_recoverypasswordconfig",
  },
  {
    group: "Enrollment",
    href: "/enrollments/",
    label: "Enrollments",
    needs: ["mdm.view_otaenrollment", "mdm.view_depenrollment"],
  },
  { group: "Enrollment", href: "/virtual-servers/", label: "Virtual servers", needs: "mdm.view_depvirtualserver" },
  { group: "Enrollment", href: "/assigned-devices/", label: "Assigned devices", needs: "mdm.view_depdevice" },
  { group: "Enrollment", href: "/custom-views/", label: "Custom views", needs: "mdm.view_enrollmentcustomview" },
  { group: "Enrollment", href: "/claims/", label: "Claims", needs: "mdm.view_enrollmentclaim" },
  { group: "Enrollment", href: "/push-certificates/", label: "Push certificates", needs: "mdm.view_pushcertificate" },
  { group: "Enrollment", href: "/scep-issuers/", label: "SCEP issuers", needs: "mdm.view_scepissuer" },
  { group: "Administration", href: "/users/", label: "Users", needs: "accounts.view_user" },
  { group: "Administration", href: "/roles/", label: "Roles", needs: "accounts.view_role" },
  { group: "Administration", href: "/tokens/", label: "API tokens", needs: "accounts.view_apitoken" },
  { group: "Administration", href: "/tags/", label: "Tags and business units", needs: "inventory.view_tag" },
  { group: "Administration", href: "/events/", label: "Events", needs: "events.view_event" },
  { group: "Administration", href: "/jobs/", label: "Jobs", needs: "jobs.view_job" },
] as const satisfies readonly MenuEntry[];

/**
 * Returns the relation of the entry at `href` to the page at `path`: the page itself, the section that it is in, or
 * undefined for neither. The values are those of `aria-current`.
 *
 * @example
 * currentOf("/devices/", "/devices/7/"); // "true"
 */
export function currentOf(href: string, path: string): "page" | "true" | undefined {
  if (href === path) return "page";
  return href !== "/" && path.startsWith(href) ? "true" : undefined;
}

/** Returns the groups with the entries that a person may see; a group without one is absent. */
export function menuFor(
  may: (permission: Permission) => boolean,
): { group: typeof MENU_GROUPS[number]; entries: MenuEntry[] }[] {
  return MENU_GROUPS.map((group) => ({
    group,
    entries: MENU.filter((entry) => entry.group === group && mayOpen(may, entry.needs)),
  })).filter(({ entries }) => entries.length > 0);
}
