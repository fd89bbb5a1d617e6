/**
 * Certificate files in the forms that operators have: PEM with one or many certificates in any order, PKCS #7, PKCS #12, DER,
 * and any of the last three in bare base64.
 *
 * Promise: every result was parsed as a certificate or a key; everything else is refused with a sentence for the
 * operator.
 *
 * @module
 */
import type { KeyObject } from "node:crypto";
import { type Certificate, parseCertificate } from "./certificate.ts";
import { certificatesOf } from "./cms/signed.ts";
import { PkiError } from "./errors.ts";
import { keyMatches, openPrivateKey } from "./keys.ts";
import { Iterations } from "./pbe.ts";
import { type PemBlock, pemBlocks } from "./pem.ts";
import { isPkcs12, openPkcs12 } from "./pkcs12.ts";

/** The content of a file. */
export type CertificateFile = { certificates: Certificate[]; keys: KeyObject[] };

const DER_SEQUENCE = 0x30;
const refused = (reason: string, cause?: unknown) =>
  new PkiError("certificate", `Cannot read the certificate: ${reason}`, { cause });

/** Opens a file. Throws {@link PkiError}. A password counts for PKCS #12 and encrypted keys, which may ask for `iterations`. */
export function openCertificateFile(
  file: string | Uint8Array,
  passphrase?: string,
  iterations: Iterations = new Iterations(),
): CertificateFile {
  const bytes = typeof file === "string" ? undefined : file;
  if (bytes !== undefined && bytes[0] === DER_SEQUENCE) return openDer(bytes, passphrase, iterations);
  const text = typeof file === "string" ? file : decoded(file);
  if (text.includes("-----BEGIN ")) return openPem(text, passphrase, iterations);
  return openDer(fromBase64(text), passphrase, iterations);
}

/** Returns a text file in UTF-8, or in UTF-16 with a byte order mark, as Windows saves it. */
function decoded(bytes: Uint8Array): string {
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe
    ? "utf-16le"
    : bytes[0] === 0xfe && bytes[1] === 0xff
    ? "utf-16be"
    : undefined;
  return new TextDecoder(utf16 ?? "utf-8").decode(bytes);
}

function fromBase64(text: string): Uint8Array {
  try {
    const der = Uint8Array.fromBase64(text.trim());
    if (der[0] === DER_SEQUENCE) return der;
  } catch {
    // Said below: there are no other forms.
  }
  throw refused("it is not a PEM, DER, PKCS #7 or PKCS #12 file");
}

function openPem(text: string, passphrase: string | undefined, iterations: Iterations): CertificateFile {
  const blocks = pemBlocks(text);
  const certificates = blocks.flatMap(certificatesIn);
  if (certificates.length === 0) {
    const labels = [...new Set(blocks.map(({ label }) => label))].join(", ");
    throw refused(`the PEM text holds no certificate${labels === "" ? "" : `, but ${labels}`}`);
  }
  const hasKey = blocks.some(({ label }) => label.endsWith("PRIVATE KEY"));
  const opens = hasKey && keyOpens(blocks, passphrase);
  return { certificates, keys: opens ? [openPrivateKey(text, passphrase, iterations)] : [] };
}

/** An encrypted key next to a certificate is skipped if there is no password: another key may have been supplied. */
const keyOpens = (blocks: readonly PemBlock[], passphrase: string | undefined): boolean =>
  (passphrase ?? "") !== "" ||
  !blocks.some(({ label, headers }) => label === "ENCRYPTED PRIVATE KEY" || headers.get("Proc-Type") === "4,ENCRYPTED");

function certificatesIn({ label, der }: PemBlock): Certificate[] {
  switch (label) {
    case "CERTIFICATE":
    case "X509 CERTIFICATE":
      return [parseCertificate(der)];
    case "PKCS7":
    case "CMS":
      return certificatesOf(der);
    default:
      return [];
  }
}

function openDer(der: Uint8Array, passphrase: string | undefined, iterations: Iterations): CertificateFile {
  if (isPkcs12(der)) return openPkcs12(der, passphrase, iterations);
  let reason: unknown;
  for (const read of [() => [parseCertificate(Uint8Array.from(der))], () => certificatesOf(der)]) {
    try {
      const certificates = read();
      if (certificates.length > 0) return { certificates, keys: [] };
    } catch (error) {
      if (!(error instanceof PkiError)) throw error;
      reason ??= error;
    }
  }
  throw refused("it is not a certificate, PKCS #7 or PKCS #12 file in DER", reason);
}

/** Returns the certificate that a key belongs to, whatever its position: files list issuers in either order. */
export const certificateOfKey = (certificates: readonly Certificate[], key: KeyObject): Certificate | undefined =>
  certificates.find((certificate) => keyMatches(certificate, key));
