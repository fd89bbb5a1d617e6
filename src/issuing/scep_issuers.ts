/**
 * The issuers of device identities: the built-in authority, or an external SCEP server with a backend that gets its
 * challenges.
 *
 * @module
 */

import { z } from "zod";
import { usesOfScepIssuer } from "../../db/installation/use_views.ts";
import {
  deleteScepIssuer,
  findScepIssuer,
  insertScepIssuer,
  lockScepIssuer,
  type ScepIssuerRow,
  type ScepIssuerValues,
  updateScepIssuer,
} from "../../db/issuing/scep_issuers.ts";
import { isForeignKeyViolation, isUniqueViolation, type Tx } from "../../db/open.ts";
import { invalid, Problem, problem, REQUIRED } from "../errors.ts";
import type { By } from "../events/by.ts";
import { recordAudit, recordEvents } from "../events/record.ts";
import { cannotDelete } from "../in_use.ts";
import { naiveUtc } from "../naive_utc.ts";
import type { Runtime } from "../runtime.ts";
import { backendNamed } from "./challenges/registry.ts";
import type { ScepIssuerInput } from "./scep_issuer_input.ts";

/** The id of the built-in authority among the SCEP issuers; the migrations create it. */
export const BUILT_IN_ISSUER = "00000000-0000-4000-8000-000000000001";

const MODEL = "mdm.scepissuer";
const stored = z.record(z.string(), z.unknown());
const contextOf = (id: string) => ({ table: "scep_issuers", column: "backend_sealed", id });

/**
 * Returns an issuer as the audit log shows it: never the settings of its backend. The built-in one is `provisioned`.
 */
export function scepIssuerRepresentation(row: ScepIssuerRow) {
  return {
    id: row.id,
    provisioning_uid: row.id === BUILT_IN_ISSUER ? "built-in" : null,
    name: row.name,
    description: row.description,
    url: row.url,
    key_size: row.keySize,
    key_usage: row.keyUsage,
    ...(row.backend === "BUILT_IN" ? {} : { backend: row.backend }),
    version: row.version,
    created_at: naiveUtc(row.createdAt),
    updated_at: naiveUtc(row.updatedAt),
  };
}

/** Returns the settings of an issuer's backend, with its secrets. */
export async function issuerSettings(
  runtime: Pick<Runtime, "keys">,
  issuer: ScepIssuerRow,
): Promise<Record<string, unknown>> {
  if (issuer.backendSealed === null) return {};
  return stored.parse(JSON.parse(await runtime.keys.openText(issuer.backendSealed, contextOf(issuer.id))));
}

/**
 * Returns the settings of an issuer's backend under their key, as answers show them: secrets only for operators who may
 * see secrets of settings, and each time with an event.
 */
export async function shownSettings(
  runtime: Runtime,
  by: By,
  issuer: ScepIssuerRow,
  withSecrets: boolean,
): Promise<Record<string, Record<string, unknown>>> {
  const backend = backendNamed(issuer.backend);
  if (backend === undefined) return {};
  const settings = Object.entries(await issuerSettings(runtime, issuer));
  if (withSecrets) {
    await recordEvents(runtime.sql, runtime, by, [{
      type: "mdm_settings_secrets_viewed",
      objects: { mdm_scepissuer: [issuer.id] },
      payload: { scep_issuer: { pk: issuer.id, name: issuer.name }, fields: [...backend.secrets] },
    }]);
  }
  return {
    [backend.key]: Object.fromEntries(settings.filter(([name]) => withSecrets || !backend.secrets.includes(name))),
  };
}

