/**
 * PEM (RFC 7468): text around DER.
 *
 * Promise: the work grows with the length of the text alone, whatever it holds.
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

/** Characters of a PEM text; a chain with its key has some thousands. */
const MAX_TEXT = 4 * 1024 * 1024;
const BEGIN = "-----BEGIN ";
const END = "-----END ";
const DASHES = "-----";
const LONGEST_LABEL = 64;
const LABEL = /^[A-Z0-9 #]+$/;
const BODY = /^[A-Za-z0-9+/=\s]*$/;
const HEADER_NAME = /^[A-Za-z-]+$/;

/** DER as PEM: lines of 64 characters, a line end after the last. */
export function toPem(der: Uint8Array, label: string): string {
  const text = der.toBase64();
  const lines = Array.from({ length: Math.ceil(text.length / 64) }, (_, row) => text.slice(row * 64, row * 64 + 64));
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

/** Returns the lines `Name: value` at the start of the content between the two marks, and the rest. */
function splitHeaders(inside: string): { headers: Map<string, string>; body: string } {
  const headers = new Map<string, string>();
  let at = inside.startsWith("\r\n") ? 2 : inside.startsWith("\n") ? 1 : 0;
  for (;;) {
    const end = inside.indexOf("\n", at);
    const line = end < 0 ? "" : inside.slice(at, end);
    const colon = line.indexOf(": ");
    if (colon < 1 || !HEADER_NAME.test(line.slice(0, colon))) return { headers, body: inside.slice(at) };
    headers.set(line.slice(0, colon), line.slice(colon + 2).trim());
    at = end + 1;
  }
}

/** Returns every block of a PEM text, whatever is between them. Throws {@link PkiError}. */
export function pemBlocks(text: string): PemBlock[] {
  if (text.length > MAX_TEXT) {
    throw new PkiError("asn1", `Cannot read the PEM text: it has ${text.length} characters, ${MAX_TEXT} are accepted`);
  }
  const blocks: PemBlock[] = [];
  // Each search continues where the previous one ended.
  for (let at = text.indexOf(BEGIN); at >= 0; at = text.indexOf(BEGIN, at)) {
    const from = at + BEGIN.length;
    at = from;
    const label = labelAt(text, from);
    if (label === undefined) continue;
    const inside = from + label.length + DASHES.length;
    const end = text.indexOf(DASHES, inside);
    if (end < 0) break;
    // Dashes that begin another mark belong to that one.
    at = end;
    if (!text.startsWith(`${END}${label}${DASHES}`, end)) continue;
    at = end + END.length + label.length + DASHES.length;
    const { headers, body } = splitHeaders(text.slice(inside, end));
    if (!BODY.test(body)) continue;
    try {
      blocks.push({ label, headers, der: Uint8Array.fromBase64(body) });
    } catch (cause) {
      throw new PkiError("asn1", `Cannot read the PEM block "${label}": its text is not base64`, { cause });
    }
  }
  return blocks;
}

function labelAt(text: string, from: number): string | undefined {
  const label = text.slice(from, from + LONGEST_LABEL + DASHES.length).split(DASHES, 1)[0] ?? "";
  return label.length <= LONGEST_LABEL && LABEL.test(label) ? label : undefined;
}
