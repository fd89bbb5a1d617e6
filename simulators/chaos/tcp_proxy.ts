/**
 * A TCP proxy that can be made to fail: between devices and servers, servers and PostgreSQL, servers and APNs.
 *
 * @module
 */

import net from "node:net";

/**
 * The handling of bytes. `hole`: they wait, and new connections too. `cut`: the next bytes of a client arrive by half,
 * and the connection is reset. `cut answers`: the same with the other side's.
 */
export type Weather = "fair" | "hole" | "cut" | "cut answers" | { delayMs: number };

/** A running proxy. */
export type TcpProxy = {
  readonly port: number;
  /** The connections that are open now. */
  readonly open: number;
  set(weather: Weather): void;
  /** Resets every connection. Returns their number. */
  reset(): number;
  /** Refuses new connections and resets the open ones, or listens again on the same port. */
  listen(on: boolean): Promise<void>;
  close(): Promise<void>;
};

type Link = { client: net.Socket; upstream: net.Socket };

/** Starts a proxy on a free loopback port; `target` is asked for the port behind it at each connection. */
export async function startTcpProxy(target: () => number): Promise<TcpProxy> {
  let weather: Weather = "fair";
  const links = new Set<Link>();
  /** The transfers that continue when the weather changes. */
  const held = new Set<() => void>();

  const end = ({ client, upstream }: Link) => {
    client.resetAndDestroy();
    upstream.resetAndDestroy();
  };
  const pump = (link: Link, from: net.Socket, to: net.Socket, cutBy: Weather) => {
    let last = Promise.resolve();
    from.on("data", (chunk: Uint8Array) => {
      if (weather === cutBy) {
        to.write(chunk.subarray(0, chunk.length >> 1), () => end(link));
        return;
      }
      from.pause();
      // In order, whatever the weather was when each arrived.
      last = last.then(async () => {
        while (weather === "hole") await new Promise<void>((resolve) => held.add(resolve));
        const { delayMs } = typeof weather === "object" ? weather : { delayMs: 0 };
        if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
        if (to.destroyed) return;
        if (!to.write(chunk)) await new Promise((resolve) => to.once("drain", resolve).once("close", resolve));
        from.resume();
      });
    });
    from.on("end", () => last.then(() => to.end()));
    from.on("error", () => to.destroy());
    from.on("close", (bad) => {
      // A reset stays a reset.
      if (bad) to.destroy();
    });
  };
  const accept = async (client: net.Socket) => {
    client.on("error", () => {});
    while (weather === "hole") await new Promise<void>((resolve) => held.add(resolve));
    if (client.destroyed) return;
    const upstream = net.connect({ port: target(), host: "127.0.0.1", allowHalfOpen: true });
    client.setNoDelay(true);
    upstream.setNoDelay(true);
    const link = { client, upstream };
    links.add(link);
    upstream.on("close", () => {
      links.delete(link);
      client.destroy();
    });
    client.on("close", () => {
      if (client.readableEnded) return;
      upstream.destroy();
    });
    upstream.on("connect", () => {
      pump(link, client, upstream, "cut");
      pump(link, upstream, client, "cut answers");
    });
    upstream.on("error", () => client.destroy());
  };
  let server: net.Server | undefined;
  const open = async (port: number): Promise<number> => {
    const one = net.createServer({ allowHalfOpen: true, pauseOnConnect: false }, accept);
    await new Promise<void>((resolve, reject) => one.once("error", reject).listen(port, "127.0.0.1", resolve));
    server = one;
    const address = one.address();
    if (address === null || typeof address === "string") throw new Error("The proxy has no port");
    return address.port;
  };
  const port = await open(0);
  const reset = () => {
    const all = [...links];
    for (const link of all) end(link);
    return all.length;
  };
  const shut = async () => {
    const one = server;
    server = undefined;
    if (one === undefined) return;
    const closed = new Promise<void>((resolve) => one.close(() => resolve()));
    reset();
    await closed;
  };
  const set = (now: Weather) => {
    weather = now;
    const waiting = [...held];
    held.clear();
    for (const goOn of waiting) goOn();
  };
  return {
    port,
    get open() {
      return links.size;
    },
    set,
    reset,
    async listen(on) {
      if (on && server === undefined) await open(port);
      if (!on) await shut();
    },
    async close() {
      set("fair");
      await shut();
    },
  };
}
