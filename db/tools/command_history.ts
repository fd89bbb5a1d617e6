/**
 * A history of commands, for measurements.
 *
 * @module
 */

import type { Sql } from "../open.ts";

/** Gives each enrolled device so many answered commands, the last of them a minute before `now`. */
export async function fillCommandHistory(sql: Sql, perDevice: number, now: Date): Promise<void> {
  await sql`
    insert into command_history (id, uuid, device_id, enrollment_id, user_key, name, arguments, state, sent_at, sent_count,
      not_now_count, result_at, created_at, updated_at)
    select nextval(pg_get_serial_sequence('commands', 'id')), gen_random_uuid(), e.device_id, e.id, '', 'ProfileList', '{}', 'acknowledged', at, 1, 0,
      at, at, at
    from enrollments e, generate_series(1, ${perDevice}::int) n,
      lateral (select ${now}::timestamptz - make_interval(mins => n) as at) times
    where e.ended_at is null`;
}
