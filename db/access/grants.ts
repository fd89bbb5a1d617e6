/**
 * What the roles of a user grant.
 *
 * @module
 */

import type { Db } from "../open.ts";

/** The permissions of one role, with the commands and the devices that they are limited to. */
export type Grant = {
  permissions: readonly string[];
  /**
   * The commands that `mdm.add_devicecommand` of this role allows; null: all. A request type of Apple's stands for both of its
   * names: people send RemoveProfile as ManualRemoveProfile, since the server sends it with arguments of its own.
   */
  commands: readonly string[] | null;
  /** Ids of tags and business units: the permissions are for devices with any of them. Both empty: all devices. */
  limitedToTags: readonly number[];
  limitedToBusinessUnits: readonly number[];
};

/** Returns a column with the grants of the user `u`, one per role. */
export const grantsColumn = (db: Db) =>
  db`coalesce((select jsonb_agg(jsonb_build_object('permissions', r.permissions,
      'commands', r.commands || (select array_agg('Manual' || command) from unnest(r.commands) command),
      'limitedToTags', r.limited_to_tags, 'limitedToBusinessUnits', r.limited_to_business_units) order by r.id)
    from user_roles ur join roles r on r.id = ur.role_id where ur.user_id = u.id), '[]') as grants`;
