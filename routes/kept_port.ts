/**
 * A port that stays open. The runtime accepts nothing more on a port once a descriptor was missing for a connection, and does
 * not say so: the port is tried from time to time, and opened again when nothing comes through.
 *
 * @module
 */

import type { Server } from "node:http";
import net from "node:net";

/** The port to keep open, and how to open it. */
export type KeptPortOptions = {
  /** Creates a server that does not listen yet. */
  create(): Server;
  hostname: string;
  /** 0 for any. */
  port: number;
  /** Milliseconds between two trials. */
  every: number;
  /** Receives errors of the port, or of a connection. */
  failed(error: unknown): void;
};

/** An open port. */
export type KeptPort = {
  port: number;
  /** Accepts no more connections, waits this many milliseconds for running requests, then closes the rest. */
  close(graceMs: number): Promise<void>;
};

/** Opens a port. Rejects when the address cannot be listened on. */
export async function keepOpen({ create, hostname, port: wanted, every, failed }: KeptPortOptions): Promise<KeptPort> {
  /** Every server with a connection, or with the port. */
  const servers = new Set<Server>();
  const stopped = new AbortController();
  let [accepted, looking] = [0, false];
  const start = async (port: number): Promise<Server> => {
    const server = create();
    server.on("connection", () => accepted++);
    await opened(server, port, hostname, failed);
    servers.add(server);
    server.on("close", () => servers.delete(server));
    return server;
  };
  let server = await start(wanted);
  const address = server.address();
  const port = address !== null && typeof address === "object" ? address.port : wanted;

  const look = async () => {
    if (server.listening) {
      const before = accepted;
      const reached = await knock(hostname, port, every / 2, stopped.signal);
      if (stopped.signal.aborted || !reached || accepted > before) return;
      failed(new Error("The port accepts no connections. Reopening it"));
      // Its connections live on; it leaves the set with the last of them.
      server.close();
    }
    server = await start(port);
    if (stopped.signal.aborted) await closed(server);
  };
  const watch = setInterval(() => {
    if (looking) return;
    looking = true;
    look().catch(failed).finally(() => looking = false);
  }, every);

  return {
    port,
    async close(graceMs) {
      stopped.abort();
      clearInterval(watch);
      const open = [...servers];
      const timer = setTimeout(() => open.forEach((one) => one.closeAllConnections()), graceMs);
      await Promise.all(open.map(closed));
      clearTimeout(timer);
    },
  };
}

/** Listens. From then on an error of the server is one connection's. */
function opened(server: Server, port: number, hostname: string, failed: (error: unknown) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, hostname, () => {
      server.off("error", reject);
      server.on("error", failed);
      resolve();
    });
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // A server that was closed before has ended, or ends with its last connection.
    if (server.listening) server.close(() => resolve());
    else server.once("close", () => resolve());
    server.closeIdleConnections();
  });
}

/**
 * Connects to a port of this process and disconnects. Returns whether the system accepted the connection, after the
 * port had time, or immediately when `stopped` is aborted.
 */
function knock(hostname: string, port: number, milliseconds: number, stopped: AbortSignal): Promise<boolean> {
  const host = hostname === "0.0.0.0" ? "127.0.0.1" : hostname === "::" ? "::1" : hostname;
  return new Promise((resolve) => {
    let reached = false;
    const end = () => {
      clearTimeout(timer);
      stopped.removeEventListener("abort", end);
      socket.destroy();
      resolve(reached);
    };
    const timer = setTimeout(end, milliseconds);
    stopped.addEventListener("abort", end);
    const socket = net.connect({ host, port }, () => reached = true);
    // No descriptor for this one either: the check is inconclusive.
    socket.on("error", () => {});
    Deno.unrefTimer(timer);
  });
}
