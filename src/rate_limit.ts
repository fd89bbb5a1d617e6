/**
 * Limits on attempts, counted in the database so that more processes do not mean more attempts.
 *
 * @module
 */

import { countAttempt } from "../db/access/rate_limits.ts";
import { problem } from "./errors.ts";
import type { Runtime } from "./runtime.ts";

/** So many attempts per window of so many seconds. */
export type RateLimit = { attempts: number; seconds: number };

/**
 * Returns the part of an address that one client owns: all of IPv4, the first 64 bits of IPv6, because a client may use
 * any of the 2^64 addresses of its network.
 */
export function addressKey(ip: string): string {
  if (!ip.includes(":")) return ip;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip);
  if (mapped?.[1] !== undefined) return mapped[1];
  const [head = "", tail] = ip.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const groups = [...left, ...Array(Math.max(0, 8 - left.length - right.length)).fill("0"), ...right];
  return groups.slice(0, 4).map((group) => (Number.parseInt(group, 16) || 0).toString(16)).join(":");
}

/**
 * Counts an attempt under `key` and throws `too-many-requests` beyond the limit.
 *
 * It is counted before the work is done: the attack: if failures were counted afterwards, parallel attempts would all
 * pass.
 */
export async function limitAttempts(
  runtime: Pick<Runtime, "sql" | "clock">,
  key: string,
  { attempts, seconds }: RateLimit,
): Promise<void> {
  const now = runtime.clock.now().getTime();
  const start = Math.floor(now / 1000 / seconds) * seconds * 1000;
  const count = await countAttempt(runtime.sql, key, new Date(start));
  if (count > attempts) {
    const wait = Math.ceil((start + seconds * 1000 - now) / 1000);
    throw problem("too-many-requests", undefined, {
      reason: `more than ${attempts} attempts in ${seconds} s`,
      headers: { "Retry-After": String(wait) },
    });
  }
}
