import assert from "node:assert/strict";
import net from "node:net";
import nodeTls from "node:tls";
import { RequestBody } from "../../routes/body.ts";
import { BodyMemory } from "../../routes/body_memory.ts";
import { type Connection, Connections } from "../../routes/connections.ts";
import { type AppFetch, listen } from "../../routes/listener.ts";
import { Counters } from "../../src/counters.ts";
import { Problem } from "../../src/errors.ts";
import { toPem } from "../../src/pki/certificate.ts";
import { exportPkcs8 } from "../../src/pki/keys.ts";
import { KEYS } from "../support/fleet.ts";
import { selfSigned } from "../../simulators/device/self_signed.ts";

const dates = { notBefore: new Date("2026-01-01T00:00:00Z"), notAfter: new Date("2036-01-01T00:00:00Z") };
const tls = {
  cert: toPem(selfSigned({ subject: [["CN", "localhost"]], key: KEYS[0], ...dates }), "CERTIFICATE"),
  key: toPem(exportPkcs8(KEYS[0]), "PRIVATE KEY"),
};
const ports = [["with TLS", tls], ["without TLS", undefined]] as const;

/** Connections that tell when one is closed and the runtime has told its requests. */
class Watched extends Connections {
  readonly closed = Promise.withResolvers<void>();

  override opened(...given: Parameters<Connections["opened"]>): Connection | undefined {
    const connection = super.opened(...given);
    if (connection === undefined) return undefined;
    return {
      busy: () => connection.busy(),
      idle: () => connection.idle(),
      closed: () => {
        connection.closed();
        this.closed.resolve();
      },
    };
  }
}

/** One connection to a port. */
type Client = {
  send(bytes: string | Uint8Array): void;
  hangUp(): void;
  /** Resolves when an answer with this text has come; rejects when the connection ends before. */
  answered(text: string): Promise<void>;
};

/** Serves bodies on a port, and connects to it. `closed` is when the server has noticed the end of the connection. */
async function withClient(
  withTls: typeof tls | undefined,
  handle: (body: RequestBody, closed: Promise<void>) => Promise<string>,
  talk: (client: Client, closed: Promise<void>) => Promise<void>,
  { memory = 1_000_000, graceMs = 60_000 } = {},
): Promise<void> {
  const failures: unknown[] = [];
  const connections = new Watched({ perAddress: 9, total: 9, exempt: () => false }, new Counters());
  const { promise: closed } = connections.closed;
  const bodies = new BodyMemory(memory, new Counters());
  const fetch: AppFetch = async (request, { pieces }) => {
    const body = new RequestBody(request, bodies, { graceMs, bytesPerSecond: 1e9 }, pieces);
    try {
      return new Response(`<${await handle(body, closed)}>`);
    } catch (error) {
      return new Response(`<${error instanceof Problem ? error.code : error}>`, { status: 400 });
    } finally {
      body.release();
    }
  };
  const listener = await listen(fetch, {
    hostname: "127.0.0.1",
    port: 0,
    connections,
    failed: (error) => failures.push(error),
    ...(withTls === undefined ? {} : { tls: withTls }),
  });
  const to = { host: "127.0.0.1", port: listener.port };
  const socket = withTls === undefined ? net.connect(to) : nodeTls.connect({ ...to, rejectUnauthorized: false });
  let [text, ended, look] = ["", false, () => {}];
  socket.on("error", () => {});
  socket.on("data", (data) => {
    text += data;
    look();
  });
  socket.on("close", () => {
    ended = true;
    look();
  });
  try {
    await talk({
      send: (bytes) => void socket.write(bytes),
      hangUp: () => void socket.destroy(),
      answered: (wanted) =>
        new Promise((resolve, reject) => {
          look = () => {
            const at = text.indexOf(`<${wanted}>`);
            if (at >= 0) {
              text = text.slice(at + wanted.length + 2);
              resolve();
            } else if (ended) reject(new Error(`The connection ended without "${wanted}": ${text}`));
          };
          look();
        }),
    }, closed);
  } finally {
    socket.destroy();
    await listener.close(1000);
    assert.equal(bodies.used, 0);
    assert.deepEqual(failures, []);
  }
}

const head = (framing: string) => `POST / HTTP/1.1\r\nHost: localhost\r\n${framing}\r\n\r\n`;
const declared = (size: number) => head(`Content-Length: ${size}`);
const CHUNKED = head("Transfer-Encoding: chunked");
const chunk = (size: number) => `${size.toString(16)}\r\n${"x".repeat(size)}\r\n`;
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

