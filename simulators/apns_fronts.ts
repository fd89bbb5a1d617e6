/**
 * The HTTP/2 of the fake push service: with client certificates, as Apple's; or without, for provider tokens.
 *
 * @module
 */

import http2, { type Http2ServerRequest, type Http2ServerResponse, type ServerHttp2Session } from "node:http2";
import type { TLSSocket } from "node:tls";
import { type Certificate, parseCertificate } from "../src/pki/certificate.ts";
import type { PushRequest } from "./apns_requests.ts";

/** What answers a request. `afterwards` is called once the answer is on its way. */
export type PushFront = (request: PushRequest) => Promise<{
  status: number;
  headers: Record<string, string>;
  body: string | null;
  afterwards(): void;
}>;

/** Where a front listens, and as whom. */
type Place = { certificatePem: string; keyPem: string; caPem: string; port: number };

/** A front that listens. */
type Listening = { port: number; connections(): number; close(): Promise<void> };

const MAX_BODY = 64 * 1024;
const BROKEN = { status: 500, headers: { "content-type": "application/json" } };
const BROKEN_BODY = JSON.stringify({ reason: "InternalServerError" });

/** Listens with the runtime's `node:http2`, which shows client certificates. */
export async function startCertificateFront(
  { certificatePem, keyPem, caPem, port }: Place,
  answer: PushFront,
): Promise<Listening> {
  const sessions = new Set<ServerHttp2Session>();
  let connections = 0;
  const serve = async (request: Http2ServerRequest, response: Http2ServerResponse) => {
    // Before the body is read: afterwards the stream has let go of its session.
    const certificate = peerOf(request);
    const { status, headers, body, afterwards } = await answer({
      method: request.method,
      path: request.url,
      headers: Object.fromEntries(
        Object.entries(request.headers).flatMap(([name, value]) => typeof value === "string" ? [[name, value]] : []),
      ),
      body: await bodyOf(request),
      certificate,
    });
    response.writeHead(status, headers);
    if (body === null) response.end();
    else response.end(body);
    // The answer first, as with Apple: the device may be here before the sender has read it, or long after.
    afterwards();
  };
  const server = http2.createSecureServer({
    key: keyPem,
    cert: certificatePem,
    ca: caPem,
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
      response.writeHead(BROKEN.status, BROKEN.headers);
      response.end(BROKEN_BODY);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The push service has no port");
  return {
    port: address.port,
    connections: () => connections,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const session of sessions) session.destroy();
      await closed;
    },
  };
}

/** Listens with `Deno.serve`, which shows no client certificates. Connections are not counted. */
// deno-lint-ignore require-await
export async function startTokenFront(
  { certificatePem, keyPem, port }: Place,
  answer: PushFront,
): Promise<Listening> {
  const stopping = new AbortController();
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port,
    cert: certificatePem,
    key: keyPem,
    signal: stopping.signal,
    onListen: () => {},
    onError: () => new Response(BROKEN_BODY, BROKEN),
  }, async (request) => {
    const { status, headers, body, afterwards } = await answer({
      method: request.method,
      path: new URL(request.url).pathname,
      headers: Object.fromEntries(request.headers),
      body: new Uint8Array(await request.arrayBuffer()).subarray(0, MAX_BODY),
    });
    queueMicrotask(afterwards);
    return new Response(body, { status, headers });
  });
  return {
    port: server.addr.port,
    connections: () => 0,
    async close() {
      // Senders keep their connections: nothing waits for them.
      stopping.abort();
      await server.finished;
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
