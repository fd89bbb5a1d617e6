/**
 * Enrollment secrets: they let a device begin an enrollment, with limits of devices, uses and time.
 *
 * A secret is found by its hash and stored encrypted, because the enrollment profiles that contain it are created
 * repeatedly.
 *
 * @module
 */

import {
  type EnrollmentSecretRow,
  type EnrollmentSecretValues,
  findEnrollmentSecret,
  insertEnrollmentSecret,
  insertEnrollmentSecretUse,
  lockEnrollmentSecretByHash,
  nextEnrollmentSecretId,
  revokeEnrollmentSecretRow,
  setEnrollmentSecretTags,
  updateEnrollmentSecret as updateRow,
} from "../../db/enrollment/enrollment_secrets.ts";
import type { Db, Tx } from "../../db/open.ts";
import { findMetaBusinessUnit } from "../../db/tags/meta_business_units.ts";
import { lockTags } from "../../db/tags/tags.ts";
import { invalid } from "../errors.ts";
import type { Caller } from "../events/by.ts";
import { type NewEvent, recordEvents } from "../events/record.ts";
import { recordRefusal } from "../events/refusals.ts";
import { foreignText } from "../foreign_text.ts";
import { unknownPk } from "../input_fields.ts";
import { type Random, randomText, type Runtime } from "../runtime.ts";

const LENGTH = 64;
const EVENT = "enrollment_secret_verification";

/** The input for a secret; `tags` are added to each device that uses it. */
export type EnrollmentSecretInput = EnrollmentSecretValues & { tags: readonly number[] };

/** Why a secret was refused, in the order in which it is checked. */
export type EnrollmentSecretRefusal =
  | "unknown secret"
  | "revoked"
  | "expired"
  | "serial number mismatch"
  | "udid mismatch"
  | "business unit mismatch"
  | "quota used up";

/** The result of a verification. `event` was recorded already; record it again only if you must roll back. */
export type EnrollmentSecretVerification =
  | { ok: true; secret: EnrollmentSecretRow }
  | { ok: false; reason: EnrollmentSecretRefusal; event: NewEvent };

const context = (id: number) => ({ table: "enrollment_secrets", column: "secret_sealed", id });
const hash = async (secret: string) =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(secret)));

const clean = (
  values: readonly string[],
) => [...new Set(values.map((value) => value.trim()).filter((value) => value !== ""))];

async function check(db: Db, input: EnrollmentSecretInput): Promise<EnrollmentSecretInput> {
  if (await findMetaBusinessUnit(db, input.metaBusinessUnitId) === undefined) {
    throw invalid({ meta_business_unit: [unknownPk(input.metaBusinessUnitId)] });
  }
  const known = new Set((await lockTags(db, input.tags)).map(({ id }) => id));
  const unknown = input.tags.filter((id) => !known.has(id));
  if (unknown.length > 0) {
    throw invalid({ tags: unknown.map(unknownPk) });
  }
  return { ...input, serialNumbers: clean(input.serialNumbers), udids: clean(input.udids) };
}

async function mustFind(db: Db, id: number): Promise<EnrollmentSecretRow> {
  const row = await findEnrollmentSecret(db, id);
  if (row === undefined) throw new Error(`Cannot find the enrollment secret ${id} that an enrollment names`);
  return row;
}

/** Checks what a secret's input names, before anything is done for it. Throws `invalid`. */
export async function checkEnrollmentSecret(tx: Tx, input: EnrollmentSecretInput): Promise<void> {
  await check(tx, input);
}

/** Returns the text of a new secret: 64 random letters and digits. */
export const newSecretText = (random: Random): string => randomText(random, LENGTH);

/**
 * Creates a secret; its text is random unless it had to be known before. The caller creates and audits the enrollment that
 * owns it.
 */
export async function createEnrollmentSecret(
  tx: Tx,
  runtime: Pick<Runtime, "clock" | "random" | "keys">,
  input: EnrollmentSecretInput,
  secret: string = newSecretText(runtime.random),
): Promise<EnrollmentSecretRow> {
  const values = await check(tx, input);
  const id = await nextEnrollmentSecretId(tx);
  await insertEnrollmentSecret(tx, {
    ...values,
    id,
    secretHash: await hash(secret),
    secretSealed: await runtime.keys.seal(secret, context(id)),
  }, runtime.clock.now());
  await setEnrollmentSecretTags(tx, id, values.tags);
  return await mustFind(tx, id);
}

/** Updates the settings of a secret; the secret itself stays, as distributed profiles contain it. */
export async function updateEnrollmentSecret(
  tx: Tx,
  id: number,
  input: EnrollmentSecretInput,
): Promise<EnrollmentSecretRow> {
  const values = await check(tx, input);
  await updateRow(tx, id, values);
  await setEnrollmentSecretTags(tx, id, values.tags);
  return await mustFind(tx, id);
}

