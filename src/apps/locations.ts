/**
 * Locations: content tokens uploaded and renewed, the location taken over from another server, and what the API shows.
 *
 * @module
 */

import {
  deleteLocation as deleteRow,
  findLocation,
  findLocationByToken,
  insertLocation,
  type LocationFacts,
  type LocationRow,
  lockLocation,
  lockLocationByUid,
  updateLocation,
} from "../../db/apps/locations.ts";
import { nextId } from "../../db/next_id.ts";
import { type Db, isForeignKeyViolation, isUniqueViolation } from "../../db/open.ts";
import { createContentClient } from "../apple/content.ts";
import type { ClientConfig } from "../apple/content_answers.ts";
import { ContentError, ownerWords } from "../apple/content_errors.ts";
import { invalid, Problem, problem, refused } from "../errors.ts";
import type { By } from "../events/by.ts";
import { recordAudit } from "../events/record.ts";
import { naiveUtc } from "../naive_utc.ts";
import type { Runtime } from "../runtime.ts";
import { contentRefusal } from "./client.ts";
import { beginConfiguring } from "./configure.ts";
import { locationVerdict, needsToken } from "./health.ts";
import { type ContentToken, ContentTokenError, readContentToken } from "./server_token.ts";
import { enqueueContentSync } from "./sync.ts";
import { sealContextOf } from "./token_seal.ts";

const MODEL = "mdm.location";
const FIELD = "server_token";

/** Returns a location as the API shows it. */
export const locationRepresentation = (row: LocationRow) => ({
  id: row.id,
  server_token_expiration_date: naiveUtc(row.serverTokenExpirationDate),
  organization_name: row.organizationName,
  name: row.name,
  country_code: row.countryCode,
  library_uid: row.libraryUid,
  platform: row.platform,
  website_url: row.websiteUrl,
  mdm_info_id: row.mdmInfoId,
  created_at: naiveUtc(row.createdAt),
  updated_at: naiveUtc(row.updatedAt),
});

const audited = (row: LocationRow) => ({ ...locationRepresentation(row), server_token_hash: row.serverTokenHash });

function readToken(file: Uint8Array): ContentToken {
  try {
    return readContentToken(file);
  } catch (error) {
    if (!(error instanceof ContentTokenError)) throw error;
    throw invalid({ [FIELD]: [`${error.message}.`] });
  }
}

/** Asks Apple whose the token is: the proof that it works. */
async function proven(runtime: Runtime, token: ContentToken): Promise<{ config: ClientConfig; expiry: Date }> {
  const now = runtime.clock.now();
  const expired = (expiry: Date) =>
    invalid({
      [FIELD]: [
        `The content token expired on ${expiry.toISOString().slice(0, 10)}. Download a new one at Apple.`,
      ],
    });
  if (token.expiry !== undefined && token.expiry <= now) throw expired(token.expiry);
  let config;
  try {
    config = await createContentClient(runtime, token.text).clientConfig();
  } catch (error) {
    if (!(error instanceof ContentError)) throw error;
    // Of a new token, that it is revoked means: it is not the newest.
    if (error.token === undefined) throw contentRefusal(error, now);
    throw new Problem("invalid", undefined, {
      fields: { [FIELD]: [`${error.message}. Download the newest content token of the location at Apple.`] },
    }, error);
  }
  const expiry = config.tokenExpiration ?? token.expiry;
  if (expiry === undefined) throw invalid({ [FIELD]: ["Could not parse server token expiration date."] });
  if (expiry <= now) throw expired(expiry);
  return { config, expiry };
}

async function factsOf(
  { keys }: Runtime,
  id: number,
  token: ContentToken,
  { config, expiry }: { config: ClientConfig; expiry: Date },
): Promise<LocationFacts> {
  return {
    name: config.name || config.libraryUid,
    organizationName: token.organizationName,
    countryCode: config.countryCode,
    libraryUid: config.libraryUid,
    platform: config.platform,
    websiteUrl: config.websiteUrl,
    serverTokenHash: token.hash,
    serverTokenSealed: await keys.seal(token.text, sealContextOf(id, "server_token_sealed")),
    serverTokenExpirationDate: expiry,
  };
}

/** Refuses a location that another server manages, unless it is taken over. */
function mustBeFree({ name, mdmInfo }: ClientConfig, ours: string | undefined, takeOver: boolean): void {
  if (mdmInfo === undefined || mdmInfo.id.toLowerCase() === ours?.toLowerCase() || takeOver) return;
  throw invalid({
    take_over: [
      `The location "${name}" is managed by ${
        ownerWords(mdmInfo)
      }. Two servers that manage one location take each other's licences. Stop managing it there, then take it over.`,
    ],
  });
}

async function mustBeNew(db: Db, { libraryUid }: ClientConfig): Promise<void> {
  const known = await lockLocationByUid(db, libraryUid);
  if (known === undefined) return;
  throw invalid({ [FIELD]: [`The location "${known.name}" exists already. Renew its token on its page.`] });
}

const TAKEN = "A location with the same server token already exists.";

