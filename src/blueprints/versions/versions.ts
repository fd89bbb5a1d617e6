/**
 * Versions of artifacts of every kind: created, changed and deleted by operators.
 *
 * @module
 */

import {
  type ArtifactVersionRow,
  deleteArtifactVersion,
  findArtifactVersion,
  insertArtifactVersion,
  isVersionInUse,
  isVersionTaken,
  listArtifactVersions,
  otherVersions,
  takeVersionId,
  updateArtifactVersion,
} from "../../../db/artifacts/artifact_versions.ts";
import { type ArtifactRow, findArtifact } from "../../../db/artifacts/artifacts.ts";
import { usesOfArtifactVersion } from "../../../db/installation/use_views.ts";
import { type Db, isForeignKeyViolation, type Tx } from "../../../db/open.ts";
import { type FieldErrors, invalid, problem, refused } from "../../errors.ts";
import type { By } from "../../events/by.ts";
import { recordAudit } from "../../events/record.ts";
import { cannotDelete } from "../../in_use.ts";
import { naiveUtc } from "../../naive_utc.ts";
import type { Runtime } from "../../runtime.ts";
import { artifactType } from "../artifact_types.ts";
import type { Filter } from "../filter.ts";
import { filterErrors, filterRepresentation } from "../filter_fields.ts";
import { changeDesired } from "../transaction.ts";
import { type Checked, type Draft, typesOf, type VersionKind } from "./version_kind.ts";

/** The input for a version of any kind. */
export type VersionInput = { artifactId: string; version: number; filter: Filter };

/** A version with its content. */
export type Version<Stored> = { row: ArtifactVersionRow; stored: Stored };

const MODEL = "mdm.artifactversion";

/** Returns the fields of a version that all kinds have. */
export function versionRepresentation(row: ArtifactVersionRow) {
  return {
    id: row.id,
    artifact: row.artifactId,
    ...filterRepresentation(row.filter),
    version: row.version,
    created_at: naiveUtc(row.createdAt),
    updated_at: naiveUtc(row.updatedAt),
  };
}

/** A device may have got it since the check. */
const CANNOT_DELETE = "This artifact version cannot be deleted";

const explained = (error: unknown): unknown => isForeignKeyViolation(error) ? refused(CANNOT_DELETE) : error;

function valueOf<T>(checked: Checked<T>): T {
  if (checked.errors !== undefined) throw invalid(checked.errors);
  return checked.value;
}

/** Returns the artifact of a version, which is valid apart from its content. Throws `invalid`. */
async function mustFit(
  db: Db,
  types: readonly ArtifactRow["type"][],
  input: VersionInput,
  before?: ArtifactVersionRow,
): Promise<ArtifactRow> {
  if (before !== undefined && before.artifactId !== input.artifactId) {
    throw invalid({ artifact: ["Cannot be changed after creation."] });
  }
  const artifact = await findArtifact(db, input.artifactId);
  if (artifact === undefined) {
    throw invalid({ artifact: [`Invalid pk "${input.artifactId}" - object does not exist.`] });
  }
  if (!types.includes(artifact.type)) {
    throw invalid({
      artifact: [
        `Cannot use the artifact "${artifact.name}": its type is ${artifact.type}, it should be ${types.join(" or ")}`,
      ],
    });
  }
  const fields: FieldErrors = await filterErrors(db, input.filter, artifact.platforms);
  if (await isVersionTaken(db, artifact.id, input.version, before?.id)) {
    fields.version = ["A version of this artifact with the same version number already exists"];
  }
  if (Object.keys(fields).length > 0) throw invalid(fields);
  return artifact;
}

async function withStored<D extends Draft, Input, Stored, Shown extends object>(
  db: Db,
  kind: VersionKind<Input, D, Stored, Shown>,
  rows: readonly ArtifactVersionRow[],
): Promise<Version<Stored>[]> {
  const found = await kind.load(db, rows.map(({ id }) => id));
  return rows.map((row) => {
    const stored = found.get(row.id);
    if (stored === undefined) throw new Error(`Cannot read version ${row.id}: it has no content`);
    return { row, stored };
  });
}

/** Returns a version of this kind. Throws `not-found`. */
export async function mustFindVersion<D extends Draft, Input, Stored, Shown extends object>(
  db: Db,
  kind: VersionKind<Input, D, Stored, Shown>,
  id: string,
): Promise<Version<Stored>> {
  const row = await findArtifactVersion(db, id, typesOf(kind));
  const [version] = row === undefined ? [] : await withStored(db, kind, [row]);
  if (version === undefined) throw problem("not-found");
  return version;
}

/** Returns a page of the versions of this kind, and the total number. */
export async function listVersions<D extends Draft, Input, Stored, Shown extends object>(
  db: Db,
  kind: VersionKind<Input, D, Stored, Shown>,
  query: Omit<Parameters<typeof listArtifactVersions>[1], "types">,
): Promise<{ rows: Version<Stored>[]; count: number }> {
  const { rows, count } = await listArtifactVersions(db, { ...query, types: typesOf(kind) });
  return { rows: await withStored(db, kind, rows), count };
}

