/**
 * The tags that an enrollment secret adds to the devices that use it.
 *
 * @module
 */

import type { Db } from "../open.ts";

/** Adds the tags of a secret to a serial number. */
export async function addSecretTags(
  db: Db,
  enrollmentSecretId: number,
  serialNumber: string,
  now: Date,
): Promise<void> {
  await db`
    insert into device_tags (serial_number, tag_id, created_at)
    select ${serialNumber}, tag_id, ${now} from enrollment_secret_tags where enrollment_secret_id = ${enrollmentSecretId}
    on conflict do nothing`;
}

/** Returns the tags of a secret, by id. */
export async function tagsOfSecret(db: Db, enrollmentSecretId: number): Promise<number[]> {
  const rows = await db<{ tagId: number }[]>`
    select tag_id from enrollment_secret_tags where enrollment_secret_id = ${enrollmentSecretId} order by tag_id`;
  return rows.map(({ tagId }) => tagId);
}
