/**
 * Answers a download: checks the permission, returns the content, and records an event for either outcome.
 *
 * @module
 */

import { type DownloadTargetRow, findDownloadTarget, findHostedDataAsset } from "../../db/downloads/downloads.ts";
import { loadStoreAppVersions } from "../../db/artifacts/store_app_versions.ts";
import { findHostedPackage, isToldToInstall } from "../../db/downloads/packages.ts";
import type { ChannelId } from "../../db/ids.ts";
import { findPackageChunks } from "../../db/packages/package_files.ts";
import { Problem, problem } from "../errors.ts";
import type { Caller } from "../events/by.ts";
import { type NewEvent, recordEvents } from "../events/record.ts";
import { recordRefusal } from "../events/refusals.ts";
import type { SenderEvidence } from "../identity/sender.ts";
import type { ByteRange } from "../files/store.ts";
import type { Runtime } from "../runtime.ts";
import { ExpansionError } from "../variables/expansion_error.ts";
import { appConfiguration } from "./app_configuration.ts";
import { downloadKey } from "./key.ts";
import { type Conditions, servedBy } from "./conditions.ts";
import { manifestBytes } from "./manifest.ts";
import { buildProfile } from "./profile.ts";
import { buildScepCredential } from "./scep_credential.ts";
import { senderFault } from "./sender.ts";
import { type DownloadPurpose, readDownloadToken } from "./token.ts";
import { ANONYMOUS, packageUrl } from "./url.ts";

/** The downloaded content. The caller reads or cancels the stream. */
export type Download =
  | {
    kind: "content";
    type: string;
    size: number;
    /** Null where only the headers are asked for. */
    body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null;
    /** For a stored file: its validator, the part that this is, and the bytes of all of it. */
    file?: { etag: string; range: ByteRange | null; total: number };
  }
  | { kind: "redirect"; address: string }
  /** The client has this file, or wants another one. */
  | { kind: "not modified" | "precondition failed"; etag: string }
  /** The range that was asked for is not in the file. */
  | { kind: "unsatisfiable"; total: number };

/** An address of a bucket is good for so long: the device follows it at once. */
const ADDRESS_SECONDS = 300;
const TARGET_TYPES = {
  profile: "profile",
  data_asset: "data_asset",
  scep_credential: "cert_credential_scep",
  manifest: "manifest",
  package: "package",
} as const satisfies Record<DownloadPurpose, string>;
const DATA_TYPES = { PLIST: "text/xml", ZIP: "application/zip" } as const;

type Outcome =
  | { outcome: "success"; download: Download; target: DownloadTargetRow; versionId: string }
  | {
    outcome: "bad_token" | "target_not_found" | "device_inactive" | "not_identified" | "not_found";
    reason?: string;
    target?: DownloadTargetRow;
    versionId?: string;
  };

/** A request for a download. */
export type DownloadRequest = {
  purpose: DownloadPurpose;
  token: string;
  evidence: SenderEvidence;
  conditions: Conditions;
};

/**
 * Returns the content behind a token. Records `mdm_download`. Throws `device-bad-request` for a token that this server
 * did not sign, and `not-found` for every other refusal: the same answer, so that it does not reveal what exists.
 */
export async function answerDownload(
  runtime: Runtime,
  by: Caller,
  { purpose, token, evidence, conditions }: DownloadRequest,
): Promise<Download> {
  const outcome = await outcomeOf(runtime, purpose, token, evidence, conditions);
  const { target, versionId } = outcome;
  const event: NewEvent = {
    type: "mdm_download",
    serialNumber: target?.serialNumber,
    objects: {
      ...(target === undefined ? {} : { device: [target.deviceId] }),
      ...(versionId === undefined || typeof target?.artifactId !== "string" ? {} : { artifact_version: [versionId] }),
    },
    payload: {
      outcome: outcome.outcome,
      target_type: TARGET_TYPES[purpose],
      ...(outcome.outcome === "success"
        ? { response_kind: outcome.download.kind === "content" ? "stream" : outcome.download.kind }
        : outcome.reason === undefined
        ? {}
        : { reason: outcome.reason }),
      ...(target === undefined ? {} : describe(target, versionId)),
    },
  };
  if (outcome.outcome === "success") {
    await recordEvents(runtime.sql, runtime, by, [event]);
    return outcome.download;
  }
  await recordRefusal(runtime.sql, runtime, by, event);
  throw problem(outcome.outcome === "bad_token" ? "device-bad-request" : "not-found");
}

function describe(target: DownloadTargetRow, versionId: string | undefined): Record<string, unknown> {
  return {
    udid: target.udid,
    ...(target.userKey === "" ? {} : { user_id: target.userKey }),
    ...(target.artifactId === null ? {} : {
      artifact_version: {
        pk: versionId,
        version: target.version,
        artifact: { pk: target.artifactId, type: target.artifactType, name: target.artifactName },
      },
    }),
  };
}

