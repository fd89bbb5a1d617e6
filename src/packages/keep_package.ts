/**
 * Packages in the file store: sent by a person or a script, or fetched from elsewhere; read once.
 *
 * @module
 */

import {
  findPackageFile,
  type PackageFileFacts,
  putPackageFile,
  renewPackageFile,
} from "../../db/packages/package_files.ts";
import { byteSize } from "../byte_size.ts";
import { Problem } from "../errors.ts";
import { readExternal } from "../files/external.ts";
import type { Runtime } from "../runtime.ts";
import { type ByteSource, storedSource } from "./byte_source.ts";
import { chunksOf } from "./chunks.ts";
import { readIpa } from "./ipa.ts";
import { PackageError } from "./package_error.ts";
import type { PackageFacts } from "./package_facts.ts";
import { readPkg } from "./pkg.ts";

type Needs = Pick<Runtime, "sql" | "files" | "clock">;

/** Bytes of a package. The largest that are common, such as Xcode, have 8 GB. */
export const LARGEST_PACKAGE = 16_000_000_000;

/** The address of a package that was sent to this server. */
const UPLOADED = "upload:";

const XAR = 0x78617221;
const ZIP = 0x504b0304;

/** Reads a package by what it is, whatever its name. Throws PackageError. */
export async function readPackage(source: ByteSource): Promise<PackageFacts> {
  const magic = source.size < 4 ? 0 : new DataView((await source.read(0, 4)).buffer).getUint32(0);
  if (magic === XAR) return await readPkg(source);
  if (magic === ZIP) return await readIpa(source);
  throw new PackageError("Not a package: the file should be an installer package (.pkg) or an app (.ipa).");
}

/**
 * Stores a package and returns its facts. Throws PackageError for a file that is none, `too-large`, and what the stream
 * throws. A file that is refused, or that nothing refers to, is removed by housekeeping after a day.
 */
export async function keepPackage(
  runtime: Needs,
  content: ReadableStream<Uint8Array> | Uint8Array,
): Promise<PackageFileFacts> {
  const { sql, files, clock } = runtime;
  const { sha256, size } = await files.put(content, LARGEST_PACKAGE);
  await renewPackageFile(sql, sha256, clock.now());
  const known = await findPackageFile(sql, sha256);
  if (known !== undefined) return known;
  const facts = await readPackage(storedSource(files, sha256, size));
  const stored = await files.get(sha256);
  if (stored === undefined) throw new Error(`Cannot read the stored file ${sha256}: it is missing`);
  const row = { sha256, size, ...facts, chunks: await chunksOf(stored.body) };
  await putPackageFile(sql, row, clock.now());
  const { chunks: _, ...found } = row;
  return found;
}

/** Returns the address of a package that was sent to this server under a name. */
export const uploadedUri = (filename: string): string => `${UPLOADED}//${encodeURIComponent(filename)}`;

/** Where a package is: `s3://bucket/key`, `https://…`, or `upload://…`; and its SHA-256 in hex. */
export type PackageAddress = { uri: string; sha256: string };

/** A package with its name there, or the sentence why there is none. */
export type FoundPackage = { facts: PackageFileFacts; filename: string; refusal?: undefined } | { refusal: string };

/** The name at the end of an address; undefined if it cannot be one. */
function filenameOf(uri: string): string | undefined {
  try {
    const name = decodeURIComponent(uri.split(/[?#]/)[0]?.split("/").at(-1) ?? "");
    return name === "" || name.includes("\0") || !name.isWellFormed() ? undefined : name.slice(0, 256);
  } catch {
    return undefined;
  }
}

/**
 * Returns the package at an address. One that was stored before is not fetched again: its SHA-256 determines the
 * content. Throws `invalid` and `unavailable` as `readExternal` does, for the field `field`.
 */
export async function packageAt(
  runtime: Needs & Pick<Runtime, "config" | "network" | "log">,
  { uri, sha256 }: PackageAddress,
  field: string,
): Promise<FoundPackage> {
  const scheme = URL.parse(uri)?.protocol;
  if (scheme === undefined) return { refusal: "Enter a valid URL." };
  if (scheme !== "s3:" && scheme !== "https:" && scheme !== UPLOADED) {
    return { refusal: `Unknown external resource URI scheme: '${scheme.slice(0, -1)}'` };
  }
  const filename = filenameOf(uri);
  if (filename === undefined) return { refusal: "Enter a valid URL." };
  const extension = /\.[^.]*$/.exec(filename)?.[0] ?? "";
  if (!/^\.(?:pkg|ipa)$/i.test(extension)) return { refusal: `Unsupported file extension: '${extension}'` };
  await renewPackageFile(runtime.sql, sha256, runtime.clock.now());
  const facts = await findPackageFile(runtime.sql, sha256);
  if (facts !== undefined && await runtime.files.storedAt(sha256) !== undefined) return { facts, filename };
  if (scheme === UPLOADED) {
    return { refusal: "Cannot find this upload: it was never complete, or is older than a day. Upload it again." };
  }
  try {
    const { body } = await readExternal(runtime, { uri, sha256, limit: LARGEST_PACKAGE, field });
    return { facts: await keepPackage(runtime, body), filename };
  } catch (error) {
    if (error instanceof PackageError) return { refusal: error.message };
    if (error instanceof Problem && error.code === "too-large") {
      return { refusal: `The file is too large: packages of up to ${byteSize(LARGEST_PACKAGE)} are accepted.` };
    }
    throw error;
  }
}