for (const [name, withTls] of ports) {
  Deno.test(`a body is read whole, however it is framed: ${name}`, () =>
    withClient(withTls, async (body) => text(await body.read(100_000)), async ({ send, answered }) => {
      send(declared(0));
      await answered("");
      send(`${CHUNKED}3\r\nab`);
      send("c\r\n2\r\nde\r\n0\r\nTrailer: x\r\n\r\n");
      await answered("abcde");
      send(`${CHUNKED}0\r\n\r\n`);
      await answered("");
      // One behind the other.
      send(`${declared(3)}abc${declared(2)}de`);
      await answered("abc");
      await answered("de");
      send(head("Expect: 100-continue\r\nContent-Length: 3"));
      send("abc");
      await answered("abc");
      const long = "y".repeat(90_000);
      send(declared(90_000) + long);
      await answered(long);
      send("POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc");
      await answered("abc");
    }));

  Deno.test(`a refusal is answered while its body still arrives: ${name}`, async () => {
    const read = (body: RequestBody) => body.read(1000).then(text);
    const size = async (body: RequestBody) => {
      let bytes = 0;
      for await (const piece of body.stream()) bytes += piece.length;
      return `${bytes}`;
    };
    const cancels = async (body: RequestBody) => {
      const reader = body.stream().getReader();
      await reader.read();
      await reader.cancel();
      return "enough";
    };
    const part = `${CHUNKED}${chunk(2000)}`;
    const halves = (size: number): [string, string] => [declared(size) + "x".repeat(size / 2), "x".repeat(size / 2)];
    const cases: [string, (body: RequestBody) => Promise<string>, string | [string, string], object?][] = [
      ["too-large", read, part],
      ["timeout", read, `${CHUNKED}${chunk(20)}`, { graceMs: 10 }],
      ["timeout", (body) => body.read(1000, { discard: 10_000 }).then(text), part, { graceMs: 10 }],
      ["timeout", size, part, { graceMs: 10 }],
      ["timeout", read, halves(200), { graceMs: 10 }],
      ["unavailable", read, `${CHUNKED}${chunk(500)}`, { memory: 100 }],
      ["unavailable", read, halves(400), { memory: 100 }],
      ["enough", cancels, part],
      ["enough", cancels, halves(20_000)],
    ];
    await Promise.all(
      cases.map(([answer, handle, sent, limits]) =>
        withClient(withTls, handle, async ({ send, answered }, closed) => {
          const [first, rest] = typeof sent === "string" ? [sent] : sent;
          send(first);
          await answered(answer);
          // A small body costs no connection.
          if (rest === undefined) return await closed;
          send(rest + first);
          await answered(answer);
        }, limits)
      ),
    );
  });

  Deno.test(`what arrived completely is read after the client hung up, and nothing else is: ${name}`, async () => {
    const cases: [string, string][] = [
      [`${declared(3)}abc`, "abc"],
      [declared(60_000) + "x".repeat(60_000), "x".repeat(60_000)],
      [declared(0), ""],
      [`${CHUNKED}3\r\nabc\r\n0\r\n\r\n`, "abc"],
      [`${declared(4)}abc`, "invalid"],
      [`${CHUNKED}3\r\nabc\r\n`, "invalid"],
      [`${CHUNKED}3\r\nabc\r\n0\r\n`, "invalid"],
      // Pieces that are too small are not kept, though their end has come.
      [`${CHUNKED}${chunk(1).repeat(5000)}0\r\n\r\n`, "invalid"],
    ];
    for (const [sent, expected] of cases) {
      for (const way of ["read", "stream"] as const) {
        const reached = Promise.withResolvers<void>();
        const outcome = Promise.withResolvers<string>();
        const handle = async (body: RequestBody, closed: Promise<void>) => {
          reached.resolve();
          await closed;
          const read = way === "read" ? body.read(100_000) : new Response(body.stream()).bytes();
          outcome.resolve(await read.then(text, (error) => error instanceof Problem ? error.code : String(error)));
          return "";
        };
        await withClient(withTls, handle, async ({ send, hangUp }, closed) => {
          send(sent);
          await reached.promise;
          hangUp();
          await closed;
          assert.equal(await outcome.promise, expected, `${way} ${sent.slice(0, 150)}`);
        });
      }
    }
  });
}