/** Returns the row for the input. Omitted secrets keep the values of `before`, if the backend is the same. */
async function valuesOf(
  runtime: Runtime,
  id: string,
  input: ScepIssuerInput,
  before?: ScepIssuerRow,
): Promise<ScepIssuerValues> {
  const backend = backendNamed(input.backend);
  if (backend === undefined) throw invalid({ backend: [`"${input.backend}" is not a valid choice.`] });
  const kept = before?.backend === backend.name ? await issuerSettings(runtime, before) : {};
  const secrets = Object.entries(kept).filter(([name]) => backend.secrets.includes(name));
  const settings = { ...Object.fromEntries(secrets), ...input.settings };
  const missing = backend.secrets.filter((name) => settings[name] === undefined);
  if (missing.length > 0) {
    throw invalid(Object.fromEntries(missing.map((name) => [`${backend.key}.${name}`, [REQUIRED]])));
  }
  return {
    name: input.name,
    description: input.description,
    url: input.url,
    keySize: input.keySize,
    keyUsage: input.keyUsage,
    backend: backend.name,
    backendSealed: await runtime.keys.seal(JSON.stringify(settings), contextOf(id)),
  };
}

function explained(error: unknown): unknown {
  if (isUniqueViolation(error, "scep_issuers_name")) {
    return invalid({ name: ["SCEP issuer with this name already exists."] });
  }
  return error;
}

const inTransaction = <T>(runtime: Runtime, work: (tx: Tx) => Promise<T>): Promise<T> =>
  runtime.sql.begin(work).then((value) => value as T, (error) => {
    throw explained(error);
  });

/** Adds an issuer. Throws `invalid`. */
export async function createScepIssuer(
  runtime: Runtime,
  by: By,
  input: ScepIssuerInput,
): Promise<ScepIssuerRow> {
  const id = runtime.random.uuid();
  const values = await valuesOf(runtime, id, input);
  return await inTransaction(runtime, async (tx) => {
    await insertScepIssuer(tx, id, values, runtime.clock.now());
    const row = await findScepIssuer(tx, id);
    if (row === undefined) throw new Error("Cannot find the SCEP issuer that was just made");
    const after = scepIssuerRepresentation(row);
    await recordAudit(tx, runtime, by, { action: "created", model: MODEL, pk: id, after });
    return row;
  });
}

async function changeable(tx: Tx, id: string, what: "updated" | "deleted"): Promise<ScepIssuerRow> {
  const row = await lockScepIssuer(tx, id);
  if (row === undefined) throw problem("not-found");
  if (row.backend === "BUILT_IN") {
    const sentence = `This SCEP issuer cannot be ${what}.`;
    throw new Problem("refused", sentence, { list: [sentence], because: "It is the server's own authority." });
  }
  return row;
}

/** Changes an issuer. Throws `invalid`, and `refused` for the built-in one. */
export async function changeScepIssuer(
  runtime: Runtime,
  by: By,
  id: string,
  input: ScepIssuerInput,
): Promise<ScepIssuerRow> {
  return await inTransaction(runtime, async (tx) => {
    const before = await changeable(tx, id, "updated");
    await updateScepIssuer(tx, id, await valuesOf(runtime, id, input, before), runtime.clock.now());
    const row = await findScepIssuer(tx, id);
    if (row === undefined) throw problem("not-found");
    await recordAudit(tx, runtime, by, {
      action: "updated",
      model: MODEL,
      pk: id,
      before: scepIssuerRepresentation(before),
      after: scepIssuerRepresentation(row),
    });
    return row;
  });
}

/** Deletes an issuer. Throws `refused` while an enrollment uses it. */
export async function removeScepIssuer(runtime: Runtime, by: By, id: string): Promise<void> {
  await inTransaction(runtime, async (tx) => {
    const before = scepIssuerRepresentation(await changeable(tx, id, "deleted"));
    await deleteScepIssuer(tx, id);
    await recordAudit(tx, runtime, by, { action: "deleted", model: MODEL, pk: id, before });
  }).catch(async (error) => {
    if (!isForeignKeyViolation(error)) throw error;
    throw await cannotDelete("This SCEP issuer cannot be deleted.", usesOfScepIssuer(runtime.sql, id));
  });
}
