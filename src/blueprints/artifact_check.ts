/**
 * Checks the properties of an artifact.
 *
 * @module
 */

import { listArtifactEdges } from "../../db/artifacts/artifact_edges.ts";
import {
  type ArtifactNature,
  type ArtifactRow,
  type ArtifactValues,
  findArtifacts,
} from "../../db/artifacts/artifacts.ts";
import { activePlatforms } from "../../db/artifacts/filters.ts";
import type { Db } from "../../db/open.ts";
import type { FieldErrors } from "../errors.ts";
import { unknownPk } from "../input_fields.ts";
import type { Platform } from "../protocol/platform.ts";
import { artifactType, isDeclarationOnly } from "./artifact_types.ts";
import { circleSentence, type Dependency } from "./dependencies.ts";

/** An artifact as an operator wants it. */
type Wanted = ArtifactNature & ArtifactValues & { id: string };

/** Returns the issues that follow from the type alone. */
function typeErrors(wanted: Wanted): FieldErrors {
  const fields: FieldErrors = {};
  if (isDeclarationOnly(wanted.type)) {
    if (wanted.installDuringSetupAssistant) {
      fields.install_during_setup_assistant = [
        `Cannot be set: artifacts of type ${wanted.type} are not installed by command, and only commands are sent during Setup Assistant`,
      ];
    }
    if (!wanted.autoUpdate) fields.auto_update = ["Must be true for declarations"];
  }
  if (!artifactType(wanted.type).linkable && wanted.requires.length > 0) {
    fields.requires = [
      `Artifacts of type ${wanted.type} cannot require others: devices get them with the artifact that refers to them`,
    ];
  }
  return fields;
}

async function requirementErrors(db: Db, wanted: Wanted, edges: readonly Dependency[]): Promise<string[]> {
  const found = new Map((await findArtifacts(db, wanted.requires)).map((row) => [row.id, row]));
  return wanted.requires.flatMap((id) => {
    if (id === wanted.id) return circleSentence("require", wanted, wanted, edges) ?? [];
    const other = found.get(id);
    if (other === undefined) return unknownPk(id);
    if (other.channel !== wanted.channel) {
      return `Cannot require "${other.name}": it is on the ${other.channel} channel, this artifact on the ${wanted.channel} channel`;
    }
    return circleSentence("require", wanted, other, edges) ?? [];
  });
}

/** Platforms may go only where nothing is active on them, and come only where all that is referred to has them. */
async function platformErrors(
  db: Db,
  wanted: Wanted,
  before: ArtifactRow,
  edges: readonly Dependency[],
): Promise<string[]> {
  const gone = before.platforms.filter((platform) => !wanted.platforms.includes(platform));
  const come = wanted.platforms.filter((platform) => !before.platforms.includes(platform));
  const references = edges.filter(({ kind }) => kind === "refers to");
  const referring = references.filter(({ to }) => to === wanted.id).map(({ from }) => from);
  const referred = references.filter(({ from }) => from === wanted.id).map(({ to }) => to);
  const withPlatform = async (ids: readonly string[], platforms: readonly Platform[], has: boolean) =>
    (await findArtifacts(db, ids)).flatMap(({ name, platforms: theirs }) =>
      platforms.filter((platform) => theirs.includes(platform) === has).map((platform) => ({ platform, name }))
    );
  const active = gone.length === 0 ? [] : await activePlatforms(db, wanted.id);
  return [
    ...active.filter(({ platform }) => gone.some((one) => one === platform)).map(({ platform, version, blueprint }) =>
      `Cannot remove ${platform}: it is active in ${
        version === null ? `the blueprint "${blueprint}"` : `version ${version}`
      }`
    ),
    ...(await withPlatform(referring, gone, true)).map(({ platform, name }) =>
      `Cannot remove ${platform}: "${name}", which refers to this artifact, has it`
    ),
    ...(await withPlatform(referred, come, false)).map(({ platform, name }) =>
      `Cannot add ${platform}: "${name}", which this artifact refers to, does not have it`
    ),
  ];
}

/** Returns the issues of an artifact to be created, or to be changed if there is one `before`. */
export async function artifactErrors(db: Db, wanted: Wanted, before?: ArtifactRow): Promise<FieldErrors> {
  const fixed: FieldErrors = {};
  if (before !== undefined && before.type !== wanted.type) fixed.type = ["Cannot be changed after creation."];
  if (before !== undefined && before.channel !== wanted.channel) fixed.channel = ["Cannot be changed after creation."];
  if (Object.keys(fixed).length > 0) return fixed;
  const fields = typeErrors(wanted);
  const edges = await listArtifactEdges(db);
  if (fields.requires === undefined) {
    const requires = await requirementErrors(db, wanted, edges);
    if (requires.length > 0) fields.requires = requires;
  }
  const platforms = before === undefined ? [] : await platformErrors(db, wanted, before, edges);
  if (platforms.length > 0) fields.platforms = platforms;
  return fields;
}
