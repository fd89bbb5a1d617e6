import assert from "node:assert/strict";
import net from "node:net";
import { Connections } from "../../routes/connections.ts";
import { listen, type Listener } from "../../routes/listener.ts";
import { Counters } from "../../src/counters.ts";

const MB = 1024 * 1024;

/** A port with answers of every kind; `seen` is what arrived. */
async function withPort(
  body: (port: number, listener: Listener, connections: Connections) => Promise<void>,
): Promise<void> {
  const connections = new Connections({ perAddress: 20, total: 20, exempt: () => false }, new Counters());
  const slow = Promise.withResolvers<void>();
  const listener = await listen(async (request) => {
    const { pathname } = new URL(request.url);
    switch (pathname) {
      case "/cookies": {
        const headers = new Headers();
        headers.append("Set-Cookie", "a=1");
        headers.append("Set-Cookie", "b=2");
        return new Response("x", { headers });
      }
      case "/204":
        return new Response(null, { status: 204 });
      case "/304":
        return new Response(null, { status: 304, headers: { ETag: '"x"' } });
      case "/303":
        return new Response(null, { status: 303, headers: { Location: "/there" } });
      case "/echo":
        return new Response(await request.text());
      case "/refuse":
        return new Response("too large", { status: 413 });
      case "/slow":
        await slow.promise;
        return new Response("slow");
      case "/throws":
        throw new Error("on purpose");
      default:
        return new Response(request.method === "HEAD" ? null : "hello", { headers: { "Content-Length": "5" } });
    }
  }, {
    hostname: "127.0.0.1",
    port: 0,
    connections,
    failed: () => {},
    timeouts: { headers: 300, idle: 300, request: 2000 },
  });
  try {
    await body(listener.port, listener, connections);
  } finally {
    slow.resolve();
    await listener.close(100);
  }
}

/** Sends text and reads until the connection ends or `until` is there. */
function exchange(port: number, text: string, until?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, "127.0.0.1");
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
      if (until !== undefined && answer.includes(until)) socket.destroy();
    });
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
    socket.write(text, "latin1");
  });
}

const close = "Host: x\r\nConnection: close\r\n\r\n";

Deno.test("answers have the form that HTTP asks for", () =>
  withPort(async (port) => {
    assert.match(await exchange(port, `GET / HTTP/1.1\r\n${close}`), /^HTTP\/1\.1 200 [\s\S]*\r\n\r\nhello$/);
    assert.match(
      await exchange(port, `HEAD / HTTP/1.1\r\n${close}`),
      /^HTTP\/1\.1 200 [\s\S]*content-length: 5[\s\S]*\r\n\r\n$/i,
    );
    assert.match(await exchange(port, `GET /204 HTTP/1.1\r\n${close}`), /^HTTP\/1\.1 204 [\s\S]*\r\n\r\n$/);
    const notModified = await exchange(port, `GET /304 HTTP/1.1\r\n${close}`);
    assert.match(notModified, /^HTTP\/1\.1 304 [\s\S]*etag: "x"[\s\S]*\r\n\r\n$/i);
    assert.match(await exchange(port, `GET /303 HTTP/1.1\r\n${close}`), /^HTTP\/1\.1 303 [\s\S]*location: \/there/i);
    const cookies = await exchange(port, `GET /cookies HTTP/1.1\r\n${close}`);
    assert.deepEqual(cookies.match(/set-cookie: .=./gi)?.map((one) => one.slice(-3)), ["a=1", "b=2"]);
    assert.match(await exchange(port, `GET /throws HTTP/1.1\r\n${close}`), /^HTTP\/1\.1 500 /);
  }));

Deno.test("HTTP/1.0 without a host is served, as checks of proxies ask", () =>
  withPort(async (port) => {
    assert.match(await exchange(port, "GET / HTTP/1.0\r\n\r\n"), /^HTTP\/1\.[01] 200 [\s\S]*hello$/);
  }));

Deno.test("bodies are accepted in every form: with a length, in chunks, after 100 Continue, one after the other", () =>
  withPort(async (port) => {
    const length = await exchange(port, `POST /echo HTTP/1.1\r\nContent-Length: 3\r\n${close}abc`);
    assert.match(length, /\r\n\r\nabc$/);
    const chunks = await exchange(
      port,
      `POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n${close}2\r\nab\r\n1\r\nc\r\n0\r\nX: y\r\n\r\n`,
    );
    assert.match(chunks, /abc/);
    const expected = await exchange(
      port,
      `POST /echo HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n${close}abc`,
    );
    assert.match(expected, /^HTTP\/1\.1 100 [\s\S]*HTTP\/1\.1 200 [\s\S]*abc$/);
    const two = await exchange(
      port,
      `POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcPOST /echo HTTP/1.1\r\nContent-Length: 3\r\n${close}def`,
    );
    assert.match(two, /abc[\s\S]*HTTP\/1\.1 200 [\s\S]*def$/);
  }));

