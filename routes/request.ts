/**
 * The sender of a request and its address. Forwarding headers are accepted only from trusted proxies. The attack:
 * anyone else could claim any address and so evade rate limits.
 *
 * @module
 */

import { BlockList, isIP } from "node:net";
import type { MiddlewareHandler } from "hono";
import { foreignText } from "../src/foreign_text.ts";
import type { Runtime } from "../src/runtime.ts";
import type { AppEnv } from "./context.ts";

/** Trusted proxies; undefined for none. */
type ProxyList = BlockList | undefined;

const lists = new WeakMap<readonly string[], BlockList>();

/** Returns the trusted proxies of the settings. Throws RangeError naming a bad entry. */
export function proxyList(entries: readonly string[]): ProxyList {
  if (entries.length === 0) return undefined;
  let list = lists.get(entries);
  if (list === undefined) lists.set(entries, list = readList(entries));
  return list;
}

function readList(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = "", prefix] = entry.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    const bits = prefix === undefined ? undefined : Number(prefix);
    if (isIP(address) === 0 || (bits !== undefined && !(Number.isInteger(bits) && bits >= 0))) {
      throw new RangeError(`Cannot use the setting TRUSTED_PROXIES: "${entry}" is not an address or CIDR range`);
    }
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, bits, family);
  }
  return list;
}

const MAPPED = "::ffff:";
const bare = (address: string) =>
  address.startsWith(MAPPED) && isIP(address.slice(MAPPED.length)) === 4 ? address.slice(MAPPED.length) : address;

/** Whether the peer is a trusted proxy. */
export function isTrusted(list: ProxyList, address: string): boolean {
  if (list === undefined) return false;
  const plain = bare(address);
  const family = isIP(plain);
  return family !== 0 && list.check(plain, family === 6 ? "ipv6" : "ipv4");
}

/** Returns the client's address: the peer, or the address from a chain of trusted proxies, read from the right. */
export function clientAddress(list: ProxyList, remote: string, forwarded: string | undefined): string {
  let address = bare(remote);
  const hops = (forwarded ?? "").split(",").map((hop) => hop.trim()).filter((hop) => hop !== "");
  while (isTrusted(list, address)) {
    const next = hops.pop();
    if (next === undefined || isIP(next) === 0) break;
    address = next;
  }
  return address;
}

/** Where devices are served, with connections to the database of their own. */
const DEVICE_PATHS = "/public/";

/** Sets `runtime` and `request` for every route. */
export function requestContext(runtime: Runtime): MiddlewareHandler<AppEnv> {
  const proxies = proxyList(runtime.config.TRUSTED_PROXIES);
  const forDevices = runtime.deviceSql === undefined ? runtime : { ...runtime, sql: runtime.deviceSql };
  return async (c, next) => {
    c.set("runtime", c.req.path.startsWith(DEVICE_PATHS) ? forDevices : runtime);
    c.set("request", {
      id: runtime.random.uuid(),
      ip: clientAddress(proxies, c.env.remoteAddress, c.req.header("x-forwarded-for")),
      userAgent: foreignText(c.req.header("user-agent") ?? ""),
      method: c.req.method,
      path: foreignText(c.req.path),
    });
    await next();
  };
}
