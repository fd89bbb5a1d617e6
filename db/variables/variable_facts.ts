/**
 * The facts behind variables.
 *
 * @module
 */

import type { ChannelId } from "../ids.ts";
import type { DeviceValueRow } from "./device_values.ts";
import type { Db } from "../open.ts";

/** The facts of a channel, its device and its user. Unknown texts are empty. */
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

/** Returns the facts of a channel, in one statement. */
export async function findVariableFacts(db: Db, channelId: ChannelId): Promise<VariableFactsRow | undefined> {
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

/**
 * Returns the names of the variables that have a value on a channel `c` of the enrollment `e` and device `d`, as an
 * array: those that `findVariableFacts` finds one for. Whether a secret is an empty text is unknown without decrypting
 * it: it counts as a value.
 */
export const namesWithValues = (db: Db) =>
  db`(array_remove(array[
      case when d.udid <> '' then 'ENROLLED_DEVICE.UDID' end,
      case when d.serial_number <> '' then 'ENROLLED_DEVICE.SERIAL_NUMBER' end,
      case when e.name <> '' then 'ENROLLED_DEVICE.NAME' end,
      case when e.model <> '' then 'ENROLLED_DEVICE.MODEL' end,
      case when e.platform <> '' then 'ENROLLED_DEVICE.PLATFORM' end,
      case when e.os_version <> '' then 'ENROLLED_DEVICE.OS_VERSION' end,
      -- Not by exists, for which PostgreSQL may read all tags of all devices.
      case when case when e.hardware_proven
        then (select true from device_tags t where t.serial_number = d.serial_number limit 1)
        else cardinality(e.own_tags) > 0 end then 'ENROLLED_DEVICE.TAGS' end,
      case when c.user_key <> '' and c.user_long_name <> '' then 'ENROLLED_USER.LONG_NAME' end,
      case when c.user_key <> '' and c.user_short_name <> '' then 'ENROLLED_USER.SHORT_NAME' end
    ]::text[], null) || array(
      select n.name from device_values v cross join lateral unnest(case when v.name = 'ASSET_TAG'
        then array['CUSTOM.ASSET_TAG', 'ENROLLED_DEVICE.ASSET_TAG'] else array['CUSTOM.' || v.name] end) as n (name)
      where v.serial_number = d.serial_number and e.hardware_proven and (v.value_sealed is not null or v.value <> '')))`;
