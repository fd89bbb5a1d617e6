/**
 * Managing the packages that declarations refer to.
 *
 * @module
 */

import { usesOfPackage } from "../../db/installation/use_views.ts";
import { type Db, isForeignKeyViolation, isUniqueViolation } from "../../db/open.ts";
import {
  deletePackage,
  findPackage,
  insertPackage,
  type PackageRow,
  type PackageValues,
  updatePackage,
} from "../../db/packages/packages.ts";
import { invalid, problem, refused } from "../errors.ts";
import type { By } from "../events/by.ts";
import { recordAudit } from "../events/record.ts";
import { holdFile } from "../files/unreferenced.ts";
import { cannotDelete } from "../in_use.ts";
import { naiveUtc } from "../naive_utc.ts";
import type { Runtime } from "../runtime.ts";
import { type PackageAddress, packageAt } from "./keep_package.ts";

const MODEL = "mdm.package";
const CANNOT_DELETE = "This package cannot be deleted";
const FIXED = ["Cannot be changed after creation."];

/** Returns a package as the audit log shows it. */
export function packageRepresentation(row: PackageRow) {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    source_uri: row.sourceUri,
    sha256: row.sha256,
    type: row.type,
    size: row.size,
    filename: row.filename,
    product_id: row.productId,
    product_version: row.productVersion,
    created_at: naiveUtc(row.createdAt),
    updated_at: naiveUtc(row.updatedAt),
  };
}

const explained = (error: unknown): unknown =>
  isUniqueViolation(error, "packages_sha256")
    ? invalid({ sha256: ["A package with the same SHA256 already exists."] })
    : isForeignKeyViolation(error)
    ? refused(CANNOT_DELETE)
    : error;

/** Returns the package. Throws `not-found`. */
export async function mustFindPackage(db: Db, id: string): Promise<PackageRow> {
  const row = await findPackage(db, id);
  if (row === undefined) throw problem("not-found");
  return row;
}

/** Runs a change in a transaction, and translates an error of the database for operators. */
async function change<T extends object | void>(runtime: Runtime, body: Parameters<typeof runtime.sql.begin<T>>[1]) {
  try {
    return await runtime.sql.begin(body);
  } catch (error) {
    throw explained(error);
  }
}

/** Creates a package; its file is fetched if it is not stored. Throws `invalid`. */
export async function createPackage(
  runtime: Runtime,
  by: By,
  values: PackageValues,
  address: PackageAddress,
): Promise<PackageRow> {
  const found = await packageAt(runtime, address, "source_uri");
  if (found.refusal !== undefined) throw invalid({ source_uri: [found.refusal] });
  const { filename } = found;
  const id = runtime.random.uuid();
  await change(runtime, async (tx) => {
    await holdFile(tx, runtime, address.sha256);
    const row = { ...values, id, sourceUri: address.uri, sha256: address.sha256, filename };
    await insertPackage(tx, row, runtime.clock.now());
    const after = packageRepresentation(await mustFindPackage(tx, id));
    await recordAudit(tx, runtime, by, { action: "created", model: MODEL, pk: id, after });
  });
  return await mustFindPackage(runtime.sql, id);
}

/** Changes the name and the description of a package. Throws `invalid` for another file, `not-found`. */
export async function changePackage(
  runtime: Runtime,
  by: By,
  id: string,
  values: PackageValues,
  given: { uri?: string | undefined; sha256?: string | undefined } = {},
): Promise<PackageRow> {
  await change(runtime, async (tx) => {
    const before = await mustFindPackage(tx, id);
    const fields = {
      ...(given.uri === undefined || given.uri === before.sourceUri ? {} : { source_uri: FIXED }),
      ...(given.sha256 === undefined || given.sha256 === before.sha256 ? {} : { sha256: FIXED }),
    };
    if (Object.keys(fields).length > 0) throw invalid(fields);
    await updatePackage(tx, id, values, runtime.clock.now());
    await recordAudit(tx, runtime, by, {
      action: "updated",
      model: MODEL,
      pk: id,
      before: packageRepresentation(before),
      after: packageRepresentation(await mustFindPackage(tx, id)),
    });
  });
  return await mustFindPackage(runtime.sql, id);
}

/** Deletes a package. Throws `refused` while a declaration refers to it. */
export async function removePackage(runtime: Runtime, by: By, id: string): Promise<void> {
  await change(runtime, async (tx) => {
    const before = packageRepresentation(await mustFindPackage(tx, id));
    const uses = await usesOfPackage(tx, id);
    if (uses.length > 0) throw await cannotDelete(CANNOT_DELETE, Promise.resolve(uses));
    await deletePackage(tx, id);
    await recordAudit(tx, runtime, by, { action: "deleted", model: MODEL, pk: id, before });
  });
}