const auditOf = <D extends Draft, Input, Stored, Shown extends object>(
  kind: VersionKind<Input, D, Stored, Shown>,
  { row, stored }: Version<Stored>,
) => ({ ...versionRepresentation(row), ...kind.audit(stored) });

const becomes = (type: string): readonly string[] => artifactType(type).becomes;

/** Checks and writes; `before` is the version that is changed. */
async function save<D extends Draft, Input, Stored, Shown extends object>(
  tx: Tx,
  runtime: Runtime,
  kind: VersionKind<Input, D, Stored, Shown>,
  input: VersionInput,
  draft: D,
  before?: Version<Stored>,
): Promise<Version<Stored>> {
  const artifact = await mustFit(tx, typesOf(kind), input, before?.row);
  // The shard of each device depends on the version's id: a previewed version is saved under the id of the preview.
  const id = before?.row.id ?? await takeVersionId(tx, artifact.id, runtime.random.uuid());
  const others = await otherVersions(tx, artifact.id, id);
  const stored = valueOf(
    await kind.check({ tx, runtime, id, artifact, isNew: before === undefined, others, becomes }, draft),
  );
  const values = { ...input, variables: draft.variables, neededVariables: draft.needed };
  const now = runtime.clock.now();
  if (before === undefined) await insertArtifactVersion(tx, id, values, now);
  else {
    const changed = kind.fingerprint(before.stored) !== kind.fingerprint(stored);
    await updateArtifactVersion(tx, id, values, changed, now);
  }
  await kind.write(tx, id, stored, artifact);
  return await mustFindVersion(tx, kind, id);
}

/** Creates a version. Throws `invalid`. */
export async function createVersion<D extends Draft, Input, Stored, Shown extends object>(
  runtime: Runtime,
  by: By,
  kind: VersionKind<Input, D, Stored, Shown>,
  input: VersionInput,
  content: Input,
): Promise<Version<Stored>> {
  // Immediate errors are reported before an external file is fetched.
  await mustFit(runtime.sql, typesOf(kind), input);
  const draft = valueOf(await kind.read(runtime, content));
  return await changeDesired(runtime, async (tx) => {
    const version = await save(tx, runtime, kind, input, draft);
    const after = auditOf(kind, version);
    await recordAudit(tx, runtime, by, { action: "created", model: MODEL, pk: version.row.id, after });
    return version;
  });
}

/** Changes a version. Throws `invalid`, `not-found`. */
export async function changeVersion<D extends Draft, Input, Stored, Shown extends object>(
  runtime: Runtime,
  by: By,
  kind: VersionKind<Input, D, Stored, Shown>,
  id: string,
  input: VersionInput,
  content: Input,
): Promise<Version<Stored>> {
  await mustFit(runtime.sql, typesOf(kind), input, (await mustFindVersion(runtime.sql, kind, id)).row);
  const draft = valueOf(await kind.read(runtime, content));
  return await changeDesired(runtime, async (tx) => {
    const before = await mustFindVersion(tx, kind, id);
    const version = await save(tx, runtime, kind, input, draft, before);
    await recordAudit(tx, runtime, by, {
      action: "updated",
      model: MODEL,
      pk: id,
      before: auditOf(kind, before),
      after: auditOf(kind, version),
    });
    return version;
  });
}

/** Changes the number of a version and its scope, not its content. Throws `invalid`, `not-found`. */
export async function refilterVersion<D extends Draft, Input, Stored, Shown extends object>(
  runtime: Runtime,
  by: By,
  kind: VersionKind<Input, D, Stored, Shown>,
  id: string,
  input: Omit<VersionInput, "artifactId">,
): Promise<Version<Stored>> {
  return await changeDesired(runtime, async (tx) => {
    const before = await mustFindVersion(tx, kind, id);
    const { artifactId, variables, neededVariables } = before.row;
    await mustFit(tx, typesOf(kind), { ...input, artifactId }, before.row);
    await updateArtifactVersion(
      tx,
      id,
      { ...input, artifactId, variables, neededVariables },
      false,
      runtime.clock.now(),
    );
    const after = await mustFindVersion(tx, kind, id);
    await recordAudit(tx, runtime, by, {
      action: "updated",
      model: MODEL,
      pk: id,
      before: auditOf(kind, before),
      after: auditOf(kind, after),
    });
    return after;
  });
}

/** Deletes a version. Throws `refused` while a device has it or a command with it is on its way. */
export async function removeVersion<D extends Draft, Input, Stored, Shown extends object>(
  runtime: Runtime,
  by: By,
  kind: VersionKind<Input, D, Stored, Shown>,
  id: string,
): Promise<void> {
  await changeDesired(runtime, async (tx) => {
    const before = auditOf(kind, await mustFindVersion(tx, kind, id));
    if (await isVersionInUse(tx, id)) throw await cannotDelete(CANNOT_DELETE, usesOfArtifactVersion(tx, id));
    await deleteArtifactVersion(tx, id);
    await recordAudit(tx, runtime, by, { action: "deleted", model: MODEL, pk: id, before });
  }, explained);
}
