/**
 * A port: HTTP/1.1, with TLS where there is a certificate, and with mutual TLS where devices show theirs.
 *
 * Promise: no client can end the process, or keep resources that it does not use. Headers, idle connections,
 * handshakes, whole requests and answers have timeouts, connections have limits, and a connection's requests are served
 * one at a time. HTTP/2 is not offered: the runtime's server for it ends the process when streams are aborted at the
 * wrong moment, and devices need HTTP/1.1 alone.
 *
 * On mutual TLS any certificate, or none, gets through the handshake: who may speak for a device is judged with the message
 * (`src/identity`), and a handshake that fails would tell a device nothing.
 *
 * @module
 */

import http, { type IncomingMessage, type Server, type ServerResponse } from "node:http";
import https from "node:https";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { getRequestListener } from "@hono/node-server";
import type { AppEnv } from "./context.ts";
import { BackPressure } from "./back_pressure.ts";
import { watchPieces } from "./body_pieces.ts";
import type { Connection, Connections } from "./connections.ts";
import { IncomingPieces } from "./incoming_pieces.ts";
import { keepOpen } from "./kept_port.ts";
import { Turns } from "./turns.ts";
import { type ReadingPace, UnreadAnswers } from "./unread_answers.ts";

/** The application, as a port calls it. */
export type AppFetch = (request: Request, env: AppEnv["Bindings"]) => Response | Promise<Response>;

/** A listening port. */
export type Listener = {
  port: number;
  /** Accepts no more connections, waits that long for requests in flight, then closes the rest. */
  close(graceMs: number): Promise<void>;
};

/** The options of a port. */
export type ListenOptions = {
  hostname: string;
  port: number;
  /** Certificate chain and key in PEM; plain HTTP without. */
  tls?: { cert: string; key: string } | undefined;
  /** Whether clients are asked for their certificate. */
  asksCertificate?: boolean;
  connections: Connections;
  /** Receives requests that could not be served, and errors of a connection or the port. */
  failed(error: unknown): void;
  timeouts?: Partial<Timeouts>;
  /** How slowly a client may take an answer. */
  pace?: ReadingPace;
};

/** Milliseconds. */
export type Timeouts = {
  /** A TLS handshake, and a request's headers. */
  headers: number;
  /** A connection without a request. Above the 60 s that proxies keep theirs, or they send into a closed one. */
  idle: number;
  /** A whole request; the pace of its body is checked while it is read. */
  request: number;
  /** How often the port is tried. */
  watch: number;
};

