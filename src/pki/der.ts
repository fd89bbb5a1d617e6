/**
 * A lean reader of DER and BER: elements are views over the input, nothing is copied, and nothing is decoded before it
 * is needed.
 *
 * It reads definite and indefinite lengths, never past the end of its input, not deeper than {@link MAX_DEPTH} and not
 * more than {@link MAX_BYTES}. High tag numbers (above 30) are refused: no format used here has them.
 *
 * @module
 */
import { PkiError } from "./errors.ts";

/** How deep elements may nest. Certificates need about 10, a SCEP message about 12. */
export const MAX_DEPTH = 40;
/** How many elements one element may hold: a 64 MB content in openssl's pieces of 4 kB has 16,384. */
export const MAX_CHILDREN = 20_000;
/** The largest accepted input, in bytes. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Universal tags, as the identifier octet in the bytes (with the constructed bit for SEQUENCE and SET). */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  visibleString: 0x1a,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

const fail = (message: string): never => {
  throw new PkiError("asn1", message);
};

/** One element: tag, and where its header, content and end are in `bytes`. */
export class Der {
  private constructor(
    readonly bytes: Uint8Array,
    /** The identifier octet, for example 0x30 for a SEQUENCE, 0xa0 for `[0]` constructed. */
    readonly tag: number,
    readonly start: number,
    readonly contentStart: number,
    readonly contentEnd: number,
    readonly end: number,
    readonly depth: number,
    private readonly strict: boolean,
  ) {}

  /**
   * Returns the element in `bytes`; anything after it is refused.
   *
   * With `strict`, only DER lengths are accepted: definite and of the shortest form (certificates and requests).
   */
  static parse(bytes: Uint8Array, options: { strict?: boolean; trailing?: boolean } = {}): Der {
    if (bytes.length > MAX_BYTES) fail(`Cannot read ${bytes.length} bytes of ASN.1: the limit is ${MAX_BYTES}`);
    const element = Der.at(bytes, 0, bytes.length, 0, options.strict ?? false);
    if (element.end !== bytes.length && !options.trailing) {
      fail(`Cannot read the ASN.1 element: ${bytes.length - element.end} bytes follow it`);
    }
    return element;
  }

  private static at(bytes: Uint8Array, start: number, limit: number, depth: number, strict: boolean): Der {
    if (depth > MAX_DEPTH) fail(`Cannot read ASN.1 that nests deeper than ${MAX_DEPTH} levels`);
    let offset = start;
    if (offset + 2 > limit) fail("Cannot read the ASN.1 element: it is cut short");
    const tag = bytes[offset++] ?? 0;
    if ((tag & 0x1f) === 0x1f) fail("Cannot read the ASN.1 element: its tag number is above 30");
    let length = bytes[offset++] ?? 0;
    if (length === 0x80) {
      if (strict) fail("Cannot read the ASN.1 element: DER does not allow indefinite lengths");
      if ((tag & 0x20) === 0) fail("Cannot read the ASN.1 element: only constructed ones may have indefinite length");
      const close = Der.endOfContents(bytes, offset, limit, depth + 1);
      return new Der(bytes, tag, start, offset, close, close + 2, depth, strict);
    }
    if (length > 0x80) {
      const count = length & 0x7f;
      if (count > 4) fail("Cannot read the ASN.1 element: its length has more than four bytes");
      if (offset + count > limit) fail("Cannot read the ASN.1 element: it is cut short");
      length = 0;
      for (let i = 0; i < count; i++) length = length * 256 + (bytes[offset++] ?? 0);
      if (strict && (length < 0x80 || length < 2 ** (8 * (count - 1)))) {
        fail("Cannot read the ASN.1 element: DER requires the shortest form of a length");
      }
    }
    if (length > limit - offset) fail("Cannot read the ASN.1 element: its length points past the end");
    return new Der(bytes, tag, start, offset, offset + length, offset + length, depth, strict);
  }

  /** Returns the position of the end-of-contents octets of an indefinite element that begins at `offset`. */
  private static endOfContents(bytes: Uint8Array, offset: number, limit: number, depth: number): number {
    let at = offset;
    while (!(bytes[at] === 0 && bytes[at + 1] === 0 && at + 2 <= limit)) {
      at = Der.at(bytes, at, limit, depth, false).end;
    }
    return at;
  }

  /** The bytes of the whole element, header included, as a view. */
  get raw(): Uint8Array {
    return this.bytes.subarray(this.start, this.end);
  }

  /** The bytes of the content, as a view. */
  get content(): Uint8Array {
    return this.bytes.subarray(this.contentStart, this.contentEnd);
  }

  /** Whether the element itself was written with an indefinite length. */
  get indefinite(): boolean {
    return this.end !== this.contentEnd;
  }

  /** Whether the element carries the given identifier octet. */
  is(tag: number): boolean {
    return this.tag === tag;
  }

  /** This element, when it carries `tag`; `what` names it in the error. */
  expect(tag: number, what: string): this {
    if (this.tag !== tag) {
      fail(`Cannot read ${what}: its tag is 0x${this.tag.toString(16)} and should be 0x${tag.toString(16)}`);
    }
    return this;
  }

  /** The elements inside a constructed element. */
  children(): Der[] {
    if ((this.tag & 0x20) === 0) fail("Cannot read the inside of an ASN.1 element that is primitive");
    const children: Der[] = [];
    let at = this.contentStart;
    while (at < this.contentEnd) {
      const child = Der.at(this.bytes, at, this.contentEnd, this.depth + 1, this.strict);
      children.push(child);
      if (children.length > MAX_CHILDREN) {
        fail(`Cannot read an ASN.1 element that holds more than ${MAX_CHILDREN} others`);
      }
      at = child.end;
    }
    return children;
  }

  /** The only element inside a constructed element (an explicit tag, for example). */
  only(what: string): Der {
    const children = this.children();
    const child = children[0];
    if (child === undefined || children.length !== 1) {
      throw new PkiError("asn1", `Cannot read ${what}: it holds ${children.length} elements and should hold one`);
    }
    return child;
  }

  /** Returns a cursor over the elements inside a SEQUENCE (or `tag`). */
  fields(what: string, tag: number = TAG.sequence): Fields {
    return new Fields(this.expect(tag, what).children(), what);
  }
}

/** Reads the fields of a SEQUENCE in order, with the optional ones recognised by their tag. */
class Fields {
  private at = 0;
  constructor(private readonly elements: readonly Der[], private readonly what: string) {}

  /** The next field, of that tag where one is given. */
  next(name: string, tag?: number): Der {
    const element = this.elements[this.at++];
    if (element === undefined) throw new PkiError("asn1", `Cannot read ${this.what}: ${name} is missing`);
    return tag === undefined ? element : element.expect(tag, `${name} of ${this.what}`);
  }

  /** The next field when it carries that tag, else undefined and nothing is consumed. */
  optional(tag: number): Der | undefined {
    const element = this.elements[this.at];
    if (element === undefined || element.tag !== tag) return undefined;
    this.at++;
    return element;
  }

  /** The next field without consuming it. */
  peek(): Der | undefined {
    return this.elements[this.at];
  }

  /** Refuses unexpected fields. */
  done(): void {
    const extra = this.elements.length - this.at;
    if (extra > 0) fail(`Cannot read ${this.what}: ${extra} unknown fields stand at its end`);
  }
}
