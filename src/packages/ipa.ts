/**
 * Reads apps for phones, tablets, Apple TVs and Macs with Apple silicon (.ipa).
 *
 * @module
 */

import { configure, type FileEntry, Reader, Writer, ZipReader } from "@zip.js/zip.js";
import { openSigned } from "../pki/cms/signed.ts";
import { PkiError } from "../pki/errors.ts";
import type { Platform } from "../protocol/platform.ts";
import { array, dict, get, isDict, parsePlist, type PlistDict, PlistError, str } from "../protocol/plist.ts";
import type { ByteSource } from "./byte_source.ts";
import { PackageError } from "./package_error.ts";
import { type EmbeddedProfile, type PackageFacts, packageText } from "./package_facts.ts";

configure({ useWebWorkers: false });

/** Bytes of a file of the archive that is read, and entries that it may have. */
const LONGEST_FILE = 4 * 1024 * 1024;
const MOST_ENTRIES = 200_000;

/** Reads from a source. */
class SourceReader extends Reader<ByteSource> {
  constructor(private readonly source: ByteSource) {
    super(source);
    this.size = source.size;
  }

  override readUint8Array(start: number, length: number): Promise<Uint8Array> {
    return this.source.read(start, Math.min(length, Math.max(0, this.source.size - start)));
  }
}

/** Takes a file of limited length. The attack: an entry that unpacks to more than it says. */
class LimitedWriter extends Writer<Uint8Array<ArrayBuffer>> {
  readonly #pieces: Uint8Array<ArrayBuffer>[] = [];
  #size = 0;

  override writeUint8Array(piece: Uint8Array): Promise<void> {
    this.#size += piece.length;
    if (this.#size > LONGEST_FILE) {
      throw new PackageError("Cannot read the package: a description in it unpacks to too many bytes.");
    }
    this.#pieces.push(Uint8Array.from(piece));
    return Promise.resolve();
  }

  override getData(): Promise<Uint8Array<ArrayBuffer>> {
    return new Blob(this.#pieces).bytes();
  }
}

async function bytesOf(entry: FileEntry): Promise<Uint8Array<ArrayBuffer>> {
  if (entry.uncompressedSize > LONGEST_FILE) {
    throw new PackageError("Cannot read the package: a description in it is too long.");
  }
  if (entry.encrypted) throw new PackageError("Cannot read the package: it is protected with a password.");
  return await entry.getData(new LimitedWriter(), { checkSignature: true });
}

/** The app's own: privacy bundles, extensions and frameworks have files of the same name, with other identities. */
const INFO = /^Payload\/([^/]+)\.app\/Info\.plist$/;
const FAMILIES: ReadonlyMap<number, Platform> = new Map([[1, "iOS"], [2, "iPadOS"], [3, "tvOS"]]);

type Found = { info: FileEntry; app: string; profile: FileEntry | undefined };

async function find(zip: ZipReader<unknown>): Promise<Found> {
  const infos: { info: FileEntry; app: string }[] = [];
  const profiles = new Map<string, FileEntry>();
  let count = 0;
  for await (const entry of zip.getEntriesGenerator()) {
    if (++count > MOST_ENTRIES) throw new PackageError("Cannot read the package: it has too many files.");
    if (entry.directory) continue;
    const [, app] = INFO.exec(entry.filename) ?? [];
    if (app !== undefined) infos.push({ info: entry, app });
    else if (/^Payload\/[^/]+\.app\/embedded\.mobileprovision$/.test(entry.filename)) {
      profiles.set(entry.filename, entry);
    }
    if (infos.length > 1) throw new PackageError("Cannot use the package: it has more than one app.");
  }
  const [found] = infos;
  if (found === undefined) throw new PackageError("Not an app: it has no Payload/….app/Info.plist.");
  return { ...found, profile: profiles.get(`Payload/${found.app}.app/embedded.mobileprovision`) };
}

function plistIn(bytes: Uint8Array): PlistDict {
  try {
    const value = parsePlist(bytes);
    if (isDict(value)) return value;
  } catch (error) {
    if (!(error instanceof PlistError)) throw error;
  }
  throw new PackageError("Cannot use the package: the Info.plist of its app is not a property list.");
}

/** Returns the provisioning profile; null for one that cannot be read, which the device will say. */
function profileIn(bytes: Uint8Array<ArrayBuffer>): EmbeddedProfile | null {
  try {
    const content = parsePlist(openSigned(bytes).content);
    if (!isDict(content)) return null;
    const ends = get(content, "ExpirationDate");
    return {
      name: packageText(str(content, "Name")),
      uuid: packageText(str(content, "UUID")),
      applicationIdentifier: packageText(str(dict(content, "Entitlements") ?? {}, "application-identifier")),
      expiresAt: ends instanceof Date ? ends.toISOString() : null,
    };
  } catch (error) {
    if (error instanceof PlistError || error instanceof PkiError) return null;
    throw error;
  }
}

function platformsOf(info: PlistDict): Platform[] {
  const families = (array(info, "UIDeviceFamily") ?? []).flatMap((family) => FAMILIES.get(Number(family)) ?? []);
  if (families.length > 0) return [...new Set(families)];
  return str(info, "DTPlatformName") === "appletvos" ? ["tvOS"] : ["iOS"];
}

/** Reads an app. Throws PackageError. */
export async function readIpa(source: ByteSource): Promise<PackageFacts> {
  const zip = new ZipReader(new SourceReader(source));
  try {
    const { info, app, profile } = await find(zip);
    const plist = plistIn(await bytesOf(info));
    const id = packageText(str(plist, "CFBundleIdentifier"));
    if (id === "") throw new PackageError("Cannot use the package: its app has no bundle identifier.");
    const version = packageText(str(plist, "CFBundleVersion"));
    const short = packageText(str(plist, "CFBundleShortVersionString")) || version;
    const embedded = profile === undefined ? null : profileIn(await bytesOf(profile));
    return {
      type: "IPA",
      title: packageText(str(plist, "CFBundleDisplayName")) || packageText(str(plist, "CFBundleExecutable")) ||
        packageText(app),
      productId: id,
      productVersion: short,
      bundles: [{ id, version_str: short, version, path: packageText(`Payload/${app}.app`) }],
      platforms: platformsOf(plist),
      // The device checks the signature of the code.
      signature: "signed",
      signer: "",
      profile: embedded,
      warnings: embedded === null && profile === undefined
        ? ["The app has no provisioning profile: devices need one that permits it, as an artifact of its own."]
        : [],
    };
  } catch (error) {
    if (error instanceof PackageError) throw error;
    throw new PackageError("Not an app: it is not a complete ZIP archive.", { cause: error });
  } finally {
    await zip.close().catch(() => {});
  }
}
