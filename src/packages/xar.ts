/**
 * The table of a xar archive: the files in it, and its signature. Flat installer packages (.pkg) are such archives.
 *
 * Promise: memory and work are bounded, whatever the archive says of itself; the files of the archive are not read.
 *
 * Source: the xar format (github.com/apple-oss-distributions/xar, xar/include/xar.h.in and wiki "xarformat").
 *
 * @module
 */

import { createHash, verify, X509Certificate } from "node:crypto";
import type { ByteSource } from "./byte_source.ts";
import { inflate } from "./inflate.ts";
import { PackageError } from "./package_error.ts";
import { readXml } from "./xml.ts";

/** A file of the archive. `start` counts from the beginning of the archive. */
export type XarFile = { start: number; length: number; size: number; encoding: string };

/** Whether the archive is signed, and by whom. Whether a device trusts the signer is for the device to say. */
export type XarSignature =
  | { state: "unsigned" }
  | { state: "signed"; signer: string; notAfter: Date }
  | { state: "invalid"; reason: string };

/** An archive. */
export type Xar = {
  /** By path, such as "Distribution" and "Editor.pkg/PackageInfo". */
  files: ReadonlyMap<string, XarFile>;
  signature: XarSignature;
};

const MAGIC = 0x78617221;
const HEADER = 28;
const LONGEST_HEADER = 512;
/** Bytes of the table, as it is and unpacked: that of a package with a thousand files has some 300 KB. */
const PACKED_TABLE = 4 * 1024 * 1024;
const TABLE = 16 * 1024 * 1024;
/** Files that are listed. A package has one for each component and each resource. */
const MOST_FILES = 20_000;
const LONGEST_PATH = 1024;
const LONGEST_TEXT = 64 * 1024;
const MOST_CERTIFICATES = 10;

const ALGORITHMS: Readonly<Record<number, string>> = { 1: "sha1", 2: "md5" };

const damaged = () => new PackageError("Cannot read the package: its table of contents is damaged.");

type Place = { offset: number; size: number };
type Signature = Place & { style: string; certificates: string[] };
type Entry = { name: string; data: { offset: number; length: number; size: number; encoding: string } | undefined };

/** What the table says. */
class Table {
  readonly files = new Map<string, Omit<XarFile, "start"> & { offset: number }>();
  checksum: (Place & { style: string }) | undefined;
  signature: Signature | undefined;
  readonly #path: string[] = [];
  readonly #entries: Entry[] = [];
  #open: Signature | undefined;
  #text = "";
  #count = 0;

