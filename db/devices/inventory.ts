/**
 * The inventory of devices: apps, certificates and profiles. Each report replaces the list, touching only what changed.
 *
 * @module
 */

import type { EnrollmentId } from "../ids.ts";
import { catalogueOfDevice } from "./fleet_app_views.ts";
import { type Db, type Json, json, one } from "../open.ts";

/** An app on a device. Sizes are bytes. */
export type InstalledAppRow = {
  identifier: string;
  name: string;
  version: string;
  shortVersion: string;
  managed: boolean | null;
  bundleSize: number | null;
  dynamicSize: number | null;
  flags: Record<string, boolean>;
  source: string | null;
};

/** The same as it is stored: how the device counts by it (migration 0063). */
export type CountedAppRow = InstalledAppRow & { repeats: 0 | 1 | 2 };

const asJson = (db: Db, rows: unknown) => json(db, JSON.parse(JSON.stringify(rows)) as Json);

/** Replaces the apps of an enrollment. Rows are distinct in identifier, name and versions. */
export async function replaceApps(
  db: Db,
  enrollmentId: EnrollmentId,
  apps: readonly CountedAppRow[],
  now: Date,
): Promise<void> {
  const given = asJson(db, apps);
  // In the order of the key: two devices that report the same new apps at once must not lock each other out.
  await db`
    insert into apps (identifier, name, version, short_version)
    select a->>'identifier', a->>'name', a->>'version', a->>'shortVersion' from jsonb_array_elements(${given}::jsonb) a
    order by 1, 2, 3, 4
    on conflict on constraint apps_key do nothing`;
  await db`
    with given as (
      select apps.id as app_id, (a->>'managed')::boolean as managed, (a->>'bundleSize')::bigint as bundle_size,
        (a->>'dynamicSize')::bigint as dynamic_size, a->'flags' as flags, a->>'source' as source,
        (a->>'repeats')::smallint as repeats
      from jsonb_array_elements(${given}::jsonb) a
      join apps on apps.identifier = a->>'identifier' and apps.name = a->>'name' and apps.version = a->>'version'
        and apps.short_version = a->>'shortVersion'
    ), gone as (
      delete from installed_apps i where i.enrollment_id = ${enrollmentId}
        and not exists (select 1 from given g where g.app_id = i.app_id)
    )
    insert into installed_apps as i (enrollment_id, app_id, managed, bundle_size, dynamic_size, flags, source, repeats)
    select ${enrollmentId}, app_id, managed, bundle_size, dynamic_size, flags, source, repeats from given
    on conflict (enrollment_id, app_id) do update set managed = excluded.managed, bundle_size = excluded.bundle_size,
      dynamic_size = excluded.dynamic_size, flags = excluded.flags, source = excluded.source,
      repeats = excluded.repeats
    where (i.managed, i.bundle_size, i.dynamic_size, i.flags, i.source, i.repeats) is distinct from (excluded.managed,
      excluded.bundle_size, excluded.dynamic_size, excluded.flags, excluded.source, excluded.repeats)`;
  await db`update enrollments set apps_at = ${now} where id = ${enrollmentId}`;
}

/** A certificate on a device. */
export type InstalledCertificateRow = {
  fingerprint: string;
  certificate: Uint8Array;
  subject: string;
  issuer: string;
  serialNumber: string;
  notBefore: Date;
  notAfter: Date;
  commonName: string | null;
};

