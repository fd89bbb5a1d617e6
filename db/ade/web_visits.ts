/**
 * Devices in the web view of Setup Assistant.
 *
 * @module
 */

import { type Db, type Json, json } from "../open.ts";

/** A device in the web view. */
export type WebVisitRow = {
  id: number;
  messageDigest: Uint8Array;
  depEnrollmentId: number;
  serialNumber: string;
  udid: string;
  factoryKey: string;
  /** The facts that the device stated. */
  machineInfo: Json;
  /** The ids of the views that were continued from. */
  seen: string[];
  expiresAt: Date;
};

/** Begins a visit. Earlier ones of the same device at the same enrollment are over: it starts again. */
export async function beginVisit(
  db: Db,
  row: Omit<WebVisitRow, "id" | "seen"> & { tokenHash: Uint8Array },
  now: Date,
): Promise<void> {
  await db`
    delete from dep_web_visits where dep_enrollment_id = ${row.depEnrollmentId} and factory_key = ${row.factoryKey}
      and lower(serial_number) = lower(${row.serialNumber})`;
  await db`
    insert into dep_web_visits (token_hash, message_digest, dep_enrollment_id, serial_number, udid, factory_key,
      machine_info, expires_at, created_at, updated_at)
    values (${row.tokenHash}, ${row.messageDigest}, ${row.depEnrollmentId}, ${row.serialNumber}, ${row.udid},
      ${row.factoryKey}, ${json(db, row.machineInfo)}, ${row.expiresAt}, ${now}, ${now})`;
}

/** Returns the visit of a hashed cookie, locked; undefined if it is over. */
export async function lockVisit(db: Db, tokenHash: Uint8Array, now: Date): Promise<WebVisitRow | undefined> {
  const [row] = await db<WebVisitRow[]>`
    select id, message_digest, dep_enrollment_id, serial_number, udid, factory_key, machine_info, seen, expires_at
    from dep_web_visits where token_hash = ${tokenHash} and expires_at > ${now} for update`;
  return row;
}

/** Records that a view was continued from. */
export async function recordSeenView(db: Db, id: WebVisitRow["id"], viewId: string, now: Date): Promise<void> {
  await db`
    update dep_web_visits set seen = array_append(seen, ${viewId}::uuid), updated_at = ${now}
    where id = ${id} and not ${viewId}::uuid = any(seen)`;
}

/** Deletes visits that were over before a time. Until then they say where devices stopped. Returns their number. */
export async function deleteExpiredVisits(db: Db, before: Date): Promise<number> {
  const { count } = await db`delete from dep_web_visits where expires_at <= ${before}`;
  return count;
}
