/**
 * PEM (RFC 7468): text around DER.
 *
 * @module
 */
import { PkiError } from "./errors.ts";

/** A block of a PEM text; `headers` are those of the old encrypted keys (RFC 1421). */
export type PemBlock = {
  readonly label: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly der: Uint8Array<ArrayBuffer>;
};

const BLOCK = /-----BEGIN ([A-Z0-9 #]+)-----\r?\n?((?:[A-Za-z-]+: [^\n]*\n)*)\s*([A-Za-z0-9+/=\s]*?)-----END \1-----/g;

/** DER as PEM: lines of 64 characters, a line end after the last. */
export function toPem(der: Uint8Array, label: string): string {
  const lines = der.toBase64().match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

/** Every block of a PEM text, whatever stands between them. */
export function pemBlocks(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  for (const [, label = "", headerText = "", body = ""] of text.matchAll(BLOCK)) {
    const headers = new Map<string, string>();
    for (const line of headerText.split("\n")) {
      const colon = line.indexOf(": ");
      if (colon > 0) headers.set(line.slice(0, colon), line.slice(colon + 2).trim());
    }
    try {
      blocks.push({ label, headers, der: Uint8Array.fromBase64(body) });
    } catch (cause) {
      throw new PkiError("asn1", `Cannot read the PEM block "${label}": its text is not base64`, { cause });
    }
  }
  return blocks;
}
