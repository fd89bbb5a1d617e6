/**
 * The catalogue of software updates, and what the last fetch of it came to.
 *
 * @module
 */

import { type Db, one, type Tx } from "../open.ts";

/** A release as it is stored. Days are texts such as "2026-03-24". */
export type SoftwareUpdateRow = {
  id: number;
  public: boolean;
  platform: string;
  version: string;
  major: number;
  minor: number;
  patch: number;
  extra: string;
  build: string;
  prerequisiteBuild: string;
  deviceIds: string[];
  /** The first posting date that was seen; the one that counts. */
  postedOn: string;
  /** The posting date of the last feed that had the release. */
  feedPostedOn: string;
  expiresOn: string | null;
  withdrawnAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
};

const columns = (db: Db) =>
  db`id, public, platform, version, major, minor, patch, extra, build, prerequisite_build, device_ids,
    posted_on::text as posted_on, feed_posted_on::text as feed_posted_on, expires_on::text as expires_on, withdrawn_at,
    created_at, updated_at`;

/** Serializes the syncs of all processes until the transaction ends. Returns false if another one is at it. */
export async function lockCatalogue(tx: Tx): Promise<boolean> {
  const rows = await tx`select 1 from software_update_feed where id = 1 for update skip locked`;
  return rows.length > 0;
}

/** Returns every release, withdrawn ones too. */
export async function allSoftwareUpdates(db: Db): Promise<SoftwareUpdateRow[]> {
  return [...await db<SoftwareUpdateRow[]>`select ${columns(db)} from software_updates order by id`];
}

/** A release of the last feed, as the rules read it. */
export type ListedReleaseRow =
  & Omit<
    SoftwareUpdateRow,
    "major" | "minor" | "patch" | "feedPostedOn" | "withdrawnAt" | "createdAt" | "updatedAt"
  >
  & { numbers: [major: number, minor: number, patch: number]; withdrawn: false };

/** Returns the releases of the last feed. */
export async function listedReleases(db: Db): Promise<ListedReleaseRow[]> {
  return [
    ...await db<ListedReleaseRow[]>`
    select id, public, platform, version, array[major, minor, patch] as numbers, extra, build, prerequisite_build,
      device_ids, posted_on::text as posted_on, expires_on::text as expires_on, false as withdrawn
    from software_updates where withdrawn_at is null order by id`,
  ];
}

/** Returns one release. */
export async function findSoftwareUpdate(db: Db, id: number): Promise<SoftwareUpdateRow | undefined> {
  const [row] = await db<SoftwareUpdateRow[]>`select ${columns(db)} from software_updates where id = ${id}`;
  return row;
}

/** A release of a feed. */
export type SoftwareUpdateValues =
  & Omit<
    SoftwareUpdateRow,
    "id" | "postedOn" | "feedPostedOn" | "withdrawnAt" | "createdAt" | "updatedAt"
  >
  & { postedOn: string };

/** What a feed changed: the ids of releases. `changed`: known ones that devices may now be offered otherwise. */
export type CatalogueChange = { created: number[]; withdrawn: number[]; changed: number[] };

/**
 * Takes a whole feed in one statement: what is new is added, what is known keeps the first posting date it had, what the feed lacks
 * is withdrawn.
 */
export async function replaceCatalogue(
  tx: Tx,
  rows: readonly SoftwareUpdateValues[],
  now: Date,
): Promise<CatalogueChange> {
  const found = await tx<{ id: number; what: "created" | "withdrawn" | "changed" }[]>`
    with feed as (
      select * from jsonb_to_recordset(${tx.json(rows)}) as f(
        "public" boolean, platform text, version text, major integer, minor integer, patch integer, extra text, build text,
        "prerequisiteBuild" text, "deviceIds" text[], "postedOn" date, "expiresOn" date)),
    known as (
      select u.*, f.platform is null as missing, f."postedOn" as feed_posted, f."expiresOn" as feed_expires,
        f."deviceIds" as feed_devices
      from software_updates u left join feed f on f.public = u.public and f.platform = u.platform and f.version = u.version
        and f.extra = u.extra and f.build = u.build and f."prerequisiteBuild" = u.prerequisite_build),
    updated as (
      update software_updates u set feed_posted_on = k.feed_posted, expires_on = k.feed_expires, device_ids = k.feed_devices,
        withdrawn_at = null, updated_at = ${now}
      from known k where k.id = u.id and not k.missing and (u.feed_posted_on, u.withdrawn_at is null) is distinct from
        (k.feed_posted, true) or k.id = u.id and not k.missing and
        (u.expires_on is distinct from k.feed_expires or u.device_ids <> k.feed_devices)
      returning u.id, k.expires_on is distinct from k.feed_expires or k.device_ids <> k.feed_devices
        or k.withdrawn_at is not null as matters),
    withdrawn as (
      update software_updates u set withdrawn_at = ${now}, updated_at = ${now}
      from known k where k.id = u.id and k.missing and u.withdrawn_at is null returning u.id),
    created as (
      insert into software_updates (public, platform, version, major, minor, patch, extra, build, prerequisite_build,
        device_ids, posted_on, feed_posted_on, expires_on, created_at, updated_at)
      select f.public, f.platform, f.version, f.major, f.minor, f.patch, f.extra, f.build, f."prerequisiteBuild",
        f."deviceIds", f."postedOn", f."postedOn", f."expiresOn", ${now}, ${now}
      from feed f where not exists (
        select 1 from software_updates u where f.public = u.public and f.platform = u.platform and f.version = u.version
          and f.extra = u.extra and f.build = u.build and f."prerequisiteBuild" = u.prerequisite_build)
      returning id)
    select id, 'created' as what from created union all select id, 'withdrawn' from withdrawn
    union all select id, 'changed' from updated where matters order by id`;
  const of = (what: string) => found.filter((row) => row.what === what).map(({ id }) => id);
  return { created: of("created"), withdrawn: of("withdrawn"), changed: of("changed") };
}

