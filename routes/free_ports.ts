/**
 * Whether the ports of the settings can be listened on, asked before anything is started for them.
 *
 * @module
 */

import { type Config, ConfigError } from "../src/config.ts";

const CAUSES: Record<string, string> = {
  EADDRINUSE: "this port is in use",
  EADDRNOTAVAIL: "this machine does not have this address",
  EACCES: "this user may not use this port",
};

/** Returns the ConfigError for an error of listening on a port of HOST. */
export function portError({ HOST }: Pick<Config, "HOST">, error: unknown, port?: number): ConfigError {
  const code = String(Object(error).code);
  const cause = CAUSES[code] ?? (error instanceof Error ? error.message : String(error));
  const remedy = code === "EADDRNOTAVAIL"
    ? "Set HOST to an address of this machine"
    : "Set PORT, MTLS_PORT or HOST to what is free";
  const address = port === undefined ? HOST : `${HOST.includes(":") ? `[${HOST}]` : HOST}:${port}`;
  return new ConfigError(`Cannot listen on ${address}: ${cause}. ${remedy}.`, { cause: error });
}

/** Throws ConfigError if a port of the settings is taken. Another program may still take it before the server does. */
export function checkPorts(config: Pick<Config, "HOST" | "PORT" | "MTLS_PORT">): void {
  // The platform has its own front.
  if (Deno.env.get("DENO_DEPLOYMENT_ID") !== undefined) return;
  for (const port of [config.PORT, config.MTLS_PORT]) {
    if (port === undefined || port === 0) continue;
    try {
      Deno.listen({ hostname: config.HOST, port }).close();
    } catch (error) {
      throw portError(config, error, port);
    }
  }
}
