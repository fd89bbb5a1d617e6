/**
 * The extensions of certificates and requests (RFC 5280 section 4.2).
 *
 * @module
 */
import { Der, TAG } from "./der.ts";
import { readBoolean, readNamedBits, readOid, readSmall } from "./der_values.ts";
import { PkiError } from "./errors.ts";
import { type GeneralName, readGeneralNames } from "./general_name.ts";
import { OID } from "./oids.ts";

/** The names of RFC 5280 section 4.2.1.3, in the order of their bits. */
const KEY_USAGES = [
  "digitalSignature",
  "nonRepudiation",
  "keyEncipherment",
  "dataEncipherment",
  "keyAgreement",
  "keyCertSign",
  "cRLSign",
  "encipherOnly",
  "decipherOnly",
] as const;

/** The uses of a key. */
export type KeyUsage = (typeof KEY_USAGES)[number];

/** The content of the extensions, without the absent ones. */
export type ExtensionFacts = {
  /** extnValue by dotted form. */
  readonly extensions: ReadonlyMap<string, Uint8Array>;
  readonly criticalExtensions: ReadonlySet<string>;
  /** basicConstraints marks a CA. */
  readonly isCa: boolean;
  readonly pathLength?: number;
  readonly keyUsage?: ReadonlySet<KeyUsage>;
  /** Dotted forms. */
  readonly extendedKeyUsage?: readonly string[];
  readonly subjectAltNames: readonly GeneralName[];
  /** Lower-case hexadecimal. */
  readonly subjectKeyId?: string;
  readonly authorityKeyId?: string;
};

/** Reads an Extensions element, or returns the meaning of no extensions. */
export function readExtensions(element: Der | undefined): ExtensionFacts {
  const extensions = new Map<string, Uint8Array>();
  const criticalExtensions = new Set<string>();
  for (const extension of element?.expect(TAG.sequence, "the extensions").children() ?? []) {
    const fields = extension.fields("an extension");
    const oid = readOid(fields.next("its type"));
    const critical = fields.optional(TAG.boolean);
    const value = fields.next("its value", TAG.octetString).content;
    fields.done();
    // A repeated extension is forbidden (section 4.2): two readers could believe two different ones.
    if (extensions.has(oid)) throw new PkiError("certificate", `Cannot read the extensions: ${oid} is there twice`);
    extensions.set(oid, value);
    if (critical !== undefined && readBoolean(critical)) criticalExtensions.add(oid);
  }
  const inside = (oid: string): Der | undefined => {
    const value = extensions.get(oid);
    return value === undefined ? undefined : Der.parse(value, { strict: true });
  };
  const { isCa, pathLength } = basicConstraints(inside(OID.basicConstraints));
  const usage = inside(OID.keyUsage);
  const extended = inside(OID.extendedKeyUsage);
  const alternative = inside(OID.subjectAltName);
  const subjectKeyId = inside(OID.subjectKeyIdentifier)?.expect(TAG.octetString, "a key identifier").content.toHex();
  const authorityKeyId = inside(OID.authorityKeyIdentifier)
    ?.expect(TAG.sequence, "an authority key identifier").children().find((part) => part.is(0x80))?.content.toHex();
  return {
    extensions,
    criticalExtensions,
    isCa,
    ...(pathLength === undefined ? {} : { pathLength }),
    ...(usage === undefined ? {} : { keyUsage: keyUsages(usage) }),
    ...(extended === undefined ? {} : {
      extendedKeyUsage: extended.expect(TAG.sequence, "the extended key usage").children().map((e) => readOid(e)),
    }),
    subjectAltNames: alternative === undefined ? [] : readGeneralNames(alternative),
    ...(subjectKeyId === undefined ? {} : { subjectKeyId }),
    ...(authorityKeyId === undefined ? {} : { authorityKeyId }),
  };
}

function basicConstraints(element: Der | undefined): { isCa: boolean; pathLength?: number } {
  if (element === undefined) return { isCa: false };
  const fields = element.fields("the basic constraints");
  const ca = fields.optional(TAG.boolean);
  const length = fields.optional(TAG.integer);
  fields.done();
  const isCa = ca !== undefined && readBoolean(ca);
  return length === undefined ? { isCa } : { isCa, pathLength: readSmall(length, "the path length") };
}

function keyUsages(element: Der): ReadonlySet<KeyUsage> {
  const usages = new Set<KeyUsage>();
  for (const bit of readNamedBits(element, "the key usage")) {
    const usage = KEY_USAGES[bit];
    if (usage !== undefined) usages.add(usage);
  }
  return usages;
}