/** Replaces the certificates of an enrollment. Rows are distinct in their fingerprint. */
export async function replaceCertificates(
  db: Db,
  enrollmentId: EnrollmentId,
  certificates: readonly InstalledCertificateRow[],
  now: Date,
): Promise<void> {
  const whole = json(
    db,
    certificates.map((row) => ({
      fingerprint: row.fingerprint,
      certificate: row.certificate.toBase64(),
      subject: row.subject,
      issuer: row.issuer,
      serial_number: row.serialNumber,
      not_before: row.notBefore.toISOString(),
      not_after: row.notAfter.toISOString(),
    })),
  );
  // In the order of the key: two devices that report the same new certificates at once must not lock each other out.
  await db`
    insert into certificates (fingerprint, certificate, subject, issuer, serial_number, not_before, not_after)
    select c.fingerprint, decode(c.certificate, 'base64'), c.subject, c.issuer, c.serial_number, c.not_before, c.not_after
    from jsonb_to_recordset(${whole}::jsonb) as c (fingerprint text, certificate text, subject text, issuer text,
      serial_number text, not_before timestamptz, not_after timestamptz)
    order by c.fingerprint
    on conflict (fingerprint) do nothing`;
  const given = asJson(db, certificates.map(({ fingerprint, commonName }) => ({ fingerprint, commonName })));
  await db`
    with given as (
      select c->>'fingerprint' as fingerprint, c->>'commonName' as common_name
      from jsonb_array_elements(${given}::jsonb) c
    ), gone as (
      delete from installed_certificates i where i.enrollment_id = ${enrollmentId}
        and not exists (select 1 from given g where g.fingerprint = i.fingerprint)
    )
    insert into installed_certificates (enrollment_id, fingerprint, common_name)
    select ${enrollmentId}, fingerprint, common_name from given
    on conflict (enrollment_id, fingerprint) do nothing`;
  await db`update enrollments set certificates_at = ${now} where id = ${enrollmentId}`;
}

/** A profile on a device. */
export type InstalledProfileRow = {
  uuid: string;
  identifier: string;
  displayName: string | null;
  description: string | null;
  organization: string | null;
  removalDisallowed: boolean;
  hasRemovalPasscode: boolean;
  managed: boolean | null;
  encrypted: boolean;
  source: string | null;
  payloads: { identifier: string; type: string; uuid: string | null; displayName: string | null }[];
  /** SHA-256 of the signer's certificates, the signer first. */
  signers: string[];
};

/** Replaces the profiles of an enrollment. Rows are distinct in UUID and identifier. */
export async function replaceProfiles(
  db: Db,
  enrollmentId: EnrollmentId,
  profiles: readonly InstalledProfileRow[],
  now: Date,
): Promise<void> {
  await db`delete from installed_profiles where enrollment_id = ${enrollmentId}`;
  await db`
    insert into installed_profiles (enrollment_id, uuid, identifier, display_name, description, organization,
      removal_disallowed, has_removal_passcode, managed, encrypted, source, payloads, signers)
    select ${enrollmentId}, p->>'uuid', p->>'identifier', p->>'displayName', p->>'description', p->>'organization',
      (p->>'removalDisallowed')::boolean, (p->>'hasRemovalPasscode')::boolean, (p->>'managed')::boolean,
      (p->>'encrypted')::boolean, p->>'source', p->'payloads', array(select jsonb_array_elements_text(p->'signers'))
    from jsonb_array_elements(${asJson(db, profiles)}::jsonb) p`;
  await db`update enrollments set profiles_at = ${now} where id = ${enrollmentId}`;
}

/** A row of a device's list that cannot be stored normally, and the reason. */
export type OddRow = { reason: string; raw: Json };

/** The lists of an inventory. */
export type InventoryList = "apps" | "certificates" | "profiles";

/** Replaces the malformed rows of a list. */
export async function replaceOddRows(
  db: Db,
  enrollmentId: EnrollmentId,
  list: InventoryList,
  rows: readonly OddRow[],
): Promise<void> {
  await db`
    with gone as (delete from odd_inventory_rows where enrollment_id = ${enrollmentId} and list = ${list}
      and position >= ${rows.length})
    insert into odd_inventory_rows (enrollment_id, list, position, reason, raw)
    select ${enrollmentId}, ${list}, r.position - 1, r.row->>'reason', r.row->'raw'
    from jsonb_array_elements(${asJson(db, rows)}::jsonb) with ordinality as r (row, position)
    on conflict (enrollment_id, list, position) do update set reason = excluded.reason, raw = excluded.raw`;
}

