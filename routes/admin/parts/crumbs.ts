/**
 * Breadcrumbs: the pages above a page, as it names them. Pure.
 *
 * @module
 */

import type { DeviceId } from "../../../db/ids.ts";
import { MENU, type Needs } from "../menu.ts";

/** A page above another: its address, its name, and what it needs. */
export type Crumb = { href: string; label: string; needs: Needs };

/** An address of the menu. */
type Section = Exclude<typeof MENU[number]["href"], "/">;

/** Returns the crumbs of a page right below an entry of the menu, with the same name as there. */
export const under = (section: Section): Crumb[] =>
  MENU.filter(({ href }) => href === section).map(({ href, label, needs }) => ({ href, label, needs }));

/** Returns the crumbs of a page about a person's own account. */
export const underAccount = (): Crumb[] => [{ href: "/account/", label: "Your account", needs: null }];

/** Returns the crumbs of a page about a device. */
export const underDevice = (
  { id, name, serialNumber }: { id: DeviceId; name: string | null; serialNumber: string },
): Crumb[] => [
  ...under("/devices/"),
  { href: `/devices/${id}/`, label: name || serialNumber, needs: "mdm.view_enrolleddevice" },
];

/** Returns the crumbs of a page about a blueprint. */
export const underBlueprint = ({ id, name }: { id: number; name: string }): Crumb[] => [
  ...under("/blueprints/"),
  { href: `/blueprints/${id}/`, label: name, needs: "mdm.view_blueprint" },
];

/** Returns the crumbs of a page about an artifact. */
export const underArtifact = ({ id, name }: { id: string; name: string }): Crumb[] => [
  ...under("/artifacts/"),
  { href: `/artifacts/${id}/`, label: name, needs: "mdm.view_artifact" },
];

/** Returns the crumbs of a page about a version of an artifact. */
export const underVersion = (
  artifact: { id: string; name: string },
  { id, version }: { id: string; version: number },
): Crumb[] => [
  ...underArtifact(artifact),
  {
    href: `/artifacts/${artifact.id}/versions/${id}/`,
    label: `Version ${version}`,
    needs: "mdm.view_artifactversion",
  },
];

/** Returns the crumbs of a page about an enrollment. */
export const underEnrollment = ({ id, name }: { id: number; name: string }): Crumb[] => [
  ...under("/enrollments/"),
  { href: `/enrollments/${id}/`, label: name, needs: "mdm.view_otaenrollment" },
];