const TIMEOUTS: Timeouts = { headers: 15_000, idle: 75_000, request: 2_400_000, watch: 5000 };
/** As slow as the slowest networks that devices are on. */
const READING_PACE: ReadingPace = { graceMs: 60_000, bytesPerSecond: 16 * 1024 };
/** Bytes of a request's line and headers: a SCEP request in the address has 8 KB, a device's signature 4 KB. */
const HEADER_BYTES = 32 * 1024;
const refusal = (status: string) => `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
const BAD_REQUEST = refusal("400 Bad Request");
const EXPECTATION_FAILED = refusal("417 Expectation Failed");
/** By the runtime's codes of errors; others are a bad request. */
const REFUSALS: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: refusal("408 Request Timeout"),
  HPE_HEADER_OVERFLOW: refusal("431 Request Header Fields Too Large"),
};

/** The certificate that the other end of each connection showed. */
const peerCertificates = new WeakMap<object, Uint8Array | null>();

function peerCertificateOf(socket: TLSSocket): Uint8Array | null {
  const known = peerCertificates.get(socket);
  if (known !== undefined) return known;
  // Null once the connection is closed; without `raw` when nothing was shown.
  const shown: { raw?: Uint8Array } | null = socket.getPeerCertificate();
  const certificate = shown?.raw === undefined ? null : Uint8Array.from(shown.raw);
  peerCertificates.set(socket, certificate);
  return certificate;
}

/** Milliseconds that a client has to read why its body was not. */
const LEAVE_MS = 500;
/** Milliseconds between two checks of the bytes that connections send outside of bodies. */
const SENDING_MS = 100;

/**
 * Ends a connection whose request was answered before its body was there. The attack: megabytes that are read only to be
 * thrown away. Nothing more is read; the end comes a little later, since an end with unread bytes may overtake the answer.
 */
function leave(incoming: IncomingMessage, socket: Socket, pressure: BackPressure | undefined): void {
  // The message has let go of its socket when its reader was cancelled.
  incoming.pause();
  socket.pause();
  pressure?.end();
  Deno.unrefTimer(setTimeout(() => socket.destroy(), LEAVE_MS));
}

/** Bytes of a body that are awaited after its answer, for the sake of the connection: the head may have come by itself. */
const SMALL_BODY = 64 * 1024;
/** Milliseconds that they have. */
const SMALL_BODY_MS = 5000;

/** Whether the body of a request is declared and small. */
const isSmall = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] === undefined && Number(headers["content-length"] ?? 0) <= SMALL_BODY;

/** Lets the rest of a small body come. The runtime throws it away, and takes the next request behind it. */
function awaitRest(incoming: IncomingMessage, socket: Socket): void {
  const late = setTimeout(() => {
    if (!incoming.complete) socket.destroy();
  }, SMALL_BODY_MS);
  socket.once("close", () => clearTimeout(late));
  Deno.unrefTimer(late);
}

/** Answers an invalid request, and ends its connection. */
function refuse(socket: Socket, pressure: BackPressure | undefined, answer = BAD_REQUEST): void {
  pressure?.end();
  if (!socket.writable) return void socket.destroy();
  // Of a client that does not read it the answer never leaves.
  const late = setTimeout(() => socket.destroy(), LEAVE_MS);
  socket.once("close", () => clearTimeout(late));
  socket.end(answer, () => socket.destroy());
}

/** Milliseconds that a connection without a request has to send one when the port closes. Browsers open some ahead. */
const SILENT_MS = 1000;

/** Names a connection: TLS hides the socket that was accepted. */
const nameOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`;

