/**
 * A simulated Apple Push Notification service: HTTP/2 over TLS with client certificates, on a loopback address.
 *
 * A device is known by `register`; it is online while a listener is registered with `onPush`. The last push to an
 * offline device is stored until it expires, and delivered when the device comes online.
 *
 * How it differs from the real thing: it trusts its own authority alone; a client certificate that is not trusted is
 * answered with 403 instead of a failed handshake; there is no limit on pushes or connections beyond what `failNext` says;
 * a push is delivered at once and always; it takes only management pushes.
 *
 * @module
 */

import type { Certificate } from "../../src/pki/certificate.ts";
import { type Clock, type Random, systemClock, systemRandom } from "../../src/runtime.ts";
import { makePushAuthority, type PemIdentity, type PushCertificateOptions } from "./apns_certificates.ts";
import { serveHttp2 } from "./apns_listener.ts";
import { judgePush, type ProviderKey, type Push, type Refusal } from "./apns_requests.ts";

/** A push as its device saw it. */
export type Delivery = Push & { at: Date };

/** A request and its answer. */
export type Answered = { at: Date; token: string; topic: string | undefined; status: number; reason?: string };

/** The failures of coming requests instead of their regular answers. */
export type Failure = { status: number; reason: string; retryAfterSeconds?: number };

/** A running service. */
export type FakeApns = {
  /** Its address, such as "https://127.0.0.1:50123". */
  readonly url: string;
  /** The root that a client must trust. */
  readonly caPem: string;
  /** Pushes that devices got, the last ones. */
  readonly deliveries: readonly Delivery[];
  /** Requests with their answers, the last ones. */
  readonly requests: readonly Answered[];
  /** HTTP/2 connections that were ever opened. */
  readonly connections: number;
  makePushCertificate(topic: string, options?: PushCertificateOptions): Promise<PemIdentity>;
  /** Makes a device known; a dead token lives again. Tokens are bytes or hexadecimal. */
  register(token: Token, topic: string): void;
  /** From now on the token is answered with 410 Unregistered. */
  expire(token: Token): void;
  /** Marks the device as online and delivers its stored push. Returns a function that takes it offline again. */
  onPush(token: Token, handler: (push: Delivery) => void): () => void;
  /** Answers the next `times` requests (1 by default) with this failure. */
  failNext(status: number, reason: string, options?: { times?: number; retryAfterSeconds?: number }): void;
  /** Accepts provider tokens that are signed with this key. */
  trustKey(key: ProviderKey): void;
  close(): Promise<void>;
};

/** A device token. */
export type Token = Uint8Array | string;

type Device = {
  topic: string;
  deadSince?: Date;
  waiting?: Delivery;
  handler?: (push: Delivery) => void;
};

/** Lists are for looking at, not a leak. */
const KEPT = 10_000;
const MAX_BODY = 64 * 1024;
const hexOf = (token: Token) => (typeof token === "string" ? token.toLowerCase() : token.toHex());

/** Starts the service on a free loopback port (or the given one). */
export async function startApns(
  options: { clock?: Clock; random?: Random; port?: number } = {},
): Promise<FakeApns> {
  const { clock = systemClock, random = systemRandom, port = 0 } = options;
  const authority = await makePushAuthority(clock.now());
  const devices = new Map<string, Device>();
  const deliveries: Delivery[] = [];
  const requests: Answered[] = [];
  const failures: Failure[] = [];
  const providerKeys: ProviderKey[] = [];

  const keep = <T>(list: T[], item: T) => {
    if (list.push(item) > KEPT) list.shift();
  };
  const hand = (device: Device, push: Delivery) => {
    delete device.waiting;
    keep(deliveries, push);
    device.handler?.(push);
  };
  const take = (push: Push) => {
    const device = devices.get(push.token);
    const delivery = { ...push, at: clock.now() };
    if (device?.handler !== undefined) hand(device, delivery);
    // With the expiration 0 Apple tries once and keeps nothing.
    else if (device !== undefined && push.expiration > 0) device.waiting = delivery;
  };
  const judge = async (
    request: Request,
    path: string,
    certificate: Certificate | undefined,
  ): Promise<Push | (Refusal & Failure)> => {
    const body = await bodyOf(request);
    const failure = failures.shift();
    if (failure !== undefined) return failure;
    return await judgePush({
      method: request.method,
      path,
      headers: Object.fromEntries(request.headers),
      body,
      certificate,
    }, {
      now: clock.now(),
      anchor: authority.authority.certificate,
      newId: () => random.uuid(),
      providerKeys,
      device: (token) => devices.get(token),
    });
  };
  const serve = async (request: Request, certificate: Certificate | undefined): Promise<Response> => {
    const path = new URL(request.url).pathname;
    const answer = await judge(request, path, certificate);
    const refused = "reason" in answer;
    keep(requests, {
      at: clock.now(),
      token: path.split("/").at(-1) ?? "",
      topic: request.headers.get("apns-topic") ?? undefined,
      status: refused ? answer.status : 200,
      ...(refused ? { reason: answer.reason } : {}),
    });
    if (!refused) {
      take(answer);
      return new Response(null, { headers: { "apns-id": answer.apnsId } });
    }
    const { status, reason, timestamp, retryAfterSeconds } = answer;
    return Response.json({ reason, ...(timestamp === undefined ? {} : { timestamp }) }, {
      status,
      headers: {
        "apns-id": request.headers.get("apns-id") ?? random.uuid(),
        ...(retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) }),
      },
    });
  };

  const listener = await serveHttp2({ server: authority.server, caPem: authority.caPem, port }, serve);

  return {
    url: `https://127.0.0.1:${listener.port}`,
    caPem: authority.caPem,
    deliveries,
    requests,
    get connections() {
      return listener.connections;
    },
    makePushCertificate: authority.pushCertificate,
    register(token, topic) {
      const known = devices.get(hexOf(token));
      devices.set(hexOf(token), { topic, ...(known?.handler === undefined ? {} : { handler: known.handler }) });
    },
    expire(token) {
      const device = devices.get(hexOf(token));
      if (device === undefined) throw new Error("Cannot expire this token: no device has it");
      delete device.waiting;
      device.deadSince = clock.now();
    },
    onPush(token, handler) {
      const device = devices.get(hexOf(token));
      if (device === undefined) throw new Error("Cannot listen for pushes: register the token first");
      device.handler = handler;
      const { waiting } = device;
      delete device.waiting;
      if (waiting !== undefined && waiting.expiration * 1000 > clock.now().getTime()) hand(device, waiting);
      return () => {
        const now = devices.get(hexOf(token));
        if (now?.handler === handler) delete now.handler;
      };
    },
    failNext(status, reason, { times = 1, ...more } = {}) {
      for (let n = 0; n < times; n++) failures.push({ status, reason, ...more });
    },
    trustKey(key) {
      providerKeys.push(key);
    },
    close: listener.close,
  };
}

async function bodyOf(request: Request): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size <= MAX_BODY) chunks.push(chunk);
  }
  const body = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    body.set(chunk, offset);
    offset += chunk.length;
  }
  return body;
}
