import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import net from "node:net";
import { Connections } from "../../routes/connections.ts";
import { listen } from "../../routes/listener.ts";
import { Counters } from "../../src/counters.ts";
import { givenBack } from "../../src/files/given_pieces.ts";

/** Bytes of a piece: what a bucket sends in a packet, and less. */
for (const size of [1, 100, 1460, 16 * 1024, 300_000]) {
  Deno.test(`pieces of ${size} bytes whose memory is given back arrive whole, also where they are read slowly`, async () => {
    const count = Math.min(20_000, Math.ceil(4e6 / size));
    const pieces = (n: number) => new Uint8Array(size).fill(n * 7 % 251);
    const expected = createHash("sha256");
    for (let n = 0; n < count; n++) expected.update(pieces(n));
    let next = 0;
    const body = () =>
      givenBack(
        new ReadableStream<Uint8Array<ArrayBuffer>>({
          pull: (controller) => next < count ? controller.enqueue(pieces(next++)) : controller.close(),
        }),
      );
    const port = await listen(
      () => Promise.resolve(new Response(body(), { headers: { "Content-Length": `${count * size}` } })),
      {
        hostname: "127.0.0.1",
        port: 0,
        connections: new Connections({ perAddress: 100, total: 100, exempt: () => false }, new Counters()),
        failed: (error) => assert.fail(String(error)),
      },
    );
    const socket = net.connect(port.port, "127.0.0.1");
    try {
      socket.write("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      const read = createHash("sha256");
      let head = "";
      let length = 0;
      // Each turn of the loop takes one piece: what the server has sent meanwhile waits.
      for await (const data of socket) {
        let bytes = data as Uint8Array;
        if (!head.endsWith("\r\n\r\n")) {
          const text = new TextDecoder("latin1").decode(bytes);
          const end = text.indexOf("\r\n\r\n") + 4;
          head += text.slice(0, end);
          bytes = bytes.subarray(end);
        }
        read.update(bytes);
        length += bytes.length;
        await new Promise((resolve) => setImmediate(resolve));
      }
      assert.equal(length, count * size, head);
      assert.equal(read.digest("hex"), expected.digest("hex"));
    } finally {
      socket.destroy();
      await port.close(1000);
    }
  });
}
