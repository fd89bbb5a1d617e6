/**
 * Values of the ASN.1 types that certificates and CMS use, read from an element; each refuses what its type forbids.
 *
 * @module
 */
import { Der, TAG } from "./der.ts";
import { PkiError } from "./errors.ts";

const fail = (message: string): never => {
  throw new PkiError("asn1", message);
};

/** Returns the dotted form of an OBJECT IDENTIFIER. */
export function readOid(element: Der, what = "an object identifier"): string {
  const bytes = element.expect(TAG.oid, what).content;
  if (bytes.length === 0 || bytes.length > 64 || ((bytes[bytes.length - 1] ?? 0) & 0x80) !== 0) {
    fail(`Cannot read ${what}: the object identifier is malformed`);
  }
  let text = "";
  let arc = 0;
  let fresh = true;
  for (const byte of bytes) {
    if (fresh && byte === 0x80) fail(`Cannot read ${what}: the object identifier is padded`);
    arc = arc * 128 + (byte & 0x7f);
    if (arc > Number.MAX_SAFE_INTEGER / 128) return readBigOid(bytes);
    fresh = (byte & 0x80) === 0;
    if (!fresh) continue;
    if (text === "") {
      const first = arc < 40 ? 0 : arc < 80 ? 1 : 2;
      text = `${first}.${arc - first * 40}`;
    } else {
      text += `.${arc}`;
    }
    arc = 0;
  }
  return text;
}

/** The same for arcs beyond 2^53: those under 2.25 are UUIDs. The last byte is known to end an arc. */
function readBigOid(bytes: Uint8Array): string {
  const arcs: bigint[] = [];
  let arc = 0n;
  for (const byte of bytes) {
    arc = arc * 128n + BigInt(byte & 0x7f);
    if ((byte & 0x80) !== 0) continue;
    arcs.push(arc);
    arc = 0n;
  }
  const [head = 0n, ...rest] = arcs;
  const first = head < 40n ? 0n : head < 80n ? 1n : 2n;
  return [first, head - first * 40n, ...rest].join(".");
}

/**
 * Returns the content octets of an INTEGER without leading zeros, lower-case hexadecimal (as serial numbers are shown).
 */
export function readIntegerHex(element: Der, what = "an integer"): string {
  const bytes = element.expect(TAG.integer, what).content;
  if (bytes.length === 0) fail(`Cannot read ${what}: the integer is empty`);
  let from = 0;
  while (from < bytes.length - 1 && bytes[from] === 0) from++;
  return bytes.subarray(from).toHex();
}

/** Returns a non-negative INTEGER. */
export function readUnsigned(element: Der, what = "an integer"): bigint {
  const bytes = element.expect(TAG.integer, what).content;
  if (bytes.length === 0 || ((bytes[0] ?? 0) & 0x80) !== 0) {
    fail(`Cannot read ${what}: it should be a number that is not negative`);
  }
  return BigInt("0x" + bytes.toHex());
}

/** Returns a small non-negative INTEGER as a number. */
export function readSmall(element: Der, what = "an integer"): number {
  const value = readUnsigned(element, what);
  if (value > 0x7fffffffn) fail(`Cannot read ${what}: the number is too big`);
  return Number(value);
}

/** Returns a BOOLEAN. */
export function readBoolean(element: Der, what = "a boolean"): boolean {
  const bytes = element.expect(TAG.boolean, what).content;
  if (bytes.length !== 1) fail(`Cannot read ${what}: a boolean has one byte`);
  return bytes[0] !== 0;
}

/** Returns the bytes of a BIT STRING that has no unused bits. */
export function readBitString(element: Der, what = "a bit string"): Uint8Array {
  const bytes = element.expect(TAG.bitString, what).content;
  if (bytes[0] !== 0) fail(`Cannot read ${what}: it should be whole bytes`);
  return bytes.subarray(1);
}

/** Returns the named bits that are set in a BIT STRING, by number. */
export function readNamedBits(element: Der, what = "a bit string"): number[] {
  const bytes = element.expect(TAG.bitString, what).content;
  const unused = bytes[0];
  if (unused === undefined || unused > 7 || bytes.length > 9) return fail(`Cannot read ${what}: it is malformed`);
  const bits: number[] = [];
  for (let i = 0; i < (bytes.length - 1) * 8 - unused; i++) {
    if (((bytes[1 + (i >> 3)] ?? 0) & (0x80 >> (i & 7))) !== 0) bits.push(i);
  }
  return bits;
}

/**
 * Returns the bytes of an OCTET STRING, the pieces of a constructed (BER) one joined.
 *
 * `tag` is the identifier octet of the primitive form, for implicit tags such as `[0]` (0x80).
 */
export function readOctets(element: Der, what = "an octet string", tag: number = TAG.octetString): Uint8Array {
  if (element.tag === tag) return element.content;
  element.expect(tag | 0x20, what);
  const pieces = element.children().map((piece) => readOctets(piece, what));
  if (pieces.length === 1 && pieces[0] !== undefined) return pieces[0];
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const latin1 = new TextDecoder("latin1");

/** Returns the text of any of the ASN.1 string types, or undefined when the element is none. */
export function readText(element: Der): string | undefined {
  const bytes = element.content;
  switch (element.tag) {
    case TAG.utf8String:
      try {
        return utf8.decode(bytes);
      } catch {
        return fail("Cannot read a UTF8String: it is not UTF-8");
      }
    case TAG.printableString:
    case TAG.ia5String:
    case TAG.numericString:
    case TAG.visibleString:
    case TAG.teletexString:
      return latin1.decode(bytes);
    case TAG.bmpString:
      if (bytes.length % 2 !== 0) fail("Cannot read a BMPString: it has an odd number of bytes");
      return new TextDecoder("utf-16be", { ignoreBOM: true }).decode(bytes);
    default:
      return undefined;
  }
}

const TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;

/** Returns a UTCTime or GeneralizedTime in the forms of RFC 5280 section 4.1.2.5 (UTC, with seconds). */
export function readTime(element: Der, what = "a time"): Date {
  if (element.tag !== TAG.utcTime) element.expect(TAG.generalizedTime, what);
  let text = latin1.decode(element.content);
  if (element.tag === TAG.utcTime) text = (Number(text.slice(0, 2)) < 50 ? "20" : "19") + text;
  const match = TIME.exec(text);
  if (match === null) return fail(`Cannot read ${what}: it should be written as YYYYMMDDHHMMSSZ`);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  if (year < 100) date.setUTCFullYear(year);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || hour > 23 || minute > 59 || second > 59) {
    fail(`Cannot read ${what}: there is no such date`);
  }
  return date;
}

/** An AlgorithmIdentifier: the algorithm and its parameters, `NULL` and absent ones being the same. */
export type AlgorithmIdentifier = { readonly oid: string; readonly parameters?: Der };

/** Reads an AlgorithmIdentifier (RFC 5280 section 4.1.1.2). */
export function readAlgorithm(element: Der, what = "an algorithm"): AlgorithmIdentifier {
  const fields = element.fields(what);
  const oid = readOid(fields.next("the algorithm"), what);
  const parameters = fields.peek();
  return parameters === undefined || parameters.is(TAG.null) ? { oid } : { oid, parameters };
}
