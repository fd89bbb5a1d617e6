/**
 * The messages with which devices asked for a profile: each is good for one enrollment.
 *
 * @module
 */

import { type Db, one } from "../open.ts";

/** A message that was accepted before. */
export type MessageRow = { depEnrollmentId: number; sessionId: number | null; used: boolean };

/** The signer of a message. */
export type MessageSigner = { factoryKey: string; serialNumber: string };

/** Returns a message that was accepted before, locked; undefined for a new one. */
export async function lockMessage(db: Db, digest: Uint8Array): Promise<MessageRow | undefined> {
  const [row] = await db<MessageRow[]>`
    select dep_enrollment_id, session_id, used_at is not null as used from dep_messages where digest = ${digest}
    for update`;
  return row;
}

/** Returns how many messages a device has sent since a time. */
export async function countMessages(db: Db, signer: MessageSigner, since: Date): Promise<number> {
  return one(
    await db<{ count: number }[]>`
      select count(*)::int as count from dep_messages
      where factory_key = ${signer.factoryKey} and created_at > ${since}
        and lower(serial_number) = lower(${signer.serialNumber})`,
  ).count;
}

/** Stores a message, unless it is known. */
export async function keepMessage(
  db: Db,
  row: MessageSigner & { digest: Uint8Array; depEnrollmentId: number },
  now: Date,
): Promise<void> {
  await db`
    insert into dep_messages (digest, dep_enrollment_id, factory_key, serial_number, created_at)
    values (${row.digest}, ${row.depEnrollmentId}, ${row.factoryKey}, ${row.serialNumber}, ${now})
    on conflict (digest) do nothing`;
}

/** Stores the session that a message opened. */
export async function setMessageSession(db: Db, digest: Uint8Array, sessionId: number): Promise<void> {
  await db`update dep_messages set session_id = ${sessionId} where digest = ${digest}`;
}

/** Stores the version that a device was told to update to. */
export async function setRequiredVersion(db: Db, digest: Uint8Array, version: string): Promise<void> {
  await db`update dep_messages set required_version = ${version} where digest = ${digest}`;
}

/**
 * Ends everything that a device began before it enrolled: its messages are used, and its other sessions are over, at
 * whichever enrollment.
 */
export async function useMessages(db: Db, signer: MessageSigner, sessionId: number, now: Date): Promise<void> {
  await db`
    with others as (
      select id from enrollment_sessions
      where kind = 'DEP' and factory_key = ${signer.factoryKey} and status = 'STARTED' and id <> ${sessionId}
        and lower(serial_number) = lower(${signer.serialNumber})
      -- One that is locked is about to be used, or opened again: it waits for this one as hardware.
      for update skip locked
    ), over as (
      update enrollment_sessions s set status = 'COMPLETED', updated_at = ${now} from others o where s.id = o.id)
    update dep_messages set used_at = ${now}
    where factory_key = ${signer.factoryKey} and used_at is null
      and lower(serial_number) = lower(${signer.serialNumber})`;
}

/** Deletes messages that led to nothing, and that no device has enrolled after. Returns their number. */
export async function deleteUnusedMessages(db: Db, before: Date): Promise<number> {
  const { count } = await db`
    delete from dep_messages where used_at is null and session_id is null and created_at < ${before}`;
  return count;
}