/**
 * Adds the location of a content token, tells Apple that this server manages it, and asks for a sync. Returns its id.
 * Throws `invalid` for a file that is no token, that is known, or of a location that another server manages unless
 * `takeOver`; and what `contentRefusal` says when Apple cannot be asked.
 */
export async function addLocation(
  runtime: Runtime,
  by: By,
  file: Uint8Array,
  { takeOver }: { takeOver: boolean },
): Promise<number> {
  const { sql, clock, random } = runtime;
  const token = readToken(file);
  if (await findLocationByToken(sql, token.hash) !== undefined) throw invalid({ [FIELD]: [TAKEN] });
  const found = await proven(runtime, token);
  await mustBeNew(sql, found.config);
  mustBeFree(found.config, undefined, takeOver);
  try {
    return await sql.begin(async (tx) => {
      await mustBeNew(tx, found.config);
      const id = await nextId(tx, "locations");
      const facts = await factsOf(runtime, id, token, found);
      await insertLocation(tx, { ...facts, id, mdmInfoId: random.uuid() }, clock.now());
      const after = await findLocation(tx, id);
      if (after === undefined) throw problem("conflict");
      await recordAudit(tx, runtime, by, { action: "created", model: MODEL, pk: id, after: audited(after) });
      await beginConfiguring(tx, runtime, id, { takeOver });
      await enqueueContentSync(tx, runtime, id);
      return id;
    });
  } catch (error) {
    if (isUniqueViolation(error)) throw invalid({ [FIELD]: [TAKEN] });
    throw error;
  }
}

/**
 * Replaces the content token of a location, whatever the state of the one before is. Throws as `addLocation`, `not-found`, and
 * `invalid` for the token of another location.
 */
export async function renewLocationToken(
  runtime: Runtime,
  by: By,
  id: number,
  file: Uint8Array,
  { takeOver }: { takeOver: boolean },
): Promise<void> {
  const { sql, clock } = runtime;
  const location = await findLocation(sql, id);
  if (location === undefined) throw problem("not-found");
  const token = readToken(file);
  const holder = await findLocationByToken(sql, token.hash);
  if (holder !== undefined && holder.id !== id) throw invalid({ [FIELD]: [TAKEN] });
  const found = await proven(runtime, token);
  if (found.config.libraryUid !== location.libraryUid) {
    throw invalid({
      [FIELD]: [
        `This is the content token of the location "${found.config.name}", and this is "${location.name}". Download the token of "${location.name}" at Apple.`,
      ],
    });
  }
  mustBeFree(found.config, location.mdmInfoId, takeOver);
  const facts = await factsOf(runtime, id, token, found);
  await sql.begin(async (tx) => {
    const before = await lockLocation(tx, id);
    if (before === undefined) throw problem("not-found");
    await updateLocation(tx, id, facts, clock.now());
    const after = await findLocation(tx, id);
    await recordAudit(tx, runtime, by, {
      action: "updated",
      model: MODEL,
      pk: id,
      before: audited(before),
      ...(after === undefined ? {} : { after: audited(after) }),
    });
    await beginConfiguring(tx, runtime, id, { takeOver });
    await enqueueContentSync(tx, runtime, id);
  });
}

/** Tells Apple that this server manages a location, whoever did before. Throws `not-found`. */
export async function takeOverLocation(runtime: Runtime, by: By, id: number): Promise<void> {
  await runtime.sql.begin(async (tx) => {
    const before = await lockLocation(tx, id);
    if (before === undefined) throw problem("not-found");
    await recordAudit(tx, runtime, by, {
      action: "updated",
      model: MODEL,
      pk: id,
      before: { health: before.health, detail: before.healthDetail },
      after: { taken_over: true },
    });
    await beginConfiguring(tx, runtime, id, { takeOver: true });
    await enqueueContentSync(tx, runtime, id);
  });
}

/**
 * Asks for a sync of a location, as a person does: a content token that Apple revoked is tried once more, since its owner may have
 * the role again. Returns the task id. Throws `not-found`.
 */
export async function requestContentSync(runtime: Runtime, id: number): Promise<string> {
  return await runtime.sql.begin(async (tx) => {
    const location = await findLocation(tx, id);
    if (location === undefined) throw problem("not-found");
    const tryToken = needsToken(locationVerdict(location, runtime.clock.now()));
    return await enqueueContentSync(tx, runtime, id, { tryToken });
  });
}

/** Deletes a location without assets. Throws `not-found`, and `refused` for one that has some. */
export async function deleteLocation(runtime: Runtime, by: By, id: number): Promise<void> {
  try {
    await runtime.sql.begin(async (tx) => {
      const before = await lockLocation(tx, id);
      if (before === undefined) throw problem("not-found");
      await deleteRow(tx, id);
      await recordAudit(tx, runtime, by, { action: "deleted", model: MODEL, pk: id, before: audited(before) });
    });
  } catch (error) {
    if (isForeignKeyViolation(error)) throw refused("This location cannot be deleted");
    throw error;
  }
}
