import assert from "node:assert/strict";
import http from "node:http";
import https from "node:https";
import net from "node:net";
import nodeTls from "node:tls";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { Connections } from "../../routes/connections.ts";
import { type AppFetch, listen } from "../../routes/listener.ts";
import { Counters } from "../../src/counters.ts";
import { toPem } from "../../src/pki/certificate.ts";
import { exportPkcs8 } from "../../src/pki/keys.ts";
import { KEYS } from "../support/fleet.ts";
import { selfSigned } from "../../simulators/device/self_signed.ts";

const dates = { notBefore: new Date("2026-01-01T00:00:00Z"), notAfter: new Date("2036-01-01T00:00:00Z") };
const tls = {
  cert: toPem(selfSigned({ subject: [["CN", "localhost"]], key: KEYS[0], ...dates }), "CERTIFICATE"),
  key: toPem(exportPkcs8(KEYS[0]), "PRIVATE KEY"),
};
const MB = 1024 * 1024;
const piece = new Uint8Array(MB).map((_, index) => index % 251);
/** The capacity of both operating systems' buffers, and a margin. */
const MOST_ON_THE_WAY = 24 * MB;

const ports = [["with TLS", tls], ["without TLS", undefined]] as const;

/** Serves `fetch` on a port. */
async function withPort(
  fetch: AppFetch,
  withTls: typeof tls | undefined,
  body: (send: (method: string, length?: number) => http.ClientRequest, port: number) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = [];
  const limits = { perAddress: 100, total: 100, exempt: () => false };
  const listener = await listen(fetch, {
    hostname: "127.0.0.1",
    port: 0,
    connections: new Connections(limits, new Counters()),
    failed: (error) => failures.push(error),
    ...(withTls === undefined ? {} : { tls: withTls }),
  });
  const client = withTls === undefined ? http : https;
  const agent = new client.Agent({ keepAlive: true, maxSockets: 1 });
  try {
    await body((method, length) =>
      client.request({
        host: "127.0.0.1",
        port: listener.port,
        method,
        agent,
        rejectUnauthorized: false,
        headers: length === undefined ? { "Transfer-Encoding": "chunked" } : { "Content-Length": length },
      }), listener.port);
  } finally {
    agent.destroy();
    await listener.close(1000);
    assert.deepEqual(failures, []);
  }
}

/** Sends pieces, each when the one before is on its way. Returns how many it got rid of before the connection's end. */
async function sendPieces(request: http.ClientRequest, count: number): Promise<number> {
  const closed = new Promise<boolean>((resolve) => request.on("close", () => resolve(false)));
  request.on("error", () => {});
  for (let sent = 0; sent < count; sent++) {
    const written = new Promise<boolean>((resolve) => request.write(piece, (error) => resolve(!error)));
    if (!await Promise.race([written, closed])) return sent;
  }
  return count;
}

function answerTo(request: http.ClientRequest): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    request.on("error", reject);
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode, text: String(Buffer.concat(chunks)) }));
    });
  });
}

