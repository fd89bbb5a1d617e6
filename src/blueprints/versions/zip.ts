/**
 * Whether bytes are a ZIP archive that can be unpacked without harm.
 *
 * Promise: nothing is unpacked, and the work grows with the number of entries alone.
 *
 * Source: PKWARE, APPNOTE.TXT, sections 4.3 and 4.5.3.
 *
 * @module
 */

const END = 0x06054b50;
const END_LENGTH = 22;
const LONGEST_COMMENT = 0xffff;
const LOCATOR_64 = 0x07064b50;
const LOCATOR_64_LENGTH = 20;
const END_64 = 0x06064b50;
const ENTRY = 0x02014b50;
const ENTRY_LENGTH = 46;
const LOCAL = 0x04034b50;
const LOCAL_LENGTH = 30;
/** A field of 32 bits whose value stands elsewhere. */
const ELSEWHERE = 0xffffffff;
const EXTRA_64 = 0x0001;

/** An entry: its name, and which bytes of the archive are its own. */
type Entry = { name: string; start: number; end: number };

class NotZip extends Error {}

const must = (condition: boolean): void => {
  if (!condition) throw new NotZip();
};

/** Reads numbers where there are bytes for them. */
class Reader {
  readonly #view: DataView;
  constructor(readonly bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  u16(at: number): number {
    must(at >= 0 && at + 2 <= this.bytes.length);
    return this.#view.getUint16(at, true);
  }
  u32(at: number): number {
    must(at >= 0 && at + 4 <= this.bytes.length);
    return this.#view.getUint32(at, true);
  }
  u64(at: number): number {
    must(at >= 0 && at + 8 <= this.bytes.length);
    const value = Number(this.#view.getBigUint64(at, true));
    must(Number.isSafeInteger(value));
    return value;
  }
}

/** Returns the position of the directory of entries: it directly precedes the end of the archive. */
function directoryOf(read: Reader): { start: number; end: number; count: number } {
  const { length } = read.bytes;
  for (let at = length - END_LENGTH; at >= Math.max(0, length - END_LENGTH - LONGEST_COMMENT); at--) {
    if (read.u32(at) !== END || at + END_LENGTH + read.u16(at + 20) !== length) continue;
    const locator = at - LOCATOR_64_LENGTH;
    if (locator >= 0 && read.u32(locator) === LOCATOR_64) {
      const end = read.u64(locator + 8);
      must(end < locator && read.u32(end) === END_64 && read.u32(end + 16) === 0);
      const [count, size, start] = [read.u64(end + 32), read.u64(end + 40), read.u64(end + 48)];
      must(read.u64(end + 24) === count && start + size === end);
      return { start, end, count };
    }
    const [count, size, start] = [read.u16(at + 10), read.u32(at + 12), read.u32(at + 16)];
    // Devices cannot use archives in several parts.
    must(read.u16(at + 4) === 0 && read.u16(at + 6) === 0 && read.u16(at + 8) === count && start + size === at);
    return { start, end: at, count };
  }
  throw new NotZip();
}

/** Returns the values that did not fit in 32 bits: those stored elsewhere, in the order of the fields. */
function large(read: Reader, values: readonly number[], from: number, to: number): number[] {
  if (!values.includes(ELSEWHERE)) return [...values];
  for (let at = from; at + 4 <= to; at += 4 + read.u16(at + 2)) {
    if (read.u16(at) !== EXTRA_64) continue;
    let next = at + 4;
    const end = next + read.u16(at + 2);
    return values.map((value) => {
      if (value !== ELSEWHERE) return value;
      must(next + 8 <= end && end <= to);
      next += 8;
      return read.u64(next - 8);
    });
  }
  throw new NotZip();
}

function entriesOf(read: Reader): Entry[] {
  const directory = directoryOf(read);
  const entries: Entry[] = [];
  let at = directory.start;
  while (at < directory.end) {
    must(read.u32(at) === ENTRY);
    const name = at + ENTRY_LENGTH;
    const extra = name + read.u16(at + 28);
    const comment = extra + read.u16(at + 30);
    const next = comment + read.u16(at + 32);
    must(next <= directory.end);
    const fields = [read.u32(at + 24), read.u32(at + 20), read.u32(at + 42)];
    const [, compressed = 0, local = 0] = large(read, fields, extra, comment);
    must(read.u32(local) === LOCAL);
    const end = local + LOCAL_LENGTH + read.u16(local + 26) + read.u16(local + 28) + compressed;
    must(end <= directory.start);
    entries.push({
      name: new TextDecoder("utf-8", { ignoreBOM: true }).decode(read.bytes.subarray(name, extra)),
      start: local,
      end,
    });
    at = next;
  }
  must(entries.length === directory.count);
  return entries;
}

/** Entries that share bytes are how a small archive becomes an endless one. */
function apart(entries: readonly Entry[]): boolean {
  const sorted = [...entries].sort((one, other) => one.start - other.start);
  return sorted.every(({ end }, index) => end <= (sorted[index + 1]?.start ?? Infinity));
}

/** The attack: an entry called `../../etc/pam.d/sudo` is unpacked outside of its folder. */
const staysInside = ({ name }: Entry): boolean =>
  name !== "" && !/^[/\\]/.test(name) && !name.split(/[/\\]/).includes("..") && !name.includes("\0");

/**
 * Whether the bytes are one complete archive with correct entry positions, without overlaps, whose entries stay in the
 * folder that it is unpacked to.
 */
export function isZip(bytes: Uint8Array): boolean {
  try {
    const entries = entriesOf(new Reader(bytes));
    return apart(entries) && entries.every(staysInside);
  } catch (error) {
    if (error instanceof NotZip) return false;
    throw error;
  }
}
