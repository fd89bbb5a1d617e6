/**
 * The profile of a version as a channel gets it: variables expanded, SCEP payloads filled, ours in name, signed.
 *
 * @module
 */

import { findHostedProfile, findProfileSource } from "../../db/downloads/downloads.ts";
import type { ChannelId } from "../../db/ids.ts";
import type { Db } from "../../db/open.ts";
import { listScepIssuers } from "../../db/issuing/scep_issuers.ts";
import { problem } from "../errors.ts";
import type { AltNameKey, WantedCertificate } from "../issuing/challenges/backend.ts";
import { challengeOf } from "../issuing/challenges/challenge.ts";
import { signProfile } from "../issuing/profile_signer.ts";
import {
  array,
  asDict,
  buildPlist,
  dict,
  get,
  isDict,
  parsePlist,
  type Plist,
  type PlistDict,
  str,
} from "../protocol/plist.ts";
import type { Runtime } from "../runtime.ts";
import { expand } from "../variables/expand.ts";
import { loadVariables } from "../variables/load.ts";
import { namesIn } from "../variables/used.ts";
import { ByteCache } from "./byte_cache.ts";
import { identifierPrefix, profileIdentifier, profileUuid } from "./profile_identifier.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** The memory of a process for profiles that are the same for every device, and the lifetime of a cached signature. */
const CACHE = { bytes: 16 * 1024 * 1024, seconds: 3600 };
const caches = new WeakMap<Runtime["sql"], ByteCache>();

function cacheOf(runtime: Runtime): ByteCache {
  const known = caches.get(runtime.sql) ?? new ByteCache(CACHE);
  caches.set(runtime.sql, known);
  return known;
}

/**
 * Returns the signed profile (CMS, DER) of a version for a channel. Throws `not-found` when the version is no profile.
 *
 * Its PayloadIdentifier is that of the artifact and its PayloadUUID the version's, so versions replace each other. A
 * variable without a value is unchanged.
 */
export async function buildProfile(db: Db, runtime: Runtime, channelId: ChannelId, versionId: string): Promise<Bytes> {
  const hosted = await findHostedProfile(db, versionId);
  if (hosted === undefined) throw problem("not-found");
  const now = runtime.clock.now();
  // A source is written once for each digest: an entry can only be too old for its signature.
  const known = cacheOf(runtime).get(`${versionId} ${hosted.sha256}`, now);
  if (known !== undefined) return known;
  const row = await findProfileSource(db, versionId);
  if (row === undefined) throw problem("not-found");
  const sealedTo = { table: "profile_versions", column: "source_sealed", id: versionId };
  const source = asDict(parsePlist(await runtime.keys.open(row.sourceSealed, sealedTo), { keepReals: true }));
  const names = namesIn(source);
  const expanded = expand(source, await loadVariables(db, runtime, channelId, names)).value;
  const signed = await signProfile(
    runtime,
    buildPlist({
      ...await withIssuers(db, runtime, expanded),
      PayloadIdentifier: profileIdentifier(identifierPrefix(runtime.config), hosted.artifactId),
      PayloadUUID: profileUuid(versionId),
    }),
  );
  // Issuers change: a profile that may name one is built each time.
  if (names.length === 0 && !payloadsOf(source).some(isScep)) {
    cacheOf(runtime).set(`${versionId} ${row.sha256}`, signed, now);
  }
  return signed;
}

const payloadsOf = (profile: PlistDict): Plist[] => array(profile, "PayloadContent") ?? [];
const isScep = (payload: Plist): payload is PlistDict =>
  isDict(payload) && str(payload, "PayloadType") === "com.apple.security.scep";

/** Returns a profile whose SCEP payloads that name one of our issuers are filled by it. */
async function withIssuers(db: Db, runtime: Runtime, profile: PlistDict): Promise<PlistDict> {
  const payloads = payloadsOf(profile);
  if (!payloads.some(isScep)) return profile;
  const filled: Plist[] = [];
  for (const payload of payloads) filled.push(isScep(payload) ? await withIssuer(db, runtime, payload) : payload);
  return { ...profile, PayloadContent: filled };
}

const texts = (value: Plist | undefined): string[] =>
  (Array.isArray(value) ? value : [value]).filter((one) => typeof one === "string");

const ALT_NAMES = [
  "rfc822Name",
  "dNSName",
  "uniformResourceIdentifier",
  "ntPrincipalName",
] as const satisfies readonly AltNameKey[];

/** Returns the names that a SCEP payload requests; malformed ones are left out, the device checks them. */
function namesOf(content: PlistDict): Omit<WantedCertificate, "keyUsage"> {
  const pairs = (array(content, "Subject") ?? []).flatMap((relative) => Array.isArray(relative) ? relative : []);
  const alternatives = dict(content, "SubjectAltName") ?? {};
  return {
    subject: pairs.flatMap((pair) => {
      const [type, value] = texts(pair);
      return type === undefined || value === undefined ? [] : [[type, value] as const];
    }),
    subjectAltName: Object.fromEntries(
      ALT_NAMES.map((key) => [key, texts(get(alternatives, key))] as const).filter(([, names]) => names.length > 0),
    ),
  };
}

async function withIssuer(db: Db, runtime: Runtime, payload: PlistDict): Promise<PlistDict> {
  const content = dict(payload, "PayloadContent");
  const name = content === undefined ? undefined : str(content, "Name");
  if (content === undefined || name === undefined) return payload;
  const { rows: [issuer] } = await listScepIssuers(db, { limit: 1, offset: 0, name });
  // The built-in authority issues no certificates for profiles: its challenges belong to enrollments and assets.
  if (issuer === undefined || issuer.backend === "BUILT_IN") return payload;
  return {
    ...payload,
    PayloadContent: {
      ...content,
      URL: issuer.url,
      Keysize: content.Keysize ?? issuer.keySize,
      "Key Type": "RSA",
      "Key Usage": issuer.keyUsage,
      Challenge: await challengeOf(runtime, issuer, { ...namesOf(content), keyUsage: issuer.keyUsage }),
    },
  };
}
