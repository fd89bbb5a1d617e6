/**
 * Whether Apple has assigned a device to a virtual server, by the last synchronization.
 *
 * @module
 */

import type { Db } from "../open.ts";

/** A device as a virtual server has it. */
export type AssignedRow = { serialNumber: string; disowned: boolean; deleted: boolean };

/** Returns a device of a virtual server; undefined if that never had it. */
export async function findAssigned(
  db: Db,
  virtualServerId: number,
  serialNumber: string,
): Promise<AssignedRow | undefined> {
  const [row] = await db<AssignedRow[]>`
    select serial_number, disowned_at is not null as disowned, last_op_type = 'deleted' as deleted
    from dep_devices where virtual_server_id = ${virtualServerId} and lower(serial_number) = lower(${serialNumber})
    order by disowned, deleted, id limit 1`;
  return row;
}
