/**
 * Everything a blueprint holds, read in one statement.
 *
 * @module
 */

import type { BlueprintValues } from "./blueprints.ts";
import type { Db, Json } from "../open.ts";
import type { EnforcementValues } from "../updates/enforcements.ts";

/** A filter as it is stored. */
export type FilterJson = {
  platforms: Record<string, { active: boolean; min: string; max: string }>;
  shardModulo: number;
  defaultShard: number;
  excludedTags: number[];
  tagShards: { tag: number; shard: number }[];
};

/** A version as it is stored. */
export type VersionJson = {
  id: string;
  version: number;
  contentRevision: number;
  state: "active" | "halted" | "withdrawn";
  /** Variables without a default. */
  needed: string[];
  filter: FilterJson;
  references: string[];
  payload: Json;
  /** The licence of a store app; absent for everything else. */
  licence?: { asset: number; declarative: boolean; configured: boolean; keepUpdated: boolean };
  /** The platforms of its package or app; absent where there is none. */
  runsOn?: string[];
};

/** An artifact as it is stored, with its requirements and its versions. */
export type ArtifactContentRow = {
  id: string;
  name: string;
  type: string;
  channel: "Device" | "User";
  installDuringSetupAssistant: boolean;
  autoUpdate: boolean;
  reinstallInterval: number;
  reinstallOnOsUpdate: "No" | "Major" | "Minor" | "Patch";
  holdWithoutValues: boolean;
  declarationType: string | null;
  requires: string[];
  link: FilterJson | null;
  versions: VersionJson[];
};

/** An enforcement as it is stored; see `db/updates/enforcements.ts`. */
export type EnforcementJson = Omit<EnforcementValues, "platforms"> & { id: number; platforms: string[] };

/** FileVault settings as far as they decide what devices get; see `db/filevault/filevault_configs.ts`. */
export type FilevaultJson = {
  id: number;
  escrowLocationDisplayName: string;
  atLoginOnly: boolean;
  bypassAttempts: number;
  showRecoveryKey: boolean;
  destroyKeyOnStandby: boolean;
  prkRotationIntervalDays: number;
};

/** Settings of recovery passwords as far as they decide what devices get. */
export type RecoveryPasswordJson = {
  id: number;
  dynamicPassword: boolean;
  /** When the static password was set, as ISO text; null if the password is dynamic. */
  staticPasswordSetAt: string | null;
  rotationIntervalDays: number;
  rotateFirmwarePassword: boolean;
};

/** A blueprint with the revision that it was read at. */
export type BlueprintContentRow =
  & Omit<
    BlueprintValues,
    "name" | "defaultLocationId" | "softwareUpdateEnforcements" | "filevaultConfigId" | "recoveryPasswordConfigId"
  >
  & {
    id: number;
    enforcements: EnforcementJson[];
    filevault: FilevaultJson | null;
    recoveryPassword: RecoveryPasswordJson | null;
    legacyProfilesViaDdm: boolean;
    revision: number;
    artifacts: ArtifactContentRow[];
  };

const filter = (db: Db, alias: string) => {
  const f = db(alias);
  return db`jsonb_build_object('platforms', ${f}.platforms, 'shardModulo', ${f}.shard_modulo, 'defaultShard', ${f}.default_shard,
    'excludedTags', coalesce((select jsonb_agg(x.tag_id order by x.tag_id) from filter_excluded_tags x where x.filter_id = ${f}.id), '[]'),
    'tagShards', coalesce((select jsonb_agg(jsonb_build_object('tag', s.tag_id, 'shard', s.shard) order by s.tag_id)
      from filter_tag_shards s where s.filter_id = ${f}.id), '[]'))`;
};

