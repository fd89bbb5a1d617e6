/**
 * A declaration as a device fetches it.
 *
 * @module
 */

import { z } from "zod";
import type { ChannelId } from "../../db/ids.ts";
import type { AdvertisedItem } from "../../db/work/channel_plans.ts";
import { findDeclaredVersion } from "../../db/artifacts/declared_versions.ts";
import type { Db, Json as StoredJson } from "../../db/open.ts";
import { ARTIFACT_TYPES, artifactType } from "../blueprints/artifact_types.ts";
import { declarationIdentifier } from "../blueprints/identifiers.ts";
import { versionKindOf } from "../blueprints/versions/kinds.ts";
import { identifierPrefix } from "../downloads/profile_identifier.ts";
import { manifestUrl } from "../downloads/url.ts";
import type { Json } from "../protocol/plist_json.ts";
import type { Runtime } from "../runtime.ts";
import { expand } from "../variables/expand.ts";
import { loadVariables } from "../variables/load.ts";
import { namesIn } from "../variables/used.ts";

/** A declaration on the wire. */
export type Declaration = { Type: string; Identifier: string; ServerToken: string; Payload: StoredJson };

/** Returns `value` with the value at the path replaced; unchanged if the path does not exist. */
function replaceAt(value: Json, [key, ...rest]: readonly string[], replacement: Json): Json {
  if (key === undefined) return replacement;
  if (Array.isArray(value)) {
    return value.map((item, index) => (String(index) === key ? replaceAt(item, rest, replacement) : item));
  }
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return value;
  return { ...value, [key]: replaceAt(value[key] ?? null, rest, replacement) };
}

/** Returns the type and payload of a version for a channel; undefined if the version no longer exists. */
async function contentOf(
  db: Db,
  runtime: Runtime,
  channelId: ChannelId,
  versionId: string,
  section: string,
): Promise<{ Type: string; Payload: StoredJson } | undefined> {
  const row = await findDeclaredVersion(db, versionId);
  if (row === undefined) return undefined;
  if (row.declarationType !== null) {
    const prefix = identifierPrefix(runtime.config);
    const payload = row.references.reduce<Json>((value, { keyPath, artifactId, type }) => {
      const known = ARTIFACT_TYPES.find((one) => one === type);
      return known === undefined ? value : replaceAt(value, keyPath, declarationIdentifier(prefix, known, artifactId));
    }, z.json().parse(row.payload));
    const url = row.packagePaths.length === 0 ? "" : await manifestUrl(runtime, channelId, versionId);
    const addressed = row.packagePaths.reduce<Json>((value, path) => replaceAt(value, path, url), payload);
    const variables = await loadVariables(db, runtime, channelId, namesIn(addressed));
    return { Type: row.declarationType, Payload: expand(addressed, variables).value };
  }
  const { declaredAs, section: own } = artifactType(row.type);
  if (declaredAs === null) return undefined;
  const version = { db, runtime, channelId, versionId, row };
  if (section !== own) {
    const asset = await versionKindOf(row.type).asset?.(version);
    return asset === undefined ? undefined : { Type: asset.type, Payload: asset.payload };
  }
  const payload = await versionKindOf(row.type).payload?.(version);
  return payload === undefined ? undefined : { Type: declaredAs, Payload: payload };
}

/**
 * Returns a configuration that the device reports as failed with `reason`, in place of one that cannot be created:
 * Apple's own for tests. Without any answer the activation would lack one of its configurations, and the device would
 * have none of them.
 */
export const failedConfiguration = (identifier: string, item: AdvertisedItem, reason: string): Declaration => ({
  Type: "com.apple.configuration.management.test",
  Identifier: identifier,
  ServerToken: item.serverToken,
  Payload: { Echo: reason, ReturnStatus: "Failed" },
});

/** Returns the declaration behind an advertised item; undefined if its version no longer exists. */
export async function declarationOf(
  db: Db,
  runtime: Runtime,
  channelId: ChannelId,
  identifier: string,
  item: AdvertisedItem,
): Promise<Declaration | undefined> {
  const content = item.builtIn ??
    (item.version === undefined ? undefined : await contentOf(db, runtime, channelId, item.version, item.section));
  return content === undefined
    ? undefined
    : { Type: content.Type, Identifier: identifier, ServerToken: item.serverToken, Payload: content.Payload };
}
