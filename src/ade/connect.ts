/**
 * Connecting a virtual server: a key pair is created, Apple encrypts a server token for it, and the uploaded token is
 * proven by reading the account before anything is stored.
 *
 * @module
 */

import {
  deleteToken,
  fillToken,
  findToken,
  inheritSync,
  insertToken,
  lockToken,
  type SealedServerToken,
  type TokenRow,
} from "../../db/ade/tokens.ts";
import {
  findVirtualServer,
  findVirtualServerOfToken,
  lockVirtualServer,
  lockVirtualServerByUuid,
  type VirtualServerRow,
} from "../../db/ade/virtual_servers.ts";
import { nextId } from "../../db/next_id.ts";
import type { Tx } from "../../db/open.ts";
import { createDeviceAssignmentClient, DeviceAssignmentError } from "../apple/device_assignment.ts";
import type { Account } from "../apple/device_assignment_answers.ts";
import { invalid, problem } from "../errors.ts";
import type { By } from "../events/by.ts";
import { recordAudit } from "../events/record.ts";
import { createSelfSigned } from "../pki/ca.ts";
import { certificateFromPem, toPem } from "../pki/certificate.ts";
import { exportPkcs8, importPkcs8 } from "../pki/keys.ts";
import type { Runtime } from "../runtime.ts";
import { storeServer } from "./account.ts";
import { refusalOf } from "./client.ts";
import { readServerToken, type ServerToken, ServerTokenError } from "./server_token.ts";
import { enqueueSync } from "./sync.ts";
import { sealContextOf } from "./token_seal.ts";
import { virtualServerAudit } from "./virtual_servers.ts";

const DAY_MS = 86_400_000;
const FIELD = "encrypted_token";
const UNUSABLE = "Could not read or use encrypted token";

/** Creates a key pair for a new virtual server. Returns its id. */
export async function startConnecting(runtime: Runtime, by: By): Promise<number> {
  const { sql, clock, keys } = runtime;
  const key = await runtime.random.rsaKey();
  const now = clock.now();
  return await sql.begin(async (tx) => {
    const id = await nextId(tx, "dep_tokens");
    const certificate = createSelfSigned({
      subject: [["CN", `espalier-dep-token-${id}`]],
      key,
      notBefore: new Date(now.getTime() - DAY_MS),
      notAfter: new Date(now.getTime() + 2 * DAY_MS),
    });
    await insertToken(tx, {
      id,
      certificatePem: toPem(certificate, "CERTIFICATE"),
      privateKeySealed: await keys.seal(exportPkcs8(key), sealContextOf(id, "private_key_sealed")),
    }, now);
    await recordAudit(tx, runtime, by, { action: "created", model: "mdm.deptoken", pk: id, after: { id } });
    return id;
  });
}

/** Returns the certificate with the public key, for Apple, and the name of its file. Throws `not-found`. */
export async function publicKeyFile(
  { sql, config, clock }: Pick<Runtime, "sql" | "config" | "clock">,
  tokenId: number,
): Promise<{ pem: string; filename: string }> {
  const token = await findToken(sql, tokenId);
  if (token === undefined) throw problem("not-found");
  const { hostname } = new URL(config.BASE_URL);
  const time = clock.now().toISOString().replaceAll(/\D/g, "").slice(0, 14);
  return { pem: token.certificatePem, filename: `${hostname}_public_key_${tokenId}_${time}.pem` };
}

/** Deletes a key pair that no server token was uploaded for. Throws `not-found`. */
export async function cancelConnecting(runtime: Runtime, by: By, tokenId: number): Promise<void> {
  await runtime.sql.begin(async (tx) => {
    const token = await lockToken(tx, tokenId);
    if (token === undefined || token.consumerKey !== null) throw problem("not-found");
    await deleteToken(tx, tokenId);
    await recordAudit(tx, runtime, by, {
      action: "deleted",
      model: "mdm.deptoken",
      pk: tokenId,
      before: { id: tokenId },
    });
  });
}

/**
 * Takes the server token for a new key pair, and connects its virtual server, which may be known: then its devices and
 * enrollments stay. Asks for a sync. Throws `not-found`, `invalid` for a file that is no token of ours, and what
 * `refusalOf` says when Apple does not accept it.
 */
export async function finishConnecting(
  runtime: Runtime,
  by: By,
  tokenId: number,
  file: Uint8Array,
): Promise<VirtualServerRow> {
  const token = await findToken(runtime.sql, tokenId);
  if (token === undefined || token.consumerKey !== null) throw problem("not-found");
  const opened = await openFile(runtime, token, file);
  const account = await proven(runtime, opened);
  return await runtime.sql.begin(async (tx) => {
    // Two uploads at once: the second finds it filled.
    const present = await lockToken(tx, tokenId);
    if (present === undefined || present.consumerKey !== null) throw problem("not-found");
    const known = await lockVirtualServerByUuid(tx, account.serverUuid);
    const before = known === undefined ? undefined : await findVirtualServer(tx, known.id);
    await fillToken(tx, tokenId, await sealed(runtime, tokenId, opened), runtime.clock.now());
    if (known !== undefined && known.tokenId !== null) await inheritSync(tx, tokenId, known.tokenId);
    const id = await storeServer(tx, runtime, tokenId, account);
    if (known !== undefined && known.tokenId !== null) await deleteToken(tx, known.tokenId);
    await enqueueSync(tx, runtime, { virtualServerId: id });
    return await told(tx, runtime, by, id, before);
  });
}

