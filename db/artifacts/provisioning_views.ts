/**
 * In-house apps and provisioning profiles: the newest version of each artifact that is neither halted nor withdrawn.
 *
 * @module
 */

import type { PackageFileFacts } from "../packages/package_files.ts";
import type { Db } from "../open.ts";

/** What both have. */
type Provisioned = {
  artifactId: string;
  name: string;
  /** The blueprints that the artifact is in. */
  blueprintIds: number[];
};

/** An app for phones, tablets and Apple TVs. */
export type InHouseAppRow = Provisioned & {
  bundleId: string;
  /** The provisioning profile in it. */
  profile: PackageFileFacts["profile"];
};

/** A provisioning profile that is an artifact. */
export type ProvisioningArtifactRow = Provisioned & {
  profileName: string;
  uuid: string;
  /** With the prefix of the team; "" if it does not say. */
  applicationIdentifier: string;
  /** ISO 8601, as it was read; null if it does not say. */
  expiresAt: string | null;
};

const latest = (db: Db) =>
  db`not exists (select 1 from artifact_versions o
    where o.artifact_id = v.artifact_id and o.version > v.version and o.state = 'active')`;

const blueprintIds = (db: Db) =>
  db`array(select b.blueprint_id from blueprint_artifacts b where b.artifact_id = a.id order by 1)`;

/** Returns the apps, by name. */
export async function listInHouseApps(db: Db): Promise<InHouseAppRow[]> {
  return await db<InHouseAppRow[]>`
    select a.id as artifact_id, a.name, ${blueprintIds(db)} as blueprint_ids, f.product_id as bundle_id, f.profile
    from enterprise_app_versions e join package_files f on f.sha256 = e.package_sha256
      join artifact_versions v on v.id = e.id join artifacts a on a.id = v.artifact_id
    where f.type = 'IPA' and v.state = 'active' and ${latest(db)} order by a.name, a.id`;
}

/** Returns the provisioning profiles, by name. */
export async function listProvisioningArtifacts(db: Db): Promise<ProvisioningArtifactRow[]> {
  return await db<ProvisioningArtifactRow[]>`
    select a.id as artifact_id, a.name, ${blueprintIds(db)} as blueprint_ids, p.name as profile_name, p.uuid,
      coalesce(p.content->'Entitlements'->>'application-identifier',
        p.content->'Entitlements'->>'com.apple.application-identifier', '') as application_identifier,
      p.content->>'ExpirationDate' as expires_at
    from provisioning_profile_versions p join artifact_versions v on v.id = p.version_id
      join artifacts a on a.id = v.artifact_id
    where v.state = 'active' and ${latest(db)} order by a.name, a.id`;
}
