/**
 * The vocabulary of SCEP's signed attributes (RFC 8894 section 3.2).
 *
 * @module
 */
import type { Attributes } from "../attributes.ts";
import { singleValue } from "../attributes.ts";
import { readOctets, readText } from "../der_values.ts";
import { PkiError } from "../errors.ts";

/** Message types by their number in text (section 3.2.1.2). */
const MESSAGE_TYPES = {
  "3": "CertRep",
  "17": "RenewalReq",
  "19": "PKCSReq",
  "20": "GetCertInitial",
  "21": "GetCert",
  "22": "GetCRL",
} as const;

/** The name of a message type. */
export type MessageType = (typeof MESSAGE_TYPES)[keyof typeof MESSAGE_TYPES];

/** Why a request fails, by its number in text (section 3.2.1.4.5). */
export const FAIL_INFOS = ["badAlg", "badMessageCheck", "badRequest", "badTime", "badCertId"] as const;

/** Why a request fails. */
export type FailInfo = (typeof FAIL_INFOS)[number];

/** Returns the text of a message type. */
export function messageTypeNumber(type: MessageType): string {
  for (const [number, name] of Object.entries(MESSAGE_TYPES)) if (name === type) return number;
  throw new PkiError("scep", `Cannot write the SCEP message: there is no type ${type}`);
}

/** Returns the name of a message type from its text, or undefined. */
export function messageTypeName(number: string): MessageType | undefined {
  for (const [known, name] of Object.entries(MESSAGE_TYPES)) if (known === number) return name;
  return undefined;
}

/** Returns the text of an attribute. */
export function textAttribute(attributes: Attributes | undefined, oid: string, name: string): string {
  const value = singleValue(attributes, oid);
  const text = value === undefined ? undefined : readText(value);
  if (text === undefined) {
    throw new PkiError("scep", `Cannot read the SCEP message: its ${name} is missing or not text`);
  }
  if (text === "" || text.length > 255) {
    throw new PkiError("scep", `Cannot read the SCEP message: its ${name} should have 1 to 255 characters`);
  }
  return text;
}

/** Returns the bytes of an attribute; 16 by the RFC, other sizes are echoed as well. */
export function nonceAttribute(attributes: Attributes | undefined, oid: string, name: string): Uint8Array {
  const value = singleValue(attributes, oid);
  if (value === undefined) throw new PkiError("scep", `Cannot read the SCEP message: its ${name} is missing`);
  const bytes = readOctets(value, name);
  if (bytes.length === 0 || bytes.length > 64) {
    throw new PkiError("scep", `Cannot read the SCEP message: its ${name} should have 1 to 64 bytes`);
  }
  return bytes.slice();
}
