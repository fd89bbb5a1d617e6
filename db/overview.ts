/**
 * What the overview shows beside its counts of devices, each in a fixed number of statements.
 *
 * @module
 */

import { enrolledDevices } from "./device_search.ts";
import type { Db } from "./open.ts";

/** How many enrolled devices run each version. */
export async function countVersions(
  db: Db,
): Promise<{ platform: string | null; osVersion: string; count: number }[]> {
  return await db<{ platform: string | null; osVersion: string; count: number }[]>`
    select e.platform, trim(e.os_version || ' ' || e.os_version_extra) as os_version, count(*)::int as count
    ${enrolledDevices(db)} group by 1, 2 order by 1 nulls last, 3 desc, 2`;
}

/** Push certificates that end before a time, or that have none. */
export async function pushCertificatesInNeed(
  db: Db,
  before: Date,
): Promise<{ id: number; name: string; notAfter: Date | null }[]> {
  return await db<{ id: number; name: string; notAfter: Date | null }[]>`
    select id, name, not_after from push_certificates where not_after is null or not_after < ${before} order by name`;
}