/** What the last fetch of the feed came to. `revision` counts the changes of what devices can be offered. */
export type FeedRow = { revision: number; fetchedAt: Date | null; refusal: string | null; refusedAt: Date | null };

/** Returns what the last fetch came to. */
export async function findFeed(db: Db): Promise<FeedRow> {
  return one(
    await db<FeedRow[]>`
      select revision::int as revision, fetched_at, refusal, refused_at from software_update_feed where id = 1`,
  );
}

/** Records that a feed was taken. */
export async function feedTaken(tx: Tx, changed: boolean, now: Date): Promise<void> {
  await tx`
    update software_update_feed set fetched_at = ${now}, refusal = null, refused_at = null,
      revision = revision + ${changed ? 1 : 0} where id = 1`;
}

/**
 * Records that the catalogue is looked at on a day. Returns whether a release began or ended on it, or since the last day before:
 * devices may be offered something else although no feed has changed.
 */
export async function catalogueOn(tx: Tx, today: string): Promise<boolean> {
  const [row] = await tx<{ changed: boolean }[]>`
    with before as (select coalesce(looked_on, '-infinity') as day from software_update_feed where id = 1 for update),
    found as (
      select exists (
        select 1 from software_updates where withdrawn_at is null and (posted_on > before.day and posted_on <= ${today}::text::date
          or expires_on > before.day and expires_on <= ${today}::text::date)) as changed
      from before)
    update software_update_feed f set looked_on = ${today}::text::date, revision = revision + found.changed::int
    from found where f.id = 1 and (f.looked_on is null or f.looked_on < ${today}::text::date)
    returning found.changed`;
  return row?.changed ?? false;
}

/** Records that a feed was not taken, and why. Returns whether that is news. */
export async function feedRefused(tx: Tx, refusal: string, now: Date): Promise<boolean> {
  const [row] = await tx<{ news: boolean }[]>`
    with before as (select refusal from software_update_feed where id = 1)
    update software_update_feed f set refusal = ${refusal}, refused_at = coalesce(case when f.refusal is not null
      then f.refused_at end, ${now}) from before where f.id = 1
    returning before.refusal is distinct from ${refusal} as news`;
  return row?.news ?? false;
}

/** A page of the catalogue, newest versions first, and the total number. */
export async function listSoftwareUpdates(
  db: Db,
  { limit, offset, platform, version, deviceId, withWithdrawn }: {
    limit: number;
    offset: number;
    platform?: string | undefined;
    /** The beginning of a version: "15" is 15.7.5, too. */
    version?: string | undefined;
    deviceId?: string | undefined;
    withWithdrawn: boolean;
  },
): Promise<{ rows: SoftwareUpdateRow[]; count: number }> {
  const where = db`
    where ${platform === undefined ? db`true` : db`platform = ${platform}`}
      and ${version === undefined ? db`true` : db`(version = ${version} or starts_with(version, ${`${version}.`}))`}
      and ${deviceId === undefined ? db`true` : db`device_ids @> array[${deviceId}]::text[]`}
      and ${withWithdrawn ? db`true` : db`withdrawn_at is null`}`;
  const rows = await db<SoftwareUpdateRow[]>`
    select ${columns(db)} from software_updates ${where}
    order by platform, major desc, minor desc, patch desc, extra desc, id limit ${limit} offset ${offset}`;
  const { count } = one(await db<{ count: number }[]>`select count(*)::int as count from software_updates ${where}`);
  return { rows: [...rows], count };
}
