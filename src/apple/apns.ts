/**
 * Apple's push service: one HTTP/2 client a push certificate, or provider tokens where a key is configured.
 *
 * Source: Apple, "Sending notification requests to APNs", "Handling notification responses from APNs", and "Establishing a
 * token-based connection to APNs" (developer.apple.com/documentation/usernotifications).
 *
 * @module
 */

import { importPKCS8, SignJWT } from "jose";
import { createHash } from "node:crypto";
import { z } from "zod";
import type { PushAnswer, PushSender } from "../push/notify.ts";
import type { OpenedPushCertificate } from "../push/open_certificate.ts";
import type { HttpClient, Runtime } from "../runtime.ts";

/** The content of a push. `expirationSeconds`: how long Apple stores it for a device that is offline. */
export type PushTarget = { token: Uint8Array; pushMagic: string; expirationSeconds: number };

const TIMEOUT_MS = 10_000;
/** Tries of one push after the first, for failures that pass. */
const RETRIES = 2;
/** Apple refuses provider tokens older than an hour, and those created more often than every 20 minutes. */
const TOKEN_SECONDS = 50 * 60;
/** Device tokens have had 32 bytes; Apple says not to rely on it, and never more than 100. */
const LONGEST_TOKEN = 100;

/** Reasons that mean that this token will never work again. */
const DEAD = new Set(["Unregistered", "BadDeviceToken", "DeviceTokenNotForTopic", "ExpiredToken"]);
/** Reasons of a refused push that may go better later, beside every 5xx. */
const PASSING = new Set(["TooManyRequests", "ExpiredProviderToken", "IdleTimeout", "Shutdown"]);

const answerSchema = z.object({ reason: z.string().regex(/^[A-Za-z]{1,64}$/) });

/** A sender with connections that stay open until `close`. */
export type Apns = PushSender & { close(): void };

/** Creates the sender. `delay` waits between tries. */
export function createApns(
  runtime: Pick<Runtime, "config" | "network" | "clock" | "random">,
  delay: (milliseconds: number) => Promise<void> = (milliseconds) =>
    new Promise((resolve) => setTimeout(resolve, milliseconds)),
): Apns {
  const { config, network, clock, random } = runtime;
  const clients = new Map<string, { fingerprint: string; client: HttpClient }>();
  let providerToken: { text: string; madeAt: number } | undefined;

  /** One client a topic: a renewed certificate replaces the one before. */
  function clientOf(certificate: OpenedPushCertificate): HttpClient {
    const byToken = config.APNS_KEY !== undefined;
    const fingerprint = byToken ? "" : createHash("sha256").update(certificate.certificatePem).digest("hex");
    const key = byToken ? "" : certificate.topic;
    const known = clients.get(key);
    if (known?.fingerprint === fingerprint) return known.client;
    known?.client.close();
    const client = network.client({
      http2: true,
      ...(byToken ? {} : { certificate: certificate.certificatePem, key: certificate.keyPem }),
      ...(config.APNS_ANCHORS === undefined ? {} : { anchors: [config.APNS_ANCHORS] }),
    });
    clients.set(key, { fingerprint, client });
    return client;
  }

  /** Returns `Authorization` of a provider token (ES256, RFC 7519), refreshed in time; nothing with certificates. */
  async function authorization(): Promise<Record<string, string>> {
    const { APNS_KEY, APNS_KEY_ID, APNS_TEAM_ID } = config;
    if (APNS_KEY === undefined || APNS_KEY_ID === undefined || APNS_TEAM_ID === undefined) return {};
    const now = Math.floor(clock.now().getTime() / 1000);
    if (providerToken === undefined || now - providerToken.madeAt >= TOKEN_SECONDS) {
      const text = await new SignJWT({}).setProtectedHeader({ alg: "ES256", kid: APNS_KEY_ID })
        .setIssuer(APNS_TEAM_ID).setIssuedAt(now).sign(await importPKCS8(APNS_KEY, "ES256"));
      providerToken = { text, madeAt: now };
    }
    return { authorization: `bearer ${providerToken.text}` };
  }

  async function once(certificate: OpenedPushCertificate, target: PushTarget): Promise<PushAnswer> {
    const expiration = Math.floor(clock.now().getTime() / 1000) + target.expirationSeconds;
    let response: Response;
    try {
      response = await clientOf(certificate).fetch(`${config.APNS_URL}/3/device/${target.token.toHex()}`, {
        method: "POST",
        headers: {
          "apns-topic": certificate.topic,
          "apns-push-type": "mdm",
          "apns-priority": "10",
          "apns-expiration": String(expiration),
          ...await authorization(),
        },
        body: JSON.stringify({ mdm: target.pushMagic }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch (error) {
      const timeout = error instanceof DOMException && error.name === "TimeoutError";
      return { ok: false, reason: timeout ? "NoAnswer" : "NoConnection", dead: false, retry: true };
    }
    const text = await response.text().catch(() => "");
    if (response.status === 200) return { ok: true };
    const reason = reasonOf(text) ?? `Status${response.status}`;
    if (reason === "ExpiredProviderToken") providerToken = undefined;
    const after = Number(response.headers.get("retry-after"));
    return {
      ok: false,
      reason,
      dead: response.status === 410 || DEAD.has(reason),
      retry: response.status >= 500 || response.status === 429 || PASSING.has(reason),
      ...(Number.isFinite(after) && after > 0 ? { retryAfterSeconds: after } : {}),
    };
  }

  return {
    async push(certificate, target) {
      if (target.token.length === 0 || target.token.length > LONGEST_TOKEN) {
        return { ok: false, reason: "BadDeviceToken", dead: true, retry: false };
      }
      let answer = await once(certificate, target);
      for (let tries = 1; tries <= RETRIES && !answer.ok && answer.retry; tries++) {
        // Apple stated a time: the notifier waits for it, not this call.
        if (answer.retryAfterSeconds !== undefined || answer.reason === "TooManyRequests") break;
        const [byte = 0] = random.bytes(1);
        await delay((byte / 256) * 1000 * 2 ** tries);
        answer = await once(certificate, target);
      }
      return answer;
    },
    close() {
      for (const { client } of clients.values()) client.close();
      clients.clear();
    },
  };
}

function reasonOf(text: string): string | undefined {
  try {
    return answerSchema.parse(JSON.parse(text)).reason;
  } catch {
    return undefined;
  }
}
