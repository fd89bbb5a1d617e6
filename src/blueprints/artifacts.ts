/**
 * Artifacts: created, changed and deleted by operators.
 *
 * @module
 */

import {
  type ArtifactNature,
  type ArtifactRow,
  type ArtifactValues,
  deleteArtifact,
  findArtifact,
  insertArtifact,
  isArtifactInUse,
  updateArtifact,
} from "../../db/artifacts/artifacts.ts";
import { usesOfArtifact } from "../../db/installation/use_views.ts";
import { type Db, isForeignKeyViolation, isUniqueViolation } from "../../db/open.ts";
import { type FieldErrors, invalid, problem, refused } from "../errors.ts";
import type { By } from "../events/by.ts";
import { recordAudit } from "../events/record.ts";
import { cannotDelete } from "../in_use.ts";
import { naiveUtc } from "../naive_utc.ts";
import type { Runtime } from "../runtime.ts";
import { artifactErrors } from "./artifact_check.ts";
import { artifactType } from "./artifact_types.ts";
import { changeDesired } from "./transaction.ts";

/**
 * The input for an artifact. Without `haltPercent` the percentage is unchanged; a new artifact has the server's.
 * Without `holdWithoutValues` that is unchanged; a new artifact does not wait.
 */
export type ArtifactInput = ArtifactNature & Omit<ArtifactValues, "haltPercent" | "holdWithoutValues"> & {
  haltPercent?: number | null | undefined;
  holdWithoutValues?: boolean | undefined;
};

const MODEL = "mdm.artifact";

/** Returns an artifact as the API and the audit log show it. */
export function artifactRepresentation(row: ArtifactRow) {
  return {
    id: row.id,
    name: row.name,
    type: row.type,
    channel: row.channel,
    platforms: [...row.platforms],
    requires: [...row.requires],
    install_during_setup_assistant: row.installDuringSetupAssistant,
    auto_update: row.autoUpdate,
    reinstall_interval: row.reinstallInterval,
    reinstall_on_os_update: row.reinstallOnOsUpdate,
    halt_percent: row.haltPercent,
    hold_without_values: row.holdWithoutValues,
    created_at: naiveUtc(row.createdAt),
    updated_at: naiveUtc(row.updatedAt),
  };
}

const CANNOT_DELETE = "This artifact cannot be deleted";

const explained = (error: unknown): unknown =>
  isUniqueViolation(error, "artifacts_name")
    ? invalid({ name: ["Artifact with this name already exists."] })
    : isForeignKeyViolation(error)
    ? refused(CANNOT_DELETE)
    : error;

/** Returns the artifact. Throws `not-found`. */
export async function mustFindArtifact(db: Db, id: string): Promise<ArtifactRow> {
  const row = await findArtifact(db, id);
  if (row === undefined) throw problem("not-found");
  return row;
}

function mustBeFine(errors: FieldErrors): void {
  if (Object.keys(errors).length > 0) throw invalid(errors);
}

const waits = ({ type }: ArtifactInput): boolean => artifactType(type).waitsForValues === true;

/** Creates an artifact. Throws `invalid`. */
export async function createArtifact(
  runtime: Runtime,
  by: By,
  input: ArtifactInput,
): Promise<ArtifactRow> {
  const id = runtime.random.uuid();
  const values = {
    ...input,
    haltPercent: input.haltPercent ?? null,
    holdWithoutValues: waits(input) || (input.holdWithoutValues ?? false),
  };
  return await changeDesired(runtime, async (tx) => {
    mustBeFine(await artifactErrors(tx, { id, ...values }));
    await insertArtifact(tx, id, values, runtime.clock.now());
    const row = await mustFindArtifact(tx, id);
    const after = artifactRepresentation(row);
    await recordAudit(tx, runtime, by, { action: "created", model: MODEL, pk: id, after });
    return row;
  }, explained);
}

/** Changes an artifact. Throws `invalid`, `not-found`. */
export async function changeArtifact(
  runtime: Runtime,
  by: By,
  id: string,
  input: ArtifactInput,
): Promise<ArtifactRow> {
  return await changeDesired(runtime, async (tx) => {
    const before = await mustFindArtifact(tx, id);
    const values = {
      ...input,
      haltPercent: input.haltPercent === undefined ? before.haltPercent : input.haltPercent,
      holdWithoutValues: waits(input) || (input.holdWithoutValues ?? before.holdWithoutValues),
    };
    mustBeFine(await artifactErrors(tx, { id, ...values }, before));
    await updateArtifact(tx, id, values, runtime.clock.now());
    const row = await mustFindArtifact(tx, id);
    await recordAudit(tx, runtime, by, {
      action: "updated",
      model: MODEL,
      pk: id,
      before: artifactRepresentation(before),
      after: artifactRepresentation(row),
    });
    return row;
  }, explained);
}

/** Deletes an artifact with its versions. Throws `refused` while something names it or a device has it. */
export async function removeArtifact(runtime: Runtime, by: By, id: string): Promise<void> {
  await changeDesired(runtime, async (tx) => {
    const before = artifactRepresentation(await mustFindArtifact(tx, id));
    if (await isArtifactInUse(tx, id)) throw await cannotDelete(CANNOT_DELETE, usesOfArtifact(tx, id));
    await deleteArtifact(tx, id);
    await recordAudit(tx, runtime, by, { action: "deleted", model: MODEL, pk: id, before });
  }, explained);
}
