/**
 * The listener of the simulated push service: HTTP/2 over TLS, where clients may present a certificate.
 *
 * `node:tls` terminates TLS and returns the client's certificate, and the plain bytes go to `Deno.serve`, which handles
 * HTTP/2. `node:http2` does both, but a client that disconnects in the middle of several requests can end its process,
 * by an assertion of nghttp2 while a GOAWAY closes their streams (`find_stream_on_goaway_func`). Here a client ends
 * nothing but its own connection.
 *
 * @module
 */

import net from "node:net";
import tls from "node:tls";
import { type Certificate, parseCertificate } from "../../src/pki/certificate.ts";
import type { PemIdentity } from "./apns_certificates.ts";

/** A running listener. */
export type Http2Listener = {
  readonly port: number;
  /** Connections that were ever opened. */
  readonly connections: number;
  /** Ends it and every connection. */
  close(): Promise<void>;
};

/** Answers a request, given the certificate that the client presented. */
export type Http2Handler = (request: Request, certificate: Certificate | undefined) => Promise<Response>;

/** Listens on a loopback port, 0 for a free one. A request whose handler throws is answered with 500. */
export async function serveHttp2(
  options: { server: PemIdentity; caPem: string; port: number },
  handle: Http2Handler,
): Promise<Http2Listener> {
  /** The certificates of clients, by the port from which their bytes reach the inner server. */
  const certificates = new Map<number, Certificate>();
  const sockets = new Set<net.Socket>();
  let connections = 0;

  const inner = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: () => {},
    onError: () => Response.json({ reason: "InternalServerError" }, { status: 500 }),
  }, (request, { remoteAddr }) => handle(request, certificates.get(remoteAddr.port)));

  const outer = tls.createServer({
    key: options.server.keyPem,
    cert: options.server.certificatePem,
    ca: options.caPem,
    ALPNProtocols: ["h2"],
    requestCert: true,
    // Provider tokens come without a certificate; the permission is checked for each request.
    rejectUnauthorized: false,
  }, (client) => {
    connections++;
    const bytes: unknown = client.getPeerCertificate(true)?.raw;
    const plain = net.connect(inner.addr.port, "127.0.0.1", () => {
      const { localPort } = plain;
      if (bytes instanceof Uint8Array && localPort !== undefined) {
        certificates.set(localPort, parseCertificate(bytes));
        plain.on("close", () => certificates.delete(localPort));
      }
      client.pipe(plain).pipe(client);
    });
    for (const [socket, other] of [[client, plain], [plain, client]] as const) {
      sockets.add(socket);
      // A disconnected client is not an error.
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  outer.on("tlsClientError", () => {});
  await new Promise<void>((resolve, reject) => {
    outer.once("error", reject);
    outer.listen(options.port, "127.0.0.1", resolve);
  });
  const address = outer.address();
  if (address === null || typeof address === "string") throw new Error("The push service has no port");

  return {
    port: address.port,
    get connections() {
      return connections;
    },
    async close() {
      const closed = new Promise<void>((resolve) => outer.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await Promise.all([closed, inner.shutdown()]);
    },
  };
}