async function outcomeOf(
  runtime: Runtime,
  purpose: DownloadPurpose,
  text: string,
  evidence: SenderEvidence,
  conditions: Conditions,
): Promise<Outcome> {
  const token = readDownloadToken(await downloadKey(runtime), purpose, text);
  if (token === undefined) return { outcome: "bad_token" };
  const { channelId, artifactVersionId: versionId } = token;
  const target = await findDownloadTarget(runtime.sql, channelId, versionId);
  if (target === undefined) return { outcome: "target_not_found" };
  const known = { target, versionId };
  if (target.suspended) return { outcome: "device_inactive", reason: "deleted", ...known };
  if (target.endedAt !== null) return { outcome: "device_inactive", reason: "checked_out", ...known };
  if (target.blockedAt !== null) return { outcome: "device_inactive", reason: "blocked", ...known };
  const fault = senderFault(evidence, target.fingerprints, runtime.config.MTLS_PROXY && !ANONYMOUS.has(purpose));
  if (fault !== undefined) return { outcome: "not_identified", reason: fault, ...known };
  // The attack: a device keeps an address that was once advertised to it, to read later content.
  const advertised = target.advertised ||
    (ANONYMOUS.has(purpose) && await isToldToInstall(runtime.sql, channelId, versionId));
  if (!advertised) return { outcome: "not_found", reason: "not advertised", ...known };
  try {
    return {
      outcome: "success",
      download: await contentOf(runtime, purpose, channelId, versionId, conditions),
      ...known,
    };
  } catch (error) {
    if (error instanceof ExpansionError) return { outcome: "not_found", reason: error.message, ...known };
    if (!(error instanceof Problem) || error.code !== "not-found") throw error;
    return {
      outcome: "not_found",
      ...(error.details.reason === undefined ? {} : { reason: error.details.reason }),
      ...known,
    };
  }
}

async function contentOf(
  runtime: Runtime,
  purpose: DownloadPurpose,
  channelId: ChannelId,
  versionId: string,
  conditions: Conditions,
): Promise<Download> {
  const { sql } = runtime;
  switch (purpose) {
    case "profile": {
      const body = await buildProfile(sql, runtime, channelId, versionId);
      return { kind: "content", type: "application/x-apple-aspen-config", size: body.length, body };
    }
    case "scep_credential": {
      const json = JSON.stringify(await buildScepCredential(sql, runtime, channelId, versionId));
      const body = new TextEncoder().encode(json);
      return { kind: "content", type: "application/json", size: body.length, body };
    }
    case "data_asset": {
      const configuration = await appConfigurationFile(runtime, channelId, versionId);
      if (configuration !== undefined) return configuration;
      const asset = await findHostedDataAsset(sql, versionId);
      if (asset === undefined) throw problem("not-found");
      const { type, fileSha256: sha256, fileSize: size } = asset;
      return await storedFile(runtime, { type: DATA_TYPES[type], sha256, size }, conditions);
    }
    case "manifest": {
      const hosted = await findHostedPackage(sql, versionId);
      const chunks = hosted === undefined ? undefined : await findPackageChunks(sql, hosted.sha256);
      if (hosted === undefined || chunks === undefined) throw problem("not-found");
      const body = manifestBytes(hosted, chunks, await packageUrl(runtime, channelId, versionId));
      return { kind: "content", type: "application/x-plist", size: body.length, body };
    }
    case "package": {
      const hosted = await findHostedPackage(sql, versionId);
      if (hosted === undefined) throw problem("not-found");
      const { sha256, size } = hosted;
      return await storedFile(runtime, { type: "application/octet-stream", sha256, size }, conditions);
    }
  }
}

/** Returns the configuration of a declared app for the channel; undefined if the version is no app with one. */
async function appConfigurationFile(
  runtime: Runtime,
  channelId: ChannelId,
  versionId: string,
): Promise<Download | undefined> {
  const sealed = (await loadStoreAppVersions(runtime.sql, [versionId])).get(versionId)?.configurationSealed ?? null;
  const { configuration } = await appConfiguration(runtime.sql, runtime, channelId, {
    table: "store_app_versions",
    versionId,
    sealed,
  });
  if (configuration === undefined) return undefined;
  const body = Uint8Array.fromBase64(configuration);
  return { kind: "content", type: DATA_TYPES.PLIST, size: body.length, body };
}

/** Returns a file, or a part of it: devices resume downloads that have broken off. */
async function storedFile(
  { files, log }: Runtime,
  { type, sha256, size }: { type: string; sha256: string; size: number },
  conditions: Conditions,
): Promise<Download> {
  const headersOnly = conditions.method === "HEAD";
  // The address of a bucket is for GET alone.
  const address = headersOnly
    ? undefined
    : await files.address(sha256, { contentType: type, seconds: ADDRESS_SECONDS });
  if (address !== undefined) return { kind: "redirect", address };
  const etag = `"${sha256}"`;
  const served = servedBy(conditions, { etag, size });
  if (served.kind === "unsatisfiable") return { kind: served.kind, total: size };
  const range = served.kind === "content" ? served.range : null;
  const found = served.kind === "content" && !headersOnly
    ? await files.get(sha256, range ?? undefined, "sent")
    : await files.storedAt(sha256) === undefined
    ? undefined
    : { body: null, size };
  if (found === undefined) {
    log.error("Cannot serve a file to a device: it is missing", { sha256 });
    throw problem("not-found", undefined, { reason: "the file is missing" });
  }
  return served.kind === "content"
    ? { kind: "content", type, ...found, file: { etag, range, total: size } }
    : { kind: served.kind, etag };
}
