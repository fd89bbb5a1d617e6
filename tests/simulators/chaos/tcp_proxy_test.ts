import assert from "node:assert/strict";
import { startTcpProxy, type TcpProxy } from "../../../simulators/chaos/tcp_proxy.ts";

/** Runs `body` with a proxy before a server that echoes. */
async function withEcho(body: (proxy: TcpProxy, server: { port: number }) => Promise<void>): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    const all: Promise<void>[] = [];
    for await (const one of listener) all.push(one.readable.pipeTo(one.writable).catch(() => {}));
    await Promise.all(all);
  })();
  const proxy = await startTcpProxy(() => listener.addr.port);
  try {
    await body(proxy, listener.addr);
  } finally {
    await proxy.close();
    listener.close();
    await serving;
  }
}

const connect = ({ port }: { port: number }) => Deno.connect({ hostname: "127.0.0.1", port });
const write = (connection: Deno.Conn, text: string) => connection.write(new TextEncoder().encode(text));

async function read(connection: Deno.Conn, length: number): Promise<string> {
  let text = "";
  const chunk = new Uint8Array(1024);
  while (text.length < length) {
    const count = await connection.read(chunk);
    if (count === null) break;
    text += new TextDecoder().decode(chunk.subarray(0, count));
  }
  return text;
}

Deno.test("in fair weather bytes go both ways, and an end is passed on", () =>
  withEcho(async (proxy) => {
    using connection = await connect(proxy);
    await write(connection, "one");
    assert.equal(await read(connection, 3), "one");
    await connection.closeWrite();
    assert.equal(await read(connection, 1), "");
  }));

Deno.test("a hole keeps bytes until it is over, in their order", () =>
  withEcho(async (proxy, server) => {
    using connection = await connect(proxy);
    await write(connection, "one");
    assert.equal(await read(connection, 3), "one");
    proxy.set("hole");
    await write(connection, "two");
    const reading = read(connection, 8);
    using late = await connect(proxy);
    await write(late, "late");
    const readingLate = read(late, 4);
    let arrived = false;
    Promise.race([reading, readingLate]).then(() => arrived = true, () => {});
    // Past the proxy there is time for many a message.
    using direct = await connect(server);
    for (let n = 0; n < 50; n++) {
      await write(direct, "ping");
      await read(direct, 4);
    }
    assert.equal(arrived, false);
    proxy.set("fair");
    await write(connection, "three");
    assert.equal(await reading, "twothree");
    assert.equal(await readingLate, "late");
  }));

Deno.test("a reset ends every connection, and new ones are served", () =>
  withEcho(async (proxy) => {
    using connection = await connect(proxy);
    await write(connection, "one");
    await read(connection, 3);
    assert.equal(proxy.reset(), 1);
    await assert.rejects(read(connection, 1), Deno.errors.ConnectionReset);
    using next = await connect(proxy);
    await write(next, "two");
    assert.equal(await read(next, 3), "two");
  }));

for (const weather of ["cut", "cut answers"] as const) {
  Deno.test(`${weather}: half arrives, and then a reset`, () =>
    withEcho(async (proxy) => {
      using connection = await connect(proxy);
      await write(connection, "four");
      assert.equal(await read(connection, 4), "four");
      proxy.set(weather);
      await write(connection, "four");
      await assert.rejects(async () => {
        const text = await read(connection, 4);
        // Half of an answer may be read before the reset is seen.
        assert.ok(weather === "cut answers" && text.length < 4);
        await read(connection, 1);
        throw new Deno.errors.ConnectionReset();
      }, Deno.errors.ConnectionReset);
    }));
}

Deno.test("a proxy that does not listen refuses, and listens again on its port", () =>
  withEcho(async (proxy) => {
    const { port } = proxy;
    await proxy.listen(false);
    await assert.rejects(connect(proxy), Deno.errors.ConnectionRefused);
    await proxy.listen(true);
    assert.equal(proxy.port, port);
    using connection = await connect(proxy);
    await write(connection, "one");
    assert.equal(await read(connection, 3), "one");
  }));
