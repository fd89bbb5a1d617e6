/**
 * Alerts about provisioning profiles that expire.
 *
 * @module
 */

import type { Db } from "../open.ts";

/** Notes that the expiry of a profile is recorded. Returns false if it was before. */
export async function takeProvisioningAlert(
  db: Db,
  artifactId: string,
  expiresAt: Date,
  now: Date,
): Promise<boolean> {
  const { count } = await db`
    insert into provisioning_alerts (artifact_id, expires_at, recorded_at) values (${artifactId}, ${expiresAt}, ${now})
    on conflict do nothing`;
  return count > 0;
}
