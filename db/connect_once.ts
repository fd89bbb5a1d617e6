/**
 * The socket of a connection that is never reopened.
 *
 * The driver reopens a connection by itself, endlessly and immediately when the server closed it before it was ready,
 * and even when its client was ended in between; then the connection stays open and is lost.
 *
 * @module
 */

import net from "node:net";

/** Where the server is: its hosts are tried one after the other, or the path of its Unix socket. The time is in seconds. */
export type Place = {
  host: readonly string[];
  port: readonly number[];
  path?: string | false | undefined;
  connect_timeout: number;
};

/** The part of a socket that the driver reads to name the server in TLS. */
type NamedSocket = net.Socket & { host?: string; port?: number };

/**
 * Returns the driver's `socket` option: it connects to each host once. `failed` is called before it rejects, which is when
 * a host cannot be reached in time or none is left.
 */
export function connectOnce(place: Place, failed: (cause: unknown) => void): () => Promise<net.Socket> {
  let tries = 0;
  const connect = async (): Promise<net.Socket> => {
    const at = tries++;
    const [host, port] = [place.host[at], place.port[at]];
    if (host === undefined || port === undefined) {
      throw new Error("The server closed the connection before it was ready");
    }
    const socket: NamedSocket = new net.Socket();
    try {
      await connected(socket, place.path ? { path: place.path } : { host, port }, place.connect_timeout * 1000);
    } catch (error) {
      socket.destroy();
      if (place.path || at + 1 >= place.host.length) throw error;
      return await connect();
    }
    return Object.assign(socket, { host, port });
  };
  return async () => {
    try {
      return await connect();
    } catch (error) {
      failed(error);
      throw error;
    }
  };
}

function connected(socket: net.Socket, to: net.NetConnectOpts, milliseconds: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(
    () => reject(new Error(`The server did not answer for ${milliseconds / 1000} s`)),
    milliseconds,
  );
  // Stays: an error after the time is over has no other listener.
  socket.on("error", reject);
  socket.connect(to, resolve);
  return promise.finally(() => clearTimeout(timer));
}
