/**
 * Apple's notifications: kept until they were applied, and some time longer, so that none is applied twice.
 *
 * @module
 */

import { type Db, type Json, json } from "../open.ts";

/** A notification that was not applied yet. */
export type NotificationRow = {
  id: number;
  notificationId: string;
  type: string;
  notification: Json;
  receivedAt: Date;
};

/** Stores a notification. Returns false if it came before. */
export async function insertNotification(
  db: Db,
  row: { locationId: number; notificationId: string; type: string; notification: Json },
  now: Date,
): Promise<boolean> {
  const { count } = await db`
    insert into content_notifications (location_id, notification_id, type, notification, received_at)
    values (${row.locationId}, ${row.notificationId}, ${row.type}, ${json(db, row.notification)}, ${now})
    on conflict (location_id, notification_id) do nothing`;
  return count > 0;
}

/** Returns the next notification of a location, locked for the transaction. */
export async function nextNotification(db: Db, locationId: number): Promise<NotificationRow | undefined> {
  const [row] = await db<NotificationRow[]>`
    select id, notification_id, type, notification, received_at from content_notifications
    where location_id = ${locationId} and applied_at is null order by id limit 1 for update`;
  return row;
}

/** Notes that a notification was applied, and what came of it. */
export async function noteApplied(db: Db, id: number, outcome: string, now: Date): Promise<void> {
  await db`
    update content_notifications set applied_at = ${now}, outcome = ${outcome}, notification = '{}' where id = ${id}`;
}

/** Returns the number of notifications that wait for a location. */
export async function countWaitingNotifications(db: Db, locationId: number): Promise<number> {
  const [row] = await db<{ count: number }[]>`
    select count(*)::int as count from content_notifications where location_id = ${locationId} and applied_at is null`;
  return row?.count ?? 0;
}

/** Returns when Apple told something of a location last; undefined if it never did. */
export async function lastNotification(db: Db, locationId: number): Promise<Date | undefined> {
  const [row] = await db<{ at: Date | null }[]>`
    select max(received_at) as at from content_notifications where location_id = ${locationId}`;
  return row?.at ?? undefined;
}

/** Deletes notifications that were applied, and received before a time. Returns how many. */
export async function deleteOldNotifications(db: Db, before: Date): Promise<number> {
  const { count } = await db`
    delete from content_notifications where received_at < ${before} and applied_at is not null`;
  return count;
}