/** Returns the secret's text, for profiles and for operators who may see it. */
export async function revealEnrollmentSecret(
  runtime: Pick<Runtime, "keys">,
  row: Pick<EnrollmentSecretRow, "id" | "secretSealed">,
): Promise<string> {
  return await runtime.keys.openText(row.secretSealed, context(row.id));
}

/** Returns a secret without its text, for audit entries. */
export function enrollmentSecretRepresentation(row: EnrollmentSecretRow) {
  return {
    id: row.id,
    meta_business_unit: row.metaBusinessUnitId,
    tags: row.tags,
    serial_numbers: row.serialNumbers,
    udids: row.udids,
    quota: row.quota,
    request_count: row.requestCount,
  };
}

/** Ends a secret's use. Returns false if it had ended already. */
export async function revokeEnrollmentSecret(
  tx: Tx,
  runtime: Pick<Runtime, "clock">,
  id: number,
): Promise<boolean> {
  return await revokeEnrollmentSecretRow(tx, id, runtime.clock.now());
}

/** Whether an enrollment secret was revoked: profiles and certificates issued for it no longer begin an enrollment. */
export async function isSecretRevoked(db: Db, id: number, now: Date): Promise<boolean> {
  const { revokedAt } = await mustFind(db, id);
  return revokedAt !== null && revokedAt <= now;
}

/**
 * The facts that a device presents. Absent facts are not known in that flow; then a secret that is limited by them is
 * refused.
 */
export type EnrollmentSecretProof = {
  secret: string;
  serialNumber?: string | undefined;
  udid?: string | undefined;
  /** The unit that the device's certificate names. */
  metaBusinessUnitId?: number | undefined;
};

/** Returns the first reason to refuse; undefined to accept. */
export function refusalOf(
  row: EnrollmentSecretRow,
  proof: Omit<EnrollmentSecretProof, "secret">,
  now: Date,
): Exclude<EnrollmentSecretRefusal, "unknown secret"> | undefined {
  if (row.revokedAt !== null && row.revokedAt <= now) return "revoked";
  if (row.expiredAt !== null && row.expiredAt <= now) return "expired";
  const among = (list: readonly string[], value: string | undefined) =>
    list.length === 0 || (value !== undefined && list.some((one) => one.toLowerCase() === value.toLowerCase()));
  if (!among(row.serialNumbers, proof.serialNumber)) return "serial number mismatch";
  if (!among(row.udids, proof.udid)) return "udid mismatch";
  if (proof.metaBusinessUnitId !== undefined && proof.metaBusinessUnitId !== row.metaBusinessUnitId) {
    return "business unit mismatch";
  }
  if (row.quota !== null && row.requestCount >= row.quota) return "quota used up";
  return undefined;
}

/**
 * Verifies a secret and counts its use, in the caller's transaction.
 *
 * The secret's row stays locked until the transaction ends, so a quota is exact. Success and failure are recorded as
 * `enrollment_secret_verification`. A refusal is a value, not an exception: commit, and the event stays; nothing else was
 * written.
 */
export async function verifyEnrollmentSecret(
  tx: Tx,
  runtime: Pick<Runtime, "clock" | "random" | "refusals">,
  by: Caller,
  proof: EnrollmentSecretProof,
): Promise<EnrollmentSecretVerification> {
  const now = runtime.clock.now();
  const row = proof.secret.length > 256 ? undefined : await lockEnrollmentSecretByHash(tx, await hash(proof.secret));
  const reason = row === undefined ? "unknown secret" : refusalOf(row, proof, now);
  const facts = {
    serialNumber: proof.serialNumber,
    tags: ["enrollment_secret"],
    ...(row === undefined ? {} : { objects: { enrollment_secret: [row.id] } }),
  };
  const details = {
    serial_number: proof.serialNumber,
    udid: proof.udid,
    // Not `enrollment_secret`: a key of that name would be treated as the secret itself, and redacted.
    ...(row === undefined ? {} : { enrollment_secret_id: row.id, meta_business_unit: { pk: row.metaBusinessUnitId } }),
  };
  if (row === undefined || reason !== undefined) {
    const event: NewEvent = {
      ...facts,
      type: EVENT,
      payload: { status: "failure", reason: reason ?? "unknown secret", ...details },
    };
    await recordRefusal(tx, runtime, by, event);
    return { ok: false, reason: reason ?? "unknown secret", event };
  }
  await insertEnrollmentSecretUse(tx, row.id, {
    userAgent: foreignText(by.request.userAgent, 400),
    ip: by.request.ip,
    serialNumber: proof.serialNumber ?? null,
    udid: proof.udid ?? null,
  }, now);
  await recordEvents(tx, runtime, by, [{ ...facts, type: EVENT, payload: { status: "success", ...details } }]);
  return { ok: true, secret: { ...row, requestCount: row.requestCount + 1 } };
}
