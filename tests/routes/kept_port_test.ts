import assert from "node:assert/strict";
import http, { type Server } from "node:http";
import net from "node:net";
import { keepOpen } from "../../routes/kept_port.ts";

const serve = () => http.createServer((_request, response) => void response.end("hello"));

/** A server that hears no connection, as the runtime's once a descriptor was missing. */
function deaf(): Server {
  const server = serve();
  const emit = server.emit.bind(server);
  server.emit = (name: string, ...rest: unknown[]) => {
    if (name !== "connection") return emit(name, ...rest);
    const [socket] = rest;
    if (socket instanceof net.Socket) socket.destroy();
    return true;
  };
  return server;
}

/** A server whose address is taken. */
function homeless(): Server {
  const server = serve();
  server.listen = () => {
    queueMicrotask(() => server.emit("error", new Error("address in use")));
    return server;
  };
  return server;
}

/** Servers one after the other, the last one again and again. */
function series(...makers: (() => Server)[]): { create: () => Server; made: () => number } {
  let made = 0;
  return {
    create: () => (makers[Math.min(made++, makers.length - 1)] ?? serve)(),
    made: () => made,
  };
}

Deno.test("a port that accepts no connections is reopened, also if that fails at first", async () => {
  const { create, made } = series(deaf, homeless, homeless, serve);
  const failures: string[] = [];
  const third = Promise.withResolvers<void>();
  const kept = await keepOpen({
    create,
    hostname: "127.0.0.1",
    port: 0,
    every: 20,
    failed(error) {
      failures.push(error instanceof Error ? error.message : String(error));
      if (failures.length === 3) third.resolve();
    },
  });
  await third.promise;
  let answer = "";
  while (answer === "") {
    answer = await fetch(`http://127.0.0.1:${kept.port}/`).then((response) => response.text()).catch(() => "");
  }
  assert.equal(answer, "hello");
  assert.deepEqual(failures, [
    "The port accepts no connections. Reopening it",
    "address in use",
    "address in use",
  ]);
  assert.equal(made(), 4);
  await kept.close(0);
  await assert.rejects(fetch(`http://127.0.0.1:${kept.port}/`));
});

Deno.test("a port that was closed is not opened again by a trial that ran meanwhile", async () => {
  const knocked = Promise.withResolvers<void>();
  const { create, made } = series(() => {
    const server = deaf();
    const emit = server.emit.bind(server);
    server.emit = (name: string, ...rest: unknown[]) => {
      if (name === "connection") knocked.resolve();
      return emit(name, ...rest);
    };
    return server;
  }, serve);
  const failures: unknown[] = [];
  const every = 40;
  const kept = await keepOpen({
    create,
    hostname: "127.0.0.1",
    port: 0,
    every,
    failed: (error) => failures.push(error),
  });
  await knocked.promise;
  await kept.close(0);
  // The trial ends after half the interval at most; this timer was set after its own.
  await new Promise((resolve) => setTimeout(resolve, every));
  assert.deepEqual([made(), failures], [1, []]);
});

Deno.test("a port without a server ends at once", async () => {
  const failed = Promise.withResolvers<void>();
  const { create } = series(deaf, homeless);
  let failures = 0;
  const kept = await keepOpen({
    create,
    hostname: "127.0.0.1",
    port: 0,
    every: 20,
    failed: () => ++failures === 2 && failed.resolve(),
  });
  await failed.promise;
  await kept.close(60_000);
});
