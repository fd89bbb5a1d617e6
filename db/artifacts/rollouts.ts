/**
 * Rollouts of versions: their progress, and whether they continue.
 *
 * @module
 */

import { type Db, one } from "../open.ts";
import { failedDevices } from "./rollout_failure_views.ts";
import { suspendedChannels } from "../devices/suspended_channels.ts";

/** A version with the facts that decide its rollout. */
export type RolloutRow = {
  versionId: string;
  version: number;
  state: "active" | "halted" | "withdrawn";
  artifactId: string;
  artifactName: string;
  haltPercent: number | null;
};

const select = (db: Db) =>
  db`select v.id as version_id, v.version, v.state, a.id as artifact_id, a.name as artifact_name, a.halt_percent
    from artifact_versions v join artifacts a on a.id = v.artifact_id`;

/** Returns a version. */
export async function findRollout(db: Db, versionId: string): Promise<RolloutRow | undefined> {
  const [row] = await db<RolloutRow[]>`${select(db)} where v.id = ${versionId}`;
  return row;
}

/** Returns a version, locked; devices can still report its state meanwhile. */
export async function lockRollout(db: Db, versionId: string): Promise<RolloutRow | undefined> {
  const [row] = await db<RolloutRow[]>`${select(db)} where v.id = ${versionId} for no key update of v`;
  return row;
}

/** Returns the versions of an artifact, the newest first; locked. */
export async function lockRolloutsOf(db: Db, artifactId: string): Promise<RolloutRow[]> {
  return await db<RolloutRow[]>`
    ${select(db)} where a.id = ${artifactId} order by v.version desc for no key update of v`;
}

/**
 * Returns the number of enrolled devices that have a version, and of those where it failed: by declaration after all
 * its attempts, since a device that could not download a version during an outage of the server reports it as invalid,
 * and installs it with the next attempt. What a person declined, or Apple has no licence for yet, is no fault of the
 * version. The attack: one device invents users, fails for each, and so halts the rollout
 * for all others.
 */
export async function countRollout(db: Db, versionId: string): Promise<{ present: number; failed: number }> {
  return one(
    await db<{ present: number; failed: number }[]>`
      select count(distinct c.enrollment_id) filter (where t.status in ('Acknowledged', 'Installed'))::int as present,
        count(distinct c.enrollment_id) filter (where t.status = 'Failed'
          and (t.via = 'command' or t.retry_count >= t.max_retry_count)
          and not t.extra_info @> '{"declined": true}' and not jsonb_exists(t.extra_info, 'licence_attempts'))::int
          as failed
      from target_artifacts t join channels c on c.id = t.channel_id
      where t.artifact_version_id = ${versionId} and t.channel_id not in (${suspendedChannels(db)})`,
  );
}

/** Sets whether a version spreads. */
export async function setRolloutState(
  db: Db,
  versionId: string,
  state: RolloutRow["state"],
  reason: string,
  now: Date,
): Promise<void> {
  await db`
    update artifact_versions set state = ${state}, state_reason = ${reason}, state_at = ${now}, updated_at = ${now}
    where id = ${versionId}`;
}

/** Deletes the failures of a version, so that it is retried. */
export async function forgetFailures(db: Db, versionId: string): Promise<void> {
  await db`delete from target_artifacts where artifact_version_id = ${versionId} and status = 'Failed'`;
}

/** A halted version, since when and why, and on how many devices it failed. */
export type HaltedRow = RolloutRow & { reason: string; at: Date; failed: number };

/** Returns the versions that are halted, the latest first. */
export async function listHalted(db: Db): Promise<HaltedRow[]> {
  return await db<HaltedRow[]>`
    select v.id as version_id, v.version, v.state, a.id as artifact_id, a.name as artifact_name, a.halt_percent,
      v.state_reason as reason, v.state_at as at, ${failedDevices(db, db`v.id`)} as failed
    from artifact_versions v join artifacts a on a.id = v.artifact_id
    where v.state = 'halted' order by v.state_at desc, v.id limit 100`;
}
