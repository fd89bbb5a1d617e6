/**
 * Serves the application on the ports that the settings name, or where the platform has its own front, through that.
 *
 * @module
 */

import type { Runtime } from "../src/runtime.ts";
import { Connections } from "./connections.ts";
import { type AppFetch, listen } from "./listener.ts";
import { isTrusted, proxyList } from "./request.ts";

/** A server that answers. */
export type Serving = {
  port: number;
  /** The port where devices show their certificate. */
  mtlsPort: number | undefined;
  /** Waits that long for requests in flight, then closes the rest. */
  close(graceMs: number): Promise<void>;
};

/** Descriptors that are left for the database, files and the outside. */
const RESERVED = 256;
const MOST = 10_000;
const FEWEST = 64;

/** Returns how many connections the process may hold: the rest of its descriptor limit. */
async function connectionsOfDescriptors(pool: number): Promise<number> {
  let limit = 4096;
  try {
    // The runtime raises its own limit as far as it may, and a child has the same.
    const { stdout } = await new Deno.Command("sh", { args: ["-c", "ulimit -n"], stderr: "null" }).output();
    const told = Number(new TextDecoder().decode(stdout).trim());
    if (Number.isInteger(told) && told > 0) limit = told;
  } catch {
    // No shell: the common limit of such systems.
  }
  return Math.max(FEWEST, Math.min(MOST, limit - RESERVED - pool));
}

const isLoopback = (address: string) =>
  address === "::1" || address.startsWith("127.") || address.startsWith("::ffff:127.");

/** Starts to serve. Rejects when a port cannot be listened on. */
export async function serve(runtime: Runtime, fetch: AppFetch): Promise<Serving> {
  const { config, log, counters } = runtime;
  if (Deno.env.get("DENO_DEPLOYMENT_ID") !== undefined) return serveOnPlatform(runtime, fetch);
  const proxies = proxyList(config.TRUSTED_PROXIES);
  const connections = new Connections({
    perAddress: config.MAX_CONNECTIONS_PER_ADDRESS,
    total: config.MAX_CONNECTIONS ?? await connectionsOfDescriptors(config.DATABASE_POOL),
    exempt: (address) => isLoopback(address) || isTrusted(proxies, address),
  }, counters);
  const failed = (error: unknown) => log.error("Cannot serve a connection", { error });
  const tls = config.TLS_FULLCHAIN !== undefined && config.TLS_PRIVKEY !== undefined
    ? { cert: config.TLS_FULLCHAIN, key: config.TLS_PRIVKEY }
    : undefined;
  const common = { hostname: config.HOST, tls, connections, failed };
  const main = await listen(fetch, { ...common, port: config.PORT });
  const mtls = config.MTLS_PORT === undefined || tls === undefined
    ? undefined
    : await listen(fetch, { ...common, port: config.MTLS_PORT, asksCertificate: true });
  return {
    port: main.port,
    mtlsPort: mtls?.port,
    close: async (graceMs) => {
      await Promise.all([main.close(graceMs), mtls?.close(graceMs)]);
    },
  };
}

/** The platform ends TLS, limits connections and times them out. */
function serveOnPlatform({ config }: Runtime, fetch: AppFetch): Serving {
  const server = Deno.serve(
    { hostname: config.HOST, port: config.PORT, onListen: () => {} },
    (request, info) => fetch(request, { remoteAddress: info.remoteAddr.hostname }),
  );
  return { port: config.PORT, mtlsPort: undefined, close: async () => await server.shutdown() };
}
