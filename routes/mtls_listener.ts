/**
 * The mutual TLS port: the server itself asks devices for their certificate and hands it to the application. HTTP/2 and
 * HTTP/1.1.
 *
 * Any certificate, or none, gets through the handshake: who may speak for a device is judged with the message
 * (`src/identity`), and a handshake that fails would tell a device nothing.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import http2, { type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import type { TLSSocket } from "node:tls";
import type { AppEnv } from "./context.ts";

/** The application, as the port calls it. */
export type AppFetch = (request: Request, env: AppEnv["Bindings"]) => Response | Promise<Response>;

/** A listening port. */
export type MtlsListener = { port: number; close(): Promise<void> };

/** The largest body that is collected; the application's own limit comes first where it is smaller. */
const BODY_LIMIT = 33 * 1024 * 1024;

async function bodyOf(incoming: Http2ServerRequest): Promise<Uint8Array<ArrayBuffer> | "too large"> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > BODY_LIMIT) return "too large";
    chunks.push(bytes);
  }
  return Uint8Array.from(Buffer.concat(chunks));
}

const headersOf = (incoming: Http2ServerRequest) =>
  new Headers(
    Object.entries(incoming.headers).flatMap(([name, value]): [string, string][] =>
      name.startsWith(":") || value === undefined
        ? []
        : (Array.isArray(value) ? value : [value]).map((one) => [name, one])
    ),
  );

async function serve(
  fetch: AppFetch,
  incoming: Http2ServerRequest,
  outgoing: Http2ServerResponse,
  peer: { certificate: Uint8Array | undefined; address: string },
): Promise<void> {
  const body = await bodyOf(incoming);
  if (body === "too large") {
    outgoing.writeHead(413);
    outgoing.end();
    return;
  }
  const host = incoming.headers[":authority"] ?? incoming.headers.host ?? "localhost";
  const method = incoming.method;
  const request = new Request(new URL(incoming.url, `https://${host}`), {
    method,
    headers: headersOf(incoming),
    ...(method === "GET" || method === "HEAD" ? {} : { body }),
  });
  const response = await fetch(request, {
    remoteAddress: peer.address,
    ...(peer.certificate === undefined ? {} : { peerCertificate: peer.certificate }),
  });
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body === null) outgoing.end();
  else await send(response.body, outgoing);
}

/** Sends a body as fast as the other end takes it, chunk by chunk: a file may be larger than the memory. */
async function send(body: ReadableStream<Uint8Array>, outgoing: Http2ServerResponse): Promise<void> {
  let gone = false;
  let wake = () => {};
  outgoing.on("drain", () => wake());
  outgoing.on("close", () => {
    gone = true;
    wake();
  });
  // Leaving the loop cancels the stream: whoever hangs up lets go of the file.
  for await (const chunk of body) {
    if (gone) return;
    const drained = new Promise<void>((resolve) => wake = resolve);
    if (!outgoing.write(chunk) && !gone) await drained;
  }
  outgoing.end();
}

/** The certificate that the other end showed. */
function peerCertificateOf(socket: TLSSocket): Uint8Array | undefined {
  const { raw } = socket.getPeerCertificate(true);
  return raw === undefined ? undefined : Uint8Array.from(raw);
}

/** Listens. `failed` is told of requests that could not be served. */
export async function listenMtls(
  fetch: AppFetch,
  options: { hostname: string; port: number; certificate: string; key: string; failed(error: unknown): void },
): Promise<MtlsListener> {
  const server = http2.createSecureServer({
    cert: options.certificate,
    key: options.key,
    requestCert: true,
    rejectUnauthorized: false,
    allowHTTP1: true,
  });
  const sessions = new Set<{ close(): void }>();
  server.on("session", (session) => {
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
    session.on("error", () => sessions.delete(session));
  });
  // The certificate is the connection's: what a request says of itself in a header is not looked at here.
  server.on("request", (incoming: Http2ServerRequest, outgoing: Http2ServerResponse) => {
    const socket = (incoming.stream?.session?.socket ?? incoming.socket) as TLSSocket;
    const peer = { certificate: peerCertificateOf(socket), address: socket.remoteAddress ?? "" };
    serve(fetch, incoming, outgoing, peer).catch((error) => {
      options.failed(error);
      if (!outgoing.headersSent) outgoing.writeHead(500);
      outgoing.end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.hostname, resolve);
  });
  const address = server.address();
  return {
    port: address !== null && typeof address === "object" ? address.port : options.port,
    close: () =>
      new Promise((resolve) => {
        for (const session of sessions) session.close();
        server.close(() => resolve());
      }),
  };
}
