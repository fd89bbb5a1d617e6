/**
 * The senders of commands, from the audit events.
 *
 * @module
 */

import type { Db } from "../open.ts";

/** Where a command came from. `requestType` is that of a custom command. */
export type CommandOrigin = { uuid: string; username: string | null; requestType: string | null };

/** Events of a command are recorded in its transaction; clocks of processes may differ by this much. */
const SLACK_MS = 60_000;

/**
 * Returns the origins of commands of one device, by their UUID. Commands that the server queued by itself, and those whose
 * events are past retention, have none.
 */
export async function commandOrigins(
  db: Db,
  serialNumber: string,
  commands: readonly { uuid: string; createdAt: Date }[],
): Promise<Map<string, CommandOrigin>> {
  if (commands.length === 0) return new Map();
  const times = commands.map(({ createdAt }) => createdAt.getTime());
  const [first, last] = [new Date(Math.min(...times) - SLACK_MS), new Date(Math.max(...times) + SLACK_MS)];
  const rows = await db<CommandOrigin[]>`
    select payload #>> '{object,pk}' as uuid, request #>> '{user,username}' as username,
      payload #>> '{object,new_value,kwargs,request_type}' as request_type
    from events
    where serial_number = ${serialNumber} and created_at between ${first} and ${last} and type = 'zentral_audit'
      and payload ->> 'action' = 'created' and payload #>> '{object,model}' in ('mdm.devicecommand', 'mdm.usercommand')
      and payload #>> '{object,pk}' = any(${commands.map(({ uuid }) => uuid)}::text[])`;
  return new Map(rows.map((row) => [row.uuid, row]));
}
