/**
 * The answer of the simulated push service to one request: pure rules with Apple's status codes and reasons.
 *
 * Source: Apple, "Sending notification requests to APNs" and "Handling notification responses from APNs".
 *
 * How it differs from the real thing: only management pushes are taken; of the rules for provider tokens the one against
 * renewing them too often is left out.
 *
 * @module
 */

import type { KeyObject } from "node:crypto";
import { decodeProtectedHeader, errors, jwtVerify } from "jose";
import type { Certificate } from "../../src/pki/certificate.ts";
import { verifyChain } from "../../src/pki/chain.ts";
import { PkiError } from "../../src/pki/errors.ts";
import { asRecord } from "../json.ts";

/** A refusal: the status, the reason, and since when a token is dead (410 only). */
export type Refusal = { status: number; reason: string; timestamp?: number };

/** A request as it arrived. Header names are in lower case. */
export type PushRequest = {
  method: string;
  path: string;
  headers: Readonly<Record<string, string>>;
  body: Uint8Array;
  /** The client certificate of the connection, when it showed one. */
  certificate?: Certificate | undefined;
};

/** An accepted push. */
export type Push = {
  token: string;
  topic: string;
  magic: string;
  priority: number;
  /** Seconds since 1970 until which the push is kept; 0 when it is not kept at all. */
  expiration: number;
  apnsId: string;
  collapseId?: string;
  authenticatedBy: "certificate" | "token";
};

/** A key that signs provider tokens, with its owner and its topics: any by default. */
export type ProviderKey = {
  keyId: string;
  teamId: string;
  publicKey: CryptoKey | KeyObject;
  topics?: readonly string[];
};

/** The state that the service checks against. */
export type PushKnowledge = {
  now: Date;
  anchor: Certificate;
  /** The id of a push whose sender gave it none. */
  newId(): string;
  providerKeys: readonly ProviderKey[];
  /** The device of a token, in lower-case hexadecimal. */
  device(token: string): { topic: string; deadSince?: Date } | undefined;
};

const MAX_PAYLOAD = 4096;
const PROVIDER_TOKEN_SECONDS = 3600;
const UUID = /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;
const no = (status: number, reason: string): Refusal => ({ status, reason });

/** Takes or refuses a request, in the order in which a client would notice its mistakes. */
export async function judgePush(request: PushRequest, known: PushKnowledge): Promise<Push | Refusal> {
  const { headers } = request;
  if (request.method !== "POST") return no(405, "MethodNotAllowed");
  const path = /^\/3\/device\/([^/]*)$/.exec(request.path);
  if (path === null) return no(404, "BadPath");
  const topics = await topicsOf(request, known);
  if ("reason" in topics) return topics;
  const token = path[1] ?? "";
  if (token === "") return no(400, "MissingDeviceToken");
  // Another spelling of the same bytes is accepted, other characters are not.
  const device = /^(?:[0-9a-f]{2})+$/i.test(token) ? known.device(token.toLowerCase()) : undefined;
  if (device === undefined) return no(400, "BadDeviceToken");
  // A certificate has one topic, which may be omitted.
  const topic = headers["apns-topic"] ?? (topics.by === "certificate" ? topics.list?.[0] : undefined);
  if (topic === undefined || topic === "") return no(400, "MissingTopic");
  if (topics.list?.includes(topic) === false) return no(400, "TopicDisallowed");
  if (headers["apns-push-type"] !== "mdm") return no(400, "InvalidPushType");
  const priority = headers["apns-priority"] ?? "10";
  if (!["1", "5", "10"].includes(priority)) return no(400, "BadPriority");
  const expiration = headers["apns-expiration"] ?? "0";
  if (!/^[0-9]{1,12}$/.test(expiration)) return no(400, "BadExpirationDate");
  const apnsId = headers["apns-id"];
  if (apnsId !== undefined && !UUID.test(apnsId)) return no(400, "BadMessageId");
  const collapseId = headers["apns-collapse-id"];
  if (collapseId !== undefined && new TextEncoder().encode(collapseId).length > 64) return no(400, "BadCollapseId");
  if (request.body.length > MAX_PAYLOAD) return no(413, "PayloadTooLarge");
  const magic = magicOf(request.body);
  if (magic === undefined) return no(400, "PayloadEmpty");
  if (device.topic !== topic) return no(400, "DeviceTokenNotForTopic");
  if (device.deadSince !== undefined) {
    return { status: 410, reason: "Unregistered", timestamp: device.deadSince.getTime() };
  }
  return {
    token: token.toLowerCase(),
    topic,
    magic,
    priority: Number(priority),
    expiration: Number(expiration),
    apnsId: apnsId ?? known.newId(),
    ...(collapseId === undefined ? {} : { collapseId }),
    authenticatedBy: topics.by,
  };
}

/** `list` is absent where every topic is allowed. */
type Topics = { by: "certificate" | "token"; list?: readonly string[] | undefined };

/** Returns the topics that the sender may push to, by its certificate or its provider token. */
async function topicsOf(request: PushRequest, known: PushKnowledge): Promise<Topics | Refusal> {
  const authorization = request.headers["authorization"];
  if (authorization !== undefined) return await topicsOfToken(authorization, known);
  const { certificate } = request;
  if (certificate === undefined) return no(403, "MissingProviderToken");
  try {
    verifyChain(certificate, { anchors: [known.anchor], now: known.now });
  } catch (error) {
    if (error instanceof PkiError) return no(403, "BadCertificate");
    throw error;
  }
  const topic = certificate.subject.userId;
  return topic === undefined ? no(403, "BadCertificate") : { by: "certificate", list: [topic] };
}

async function topicsOfToken(authorization: string, known: PushKnowledge): Promise<Topics | Refusal> {
  const [, jwt] = /^bearer (\S+)$/i.exec(authorization) ?? [];
  if (jwt === undefined) return no(403, "InvalidProviderToken");
  try {
    const { alg, kid } = decodeProtectedHeader(jwt);
    const key = known.providerKeys.find(({ keyId }) => keyId === kid);
    if (alg !== "ES256" || key === undefined) return no(403, "InvalidProviderToken");
    const { payload } = await jwtVerify(jwt, key.publicKey, {
      algorithms: ["ES256"],
      issuer: key.teamId,
      currentDate: known.now,
    });
    const age = payload.iat === undefined ? undefined : known.now.getTime() / 1000 - payload.iat;
    if (age === undefined || age < -PROVIDER_TOKEN_SECONDS) return no(403, "InvalidProviderToken");
    if (age > PROVIDER_TOKEN_SECONDS) return no(403, "ExpiredProviderToken");
    return { by: "token", list: key.topics };
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) return no(403, "InvalidProviderToken");
    throw error;
  }
}

/** Returns the magic of `{"mdm": magic}`; undefined when the payload is anything else. */
function magicOf(body: Uint8Array): string | undefined {
  const payload = asRecord(new TextDecoder().decode(body));
  if (payload === undefined || Object.keys(payload).length !== 1) return undefined;
  const magic = payload["mdm"];
  return typeof magic === "string" && magic !== "" ? magic : undefined;
}