/** Returns the blueprint with its artifacts and all that they require or refer to, however far. */
export async function findBlueprintContent(db: Db, id: number): Promise<BlueprintContentRow | undefined> {
  const [row] = await db<BlueprintContentRow[]>`
    with recursive needs (artifact_id, needed_id) as (
      select artifact_id, required_id from artifact_requirements
      union
      select v.artifact_id, r.artifact_id from declaration_references r join artifact_versions v on v.id = r.version_id
    ), reach (id) as (
      select artifact_id from blueprint_artifacts where blueprint_id = ${id}
      union
      select n.needed_id from reach join needs n on n.artifact_id = reach.id
    )
    select b.id, b.inventory_interval, b.collect_apps, b.collect_certificates, b.collect_profiles, b.legacy_profiles_via_ddm,
      (select revision from desired_state) as revision,
      (select jsonb_build_object('id', f.id, 'escrowLocationDisplayName', f.escrow_location_display_name,
          'atLoginOnly', f.at_login_only, 'bypassAttempts', f.bypass_attempts, 'showRecoveryKey', f.show_recovery_key,
          'destroyKeyOnStandby', f.destroy_key_on_standby, 'prkRotationIntervalDays', f.prk_rotation_interval_days)
        from filevault_configs f where f.id = b.filevault_config_id) as filevault,
      (select jsonb_build_object('id', r.id, 'dynamicPassword', r.dynamic_password,
          'staticPasswordSetAt', r.static_password_set_at, 'rotationIntervalDays', r.rotation_interval_days,
          'rotateFirmwarePassword', r.rotate_firmware_password)
        from recovery_password_configs r where r.id = b.recovery_password_config_id) as recovery_password,
      coalesce((
        select jsonb_agg(jsonb_build_object('id', e.id, 'name', e.name, 'detailsUrl', e.details_url,
          'platforms', e.platforms, 'osVersion', e.os_version, 'buildVersion', e.build_version,
          'localDatetime', to_char(e.local_datetime, 'YYYY-MM-DD"T"HH24:MI:SS'), 'maxOsVersion', e.max_os_version,
          'delayDays', e.delay_days, 'localTime', to_char(e.local_time, 'HH24:MI:SS'), 'blackouts', e.blackouts,
          'tags', array(select t.tag_id from software_update_enforcement_tags t where t.enforcement_id = e.id
            order by t.tag_id)) order by e.id)
        from blueprint_software_update_enforcements l join software_update_enforcements e on e.id = l.enforcement_id
        where l.blueprint_id = b.id), '[]') as enforcements,
      coalesce((
        select jsonb_agg(jsonb_build_object('id', a.id, 'name', a.name, 'type', a.type, 'channel', a.channel,
          'installDuringSetupAssistant', a.install_during_setup_assistant, 'autoUpdate', a.auto_update,
          'reinstallInterval', a.reinstall_interval, 'reinstallOnOsUpdate', a.reinstall_on_os_update,
          'holdWithoutValues', a.hold_without_values,
          'declarationType', a.declaration_type,
          'requires', coalesce((select jsonb_agg(r.required_id order by r.required_id) from artifact_requirements r
            where r.artifact_id = a.id), '[]'),
          'link', (select ${
    filter(db, "f")
  } from blueprint_artifacts ba join filters f on f.blueprint_artifact_id = ba.id
            where ba.blueprint_id = b.id and ba.artifact_id = a.id),
          'versions', coalesce((select jsonb_agg(jsonb_build_object('id', v.id, 'version', v.version,
              'contentRevision', v.content_revision, 'state', v.state,
              'needed', coalesce(v.needed_variables, v.variables), 'filter', ${filter(db, "g")}, 'payload', d.payload,
              'references', coalesce((select jsonb_agg(distinct n.artifact_id) from declaration_references n
                where n.version_id = v.id), '[]'))
              -- Only where there is one: contents without stay what they were.
              || case when k.id is null then '{}' else jsonb_build_object('runsOn',
                p.platforms || case when k.ios_app then array['macOS'] else '{}' end) end
              || case when s.id is null then '{}' else jsonb_build_object(
                'runsOn', i.supported_platforms || case when 'iOS' = any(i.supported_platforms) then array['iPadOS']
                  else '{}' end,
                'licence', jsonb_build_object('asset', s.location_asset_id, 'declarative', s.declarative,
                  'configured', s.configuration_sealed is not null, 'keepUpdated', s.keep_updated)) end
              -- A declaration of an app uses the licences of the blueprint's location.
              || case when a.declaration_type = 'com.apple.configuration.app.managed' then coalesce((
                select jsonb_build_object('licence', jsonb_build_object('asset', w.id, 'declarative', true,
                  'configured', false, 'keepUpdated', false))
                from location_assets w join store_assets z on z.id = w.asset_id
                where w.location_id = b.default_location_id and w.gone_at is null and z.product_type = 'App'
                  and (z.adam_id = d.payload ->> 'AppStoreID' or z.bundle_id = d.payload ->> 'BundleID')
                order by z.pricing_param <> 'STDQ', w.id limit 1), '{}') else '{}' end order by v.version desc)
            from artifact_versions v join filters g on g.artifact_version_id = v.id
            left join enterprise_app_versions k on k.id = v.id left join package_files p on p.sha256 = k.package_sha256
            left join store_app_versions s on s.id = v.id left join location_assets y on y.id = s.location_asset_id
            left join store_assets i on i.id = y.asset_id
            left join declaration_versions d on d.version_id = v.id where v.artifact_id = a.id), '[]')
        ) order by a.id)
        from reach join artifacts a on a.id = reach.id), '[]') as artifacts
    from blueprints b where b.id = ${id}`;
  return row;
}

/** Returns the blueprints that have enrolled devices, with the digest they had when those were last looked through. */
export async function findUsedBlueprints(db: Db): Promise<{ id: number; fannedOutDigest: string | null }[]> {
  return await db<{ id: number; fannedOutDigest: string | null }[]>`
    select b.id, b.fanned_out_digest from blueprints b
    where exists (select 1 from enrollments e where e.blueprint_id = b.id and e.ended_at is null) order by b.id`;
}

/** Begins the fan-out of a blueprint with this digest; returns the argument of `endFanOut`. */
export async function beginFanOut(db: Db, id: number, digest: string, uuid: string): Promise<string> {
  const claim = `~${digest} ${uuid}`;
  await db`update blueprints set fanned_out_digest = ${claim} where id = ${id}`;
  return claim;
}

/** Stores the digest of a blueprint after its fan-out, unless devices have followed another digest meanwhile. */
export async function endFanOut(db: Db, id: number, claim: string, digest: string): Promise<void> {
  await db`update blueprints set fanned_out_digest = ${digest} where id = ${id} and fanned_out_digest = ${claim}`;
}

/** Records that a device follows a blueprint with this digest, which may differ from the one of the fan-out. */
export async function recordFollowed(db: Db, id: number, digest: string): Promise<void> {
  await db`
    update blueprints set fanned_out_digest = null
    where id = ${id} and fanned_out_digest <> ${digest} and not starts_with(fanned_out_digest, ${`~${digest} `})`;
}
