/**
 * Commands of users, live and finished.
 *
 * @module
 */

import { type DeviceLimit, within } from "../access/device_limit_views.ts";
import type { ChannelId } from "../ids.ts";
import { type Db, one } from "../open.ts";
import { ANY_RESULT_BYTES, type CommandView, commandViews, LISTED_RESULT_BYTES } from "./commands.ts";

/** A command of a user as the API shows it. */
export type UserCommandView = CommandView & { userId: ChannelId };

const views = (db: Db, longest: number) =>
  db`
    select v.*, u.id as user_id from (${commandViews(db, longest, "users")}) v
    join channels u on u.enrollment_id = v.enrollment_id and u.user_key = v.user_key`;

/**
 * Returns a page of users' commands, newest first, and the total number: of one user, or of all whose devices are not
 * deleted.
 */
export async function listUserCommands(
  db: Db,
  page: { limit: number; offset: number; name?: string; userId?: ChannelId; only?: DeviceLimit | undefined },
): Promise<{ rows: UserCommandView[]; count: number }> {
  const where = db`where ${
    page.only === undefined
      ? db`true`
      : db`exists (select 1 from devices d where d.id = v.device_id and ${within(db, page.only)})`
  }
    ${page.name === undefined ? db`` : db`and v.name = ${page.name}`}
    ${
    page.userId === undefined
      ? db`and v.device_id not in (select id from devices where deleted_at is not null)`
      : db`and v.user_id = ${page.userId}`
  }`;
  const rows = await db<UserCommandView[]>`
    select * from (${views(db, LISTED_RESULT_BYTES)}) v ${where}
    order by v.created_at desc, v.id desc limit ${page.limit} offset ${page.offset}`;
  const { count } = one(
    await db<{ count: number }[]>`select count(*)::int as count from (${views(db, LISTED_RESULT_BYTES)}) v ${where}`,
  );
  return { rows: [...rows], count };
}

/** Returns one command of a user. */
export async function findUserCommand(db: Db, uuid: string): Promise<UserCommandView | undefined> {
  const [row] = await db<UserCommandView[]>`select * from (${views(db, ANY_RESULT_BYTES)}) v where v.uuid = ${uuid}`;
  return row;
}
