/**
 * Who issues device identities: the built-in authority, or a SCEP server elsewhere that trusts a shared challenge.
 *
 * @module
 */

import { z } from "zod";
import {
  deleteScepIssuer,
  findScepIssuer,
  insertScepIssuer,
  type ScepIssuerRow,
  type ScepIssuerValues,
  updateScepIssuer,
} from "../../db/scep_issuers.ts";
import { isForeignKeyViolation, isUniqueViolation } from "../../db/open.ts";
import { invalid, problem, refused } from "../errors.ts";
import { recordAudit, type RequestInfo } from "../events/record.ts";
import { naiveUtc } from "../naive_utc.ts";
import type { Runtime } from "../runtime.ts";

/** The id of the built-in authority among the SCEP issuers; the schema makes it. */
export const BUILT_IN_ISSUER = "00000000-0000-4000-8000-000000000001";

const staticChallenge = z.object({ challenge: z.string() });
const contextOf = (id: string) => ({ table: "scep_issuers", column: "backend_sealed", id });

/** What an operator says of an issuer with a static challenge. */
export type ScepIssuerInput = {
  name: string;
  description: string;
  url: string;
  keySize: 1024 | 2048 | 4096;
  keyUsage: 0 | 1 | 4 | 5;
  challenge: string;
};

/** An issuer as lists and the audit log show it: never its challenge. The built-in one is `provisioned`. */
export function scepIssuerRepresentation(row: ScepIssuerRow) {
  return {
    id: row.id,
    provisioning_uid: row.id === BUILT_IN_ISSUER ? "built-in" : null,
    name: row.name,
    description: row.description,
    url: row.url,
    key_size: row.keySize,
    key_usage: row.keyUsage,
    backend: row.backend,
    version: row.version,
    created_at: naiveUtc(row.createdAt),
    updated_at: naiveUtc(row.updatedAt),
  };
}

/** The challenge of an issuer with a static one. */
export async function staticChallengeOf(runtime: Pick<Runtime, "keys">, issuer: ScepIssuerRow): Promise<string> {
  if (issuer.backendSealed === null) throw new Error(`Cannot read the challenge of "${issuer.name}": it has none`);
  const opened = await runtime.keys.openText(issuer.backendSealed, contextOf(issuer.id));
  return staticChallenge.parse(JSON.parse(opened)).challenge;
}

async function valuesOf(runtime: Runtime, id: string, input: ScepIssuerInput): Promise<ScepIssuerValues> {
  return {
    name: input.name,
    description: input.description,
    url: input.url,
    keySize: input.keySize,
    keyUsage: input.keyUsage,
    backend: "STATIC_CHALLENGE",
    backendSealed: await runtime.keys.seal(JSON.stringify({ challenge: input.challenge }), contextOf(id)),
  };
}

function nameTaken(error: unknown): never {
  if (isUniqueViolation(error, "scep_issuers_name")) {
    throw invalid({ name: ["SCEP issuer with this name already exists."] });
  }
  throw error;
}

/** Adds an issuer. Throws `invalid`. */
export async function createScepIssuer(
  runtime: Runtime,
  request: RequestInfo,
  input: ScepIssuerInput,
): Promise<ScepIssuerRow> {
  const id = runtime.random.uuid();
  const values = await valuesOf(runtime, id, input);
  return await runtime.sql.begin(async (tx) => {
    await insertScepIssuer(tx, id, values, runtime.clock.now());
    const row = await findScepIssuer(tx, id);
    if (row === undefined) throw new Error("Cannot find the SCEP issuer that was just made");
    await recordAudit(tx, runtime, request, {
      action: "created",
      model: "mdm.scepissuer",
      pk: id,
      after: scepIssuerRepresentation(row),
    });
    return row;
  }).catch(nameTaken);
}

async function changeable(runtime: Runtime, id: string, what: "updated" | "deleted"): Promise<ScepIssuerRow> {
  const row = await findScepIssuer(runtime.sql, id);
  if (row === undefined) throw problem("not-found");
  if (row.backend === "BUILT_IN") throw refused(`This SCEP issuer cannot be ${what}.`);
  return row;
}

/** Changes an issuer. Throws `invalid`, and `refused` for the built-in one. */
export async function changeScepIssuer(
  runtime: Runtime,
  request: RequestInfo,
  id: string,
  input: ScepIssuerInput,
): Promise<ScepIssuerRow> {
  const before = await changeable(runtime, id, "updated");
  const values = await valuesOf(runtime, id, input);
  return await runtime.sql.begin(async (tx) => {
    await updateScepIssuer(tx, id, values, runtime.clock.now());
    const row = await findScepIssuer(tx, id);
    if (row === undefined) throw problem("not-found");
    await recordAudit(tx, runtime, request, {
      action: "updated",
      model: "mdm.scepissuer",
      pk: id,
      before: scepIssuerRepresentation(before),
      after: scepIssuerRepresentation(row),
    });
    return row;
  }).catch(nameTaken);
}

/** Deletes an issuer. Throws `refused` while an enrollment uses it. */
export async function removeScepIssuer(runtime: Runtime, request: RequestInfo, id: string): Promise<void> {
  const before = await changeable(runtime, id, "deleted");
  try {
    await runtime.sql.begin(async (tx) => {
      await deleteScepIssuer(tx, id);
      await recordAudit(tx, runtime, request, {
        action: "deleted",
        model: "mdm.scepissuer",
        pk: id,
        before: scepIssuerRepresentation(before),
      });
    });
  } catch (error) {
    if (isForeignKeyViolation(error)) throw refused("This SCEP issuer cannot be deleted.");
    throw error;
  }
}
