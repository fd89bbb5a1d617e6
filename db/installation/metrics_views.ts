/**
 * Figures of the installation.
 *
 * @module
 */

import { type Db, one } from "../open.ts";
import { suspendedChannels } from "../devices/suspended_channels.ts";

/** Figures for monitoring. */
export type MetricCounts = {
  platforms: { platform: string | null; count: number }[];
  pushDue: number;
  pushDead: number;
  commands: { state: string; count: number }[];
  certificates: { name: string; notAfter: Date }[];
  artifacts: { name: string; type: string; version: number; status: string; count: number }[];
  haltedVersions: number;
};

/** Returns the figures at `now`. */
export async function countMetrics(db: Db, now: Date): Promise<MetricCounts> {
  const suspended = suspendedChannels(db);
  const platforms = await db<{ platform: string | null; count: number }[]>`
    select platform, count(*)::int as count from enrollments where ended_at is null group by platform order by platform`;
  const pushes = one(
    await db<{ pushDue: number; pushDead: number }[]>`
      select
        (select count(*)::int from channels
          where push_token is not null and push_dead_at is null and push_due_at <= ${now}
            and id not in (${suspended})) as push_due,
        (select count(*)::int from channels
          where push_token is not null and push_dead_at is not null and id not in (${suspended})) as push_dead`,
  );
  const commands = await db<{ state: string; count: number }[]>`
    select state, count(*)::int as count from commands where channel_id not in (${suspended})
    group by state order by state`;
  const certificates = await db<{ name: string; notAfter: Date }[]>`
    select name, not_after from push_certificates where not_after is not null order by name`;
  const artifacts = await db<MetricCounts["artifacts"]>`
    select a.name, a.type, v.version, t.status, t.count
    from (
      select artifact_version_id, status, count(*)::int as count from target_artifacts
      where channel_id not in (${suspended}) group by artifact_version_id, status
    ) t join artifact_versions v on v.id = t.artifact_version_id join artifacts a on a.id = v.artifact_id
    order by a.name, v.version, t.status`;
  const { haltedVersions } = one(
    await db<{ haltedVersions: number }[]>`
      select count(*)::int as halted_versions from artifact_versions where state = 'halted'`,
  );
  return { platforms, ...pushes, commands, certificates, artifacts, haltedVersions };
}
