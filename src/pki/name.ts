/**
 * X.501 distinguished names: read, compared, written as text (RFC 4514) and as DER.
 *
 * @module
 */
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { type Der, TAG } from "./der.ts";
import { readOid, readText } from "./der_values.ts";
import type { Bytes } from "./der_writer.ts";
import { PkiError } from "./errors.ts";

/** One attribute of a name; `value` is its text, or `#` and the hexadecimal DER of a value that is no text (`opaque`). */
export type NameAttribute = { readonly oid: string; readonly value: string; readonly opaque?: true };

/** A distinguished name. The short-cuts hold the last attribute of their type (the most specific one). */
export interface Name {
  readonly rdns: readonly NameAttribute[];
  readonly raw: Uint8Array;
  readonly commonName?: string;
  readonly organization?: string;
  readonly organizationalUnit?: string;
  readonly serialNumber?: string;
  /** 0.9.2342.19200300.100.1.1, which in Apple's push certificates is the topic. */
  readonly userId?: string;
  /** RFC 4514 text: the most specific part first, as in `CN=…,O=…`. */
  toString(): string;
}

const SHORT: ReadonlyMap<string, string> = new Map([
  ["2.5.4.3", "CN"],
  ["2.5.4.4", "SN"],
  ["2.5.4.5", "serialNumber"],
  ["2.5.4.6", "C"],
  ["2.5.4.7", "L"],
  ["2.5.4.8", "ST"],
  ["2.5.4.9", "street"],
  ["2.5.4.10", "O"],
  ["2.5.4.11", "OU"],
  ["2.5.4.12", "title"],
  ["2.5.4.42", "GN"],
  ["0.9.2342.19200300.100.1.1", "UID"],
  ["0.9.2342.19200300.100.1.25", "DC"],
  ["1.2.840.113549.1.9.1", "emailAddress"],
]);

const OIDS: ReadonlyMap<string, string> = new Map(
  [...SHORT].map(([oid, short]): [string, string] => [short.toUpperCase(), oid]),
);

class DistinguishedName implements Name {
  readonly rdns: readonly NameAttribute[];
  readonly commonName?: string;
  readonly organization?: string;
  readonly organizationalUnit?: string;
  readonly serialNumber?: string;
  readonly userId?: string;

  constructor(readonly raw: Uint8Array, private readonly groups: readonly (readonly NameAttribute[])[]) {
    this.rdns = groups.flat();
    for (const { oid, value } of this.rdns) {
      if (oid === "2.5.4.3") this.commonName = value;
      else if (oid === "2.5.4.10") this.organization = value;
      else if (oid === "2.5.4.11") this.organizationalUnit = value;
      else if (oid === "2.5.4.5") this.serialNumber = value;
      else if (oid === "0.9.2342.19200300.100.1.1") this.userId = value;
    }
  }

  toString(): string {
    return this.groups.toReversed().map((group) =>
      group.map(({ oid, value, opaque }) => `${SHORT.get(oid) ?? oid}=${opaque ? value : escape(value)}`)
        .join("+")
    ).join(",");
  }
}

/** Escapes an attribute value (RFC 4514 section 2.4). */
function escape(value: string): string {
  return value
    .replace(/[\\"+,;<>]/g, "\\$&")
    .replace(/\0/g, "\\00")
    .replace(/^[ #]/, "\\$&")
    .replace(/ $/, "\\ ");
}

/** Reads a Name (RFC 5280 section 4.1.2.4). */
export function readName(element: Der): Name {
  const groups = element.expect(TAG.sequence, "a name").children().map((rdn) => {
    const group = rdn.expect(TAG.set, "a relative distinguished name").children().map((attribute) => {
      const fields = attribute.fields("a name's attribute");
      const oid = readOid(fields.next("its type"));
      const value = fields.next("its value");
      fields.done();
      const text = readText(value);
      return text === undefined ? { oid, value: "#" + value.raw.toHex(), opaque: true as const } : { oid, value: text };
    });
    if (group.length === 0) throw new PkiError("asn1", "Cannot read a name: one of its parts is empty");
    return group;
  });
  return new DistinguishedName(element.raw.slice(), groups);
}

/** Whether two names are the same: the same bytes, or the same text in another ASN.1 string type. */
export function sameName(a: Name, b: Name): boolean {
  return sameBytes(a.raw, b.raw) || a.toString() === b.toString();
}

/** Whether two byte strings are equal; for public data, not constant in time. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** A name's attributes as they are given to {@link writeName}: short names (`CN`) or dotted forms, in order. */
export type SubjectInput = readonly (readonly [type: string, value: string])[];

/** Whether every character is one of ASCII. */
const isAscii = (text: string): boolean => /^[\0-\x7f]*$/.test(text);

const PRINTABLE = /^[A-Za-z0-9 '()+,\-./:=?]+$/;

/**
 * Returns the DER of a name, one attribute in each part, in the order given.
 *
 * Country and serial number are PrintableString as RFC 5280 asks, addresses IA5String, the rest, and values that these
 * cannot contain, UTF8String.
 */
export function writeName(subject: SubjectInput): Bytes {
  const parts = subject.map(([type, value]) => {
    const oid = /^[0-2](\.\d+)+$/.test(type) ? type : OIDS.get(type.toUpperCase());
    if (oid === undefined) {
      throw new PkiError(
        "certificate",
        `Cannot write the name's attribute "${type}": it should be one like CN or dotted`,
      );
    }
    const printable = (oid === "2.5.4.6" || oid === "2.5.4.5") && PRINTABLE.test(value);
    const ia5 = (oid === "0.9.2342.19200300.100.1.25" || oid === "1.2.840.113549.1.9.1") && isAscii(value);
    const text = value.toWellFormed();
    return { [oid]: [printable ? { printableString: text } : ia5 ? { ia5String: text } : { utf8String: text }] };
  });
  return new Uint8Array(new x509.Name(parts).toArrayBuffer());
}
