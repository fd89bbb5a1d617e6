/**
 * Alerts about identities: signs of a copied key, until an operator has dismissed them.
 *
 * @module
 */

import type { DeviceId, EnrollmentId } from "../ids.ts";
import { type DeviceLimit, within } from "../access/device_limit_views.ts";
import { type Db, one } from "../open.ts";

/** The cause of an alert. */
export type IdentityAlertKind = "second successor" | "retired identity" | "cloned identity";

/** An alert. */
export type IdentityAlertRow = {
  id: number;
  enrollmentId: EnrollmentId;
  deviceId: DeviceId;
  deviceName: string;
  serialNumber: string;
  kind: IdentityAlertKind;
  fingerprint: string;
  ip: string;
  attempts: number;
  attemptedAt: Date;
  createdAt: Date;
};

/** Records an alert, or counts it. Returns how often it happened. */
export async function recordIdentityAlert(
  db: Db,
  alert: Pick<IdentityAlertRow, "enrollmentId" | "kind" | "fingerprint" | "ip">,
  now: Date,
): Promise<number> {
  return one(
    await db<{ attempts: number }[]>`
      insert into identity_alerts ${db({ ...alert, attemptedAt: now, createdAt: now })}
      on conflict (enrollment_id, kind) where dismissed_at is null do update set
        attempts = identity_alerts.attempts + 1, fingerprint = excluded.fingerprint, ip = excluded.ip, attempted_at = excluded.attempted_at
      returning identity_alerts.attempts`,
  ).attempts;
}

/** Returns the time of the last undismissed alert of an enrollment. */
export async function lastAlertAt(
  db: Db,
  enrollmentId: EnrollmentId,
  kind: IdentityAlertKind,
): Promise<Date | undefined> {
  const [row] = await db<{ at: Date }[]>`
    select attempted_at as at from identity_alerts
    where enrollment_id = ${enrollmentId} and kind = ${kind} and dismissed_at is null`;
  return row?.at;
}

/** Returns the undismissed alerts, the latest first, and their number. */
export async function listIdentityAlerts(
  db: Db,
  page: { limit: number; offset: number; only?: DeviceLimit | undefined },
): Promise<{ rows: IdentityAlertRow[]; count: number }> {
  const rows = await db<IdentityAlertRow[]>`
    select a.id, a.enrollment_id, d.id as device_id, e.name as device_name, d.serial_number, a.kind, a.fingerprint, a.ip,
      a.attempts, a.attempted_at, a.created_at
    from identity_alerts a join enrollments e on e.id = a.enrollment_id join devices d on d.id = e.device_id
    where a.dismissed_at is null and d.deleted_at is null and ${within(db, page.only)}
    order by a.attempted_at desc, a.id desc limit ${page.limit} offset ${page.offset}`;
  const { count } = one(
    await db<{ count: number }[]>`
      select count(*)::int as count from identity_alerts a join enrollments e on e.id = a.enrollment_id
        join devices d on d.id = e.device_id
      where a.dismissed_at is null and d.deleted_at is null and ${within(db, page.only)}`,
  );
  return { rows: [...rows], count };
}

/** Dismisses an alert. Returns its enrollment, or undefined if there is no such alert. */
export async function dismissIdentityAlert(db: Db, id: number, now: Date): Promise<EnrollmentId | undefined> {
  const [row] = await db<{ enrollmentId: EnrollmentId }[]>`
    update identity_alerts set dismissed_at = ${now} where id = ${id} and dismissed_at is null returning enrollment_id`;
  return row?.enrollmentId;
}

/** Dismisses the alerts of one kind of an enrollment. */
export async function dismissIdentityAlertsOf(
  db: Db,
  enrollmentId: EnrollmentId,
  kind: IdentityAlertKind,
  now: Date,
): Promise<void> {
  await db`
    update identity_alerts set dismissed_at = ${now}
    where enrollment_id = ${enrollmentId} and kind = ${kind} and dismissed_at is null`;
}