/**
 * Replaces the server token of a virtual server with a newer one, for the same key pair. Throws as `finishConnecting`, and
 * `invalid` for the token of another virtual server.
 */
export async function renewToken(
  runtime: Runtime,
  by: By,
  virtualServerId: number,
  file: Uint8Array,
): Promise<VirtualServerRow> {
  const server = await findVirtualServer(runtime.sql, virtualServerId);
  if (server === undefined || server.tokenId === null) throw problem("not-found");
  const { tokenId } = server;
  const token = await findToken(runtime.sql, tokenId);
  if (token === undefined) throw problem("not-found");
  const opened = await openFile(runtime, token, file);
  const account = await proven(runtime, opened);
  if (account.serverUuid !== server.uuid) {
    throw invalid({
      [FIELD]: [
        `${UNUSABLE}: it is the token of the server "${account.serverName}", and this is "${server.name}". Download the token of "${server.name}" at Apple`,
      ],
    });
  }
  return await runtime.sql.begin(async (tx) => {
    const before = await findVirtualServerOfToken(tx, tokenId);
    if (await lockToken(tx, tokenId) === undefined || before === undefined) throw problem("conflict");
    await fillToken(tx, tokenId, await sealed(runtime, tokenId, opened), runtime.clock.now());
    await storeServer(tx, runtime, tokenId, account);
    await enqueueSync(tx, runtime, { virtualServerId });
    return await told(tx, runtime, by, virtualServerId, before);
  });
}

/**
 * Deletes the key pair and the server token of a virtual server, such as of one that was deleted at Apple. Its devices and
 * enrollments stay, also for a server that is connected again. Throws `not-found`.
 */
export async function disconnectServer(runtime: Runtime, by: By, virtualServerId: number): Promise<void> {
  await runtime.sql.begin(async (tx) => {
    if (!await lockVirtualServer(tx, virtualServerId)) throw problem("not-found");
    const before = await findVirtualServer(tx, virtualServerId);
    if (before === undefined || before.tokenId === null) throw problem("not-found");
    await deleteToken(tx, before.tokenId);
    await told(tx, runtime, by, virtualServerId, before);
  });
}

async function openFile({ keys }: Runtime, token: TokenRow, file: Uint8Array): Promise<ServerToken> {
  const key = importPkcs8(await keys.open(token.privateKeySealed, sealContextOf(token.id, "private_key_sealed")));
  try {
    return readServerToken(file, { certificate: certificateFromPem(token.certificatePem), key });
  } catch (error) {
    if (!(error instanceof ServerTokenError)) throw error;
    throw invalid({ [FIELD]: [`${UNUSABLE}: ${error.message}`] });
  }
}

/** Reads the account with a token: the proof that it works. */
async function proven(runtime: Runtime, token: ServerToken): Promise<Account> {
  const now = runtime.clock.now();
  if (token.expiry <= now) {
    const day = token.expiry.toISOString().slice(0, 10);
    throw invalid({ [FIELD]: [`${UNUSABLE}: it expired on ${day}. Download a new one at Apple`] });
  }
  try {
    return await createDeviceAssignmentClient(runtime, token).account();
  } catch (error) {
    if (!(error instanceof DeviceAssignmentError)) throw error;
    const refusal = refusalOf(error, now);
    if (refusal.status >= 500) throw refusal;
    throw invalid({ [FIELD]: [`${UNUSABLE}: ${refusal.message}`] });
  }
}

async function sealed({ keys }: Runtime, id: number, token: ServerToken): Promise<SealedServerToken> {
  return {
    consumerKey: token.consumerKey,
    consumerSecretSealed: await keys.seal(token.consumerSecret, sealContextOf(id, "consumer_secret_sealed")),
    accessToken: token.accessToken,
    accessSecretSealed: await keys.seal(token.accessSecret, sealContextOf(id, "access_secret_sealed")),
    accessTokenExpiry: token.expiry,
  };
}

async function told(
  tx: Tx,
  runtime: Runtime,
  by: By,
  id: number,
  before: VirtualServerRow | undefined,
): Promise<VirtualServerRow> {
  const row = await findVirtualServer(tx, id);
  if (row === undefined) throw new Error("Cannot find the virtual server that was just stored");
  await recordAudit(tx, runtime, by, {
    action: before === undefined ? "created" : "updated",
    model: "mdm.depvirtualserver",
    pk: id,
    ...(before === undefined ? {} : { before: virtualServerAudit(before) }),
    after: virtualServerAudit(row),
  });
  return row;
}