/** Listens. Rejects when the address cannot be listened on. */
export async function listen(fetch: AppFetch, options: ListenOptions): Promise<Listener> {
  const timeouts = { ...TIMEOUTS, ...options.timeouts };
  const { connections, failed, asksCertificate = false } = options;
  const open = new Map<string, { socket: Socket; connection: Connection; pressure: BackPressure; requests: number }>();
  const turns = new Turns();
  let stopping = false;
  const unread = new UnreadAnswers(options.pace ?? READING_PACE);

  const answer = getRequestListener((request, env) => {
    const { incoming } = env as { incoming: IncomingMessage };
    const { socket } = incoming;
    const certificate = asksCertificate ? peerCertificateOf(socket as TLSSocket) : null;
    return fetch(request, {
      remoteAddress: socket.remoteAddress ?? "",
      // Those of a GET have no meaning (RFC 9110 section 9.3.1).
      ...(incoming.method === "GET" || incoming.method === "HEAD" ? {} : { pieces: new IncomingPieces(incoming) }),
      ...(certificate === null ? {} : { peerCertificate: certificate }),
    });
  }, {
    overrideGlobalObjects: false,
    // HTTP/1.0 has no Host; health checks of proxies use it.
    hostname: "localhost",
    // The rest of a body is handled below.
    autoCleanupIncoming: false,
    errorHandler(error) {
      // An invalid address or host.
      if (error instanceof Error && error.name === "RequestError") return new Response(null, { status: 400 });
      failed(error);
      return new Response(null, { status: 500 });
    },
  });
  const serve = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const { socket } = incoming;
    // The rest of a packet whose connection is closed by now.
    if (socket.destroyed) return;
    const entry = open.get(nameOf(socket));
    const { connection, pressure } = entry ?? {};
    if (entry !== undefined) entry.requests++;
    connection?.busy();
    // A client that keeps its connection would send the next request into a closed one.
    if (stopping) outgoing.shouldKeepAlive = false;
    watchPieces(incoming, () => refuse(socket, pressure));
    const came = pressure?.hold(incoming, isSmall(incoming));
    let taken = () => {};
    let ended = false;
    const end = () => {
      if (ended) return;
      ended = true;
      taken();
      if (incoming.complete) came?.();
      connection?.idle();
      if (entry !== undefined && --entry.requests === 0 && stopping) socket.end();
      turns.end(socket);
    };
    outgoing.on("close", end);
    outgoing.on("finish", () => {
      if (incoming.complete) return;
      if (isSmall(incoming)) awaitRest(incoming, socket);
      else leave(incoming, socket, pressure);
    });
    outgoing.on("error", end);
    incoming.on("error", () => {});
    // Whatever happens in a request ends there.
    const begin = () => {
      if (socket.destroyed) return end();
      taken = unread.awaited(socket, () => outgoing.headersSent);
      Promise.resolve(answer(incoming, outgoing)).catch((error) => {
        failed(error);
        outgoing.destroy();
      });
    };
    if (!turns.take(socket, begin)) socket.destroy();
  };

  const limits = {
    headersTimeout: timeouts.headers,
    requestTimeout: timeouts.request,
    keepAliveTimeout: timeouts.idle,
    connectionsCheckingInterval: Math.min(timeouts.headers, 5000),
    maxHeaderSize: HEADER_BYTES,
  };
  const create = (): Server => {
    const server: Server = options.tls === undefined ? http.createServer(limits, serve) : https.createServer({
      ...limits,
      cert: options.tls.cert,
      key: options.tls.key,
      handshakeTimeout: timeouts.headers,
      ...(asksCertificate ? { requestCert: true, rejectUnauthorized: false } : {}),
    }, serve);
    server.on("connection", (socket: Socket) => {
      socket.on("error", () => {});
      const name = nameOf(socket);
      const connection = connections.opened(socket, socket.remoteAddress ?? "");
      if (connection === undefined) {
        socket.destroy();
        return;
      }
      const entry = { socket, connection, pressure: new BackPressure(socket), requests: 0 };
      open.set(name, entry);
      socket.on("close", () => {
        connection.closed();
        if (open.get(name) === entry) open.delete(name);
      });
    });
    server.on("secureConnection", (socket: TLSSocket) => {
      socket.on("error", () => {});
      open.get(nameOf(socket))?.pressure.follow(socket);
    });
    server.on("tlsClientError", (_error: Error, socket: TLSSocket) => socket.destroy());
    server.on("clientError", ({ code = "" }: NodeJS.ErrnoException, socket: Socket) => {
      const { pressure, requests = 0 } = open.get(nameOf(socket)) ?? {};
      // Proxies and clients open connections ahead, and may send a first request now: an answer would be taken for its
      // answer, while a closed connection makes them try again (RFC 9112, section 9.5).
      if (code === "ERR_HTTP_REQUEST_TIMEOUT" && requests === 0) socket.destroy();
      else refuse(socket, pressure, REFUSALS[code]);
    });
    // The runtime would answer by itself, and read on.
    server.on("checkExpectation", ({ socket }: IncomingMessage) => {
      refuse(socket, open.get(nameOf(socket))?.pressure, EXPECTATION_FAILED);
    });
    return server;
  };

  const kept = await keepOpen({
    create,
    hostname: options.hostname,
    port: options.port,
    every: timeouts.watch,
    failed,
  });
  const sending = setInterval(() => {
    for (const { pressure } of open.values()) pressure.look();
  }, Math.min(timeouts.watch, SENDING_MS));
  Deno.unrefTimer(sending);
  const reading = setInterval(() => unread.look(), timeouts.watch);
  Deno.unrefTimer(reading);
  return {
    port: kept.port,
    close: async (graceMs) => {
      stopping = true;
      clearInterval(sending);
      clearInterval(reading);
      // The runtime treats a connection that never sent a request as busy.
      const silent = setTimeout(() => {
        for (const { socket, requests } of open.values()) if (requests === 0) socket.destroy();
      }, Math.min(SILENT_MS, graceMs));
      await kept.close(graceMs);
      clearTimeout(silent);
    },
  };
}
