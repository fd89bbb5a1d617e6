/**
 * How far an assigned device has come on its way from the box to its release from Setup Assistant, in one query.
 *
 * A message that led to no enrollment is the latest attempt, whatever the device was before: the messages of a device are
 * used when it enrolls. Without one, the device is what its last enrollment is.
 *
 * @module
 */

import type { ReleaseReason } from "../enrollment/enrollments.ts";
import type { DeviceId } from "../ids.ts";
import type { Db } from "../open.ts";

/** The steps, in their order. */
export const SETUP_STEPS = [
  "never",
  "must_update",
  "web_view",
  "refused",
  "profile",
  "waiting",
  "released",
  "enrolled",
  "enrolled_before",
] as const;

/** A step. */
export type SetupStep = (typeof SETUP_STEPS)[number];

/** The step of a device, and what is known of it. */
export type SetupFacts = {
  setupStep: SetupStep;
  /** When it got there; null for a device that never came. */
  setupSince: Date | null;
  /** The version that it has to update to; "" in every other step. */
  requiredVersion: string;
  /** The page of the web view that it is shown; null in every other step, and after the last page. */
  setupPage: string | null;
  /** When its visit of the web view, or the profile that it got, expires. */
  setupExpiresAt: Date | null;
  releaseDueAt: Date | null;
  releasedBecause: ReleaseReason | null;
  /** The device that has enrolled with that serial number, now or before. */
  enrolledDeviceId: DeviceId | null;
};

/** Returns the columns of a step, which `setupJoin` finds. */
export const setupColumns = (db: Db) =>
  db`s.setup_step, s.setup_since, s.required_version, s.setup_page, s.setup_expires_at, s.release_due_at,
    s.released_because, s.enrolled_device_id`;

type Part = ReturnType<Db>;

/** The serial numbers of messages that led to no enrollment. */
const unfinished = (db: Db, more: Part) =>
  db`select lower(serial_number) from dep_messages where used_at is null ${more}`;

/**
 * Returns a condition that every device `d` in a step meets, by serial numbers that are few: devices that are in the middle
 * of something. `setupJoin` then looks at those alone. True for the steps that most devices are in.
 */
export function setupCandidates(db: Db, step: SetupStep): Part {
  switch (step) {
    case "profile":
      return db`lower(d.serial_number) in (${unfinished(db, db`and session_id is not null`)}
        union select lower(x.serial_number) from enrollment_sessions b join enrollments e on e.session_id = b.id
          join devices x on x.enrollment_id = e.id where b.kind = 'DEP' and b.status = 'AUTHENTICATED')`;
    case "web_view":
    case "refused":
      return db`lower(d.serial_number) in (${unfinished(db, db``)})`;
    case "must_update":
      return db`lower(d.serial_number) in (${unfinished(db, db`and required_version <> ''`)})`;
    case "waiting":
      return db`lower(d.serial_number) in (select lower(x.serial_number) from enrollments e
        join devices x on x.enrollment_id = e.id where e.awaiting_configuration and e.ended_at is null)`;
    default:
      return db`true`;
  }
}

/** Joins the step `s` to each assigned device `d`: a few index lookups for each. */
export const setupJoin = (db: Db) =>
  db`cross join lateral (
    select
      case when m.session_id is not null then 'profile'
        when v.id is not null then 'web_view'
        when m.required_version <> '' then 'must_update'
        when m.digest is not null then 'refused'
        when e.id is null then 'never'
        when e.ended_at is not null then 'enrolled_before'
        when e.unfinished then 'profile'
        when e.awaiting_configuration then 'waiting'
        when e.released_at is not null then 'released'
        else 'enrolled' end as setup_step,
      case when m.digest is not null then coalesce(n.updated_at, v.updated_at, m.created_at)
        when e.ended_at is not null then e.ended_at
        when e.awaiting_configuration then e.awaiting_since
        else coalesce(e.released_at, e.created_at) end as setup_since,
      case when m.session_id is null and v.id is null then coalesce(m.required_version, '') else '' end as required_version,
      case when m.session_id is null then (
        select w.name from dep_enrollment_custom_views l join enrollment_custom_views w on w.id = l.custom_view_id
        where l.dep_enrollment_id = v.dep_enrollment_id and not w.id = any(v.seen)
        order by w.requires_authentication, l.weight, l.id limit 1) end as setup_page,
      case when m.session_id is not null then n.expires_at else v.expires_at end as setup_expires_at,
      case when m.digest is null and e.ended_at is null and e.awaiting_configuration then e.release_due_at end
        as release_due_at,
      case when m.digest is null and e.ended_at is null then e.released_because end as released_because,
      e.device_id as enrolled_device_id
    from (select) nothing
    left join lateral (
      select m.digest, m.session_id, m.required_version, m.created_at from dep_messages m
      join dep_enrollments o on o.id = m.dep_enrollment_id and o.virtual_server_id = d.virtual_server_id
      where lower(m.serial_number) = lower(d.serial_number) and m.used_at is null
      order by m.created_at desc, m.digest limit 1) m on true
    left join lateral (
      select v.id, v.dep_enrollment_id, v.seen, v.updated_at, v.expires_at from dep_web_visits v
      where lower(v.serial_number) = lower(d.serial_number) and v.message_digest = m.digest
      order by v.id desc limit 1) v on true
    left join enrollment_sessions n on n.id = m.session_id
    left join lateral (
      select e.id, e.device_id, e.ended_at, e.awaiting_configuration, e.awaiting_since, e.release_due_at, e.released_at,
        e.released_because, e.created_at, b.kind = 'DEP' and b.status = 'AUTHENTICATED' as unfinished
      from devices x join enrollments e on e.id = x.enrollment_id join enrollment_sessions b on b.id = e.session_id
      where lower(x.serial_number) = lower(d.serial_number)
      order by e.ended_at is not null, e.id desc limit 1) e on true
  ) s`;
