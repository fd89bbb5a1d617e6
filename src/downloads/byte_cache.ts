/**
 * A small memory of bytes: bounded in size, and in how long it is believed.
 *
 * @module
 */

/** Keeps the entries that were used last. */
export class ByteCache {
  readonly #entries = new Map<string, { bytes: Uint8Array<ArrayBuffer>; until: Date }>();
  #size = 0;

  /** `bytes` in total and `seconds` for each entry. */
  constructor(private readonly limits: { bytes: number; seconds: number }) {}

  /** The bytes under `key`, unless they are too old. */
  get(key: string, now: Date): Uint8Array<ArrayBuffer> | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#delete(key);
    if (entry.until <= now) return undefined;
    this.#set(key, entry);
    return entry.bytes;
  }

  /** Stores `bytes` under `key`; an entry that does not fit at all is not kept. */
  set(key: string, bytes: Uint8Array<ArrayBuffer>, now: Date): void {
    this.#delete(key);
    if (bytes.length > this.limits.bytes) return;
    this.#set(key, { bytes, until: new Date(now.getTime() + this.limits.seconds * 1000) });
    for (const oldest of this.#entries.keys()) {
      if (this.#size <= this.limits.bytes) break;
      this.#delete(oldest);
    }
  }

  #set(key: string, entry: { bytes: Uint8Array<ArrayBuffer>; until: Date }): void {
    this.#entries.set(key, entry);
    this.#size += entry.bytes.length;
  }

  #delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#size -= entry.bytes.length;
  }
}
