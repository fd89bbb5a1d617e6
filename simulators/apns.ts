/**
 * A fake Apple Push Notification service: HTTP/2 over TLS with client certificates, on a loopback address.
 *
 * A device is known by `register`; it is online while somebody listens with `onPush`. A push to a device that is away is
 * kept until its expiration, only the last one, and handed over when the device comes online.
 *
 * How it differs from the real thing: it trusts its own authority alone; a client certificate that is not trusted is
 * answered with 403 instead of a failed handshake; there is no limit on pushes or connections beyond what `failNext` says;
 * a push is delivered at once and always; it takes only management pushes.
 *
 * @module
 */

import http2, { type Http2ServerRequest, type Http2ServerResponse, type ServerHttp2Session } from "node:http2";
import type { TLSSocket } from "node:tls";
import { type Certificate, parseCertificate } from "../src/pki/certificate.ts";
import { type Clock, type Random, systemClock, systemRandom } from "../src/runtime.ts";
import { makePushAuthority, type PemIdentity, type PushCertificateOptions } from "./apns_certificates.ts";
import { judgePush, type ProviderKey, type Push, type Refusal } from "./apns_requests.ts";

export type { ProviderKey, Push } from "./apns_requests.ts";

/** A push as its device saw it. */
export type Delivery = Push & { at: Date };

/** A request and its answer. */
export type Answered = { at: Date; token: string; topic: string | undefined; status: number; reason?: string };

/** What happens to coming requests instead of their right answer. */
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
  /** The device is online, and gets what waits for it. Answers how it goes offline again. */
  onPush(token: Token, handler: (push: Delivery) => void): () => void;
  /** The next `times` requests (1 unless told) are answered with this failure. */
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

/** Starts the service on a free loopback port (or the one that is told). */
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
  const sessions = new Set<ServerHttp2Session>();
  let connections = 0;

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
  const judge = async (request: Http2ServerRequest): Promise<Push | (Refusal & Failure)> => {
    // Before the body is read: afterwards the stream has let go of its session.
    const certificate = peerOf(request);
    const body = await bodyOf(request);
    const failure = failures.shift();
    if (failure !== undefined) return failure;
    return await judgePush({
      method: request.method,
      path: request.url,
      headers: Object.fromEntries(
        Object.entries(request.headers).flatMap(([name, value]) => typeof value === "string" ? [[name, value]] : []),
      ),
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
  const serve = async (request: Http2ServerRequest, response: Http2ServerResponse) => {
    const answer = await judge(request);
    const refused = "reason" in answer;
    keep(requests, {
      at: clock.now(),
      token: request.url.split("/").at(-1) ?? "",
      topic: request.headers["apns-topic"]?.toString(),
      status: refused ? answer.status : 200,
      ...(refused ? { reason: answer.reason } : {}),
    });
    if (!refused) {
      response.writeHead(200, { "apns-id": answer.apnsId });
      response.end();
      // The answer first, as with Apple: the device may be here before the sender has read it, or long after.
      take(answer);
      return;
    }
    const { status, reason, timestamp, retryAfterSeconds } = answer;
    response.writeHead(status, {
      "content-type": "application/json",
      "apns-id": request.headers["apns-id"]?.toString() ?? random.uuid(),
      ...(retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) }),
    });
    response.end(JSON.stringify({ reason, ...(timestamp === undefined ? {} : { timestamp }) }));
  };

  const server = http2.createSecureServer({
    key: authority.server.keyPem,
    cert: authority.server.certificatePem,
    ca: authority.caPem,
    requestCert: true,
    // Provider tokens come without a certificate; who may push is judged for each request.
    rejectUnauthorized: false,
  });
  server.on("session", (session: ServerHttp2Session) => {
    connections++;
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
    // A client that goes away is nothing to report.
    session.on("error", () => sessions.delete(session));
  });
  server.on("request", (request: Http2ServerRequest, response: Http2ServerResponse) => {
    serve(request, response).catch(() => {
      response.writeHead(500, { "content-type": "application/json" });
      response.end(JSON.stringify({ reason: "InternalServerError" }));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The push service has no port");

  return {
    url: `https://127.0.0.1:${address.port}`,
    caPem: authority.caPem,
    deliveries,
    requests,
    get connections() {
      return connections;
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
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const session of sessions) session.destroy();
      await closed;
    },
  };
}

async function bodyOf(request: Http2ServerRequest): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Uint8Array)) continue;
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

// The session's socket stands in for the real one: `in` and `instanceof` do not see through it.
const isTls = (socket: object): socket is TLSSocket => typeof Reflect.get(socket, "getPeerCertificate") === "function";

function peerOf(request: Http2ServerRequest): Certificate | undefined {
  const socket = request.stream.session?.socket;
  const raw = socket !== undefined && isTls(socket) ? socket.getPeerCertificate(true)?.raw : undefined;
  return raw === undefined ? undefined : parseCertificate(raw);
}
