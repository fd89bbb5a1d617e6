/**
 * GeneralNames (RFC 5280 section 4.2.1.6): what a subjectAltName holds, read and written.
 *
 * @module
 */
import { Der, TAG } from "./der.ts";
import { readOid, readText } from "./der_values.ts";
import * as write from "./der_writer.ts";
import { PkiError } from "./errors.ts";
import { readName } from "./name.ts";
import { OID } from "./oids.ts";

/** One alternative name; `ip` is in text, `directory` RFC 4514 text, `other` the hexadecimal DER of its value. */
export type GeneralName =
  | { readonly kind: "email" | "dns" | "uri" | "ip" | "ntPrincipalName" | "directory"; readonly value: string }
  | { readonly kind: "other"; readonly oid: string; readonly value: string };

const latin1 = new TextDecoder("latin1");

/** Reads a GeneralNames element; kinds that nobody uses (x400Address, ediPartyName, registeredID) are left out. */
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

/** The DER of a GeneralNames; `directory` and `other` names are not written. */
export function writeGeneralNames(names: readonly GeneralName[]): write.Bytes {
  const encoder = new TextEncoder();
  return write.sequence(...names.map((name) => {
    switch (name.kind) {
      case "email":
        return write.contextPrimitive(1, encoder.encode(name.value));
      case "dns":
        return write.contextPrimitive(2, encoder.encode(name.value));
      case "uri":
        return write.contextPrimitive(6, encoder.encode(name.value));
      case "ip":
        return write.contextPrimitive(7, ipBytes(name.value));
      case "ntPrincipalName":
        return write.context(0, write.oid(OID.ntPrincipalName), write.context(0, write.utf8String(name.value)));
      case "directory":
      case "other":
        throw new PkiError("certificate", `Cannot write an alternative name of the kind "${name.kind}"`);
    }
  }));
}

function ipBytes(text: string): Uint8Array {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) {
    const bytes = text.split(".").map(Number);
    if (bytes.every((byte) => byte < 256)) return Uint8Array.from(bytes);
  } else if (text.includes(":") && URL.canParse(`http://[${text}]/`)) {
    const [head = "", tail] = new URL(`http://[${text}]/`).hostname.slice(1, -1).split("::");
    const left = head.split(":").filter((group) => group !== "");
    const right = tail?.split(":").filter((group) => group !== "") ?? [];
    const middle = new Array<string>(8 - left.length - right.length).fill("0");
    return Uint8Array.fromHex([...left, ...middle, ...right].map((group) => group.padStart(4, "0")).join(""));
  }
  throw new PkiError("certificate", `Cannot write the IP address "${text}": it is not valid`);
}
