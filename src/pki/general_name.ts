/**
 * GeneralNames (RFC 5280 section 4.2.1.6): the content of a subjectAltName, read and written.
 *
 * @module
 */
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { isIP } from "node:net";
import { type Der, TAG } from "./der.ts";
import { readOid, readText } from "./der_values.ts";
import { PkiError } from "./errors.ts";
import { readName } from "./name.ts";
import { OID } from "./oids.ts";

/** One alternative name; `ip` is in text, `directory` RFC 4514 text, `other` the hexadecimal DER of its value. */
export type GeneralName =
  | { readonly kind: "email" | "dns" | "uri" | "ip" | "ntPrincipalName" | "directory"; readonly value: string }
  | { readonly kind: "other"; readonly oid: string; readonly value: string };

const latin1 = new TextDecoder("latin1");

/** Reads a GeneralNames element; kinds that are not in use (x400Address, ediPartyName, registeredID) are left out. */
export function readGeneralNames(element: Der): GeneralName[] {
  const names: GeneralName[] = [];
  for (const name of element.expect(TAG.sequence, "alternative names").children()) {
    switch (name.tag) {
      case 0xa0:
        names.push(otherName(name));
        break;
      case 0x81:
        names.push({ kind: "email", value: latin1.decode(name.content) });
        break;
      case 0x82:
        names.push({ kind: "dns", value: latin1.decode(name.content) });
        break;
      case 0x86:
        names.push({ kind: "uri", value: latin1.decode(name.content) });
        break;
      case 0x87:
        names.push({ kind: "ip", value: ipText(name.content) });
        break;
      case 0xa4:
        names.push({ kind: "directory", value: readName(name.only("a directory name")).toString() });
        break;
    }
  }
  return names;
}

function otherName(element: Der): GeneralName {
  const [type, explicit] = element.children();
  if (type === undefined || explicit === undefined) {
    throw new PkiError("asn1", "Cannot read an alternative name: its type or its value is missing");
  }
  const oid = readOid(type);
  const value = explicit.expect(0xa0, "an alternative name's value").only("an alternative name's value");
  const text = readText(value);
  return oid === OID.ntPrincipalName && text !== undefined
    ? { kind: "ntPrincipalName", value: text }
    : { kind: "other", oid, value: value.raw.toHex() };
}

function ipText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  if (bytes.length !== 16) throw new PkiError("asn1", "Cannot read an IP address: it should have 4 or 16 bytes");
  return bytes.toHex().replace(/(....)(?=.)/g, "$1:");
}

/** Characters of one name: the library falls over some 100,000. */
const MAX_LENGTH = 10_000;
const LIBRARY_KINDS = { email: "email", dns: "dns", uri: "url", ip: "ip", ntPrincipalName: "upn" } as const;

/**
 * Returns the extension with these names; `directory` and `other` names are not written.
 *
 * Addresses in the domain name system, mail addresses and URIs should be ASCII, which the caller must ensure. Throws
 * {@link PkiError} for an invalid address, and for very long names.
 */
export function alternativeNames(names: readonly GeneralName[], critical = false): x509.Extension {
  const parts = names.map(({ kind, value }) => {
    if (kind === "directory" || kind === "other") {
      throw new PkiError("certificate", `Cannot write an alternative name of the kind "${kind}"`);
    }
    if (value.length > MAX_LENGTH) {
      throw new PkiError("certificate", `Cannot write an alternative name of the kind "${kind}": it is too long`);
    }
    const text = kind === "ip" ? addressText(value) : kind === "ntPrincipalName" ? value : byteText(value);
    return { type: LIBRARY_KINDS[kind], value: text };
  });
  return new x509.SubjectAlternativeNameExtension(parts, critical);
}

/**
 * Returns a character for each byte of UTF-8. The library writes the lowest byte of each character
 * (docs/decisions/0004): the name "Ł.example" would become that of another, "A.example".
 */
const byteText = (text: string): string => Buffer.from(text).toString("latin1");

/** Returns an address as the library reads it right: of IPv6 without the dotted form at its end. */
function addressText(text: string): string {
  if (isIP(text) === 4) return text;
  if (isIP(text) === 6 && URL.canParse(`http://[${text}]/`)) return new URL(`http://[${text}]/`).hostname.slice(1, -1);
  throw new PkiError("certificate", `Cannot write the IP address "${text}": it is not valid`);
}
