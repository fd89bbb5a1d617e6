import assert from "node:assert/strict";
import net from "node:net";
import { Connections } from "../../routes/connections.ts";
import { listen, type Listener, type ListenOptions } from "../../routes/listener.ts";
import { UnreadAnswers } from "../../routes/unread_answers.ts";
import { Counters } from "../../src/counters.ts";

const REQUEST = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

/** A port whose requests are answered by `answer`. */
async function withPort(
  answer: () => Response | Promise<Response>,
  options: Partial<ListenOptions>,
  body: (port: Listener, connections: Connections) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = [];
  const connections = new Connections({ perAddress: 100, total: 100, exempt: () => false }, new Counters());
  const port = await listen(answer, {
    hostname: "127.0.0.1",
    port: 0,
    connections,
    failed: (error) => failures.push(error),
    ...options,
  });
  try {
    await body(port, connections);
  } finally {
    await port.close(0);
  }
  assert.deepEqual(failures, []);
}

/** A client that reads nothing until it resumes. */
function connect(port: number): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, "127.0.0.1", () => resolve(socket));
    socket.pause();
    socket.on("error", reject);
  });
}

const write = (socket: net.Socket, text: string) =>
  new Promise<void>((resolve) => void socket.write(text, () => resolve()));

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

Deno.test("pipelined requests are served one at a time", async () => {
  const started: PromiseWithResolvers<Response>[] = [];
  const answer = () => {
    const one = Promise.withResolvers<Response>();
    started.push(one);
    return one.promise;
  };
  await withPort(answer, {}, async ({ port }) => {
    const socket = await connect(port);
    let text = "";
    socket.on("data", (chunk) => text += chunk);
    socket.resume();
    await write(socket, REQUEST.repeat(8));
    for (let n = 1; n <= 8; n++) {
      await until(() => started.length >= n);
      assert.equal(started.length, n, "the next one waits for the answer");
      started[n - 1]?.resolve(new Response(`answer ${n};`));
    }
    await until(() => text.includes("answer 8;"));
    assert.deepEqual(
      [...text.matchAll(/answer (\d+);/g)].map(([, n]) => Number(n)),
      Array.from({ length: 8 }, (_, n) => n + 1),
    );
    socket.destroy();
  });
});

Deno.test("a connection with too many pipelined requests is closed, and they are not started", async () => {
  let begun = 0;
  const answer = () => {
    begun++;
    return new Response("x".repeat(400_000));
  };
  await withPort(answer, {}, async ({ port }, connections) => {
    const sockets = await Promise.all(Array.from({ length: 10 }, () => connect(port)));
    for (const socket of sockets) socket.on("error", () => {});
    await Promise.all(sockets.map((socket) => write(socket, REQUEST.repeat(2000))));
    await until(() => connections.open === 0);
    assert.ok(begun <= 10 * 2, `${begun} requests were begun for clients that read nothing`);
    for (const socket of sockets) socket.destroy();
  });
});

Deno.test("a connection whose client does not read the answer is closed", async () => {
  const answer = () => new Response("x".repeat(32 * 1024 * 1024));
  const options = { pace: { graceMs: 20, bytesPerSecond: Infinity }, timeouts: { watch: 20 } };
  await withPort(answer, options, async ({ port }, connections) => {
    const socket = await connect(port);
    socket.on("error", () => {});
    await write(socket, REQUEST);
    await until(() => connections.open === 1);
    await until(() => connections.open === 0);
    socket.destroy();
  });
});

Deno.test("a client has the longer for an answer the larger it is, and the time of the work does not count", () => {
  let now = 0;
  const unread = new UnreadAnswers({ graceMs: 1000, bytesPerSecond: 100 }, () => now);
  let closed = 0;
  const connection = { bytesWritten: 5000, destroy: () => void closed++ };
  let begun = false;
  const taken = unread.awaited(connection, () => begun);
  now = 1_000_000;
  unread.look();
  assert.equal(closed, 0, "the server has not answered yet");
  begun = true;
  connection.bytesWritten = 5200;
  unread.look();
  now += 3000;
  unread.look();
  assert.equal(closed, 0, "200 bytes may take two seconds more");
  now++;
  unread.look();
  assert.equal(closed, 1);
  taken();

  const other = unread.awaited(connection, () => true);
  unread.look();
  other();
  now += 1_000_000;
  unread.look();
  assert.equal(closed, 1, "it was taken");
});
