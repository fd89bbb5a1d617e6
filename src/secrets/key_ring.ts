/**
 * Secrets at rest: AES-256-GCM under a key ring, each value bound to the row it belongs to.
 *
 * A sealed value is text, `e1.<key id>.<nonce>.<ciphertext and tag>` (base64url). The row's table, column and id are the
 * associated data, so a value copied to another row does not open there.
 *
 * @module
 */

import { timingSafeEqual } from "node:crypto";
import { decodeBase64, decodeBase64Url, encodeBase64, encodeBase64Url } from "@std/encoding";
import type { Random } from "../runtime.ts";
import { decryptGcm, encryptGcm, type GcmKey, importGcmKey } from "./aes_gcm.ts";

/** The row a sealed value belongs to. */
export type SealContext = { table: string; column: string; id: string | number };

/** One key of the ring. Ids are 1 to 32 of `[A-Za-z0-9_-]`. */
export type RingKey = { id: string; key: GcmKey };

/** An encrypted value that cannot be opened, or settings that do not form a ring. Never contains key material. */
export class SecretError extends Error {
  override readonly name = "SecretError";
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const associatedData = (context: SealContext) =>
  encoder.encode(JSON.stringify([context.table, context.column, String(context.id)]));

/** The keys that open sealed values; the first one seals. */
export class KeyRing {
  readonly #keys: Map<string, GcmKey>;
  readonly #random: Random;
  readonly #refresh: (() => Promise<readonly RingKey[]>) | undefined;
  /** Id of the key that seals. */
  readonly primary: string;

  /** `refresh` returns the keys again when a value names one that is not on the ring. */
  constructor(keys: readonly RingKey[], random: Random, refresh?: () => Promise<readonly RingKey[]>) {
    const first = keys[0];
    if (first === undefined) throw new SecretError("Cannot make a key ring without a key");
    this.primary = first.id;
    this.#keys = new Map(keys.map(({ id, key }) => [id, key]));
    if (this.#keys.size !== keys.length) throw new SecretError("Cannot make a key ring: two keys have the same id");
    this.#random = random;
    this.#refresh = refresh;
  }

  /** Ids of all keys, the sealing one first. */
  get ids(): string[] {
    return [...this.#keys.keys()];
  }

  /** `plain` sealed for its row with the primary key. */
  async seal(plain: Uint8Array | string, context: SealContext): Promise<string> {
    const key = this.#keys.get(this.primary);
    if (key === undefined) throw new SecretError("Cannot seal: the key ring is empty");
    const nonce = this.#random.bytes(12);
    const text = typeof plain === "string" ? encoder.encode(plain) : Uint8Array.from(plain);
    const sealed = await encryptGcm(key, nonce, associatedData(context), text);
    return `e1.${this.primary}.${encodeBase64Url(nonce)}.${encodeBase64Url(sealed)}`;
  }

  /** The bytes of a sealed value. Throws SecretError when its key is not on the ring or it belongs to another row. */
  async open(sealed: string, context: SealContext): Promise<Uint8Array<ArrayBuffer>> {
    const [version, id, nonce, body] = sealed.split(".");
    if (version !== "e1" || id === undefined || nonce === undefined || body === undefined) {
      throw new SecretError(`Cannot open ${context.table}.${context.column}: it is not a sealed value`);
    }
    if (!this.#keys.has(id) && this.#refresh !== undefined) {
      for (const fresh of await this.#refresh()) this.#keys.set(fresh.id, fresh.key);
    }
    const key = this.#keys.get(id);
    if (key === undefined) {
      throw new SecretError(
        `Cannot open ${context.table}.${context.column}: it was sealed with the key "${id}", the key ring has ${
          this.ids.map((known) => `"${known}"`).join(", ")
        }`,
      );
    }
    try {
      return await decryptGcm(key, decodeBase64Url(nonce), associatedData(context), decodeBase64Url(body));
    } catch (cause) {
      throw new SecretError(
        `Cannot open ${context.table}.${context.column} of ${context.id}: wrong key or altered value`,
        { cause },
      );
    }
  }

  /** The text of a sealed value. */
  async openText(sealed: string, context: SealContext): Promise<string> {
    return decoder.decode(await this.open(sealed, context));
  }

  /** Whether a sealed value holds `plain`; false where it cannot be opened. */
  async holds(sealed: string, plain: Uint8Array | string, context: SealContext): Promise<boolean> {
    const expected = typeof plain === "string" ? encoder.encode(plain) : plain;
    try {
      const held = await this.open(sealed, context);
      return held.length === expected.length && timingSafeEqual(held, expected);
    } catch (error) {
      if (error instanceof SecretError) return false;
      throw error;
    }
  }

  /** Whether a sealed value should be sealed again, because it was sealed with an older key. */
  isStale(sealed: string): boolean {
    return sealed.split(".")[1] !== this.primary;
  }
}

const KEY_ENTRY = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/_-]{43}=?)$/;

/**
 * Returns the ring of a setting like `2026b:BASE64,2026a:BASE64`: `id:key` pairs, 32 bytes each, the sealing key first.
 * `reread` returns the current setting, if it can change while the process runs.
 *
 * Throws SecretError naming the entry that is wrong, never its key.
 */
export async function parseKeyRing(
  setting: string,
  random: Random,
  reread?: () => Promise<string>,
): Promise<KeyRing> {
  return new KeyRing(
    await parseKeys(setting),
    random,
    reread === undefined ? undefined : async () => await parseKeys(await reread()),
  );
}

async function parseKeys(setting: string): Promise<RingKey[]> {
  const keys: RingKey[] = [];
  for (const [index, entry] of setting.split(/[\s,]+/).filter((text) => text !== "").entries()) {
    const match = KEY_ENTRY.exec(entry);
    const [id, text] = [match?.[1], match?.[2]];
    if (id === undefined || text === undefined) {
      throw new SecretError(
        `Cannot read entry ${index + 1} of SECRET_KEYS: it should be "id:key", the key 32 bytes in base64`,
      );
    }
    const bytes = decodeBase64(text.replaceAll("-", "+").replaceAll("_", "/").replace(/=?$/, "="));
    keys.push({ id, key: await importGcmKey(bytes) });
  }
  return keys;
}

/** Returns a new ring's setting with one random key. */
export function newKeySetting(id: string, random: Random): string {
  return `${id}:${encodeBase64(random.bytes(32))}`;
}