/** Returns the malformed rows of an enrollment, by list. */
export async function listOddRows(db: Db, enrollmentId: EnrollmentId): Promise<(OddRow & { list: InventoryList })[]> {
  return await db<(OddRow & { list: InventoryList })[]>`
    select list, reason, raw from odd_inventory_rows where enrollment_id = ${enrollmentId} order by list, position`;
}

/** An app that a device lists. */
export type ListedAppRow = InstalledAppRow & {
  /** Names the app in addresses. */
  id: number;
  /** The versions that Apple's catalogue has of it, for the platform of the device. */
  latest: string[];
};

/** Returns the apps of an enrollment, by name. */
export async function listInstalledApps(db: Db, enrollmentId: EnrollmentId): Promise<ListedAppRow[]> {
  return await db<ListedAppRow[]>`
    select a.id, a.identifier, a.name, a.version, a.short_version, i.managed, i.bundle_size, i.dynamic_size, i.flags,
      i.source, ${catalogueOfDevice(db)} as latest
    from installed_apps i join apps a on a.id = i.app_id join enrollments e on e.id = i.enrollment_id
    where i.enrollment_id = ${enrollmentId}
    order by lower(a.name), a.identifier, a.id`;
}

/** Returns the certificates of an enrollment, those that end first first. */
export async function listInstalledCertificates(
  db: Db,
  enrollmentId: EnrollmentId,
): Promise<InstalledCertificateRow[]> {
  return await db<InstalledCertificateRow[]>`
    select c.fingerprint, c.certificate, c.subject, c.issuer, c.serial_number, c.not_before, c.not_after, i.common_name
    from installed_certificates i join certificates c on c.fingerprint = i.fingerprint
    where i.enrollment_id = ${enrollmentId} order by c.not_after, c.fingerprint`;
}

/** Returns the profiles of an enrollment, by name. */
export async function listInstalledProfiles(db: Db, enrollmentId: EnrollmentId): Promise<InstalledProfileRow[]> {
  return await db<InstalledProfileRow[]>`
    select uuid, identifier, display_name, description, organization, removal_disallowed, has_removal_passcode, managed,
      encrypted, source, payloads, signers
    from installed_profiles where enrollment_id = ${enrollmentId} order by lower(coalesce(display_name, identifier)), uuid`;
}

/** When each part of the inventory was collected last; null: never. */
export type InventoryTimes = {
  deviceInformationAt: Date | null;
  securityInfoAt: Date | null;
  appsAt: Date | null;
  certificatesAt: Date | null;
  profilesAt: Date | null;
};

/** Returns when the inventory of an enrollment was collected. */
export async function inventoryTimes(db: Db, enrollmentId: EnrollmentId): Promise<InventoryTimes> {
  return one(
    await db<InventoryTimes[]>`
      select device_information_at, security_info_at, apps_at, certificates_at, profiles_at
      from enrollments where id = ${enrollmentId}`,
  );
}

/** What a blueprint collects of each list. */
export type CollectedLists = Record<"apps" | "certificates" | "profiles", "no" | "managed" | "all">;

/** Returns what the blueprint of an enrollment collects; nothing without one. */
export async function findCollectedLists(db: Db, enrollmentId: EnrollmentId): Promise<CollectedLists> {
  const [row] = await db<Record<keyof CollectedLists, number>[]>`
    select b.collect_apps as apps, b.collect_certificates as certificates, b.collect_profiles as profiles
    from enrollments e join blueprints b on b.id = e.blueprint_id where e.id = ${enrollmentId}`;
  const level = (value = 0) => (["no", "managed", "all"] as const)[value] ?? "no";
  return { apps: level(row?.apps), certificates: level(row?.certificates), profiles: level(row?.profiles) };
}
