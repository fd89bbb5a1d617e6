/**
 * On how many devices variables have no value.
 *
 * @module
 */

import type { Db } from "../open.ts";
import { namesWithValues } from "./variable_facts.ts";

/** A variable of a version, and the number of checked channels on which it has no value. */
export type ValueGap = {
  versionId: string;
  version: number;
  artifactName: string;
  holdWithoutValues: boolean;
  name: string;
  without: number;
  examined: number;
};

/**
 * Returns the variables of these versions that have no value on some channels, by artifact, version and name. Looks at
 * up to `limit` channels of enrolled devices whose blueprint has the artifact, directly or through another one, and
 * whose platform the version is for.
 */
export async function findValueGaps(db: Db, versionIds: readonly string[], limit: number): Promise<ValueGap[]> {
  if (versionIds.length === 0) return [];
  return await db<ValueGap[]>`
    with recursive needs (artifact_id, needed_id) as (
      select artifact_id, required_id from artifact_requirements
      union
      select v.artifact_id, r.artifact_id from declaration_references r join artifact_versions v on v.id = r.version_id
    ), wanted as (
      select v.id, v.version, v.artifact_id, a.name as artifact_name, a.channel, a.hold_without_values,
        coalesce(v.needed_variables, v.variables) as names, f.platforms
      from artifact_versions v join artifacts a on a.id = v.artifact_id join filters f on f.artifact_version_id = v.id
      where v.id = any(${[...versionIds]}::uuid[]) and coalesce(v.needed_variables, v.variables) <> '{}'
    ), users (version_id, artifact_id) as (
      select id, artifact_id from wanted
      union
      select u.version_id, n.artifact_id from users u join needs n on n.needed_id = u.artifact_id
    ), holders as (
      select distinct u.version_id, b.blueprint_id from users u join blueprint_artifacts b on b.artifact_id = u.artifact_id
    ), examined as (
      select w.id, ${namesWithValues(db)} as here
      from holders h join wanted w on w.id = h.version_id
        join enrollments e on e.blueprint_id = h.blueprint_id and e.ended_at is null
        join channels c on c.enrollment_id = e.id and (c.user_key = '') = (w.channel = 'Device')
        join devices d on d.id = e.device_id
      where e.platform is null or (w.platforms -> e.platform ->> 'active')::boolean
      limit ${limit}
    )
    select w.id as version_id, w.version, w.artifact_name, w.hold_without_values, n.name,
      count(*) filter (where n.name <> all(x.here))::int as without, count(*)::int as examined
    from examined x join wanted w on w.id = x.id cross join unnest(w.names) as n (name)
    group by w.id, w.version, w.artifact_name, w.hold_without_values, n.name
    having count(*) filter (where n.name <> all(x.here)) > 0
    order by w.artifact_name, w.id, w.version, n.name`;
}
