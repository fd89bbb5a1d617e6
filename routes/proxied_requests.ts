/**
 * The limit of requests in flight of a client behind a trusted proxy: the connections are the proxy's, so the client is
 * counted by its requests.
 *
 * @module
 */

import type { MiddlewareHandler } from "hono";
import { addressKey } from "../src/rate_limit.ts";
import type { Runtime } from "../src/runtime.ts";
import type { AppEnv } from "./context.ts";
import { isTrusted, proxyList } from "./request.ts";

/** Answers 503 to a proxied request of a client with as many requests in flight as it may have connections. */
export function limitProxied(runtime: Runtime): MiddlewareHandler<AppEnv> {
  const { config, counters } = runtime;
  const proxies = proxyList(config.TRUSTED_PROXIES);
  const inFlight = new Map<string, number>();
  return async (c, next) => {
    if (config.TRUSTED_PROXIES.length === 0 || !isTrusted(proxies, c.env.remoteAddress)) return await next();
    const key = addressKey(c.get("request").ip);
    const count = inFlight.get(key) ?? 0;
    if (count >= config.MAX_CONNECTIONS_PER_ADDRESS) {
      counters.count("requests_crowded");
      return c.text("Cannot serve this request now: too many requests from this address are in flight.", 503, {
        "Retry-After": "5",
      });
    }
    inFlight.set(key, count + 1);
    try {
      await next();
    } finally {
      const left = (inFlight.get(key) ?? 1) - 1;
      if (left === 0) inFlight.delete(key);
      else inFlight.set(key, left);
    }
  };
}