Deno.test("a body in pieces of one byte is refused before it costs memory, and one in small chunks arrives completely", () =>
  withPort(async (port) => {
    const head = `POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n${close}`;
    const bytes = await exchange(port, `${head}${"1\r\na\r\n".repeat(20_000)}0\r\n\r\n`);
    assert.match(bytes, /^HTTP\/1\.1 400 [\s\S]*Connection: close\r\n[\s\S]*\r\n\r\n$/);
    const few = await exchange(port, `${head}${"1\r\na\r\n".repeat(1000)}0\r\n\r\n`);
    assert.match(few, /^HTTP\/1\.1 200 /);
    assert.equal(few.match(/a{1000}/)?.length, 1, "a thousand pieces of any size");
    const chunk = "0123456789abcdef".repeat(8);
    const small = await exchange(port, `${head}${`80\r\n${chunk}\r\n`.repeat(5000)}0\r\n\r\n`);
    assert.ok(small.includes(chunk.repeat(5000)), "640,000 bytes in pieces of 128");
    assert.match(await exchange(port, `GET / HTTP/1.1\r\n${close}`), /hello$/);
  }));

Deno.test("two lengths, or a length and chunks, are refused: proxies would read another request", () =>
  withPort(async (port) => {
    for (
      const head of [
        "Content-Length: 3\r\nContent-Length: 4",
        "Content-Length: 3\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked, identity",
        "Content-Length: +3",
        "Content-Length: 3\r\n : x",
      ]
    ) {
      const answer = await exchange(
        port,
        `POST /echo HTTP/1.1\r\n${head}\r\n${close}0\r\n\r\nGET / HTTP/1.1\r\n${close}`,
      );
      assert.match(answer, /^HTTP\/1\.1 400 /, head);
      assert.ok(!answer.includes("hello"), head);
    }
  }));

Deno.test("headers that are too long are refused as such", () =>
  withPort(async (port) => {
    const answer = await exchange(port, `GET / HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(64 * 1024)}\r\n\r\n`);
    assert.match(answer, /^HTTP\/1\.1 431 /);
  }));

Deno.test("a client that was refused reads why, and is not listened to any further", () =>
  withPort(async (port) => {
    const socket = net.connect(port, "127.0.0.1");
    let [answer, sent] = ["", 0];
    socket.on("data", (chunk) => answer += chunk.toString("latin1"));
    socket.on("error", () => {});
    const ended = new Promise<void>((resolve) => socket.on("close", () => resolve()));
    socket.write(`POST /refuse HTTP/1.1\r\nHost: x\r\nContent-Length: ${200 * MB}\r\n\r\n`);
    const chunk = new Uint8Array(MB);
    const pump = () => {
      while (!socket.destroyed && sent < 200) {
        sent++;
        if (!socket.write(chunk)) break;
      }
    };
    socket.on("drain", pump);
    pump();
    await ended;
    assert.match(answer, /^HTTP\/1\.1 413 [\s\S]*too large/);
    assert.ok(sent < 100, `${sent} MB were taken`);
  }));

Deno.test("connections that send nothing, half a header or half a body are ended, and so are idle ones", () =>
  withPort(async (port, _listener, connections) => {
    const answers = await Promise.all([
      exchange(port, ""),
      exchange(port, "GET / HTTP/1.1\r\nHost"),
      exchange(port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
      exchange(port, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc"),
    ]);
    // An answer without a request would be taken for the answer to the next one.
    assert.deepEqual([answers[0], answers[1]], ["", ""]);
    assert.match(answers[2] ?? "", /^HTTP\/1\.1 200 [\s\S]*hello$/);
    assert.match(answers[3] ?? "", /^HTTP\/1\.1 408 /);
    assert.equal(connections.open, 0);
  }));

Deno.test("a stop lets requests in flight finish, and ends those that take too long", async () => {
  await withPort(async (port, listener) => {
    const running = exchange(port, `GET /slow HTTP/1.1\r\n${close}`);
    const idle = exchange(port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await exchange(port, `GET / HTTP/1.1\r\n${close}`);
    const stopped = listener.close(50);
    assert.equal(await running, "", "cut at the deadline");
    await idle;
    await stopped;
    await assert.rejects(exchange(port, `GET / HTTP/1.1\r\n${close}`));
  });
});
