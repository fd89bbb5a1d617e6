/**
 * The facts that variables stand for.
 *
 * @module
 */

import type { DeviceValueRow } from "./device_values.ts";
import type { Db } from "./open.ts";

/** What is known of a channel, its device and its user. Unknown texts are empty. */
export type VariableFactsRow = {
  udid: string;
  serialNumber: string;
  name: string;
  model: string;
  platform: string | null;
  osVersion: string;
  /** '' on the device channel. */
  userKey: string;
  userShortName: string;
  userLongName: string;
  /** Names, sorted. */
  tags: string[];
  custom: Pick<DeviceValueRow, "id" | "name" | "value" | "valueSealed">[];
};

/** The facts of a channel, in one statement. */
export async function findVariableFacts(db: Db, channelId: number): Promise<VariableFactsRow | undefined> {
  const [row] = await db<VariableFactsRow[]>`
    select d.udid, d.serial_number, e.name, e.model, e.platform, e.os_version, c.user_key, c.user_short_name,
      c.user_long_name,
      -- The attack: an enrollment that only says it is this hardware reads the passwords that wait for it.
      array(select t.name from tags t where t.id = any(case when e.hardware_proven
        then array(select tag_id from device_tags where serial_number = d.serial_number) else e.own_tags end)
        order by t.name) as tags,
      coalesce((select jsonb_agg(jsonb_build_object('id', v.id, 'name', v.name, 'value', v.value,
          'valueSealed', v.value_sealed) order by v.name) from device_values v
        where v.serial_number = d.serial_number and e.hardware_proven), '[]') as custom
    from channels c join enrollments e on e.id = c.enrollment_id join devices d on d.id = e.device_id
    where c.id = ${channelId}`;
  return row;
}
