/**
 * Certificate files and encrypted keys, as operators upload them with a password.
 *
 * @module
 */

import { openCertificateFile } from "../../src/pki/certificate_files.ts";
import { degenerate } from "../../src/pki/cms/signed.ts";
import { exportPkcs8 } from "../../src/pki/keys.ts";
import { decryptKeyInfo, Iterations } from "../../src/pki/pbe.ts";
import { toPem } from "../../src/pki/pem.ts";
import { encryptedKey, pkcs12Of, type Scheme } from "../builders/pkcs12.ts";
import { AUTHORITY, DEVICE } from "../identities.ts";
import { storable } from "../judges.ts";
import { type Bytes, bytes, filled, isPkiError, MB, type ReaderTarget } from "./reader.ts";
import { ASN1_SHAPES } from "./signed.ts";

const PASSWORD = "secret";
const SCHEMES: readonly Scheme[] = ["pbes2", "pbes1", "pkcs12"];
/** The limit of iterations in a fuzzed file: the cost of the real limits is known, and not the subject of fuzzing. */
const FEW_ITERATIONS = 10_000;

const certificates = [DEVICE.certificate, AUTHORITY.certificate];
const keys = [exportPkcs8(DEVICE.key)];
const pem = () => certificates.map((der) => toPem(der, "CERTIFICATE")).join("");

/** So many certificates that they have about `size` bytes. */
const many = (size: number): Uint8Array[] =>
  Array.from({ length: Math.max(1, size / DEVICE.certificate.length | 0) }, () => DEVICE.certificate);

const utf16 = (text: string): Bytes => {
  const units = Uint16Array.from(`\ufeff${text}`, (character) => character.charCodeAt(0));
  return new Uint8Array(units.buffer);
};

const concealed = (plain: Uint8Array, scheme: Scheme) => encryptedKey(plain, PASSWORD, scheme);

export const CERTIFICATE_FILE_READERS: readonly ReaderTarget[] = [
  {
    name: "certificate file",
    form: "der",
    read: (input) => {
      const file = openCertificateFile(input, PASSWORD, new Iterations(FEW_ITERATIONS));
      return {
        subjects: file.certificates.map(({ subject }) => String(subject)),
        keys: file.keys.map(({ asymmetricKeyType }) => asymmetricKeyType ?? null),
      };
    },
    judge: (_, file) => storable(file),
    refuses: isPkiError,
    largest: MB,
    seeds: () => [
      DEVICE.certificate.slice(),
      bytes(DEVICE.certificate.toBase64()),
      bytes(pem()),
      utf16(pem()),
      bytes(pem() + toPem(concealed(keys[0] ?? new Uint8Array(), "pbes2"), "ENCRYPTED PRIVATE KEY")),
      degenerate(certificates),
      bytes(toPem(degenerate(certificates), "PKCS7")),
      ...SCHEMES.map((scheme) => pkcs12Of({ certificates, keys, password: PASSWORD, scheme })),
    ],
    shapes: {
      ...ASN1_SHAPES,
      "certificates in PEM": (size) => bytes(toPem(DEVICE.certificate, "CERTIFICATE").repeat(many(size).length)),
      "other blocks in PEM": filled("-----BEGIN A-----\nAAAA\n-----END A-----\n"),
      "beginnings": filled("-----BEGIN CERTIFICATE-----\n"),
      "UTF-16": (size) => utf16("-----BEGIN A-----\n".repeat(Math.max(1, size / 36 | 0))),
      "base64": filled("MIAw"),
      "spaces": filled(" ", "", "MIAw"),
      "PKCS #7": (size) => degenerate(many(size)),
      "PKCS #12": (size) => pkcs12Of({ certificates: many(size), keys: [], password: PASSWORD, scheme: "pbes2" }),
      "PKCS #12 with 3DES": (size) =>
        pkcs12Of({ certificates: many(size), keys: [], password: PASSWORD, scheme: "pkcs12" }),
      "keys in PKCS #12": (size) =>
        pkcs12Of({
          certificates: [],
          keys: Array.from({ length: Math.max(1, size / 300 | 0) }, () => keys[0] ?? new Uint8Array()),
          password: PASSWORD,
          scheme: "pbes2",
        }),
      "the other password": (size) =>
        pkcs12Of({ certificates: many(size), keys: [], password: "another", scheme: "pbes2" }),
    },
  },
  {
    name: "password-based encryption",
    form: "der",
    read: (input) => decryptKeyInfo(input, PASSWORD, new Iterations(FEW_ITERATIONS)),
    refuses: isPkiError,
    largest: MB,
    seeds: () => SCHEMES.map((scheme) => concealed(keys[0] ?? new Uint8Array(), scheme)),
    shapes: {
      ...ASN1_SHAPES,
      ...Object.fromEntries(SCHEMES.flatMap((scheme) => [
        [`content, ${scheme}`, (size: number) => concealed(new Uint8Array(size), scheme)],
        [
          `a long salt, ${scheme}`,
          (size: number) => encryptedKey(new Uint8Array(8), PASSWORD, scheme, { salt: new Uint8Array(size) }),
        ],
      ])),
    },
  },
];