for (const [name, withTls] of ports) {
  Deno.test(`a body that no handler reads yet stays with its sender, and arrives completely when it is read: ${name}`, async () => {
    const count = 64;
    let [read, opened] = [() => {}, () => {}];
    const reading = new Promise<void>((resolve) => read = resolve);
    const begun = new Promise<void>((resolve) => opened = resolve);
    const fetch: AppFetch = async (request, { pieces }) => {
      if (request.method === "GET") return new Response("still here");
      opened();
      await reading;
      const hash = createHash("sha256");
      for (let next = await pieces?.read(); next?.value !== undefined; next = await pieces?.read()) {
        hash.update(next.value);
      }
      return new Response(hash.digest("hex"));
    };
    await withPort(fetch, withTls, async (send) => {
      const request = send("PUT", count * MB);
      const answered = answerTo(request);
      let sent = 0;
      const all = (async () => {
        for (; sent < count; sent++) await new Promise((resolve) => request.write(piece, resolve));
        request.end();
      })();
      await begun;
      // Until nothing has left for hundreds of turns of the loop.
      for (let [turn, before] = [0, -1]; turn < 300; turn++) {
        if (sent !== before) [turn, before] = [0, sent];
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      assert.ok(sent * MB < MOST_ON_THE_WAY, `${sent} MB went to a server that reads none`);
      read();
      await all;
      const hash = createHash("sha256");
      for (let index = 0; index < count; index++) hash.update(piece);
      assert.deepEqual(await answered, { status: 200, text: hash.digest("hex") });
      const next = send("GET", 0);
      const after = answerTo(next);
      next.end();
      assert.deepEqual(await after, { status: 200, text: "still here" });
      assert.equal(next.reusedSocket, true);
    });
  });

  Deno.test(`a refused body without end is not read further: ${name}`, async () => {
    const refusals: [string, AppFetch][] = [
      ["unread", () => new Response(null, { status: 401 })],
      ["given up", async (_, { pieces }) => {
        await pieces?.read();
        await pieces?.cancel();
        return new Response(null, { status: 413 });
      }],
    ];
    for (const [what, fetch] of refusals) {
      for (const length of [undefined, 1024 * MB]) {
        await withPort(fetch, withTls, async (send) => {
          const sent = await sendPieces(send("PUT", length), 1024);
          assert.ok(sent * MB < MOST_ON_THE_WAY, `${sent} MB of a body that is ${what} went out`);
        });
      }
    }
  });

  Deno.test(`bytes that no handler reads end their connection, or stay with their sender: ${name}`, async () => {
    const [host, endless] = ["Host: localhost\r\n", "Transfer-Encoding: chunked\r\n\r\n"];
    const chunk = Buffer.concat([Buffer.from("10000\r\n"), Buffer.alloc(65536, 97), Buffer.from("\r\n")]);
    const cases: Record<string, [begin: string, more: Uint8Array]> = {
      "after an expectation that is none": [
        `POST / HTTP/1.1\r\n${host}Expect: x\r\nContent-Length: 99999999999\r\n\r\n`,
        piece,
      ],
      "requests with such an expectation": ["", Buffer.from(`GET / HTTP/1.1\r\n${host}Expect: x\r\n\r\n`.repeat(1000))],
      "a body after requests that are not answered": [
        `GET / HTTP/1.1\r\n${host}\r\n`.repeat(3) + `PUT / HTTP/1.1\r\n${host}${endless}`,
        chunk,
      ],
      "requests after such requests": ["", Buffer.from(`GET / HTTP/1.1\r\n${host}\r\n`.repeat(1000))],
      "an extension of a chunk": [`PUT / HTTP/1.1\r\n${host}${endless}3;`, piece],
      "empty lines": ["", Buffer.from("\r\n".repeat(32_000))],
      "a header": [`GET / HTTP/1.1\r\n`, piece],
      "trailers": [`PUT / HTTP/1.1\r\n${host}${endless}0\r\n`, Buffer.from("X: y\r\n".repeat(1000))],
    };
    // Answers come when the client is done.
    const done = Promise.withResolvers<void>();
    const fetch: AppFetch = async () => {
      await done.promise;
      return new Response(null, { status: 401 });
    };
    await withPort(fetch, withTls, async (_, port) => {
      for (const [what, [begin, more]] of Object.entries(cases)) {
        const options = { host: "127.0.0.1", port };
        const socket = withTls === undefined
          ? net.connect(options)
          : nodeTls.connect({ ...options, rejectUnauthorized: false });
        let [ended, taken] = [false, 0];
        socket.on("error", () => {});
        socket.on("close", () => ended = true);
        socket.write(begin);
        const send = () => {
          socket.write(more, (error) => {
            if (error || ended) return;
            taken += more.length;
            if (taken < 1024 * MB) send();
          });
        };
        send();
        // Until it ended, or nothing has left for hundreds of turns of the loop.
        for (let [turn, before] = [0, -1]; turn < 300 && !ended; turn++) {
          if (taken !== before) [turn, before] = [0, taken];
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
        // In a tenth of a second the loop of this machine brings more than a network does.
        assert.ok(taken < 200 * MB, `${what}: ${taken} bytes were taken`);
        socket.destroy();
      }
      done.resolve();
    });
  });

  Deno.test(`a small body that arrives after its answer costs no connection: ${name}`, async () => {
    const ways: AppFetch[] = [
      () => new Response("early", { status: 401 }),
      async (_, { pieces }) => {
        await pieces?.cancel();
        return new Response("early", { status: 404 });
      },
    ];
    for (const fetch of ways) {
      await withPort(fetch, withTls, async (_, port) => {
        const options = { host: "127.0.0.1", port };
        const socket = withTls === undefined
          ? net.connect(options)
          : nodeTls.connect({ ...options, rejectUnauthorized: false });
        let [text, arrived] = ["", () => {}];
        socket.on("data", (data) => {
          text += data;
          if (text.endsWith("early")) arrived();
        });
        const ended = new Promise<void>((resolve) => socket.on("close", () => resolve()));
        for (let turn = 1; turn <= 3; turn++) {
          text = "";
          const answered = new Promise<void>((resolve) => arrived = resolve);
          socket.write("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20000\r\n\r\n");
          await Promise.race([answered, ended]);
          assert.match(text, /early$/, `answer ${turn}`);
          await new Promise<void>((resolve) => socket.write(new Uint8Array(20_000), () => resolve()));
        }
        socket.destroy();
      });
    }
  });
}
