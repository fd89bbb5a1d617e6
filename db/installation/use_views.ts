/**
 * The uses of an object that prevent its deletion.
 *
 * @module
 */

import type { Db } from "../open.ts";
import { isTrace } from "../artifacts/target_artifacts.ts";

/** The kinds of users of an object. */
export type UserKind =
  | "enrollment"
  | "blueprint"
  | "software update enforcement"
  | "artifact"
  | "version"
  | "tag"
  | "taxonomy"
  | "device"
  | "command";

/** Something that uses an object by its name; devices and commands are counted, `name` is their number. */
export type UseRow = { kind: UserKind; name: string };

/** The enrollments of all kinds, with what they name. */
const enrollments = (db: Db) =>
  db`(select name, enrollment_secret_id, push_certificate_id, scep_issuer_id from ota_enrollments
    union all select name, enrollment_secret_id, push_certificate_id, scep_issuer_id from dep_enrollments)`;

/** Returns the enrollments, the software update enforcements, and the filters of blueprints and versions that name a tag. */
export const usesOfTag = (db: Db, id: number) =>
  db<UseRow[]>`
    with tagged as (
      select filter_id from filter_excluded_tags where tag_id = ${id}
      union select filter_id from filter_tag_shards where tag_id = ${id})
    select kind, name from (
      select 'enrollment' as kind, o.name
      from enrollment_secret_tags t join ${enrollments(db)} o on o.enrollment_secret_id = t.enrollment_secret_id
      where t.tag_id = ${id}
      union all
      select 'software update enforcement', e.name
      from software_update_enforcement_tags t join software_update_enforcements e on e.id = t.enforcement_id
      where t.tag_id = ${id}
      union all
      select 'blueprint', b.name || ' (for ' || a.name || ')'
      from tagged join filters f on f.id = tagged.filter_id
        join blueprint_artifacts ba on ba.id = f.blueprint_artifact_id
        join blueprints b on b.id = ba.blueprint_id join artifacts a on a.id = ba.artifact_id
      union all
      select 'version', v.version || ' of ' || a.name
      from tagged join filters f on f.id = tagged.filter_id
        join artifact_versions v on v.id = f.artifact_version_id join artifacts a on a.id = v.artifact_id
    ) uses order by kind, name`;

/** Returns the objects of a business unit. */
export const usesOfMetaBusinessUnit = (db: Db, id: number) =>
  db<UseRow[]>`
    select kind, name from (
      select 'enrollment' as kind, o.name
      from enrollment_secrets s join ${enrollments(db)} o on o.enrollment_secret_id = s.id
      where s.meta_business_unit_id = ${id}
      union all select 'tag', name from tags where meta_business_unit_id = ${id}
      union all select 'taxonomy', name from taxonomies where meta_business_unit_id = ${id}
      union all
      select 'device', count(distinct e.device_id)::text
      from enrollment_sessions s join enrollments e on e.session_id = s.id
      where s.meta_business_unit_id = ${id} having count(*) > 0
    ) uses order by kind, name`;

/** Returns the tags of a taxonomy. */
export const usesOfTaxonomy = (db: Db, id: number) =>
  db<UseRow[]>`select 'tag' as kind, name from tags where taxonomy_id = ${id} order by name, id`;

/** Returns the enrollments and devices of a push certificate. */
export const usesOfPushCertificate = (db: Db, id: number) =>
  db<UseRow[]>`
    select kind, name from (
      select 'enrollment' as kind, o.name from ${enrollments(db)} o where o.push_certificate_id = ${id}
      union all
      select 'device', count(distinct device_id)::text from enrollments
      where push_certificate_id = ${id} having count(*) > 0
    ) uses order by kind, name`;

/** Returns the enrollments and certificate assets of a SCEP issuer. */
export const usesOfScepIssuer = (db: Db, id: string) =>
  db<UseRow[]>`
    select kind, name from (
      select 'enrollment' as kind, o.name from ${enrollments(db)} o where o.scep_issuer_id = ${id}
      union all
      select distinct 'artifact', a.name
      from cert_asset_versions c join artifact_versions v on v.id = c.version_id join artifacts a on a.id = v.artifact_id
      where c.scep_issuer_id = ${id}
    ) uses order by kind, name`;

/** Returns the artifacts of a blueprint. */
export const usesOfBlueprint = (db: Db, id: number) =>
  db<UseRow[]>`
    select 'artifact' as kind, a.name from blueprint_artifacts ba join artifacts a on a.id = ba.artifact_id
    where ba.blueprint_id = ${id} order by a.name, a.id`;

/** Returns where an artifact is used: blueprints, artifacts that need it, devices, commands. */
export const usesOfArtifact = (db: Db, id: string) =>
  db<UseRow[]>`
    select kind, name from (
      select 'blueprint' as kind, b.name
      from blueprint_artifacts ba join blueprints b on b.id = ba.blueprint_id where ba.artifact_id = ${id}
      union all
      (select 'artifact', a.name
       from artifact_requirements r join artifacts a on a.id = r.artifact_id where r.required_id = ${id}
       union
       select 'artifact', a.name
       from declaration_references r join artifact_versions v on v.id = r.version_id join artifacts a on a.id = v.artifact_id
       where r.artifact_id = ${id})
      union all
      select 'device', count(distinct e.device_id)::text
      from target_artifacts t join channels c on c.id = t.channel_id join enrollments e on e.id = c.enrollment_id
      where t.artifact_id = ${id} and not (${isTrace(db)}) having count(*) > 0
      union all
      select 'command', count(*)::text
      from commands c join artifact_versions v on c.arguments ->> 'artifact_version' = v.id::text
      where v.artifact_id = ${id} having count(*) > 0
    ) uses order by kind, name`;

/** Returns the devices that have a version, and the commands with it that are on their way. */
export const usesOfArtifactVersion = (db: Db, id: string) =>
  db<UseRow[]>`
    select kind, name from (
      select 'device' as kind, count(distinct e.device_id)::text as name
      from target_artifacts t join channels c on c.id = t.channel_id join enrollments e on e.id = c.enrollment_id
      where t.artifact_version_id = ${id} and not (${isTrace(db)}) having count(*) > 0
      union all
      select 'command', count(*)::text from commands where arguments ->> 'artifact_version' = ${id} having count(*) > 0
    ) uses order by kind, name`;

/** Returns the versions of declarations that refer to a package. */
export const usesOfPackage = (db: Db, id: string) =>
  db<UseRow[]>`
    select 'version' as kind, v.version || ' of ' || a.name as name
    from declaration_packages d join artifact_versions v on v.id = d.version_id join artifacts a on a.id = v.artifact_id
    where d.package_id = ${id} order by a.name, v.version`;
