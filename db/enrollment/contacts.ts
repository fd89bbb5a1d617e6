/**
 * When channels were heard.
 *
 * @module
 */

import type { ChannelId } from "../ids.ts";
import type { Db } from "../open.ts";

/** A channel was heard at a time, from an address. `sessionAt`: when its conversation began; null when it did not begin. */
export type ContactMade = { channelId: ChannelId; at: Date; ip: string; sessionAt: Date | null };

/**
 * Records the last check-in of channels. A locked channel is left out, so that nothing waits for it. Returns the ids of
 * those that were recorded or no longer exist.
 */
export async function recordContacts(db: Db, contacts: readonly ContactMade[]): Promise<ChannelId[]> {
  const ids = contacts.map(({ channelId }) => channelId);
  const rows = await db<{ id: ChannelId }[]>`
    with heard as (
      select * from unnest(${ids}::int[], ${contacts.map(({ at }) => at.toISOString())}::timestamptz[],
        ${contacts.map(({ ip }) => ip)}::text[], ${
    contacts.map(({ sessionAt }) => sessionAt?.toISOString() ?? null)
  }::timestamptz[])
        as heard(id, at, ip, session_at)
    ), free as (
      select id from channels where id = any(${ids}::int[]) order by id for update skip locked
    ), written as (
      update channels c set last_seen_at = greatest(c.last_seen_at, h.at),
        last_ip = case when c.last_seen_at is null or c.last_seen_at <= h.at then h.ip else c.last_ip end,
        session_started_at = greatest(c.session_started_at, h.session_at)
      from heard h join free f on f.id = h.id where c.id = h.id returning c.id
    )
    select id from written
    union all select h.id from heard h where not exists (select 1 from channels c where c.id = h.id)`;
  return rows.map(({ id }) => id);
}