  opened(name: string, attributes: Readonly<Record<string, string>>): void {
    const within = this.#path.at(-1);
    this.#path.push(name);
    this.#text = "";
    if (name === "file" && (within === "file" || within === "toc")) {
      if (++this.#count > MOST_FILES) throw new PackageError("Cannot read the package: it has too many files.");
      this.#entries.push({ name: "", data: undefined });
    } else if (within === "toc" && (name === "signature" || name === "x-signature")) {
      this.#open = { offset: NaN, size: NaN, style: attributes["style"] ?? "", certificates: [] };
      if (name === "signature") this.signature = this.#open;
    } else if (within === "toc" && name === "checksum") {
      this.checksum = { offset: NaN, size: NaN, style: attributes["style"] ?? "" };
    } else if (within === "file" && name === "data") {
      const entry = this.#entries.at(-1);
      if (entry !== undefined) entry.data = { offset: NaN, length: NaN, size: NaN, encoding: "" };
    } else if (within === "data" && name === "encoding") {
      const data = this.#entries.at(-1)?.data;
      if (data !== undefined) data.encoding = attributes["style"] ?? "";
    }
  }

  text(text: string): void {
    if (this.#text.length + text.length > LONGEST_TEXT) throw damaged();
    this.#text += text;
  }

  closed(name: string): void {
    this.#path.pop();
    const within = this.#path.at(-1);
    const text = this.#text.trim();
    this.#text = "";
    const number = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    const entry = this.#entries.at(-1);
    if (name === "file" && entry !== undefined) this.#keep(entry);
    else if (within === "file" && name === "name" && entry !== undefined) entry.name = text;
    else if (within === "data" && entry?.data !== undefined) {
      if (name === "offset" || name === "length" || name === "size") entry.data[name] = number;
    } else if (within === "checksum" && this.checksum !== undefined) {
      if (name === "offset" || name === "size") this.checksum[name] = number;
    } else if ((within === "signature" || within === "x-signature") && this.#open !== undefined) {
      if (name === "offset" || name === "size") this.#open[name] = number;
    } else if (name === "X509Certificate" && this.#open !== undefined) {
      if (this.#open.certificates.length >= MOST_CERTIFICATES) throw damaged();
      this.#open.certificates.push(text);
    }
  }

  #keep({ data }: Entry): void {
    // The attack: folders with long names, which each of thousands of files in them copies.
    const characters = this.#entries.reduce((sum, { name }) => sum + name.length + 1, -1);
    const path = characters > LONGEST_PATH ? undefined : this.#entries.map(({ name }) => name).join("/");
    this.#entries.pop();
    if (data === undefined || path === undefined) return;
    const { offset, length, size, encoding } = data;
    if (![offset, length, size].every(Number.isSafeInteger)) throw damaged();
    // Of two files with one name, installers take the first.
    if (!this.files.has(path)) this.files.set(path, { offset, length, size, encoding });
  }
}

/** Reads the table of an archive. Throws PackageError. */
export async function openXar(source: ByteSource): Promise<Xar> {
  const head = await source.read(0, Math.min(HEADER, source.size));
  const view = new DataView(head.buffer);
  if (head.length < HEADER || view.getUint32(0) !== MAGIC) {
    throw new PackageError("Not an installer package: it is not a flat package (xar archive).");
  }
  const headerSize = view.getUint16(4);
  const [packed, unpacked] = [Number(view.getBigUint64(8)), Number(view.getBigUint64(16))];
  if (headerSize < HEADER || headerSize > LONGEST_HEADER || packed > PACKED_TABLE || unpacked > TABLE) throw damaged();
  const compressed = await source.read(headerSize, packed);
  const bytes = await inflate(compressed, "deflate", unpacked);
  if (bytes.length !== unpacked) throw damaged();
  const table = new Table();
  readXml(bytes, table);
  const heap = headerSize + packed;
  const files = [...table.files].map(([path, { offset, ...file }]) =>
    [path, { ...file, start: heap + offset }] as const
  );
  return {
    files: new Map(files),
    signature: await signatureOf(source, table, compressed, { heap, algorithm: view.getUint32(24) }),
  };
}

const DIGESTS: ReadonlySet<string> = new Set(["sha1", "sha256", "sha512"]);
const LONGEST_SIGNATURE = 64 * 1024;

async function signatureOf(
  source: ByteSource,
  { checksum, signature }: Table,
  compressed: Uint8Array<ArrayBuffer>,
  { heap, algorithm }: { heap: number; algorithm: number },
): Promise<XarSignature> {
  if (signature === undefined) return { state: "unsigned" };
  const invalid = (reason: string): XarSignature => ({ state: "invalid", reason });
  const style = checksum?.style.toLowerCase().replace("-", "") ?? ALGORITHMS[algorithm] ?? "";
  if (checksum === undefined || !DIGESTS.has(style)) return invalid("its digest is of an unknown kind");
  if (signature.style !== "RSA") return invalid(`its kind is "${signature.style.slice(0, 20)}", not RSA`);
  const places = [checksum.offset, checksum.size, signature.offset, signature.size];
  if (!places.every(Number.isSafeInteger) || Math.max(checksum.size, signature.size) > LONGEST_SIGNATURE) {
    return invalid("it is incomplete");
  }
  const stored = await source.read(heap + checksum.offset, checksum.size);
  const value = await source.read(heap + signature.offset, signature.size);
  if (createHash(style).update(compressed).digest("hex") !== stored.toHex()) {
    return invalid("the table of contents was changed");
  }
  try {
    const certificate = new X509Certificate(Uint8Array.fromBase64(signature.certificates[0] ?? ""));
    if (!verify(style, compressed, certificate.publicKey, value)) return invalid("it does not match its certificate");
    const signer = /^CN=(.+)$/m.exec(certificate.subject)?.[1] ?? certificate.subject.replaceAll("\n", ", ");
    return { state: "signed", signer, notAfter: new Date(certificate.validTo) };
  } catch {
    return invalid("its certificate cannot be read");
  }
}

/** Bytes of a file that is read from an archive. */
const LONGEST_FILE = 4 * 1024 * 1024;

/** Returns the content of a file of an archive. Throws PackageError. */
export async function readXarFile(source: ByteSource, { start, length, size, encoding }: XarFile): Promise<Uint8Array> {
  if (length > LONGEST_FILE || size > LONGEST_FILE) {
    throw new PackageError("Cannot read the package: a description in it is too long.");
  }
  const bytes = await source.read(start, length);
  switch (encoding) {
    case "":
    case "application/octet-stream":
      return bytes;
    // The name is wrong in the format itself: it is zlib.
    case "application/x-gzip":
      return await inflate(bytes, "deflate", size);
    default:
      throw new PackageError(`Cannot read the package: a description in it is packed as "${encoding.slice(0, 40)}".`);
  }
}
