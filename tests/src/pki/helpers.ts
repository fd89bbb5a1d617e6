/**
 * Shared parts of the PKI tests: keys (made once for a run), identities of every shape, and the `openssl` command as a
 * judge.
 *
 * @module
 */
import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { createAuthority, issueCertificate } from "../../../src/pki/ca.ts";
import { type Certificate, parseCertificate } from "../../../src/pki/certificate.ts";
import { TAG } from "../../../src/pki/der.ts";
import * as write from "../../../src/pki/der_writer.ts";
import { PkiError, type PkiErrorCode } from "../../../src/pki/errors.ts";
import { spkiOf } from "../../../src/pki/keys.ts";
import { selfSigned } from "../../../simulators/device/self_signed.ts";

export const NOW = new Date("2026-06-15T12:00:00Z");
const YEAR = 365 * 86_400_000;

const keys = new Map<string, KeyObject>();
const remember = (name: string, make: () => KeyObject): KeyObject => {
  const key = keys.get(name) ?? make();
  keys.set(name, key);
  return key;
};

/** An RSA key; the same one for the same name. */
export const rsaKey = (name = "rsa", bits = 2048): KeyObject =>
  remember(name, () => generateKeyPairSync("rsa", { modulusLength: bits }).privateKey);

/** An EC key; the same one for the same name and curve. */
export const ecKey = (name = "ec", namedCurve = "P-256"): KeyObject =>
  remember(name + namedCurve, () => generateKeyPairSync("ec", { namedCurve }).privateKey);

export type TestIdentity = { readonly parsed: Certificate; readonly certificate: Uint8Array; readonly key: KeyObject };

const identity = (der: Uint8Array, key: KeyObject): TestIdentity => ({
  parsed: parseCertificate(der),
  certificate: der,
  key,
});

const identities = new Map<string, TestIdentity>();

/** A self-signed identity; the same one for the same key and name. */
export function selfIdentity(key: KeyObject, commonName = "device"): TestIdentity {
  const name = commonName + spkiOf(key).toHex();
  const known = identities.get(name) ?? identity(
    selfSigned({
      subject: [["O", "Espalier Tests"], ["CN", commonName]],
      key,
      notBefore: new Date(NOW.getTime() - YEAR),
      notAfter: new Date(NOW.getTime() + YEAR),
    }),
    key,
  );
  identities.set(name, known);
  return known;
}

/** An authority. */
export const authority = (key: KeyObject = rsaKey("ca"), commonName = "Test CA"): TestIdentity =>
  identity(createAuthority({ subject: [["CN", commonName]], now: NOW, key, years: 10 }), key);

let serial = 0;

/** An identity that the authority issued. */
export function issuedBy(ca: TestIdentity, key: KeyObject, commonName = "device"): TestIdentity {
  const der = issueCertificate({ certificate: ca.parsed, key: ca.key }, {
    subject: [["CN", commonName]],
    spki: spkiOf(key),
    serial: Uint8Array.of(1, ++serial),
    notBefore: new Date(NOW.getTime() - 600_000),
    notAfter: new Date(NOW.getTime() + YEAR),
    keyUsage: ["digitalSignature", "keyEncipherment"],
    eku: ["1.3.6.1.5.5.7.3.2"],
  });
  return identity(der, key);
}

/** A folder of its own, removed afterwards. */
export async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "pki-test-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs a command in a folder. */
export async function run(folder: string, command: string, ...args: string[]) {
  const { success, stdout, stderr } = await new Deno.Command(command, { args, cwd: folder }).output();
  const decoder = new TextDecoder("latin1");
  return { success, stdout, text: decoder.decode(stdout), errors: decoder.decode(stderr) };
}

/** Runs `openssl`, which must succeed, and gives its output. */
export async function openssl(folder: string, ...args: string[]): Promise<Uint8Array> {
  const { success, stdout, errors } = await run(folder, "openssl", ...args);
  assert.ok(success, `openssl ${args.join(" ")}\n${errors}`);
  return stdout;
}

/** Whether a command is installed. */
export function installed(command: string): boolean {
  try {
    new Deno.Command(command, { args: ["--help"], stdout: "null", stderr: "null" }).outputSync();
    return true;
  } catch {
    return false;
  }
}

/** Asserts that `work` throws a {@link PkiError} of that code, whose sentence fits. */
export function refuses(work: () => unknown, code: PkiErrorCode | undefined, sentence: RegExp = /./): void {
  assert.throws(work, (error: unknown) => {
    assert.ok(error instanceof PkiError, `threw ${String(error)}`);
    if (code !== undefined) assert.equal(error.code, code, error.message);
    assert.match(error.message, sentence);
    return true;
  });
}

/** Runs `work`; anything but success and {@link PkiError} is a failure of the test. Says whether it succeeded. */
export function survives(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch (error) {
    assert.ok(error instanceof PkiError, error instanceof Error ? error.stack : String(error));
    return false;
  }
}

/** A copy with one bit turned. */
export function flip(bytes: Uint8Array, index: number, bit = 0): Uint8Array {
  const copy = bytes.slice();
  copy[index] = (copy[index] ?? 0) ^ (1 << bit);
  return copy;
}

export const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** BIT STRING of named bits, trailing zeros removed as DER demands. */
export function namedBits(bits: readonly number[]): Uint8Array {
  const last = Math.max(-1, ...bits);
  const bytes = new Uint8Array((last >> 3) + 1);
  for (const bit of bits) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  return write.element(TAG.bitString, Uint8Array.of(last < 0 ? 0 : 7 - (last & 7)), bytes);
}
