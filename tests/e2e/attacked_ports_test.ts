import assert from "node:assert/strict";
import net from "node:net";
import tls from "node:tls";
import { loopbackCertificate } from "../support/loopback.ts";
import { startServer } from "../../simulators/server_process.ts";
import { withDatabase } from "../support/database.ts";

const SECRET_KEYS = "test:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const HTTP2_PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

type Port = { port: number; secure: boolean; alpn?: string };

/** Opens a connection; resolves once it can be written to. */
function open({ port, secure, alpn }: Port): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const options = {
      host: "127.0.0.1",
      port,
      rejectUnauthorized: false,
      ...(alpn === undefined ? {} : { ALPNProtocols: [alpn] }),
    };
    const socket = secure ? tls.connect(options, () => resolve(socket)) : net.connect(options, () => resolve(socket));
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("closed")));
  });
}

/** How an attacker ends a connection; what is only half closed is let go of at last. */
const ENDS: Record<string, (socket: net.Socket, halfClosed: net.Socket[]) => void> = {
  closed: (socket) => void socket.destroy(),
  reset: (socket) => void socket.resetAndDestroy(),
  "half closed": (socket, halfClosed) => {
    socket.end();
    socket.resume();
    halfClosed.push(socket);
  },
};

/** The bytes that an attacker sends. */
const MESSAGES: Record<string, string> = {
  nothing: "",
  "half a header": "GET / HTTP/1.1\r\nHost: x\r\nA: ",
  "half a body": "PUT /public/mdm/connect/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc",
  "many requests at once": "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n".repeat(30),
  "bodies of chunks that break off": "POST /signin/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
  garbage: "\x00\xff\x16\x03\x01 nonsense\r\n\r\n",
  "a host that is none": "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n",
  "no host": "GET http://x:99999/ HTTP/1.1\r\n\r\n",
  HTTP2: HTTP2_PREFACE + "\x00\x00\x00\x04\x00\x00\x00\x00\x00" +
    "\x00\x00\x04\x01\x05\x00\x00\x00\x01\x82\x87\x84\x01".repeat(90),
  "an upgrade": "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
  "a method of its own": "BREW /pot HTTP/1.1\r\nHost: x\r\n\r\n",
  CONNECT: "CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n",
  "a header of 60 KB": `GET / HTTP/1.1\r\nHost: x\r\nA: ${"a".repeat(60_000)}\r\n\r\n`,
};

async function attack(
  port: Port,
  message: string,
  end: (typeof ENDS)[string],
  waits: boolean,
  halfClosed: net.Socket[],
): Promise<void> {
  let socket: net.Socket;
  try {
    socket = await open(port);
  } catch {
    // Refused in the handshake: that is an answer too.
    return;
  }
  socket.on("error", () => {});
  if (message !== "") {
    const sent = new Promise<void>((resolve) => {
      socket.on("close", () => resolve());
      socket.write(message, "latin1", () => resolve());
    });
    // Either the message is on its way, or the end overtakes it.
    if (waits) await sent;
  }
  end(socket, halfClosed);
}

Deno.test("connections that are opened, reset, aborted and half closed by the thousand end no process, on any port", () =>
  withDatabase(async (_sql, databaseUrl) => {
    const { chain, key, root } = loopbackCertificate();
    const common = { DATABASE_URL: databaseUrl, SECRET_KEYS, LOG_LEVEL: "info" };
    const plain = await startServer(common);
    const secure = await startServer({
      ...common,
      TLS_FULLCHAIN: chain,
      TLS_PRIVKEY: key,
      BASE_URL: "https://127.0.0.1",
      MTLS_PORT: "0",
    });
    const portOf = (url: string) => Number(new URL(url).port);
    const ports: Port[] = [
      { port: portOf(plain.url), secure: false },
      { port: portOf(secure.url), secure: true },
      { port: secure.mtlsPort ?? 0, secure: true },
      { port: secure.mtlsPort ?? 0, secure: true, alpn: "h2" },
    ];
    const client = Deno.createHttpClient({ caCerts: [root] });
    try {
      let attacks = 0;
      const halfClosed: net.Socket[] = [];
      for (const port of ports) {
        const runs = Object.values(MESSAGES).flatMap((message) =>
          Object.values(ENDS).flatMap((end) =>
            [true, false].map((waits) => () => attack(port, message, end, waits, halfClosed))
          )
        );
        // So many at a time that closes and requests meet.
        const queue = Array.from({ length: port.secure ? 3 : 10 }, () => runs).flat();
        attacks += queue.length;
        await Promise.all(Array.from({ length: 24 }, async () => {
          for (let run = queue.pop(); run !== undefined; run = queue.pop()) await run();
        }));
        for (const socket of halfClosed.splice(0)) socket.destroy();
      }
      assert.ok(attacks > 1000, `${attacks}`);
      const health = async (url: string) => await (await fetch(`${url}/healthz`, { client })).json();
      assert.deepEqual(await health(plain.url), { status: "ok" });
      assert.deepEqual(await health(secure.url.replace("http:", "https:")), { status: "ok" });
      assert.deepEqual(await health(`https://127.0.0.1:${secure.mtlsPort}`), { status: "ok" });
    } finally {
      client.close();
      assert.deepEqual(await Promise.all([plain.stop(), secure.stop()]), [0, 0]);
    }
  }));

Deno.test("a process that has no descriptors left refuses connections and serves again once there are some", () =>
  withDatabase(async (_sql, databaseUrl) => {
    const server = await startServer(
      { DATABASE_URL: databaseUrl, SECRET_KEYS, DATABASE_POOL: "2", JOB_WORKERS: "0", MAX_CONNECTIONS: "100000" },
      { descriptors: 120 },
    );
    try {
      const port = { port: Number(new URL(server.url).port), secure: false };
      const sockets = await Promise.all(Array.from({ length: 200 }, () => open(port).catch(() => undefined)));
      for (const socket of sockets) socket?.on("error", () => {});
      // The process lives, whatever became of those beyond its limit.
      for (const socket of sockets) socket?.destroy();
      let status = 0;
      for (let turn = 0; status !== 200 && turn < 500; turn++) {
        status = await fetch(`${server.url}/healthz`).then(async (response) => {
          await response.body?.cancel();
          return response.status;
        }, () => 0);
        if (status !== 200) await new Promise((resolve) => setTimeout(resolve, 20));
      }
      assert.equal(status, 200);
    } finally {
      assert.equal(await server.stop(), 0);
    }
  }));
