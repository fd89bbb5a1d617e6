/**
 * The content of a blueprint, as plain data: its artifacts and everything that they pull in.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { FilevaultJson, RecoveryPasswordJson } from "../../db/blueprints/blueprint_content.ts";
import type { Json } from "../../db/open.ts";
import type { Enforcement } from "../updates/enforcement.ts";
import type { KnownRelease } from "../updates/select_release.ts";
import type { ArtifactType } from "./artifact_types.ts";
import type { Filter } from "./filter.ts";

/** A version. `halted`: devices that have it keep it, no other gets it. `withdrawn`: devices that have it return to another. */
export type VersionState = "active" | "halted" | "withdrawn";

/** The licence that a version needs, and its ways. */
export type VersionLicence = {
  /** The asset of a location. */
  asset: number;
  /** Whether devices that can get it as a declaration. */
  declarative: boolean;
  /** Whether the app has a configuration, which older systems take by command only. */
  configured: boolean;
  /** Whether it is installed again when the App Store has a newer version. */
  keepUpdated: boolean;
};

/** A version of an artifact. */
export type ContentVersion = {
  id: string;
  version: number;
  /** Counts the changes of its content. */
  contentRevision: number;
  state: VersionState;
  filter: Filter;
  /** Artifacts that its declaration names, by id. */
  references: readonly string[];
  /** Names of the variables in it that have no default. */
  needed: readonly string[];
  /** Of uploaded declarations. */
  declaration: { type: string; payload: Json } | null;
  /** What it is installed with; absent where it needs no licence. */
  licence?: VersionLicence;
  /** The platforms that its package is for; absent where it has none. */
  runsOn?: readonly string[];
};

/** An artifact. */
export type ContentArtifact = {
  id: string;
  name: string;
  type: ArtifactType;
  channel: "Device" | "User";
  installDuringSetupAssistant: boolean;
  autoUpdate: boolean;
  /** Days; 0 is never. */
  reinstallInterval: number;
  reinstallOnOsUpdate: "No" | "Major" | "Minor" | "Patch";
  /** Whether it waits until every variable in it has a value. */
  holdWithoutValues: boolean;
  /** Artifacts that must be there before it, by id. */
  requires: readonly string[];
  /** The newest first. */
  versions: readonly ContentVersion[];
  /** Its scope in this blueprint; null if it is only pulled in by another artifact. */
  link: Filter | null;
};

/** The one order of artifacts: by name. */
export const byName = (
  one: Pick<ContentArtifact, "id" | "name">,
  other: Pick<ContentArtifact, "id" | "name">,
): number =>
  one.name < other.name ? -1 : one.name > other.name ? 1 : one.id < other.id ? -1 : one.id > other.id ? 1 : 0;

/** How much of an inventory list is collected: none, managed items only, everything. */
export type Collect = "no" | "managed" | "all";

/** A blueprint. */
export type BlueprintContent = {
  id: number;
  inventoryIntervalSeconds: number;
  collectApps: Collect;
  collectCertificates: Collect;
  collectProfiles: Collect;
  legacyProfilesViaDdm: boolean;
  artifacts: ReadonlyMap<string, ContentArtifact>;
  /** Its settings of FileVault and of recovery passwords. */
  filevault: FilevaultJson | null;
  recoveryPassword: RecoveryPasswordJson | null;
  /** The oldest first. */
  enforcements: readonly Enforcement[];
  /** Apple's catalogue, where an enforcement follows it. */
  releases: readonly KnownRelease[];
  /** The revision of the catalogue, where an enforcement follows it: it counts days on which releases begin or end, too. */
  catalogue: number;
};

const digests = new WeakMap<BlueprintContent, string>();

/** Returns a digest of all of it: equal contents have equal digests, whatever order they were read in. */
export function contentDigest(content: BlueprintContent): string {
  const known = digests.get(content);
  if (known !== undefined) return known;
  const { artifacts, ...rest } = content;
  const sorted = [...artifacts.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
  const digest = createHash("sha1").update(JSON.stringify([rest, sorted])).digest("hex");
  digests.set(content, digest);
  return digest;
}
