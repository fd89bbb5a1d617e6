/**
 * `deno task mdmcerts`: the certificates of an MDM vendor, and push certificate requests signed with them.
 *
 * @module
 */

import { join } from "node:path";
import { certificatesFromPem } from "../pki/certificate.ts";
import { buildCsr } from "../pki/csr.ts";
import { PkiError } from "../pki/errors.ts";
import { encryptPrivateKeyPem, generateRsaKey, openPrivateKey } from "../pki/keys.ts";
import { pemBlocks } from "../pki/pem.ts";
import { MdmCertsError, readCertificate, signPushRequest, vendorChain } from "../push/vendor.ts";
import { type Options, runCommand, UsageError } from "./command.ts";
import { readPassword } from "./read_password.ts";

/** The text of `--help`. */
const HELP = `deno task mdmcerts [-d DIR] init
deno task mdmcerts [-d DIR] req [-p PREFIX] COUNTRY
deno task mdmcerts [-d DIR] sign_req FILE

Creates the keys and requests with which an MDM vendor gets push certificates from Apple.

  init            Creates vendor.key (encrypted) and vendor.csr. Upload vendor.csr at Apple's developer portal (Services, MDM
                  CSR), and store the certificate as vendor.crt in DIR.
  req COUNTRY     Creates PREFIXpush.key (encrypted) and PREFIXpush.csr for a two-letter country, and PREFIXpush.b64: the
                  request signed by the vendor, for identity.apple.com.
  sign_req FILE   Signs another request, such as the one that a page of this server offers, into FILE.b64.

  -d, --dir DIR        The folder of the files. Default: mdm_certificates.
  -p, --prefix PREFIX  A prefix for the names of the push files.
  --chain FILE         The authority that issued vendor.crt, in PEM. Default: DIR/chain.pem. Apple's certificates are at
                       www.apple.com/certificateauthority.
  --help               Shows this text.

The command asks for passwords. Without a terminal it reads them from standard input, one per line, in the same order:
for req, first that of the new key, then that of vendor.key. Existing files are not overwritten.`;

/** The options of the command. */
export const KNOWN = {
  texts: ["dir", "prefix", "chain"],
  flags: [],
  shorts: { dir: "d", prefix: "p" },
  words: true,
};

/** The command's environment. `ask` reads a password. */
export type MdmCertsWorld = { ask(what: string): Promise<string>; now(): Date; say(text: string): void };

/** Writes a file that is not there yet; keys are readable by their owner alone. */
async function write(path: string, data: Uint8Array | string, secret = false): Promise<void> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  try {
    await Deno.writeFile(path, bytes, { createNew: true, mode: secret ? 0o600 : 0o644 });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) {
      throw new MdmCertsError(`Cannot write "${path}": the file exists and may be in use`);
    }
    throw error;
  }
}

async function read(path: string, what: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new MdmCertsError(`Cannot find ${what}: "${path}" does not exist`);
    throw error;
  }
}

async function init(dir: string, world: MdmCertsWorld): Promise<void> {
  await Deno.mkdir(dir, { recursive: true, mode: 0o700 });
  const [keyPath, csrPath] = [join(dir, "vendor.key"), join(dir, "vendor.csr")];
  const password = await world.ask("Password for the new vendor key");
  const key = await generateRsaKey(2048);
  await write(keyPath, encryptPrivateKeyPem(key, password), true);
  await write(csrPath, buildCsr({ subject: [["CN", "MDM Vendor"]], key }));
  world.say(`${keyPath}\n${csrPath}`);
}

/** Signs a request with the vendor's key; the files are checked before the password is asked for. */
async function signer(dir: string, chainPath: string | undefined, world: MdmCertsWorld) {
  const certificate = readCertificate(await read(join(dir, "vendor.crt"), "the vendor certificate"), "vendor.crt");
  const others = certificatesFromPem(
    new TextDecoder().decode(await read(chainPath ?? join(dir, "chain.pem"), "the chain of the vendor certificate")),
  );
  const chain = vendorChain(certificate, others, world.now());
  const keyText = new TextDecoder().decode(await read(join(dir, "vendor.key"), "the vendor key"));
  return async (csr: Uint8Array): Promise<string> => {
    const password = await world.ask("Password of the vendor key");
    try {
      return signPushRequest(csr, { certificate, chain, key: openPrivateKey(keyText, password) });
    } catch (error) {
      if (error instanceof PkiError) throw new MdmCertsError(`Cannot use vendor.key: ${error.message}`);
      throw error;
    }
  };
}

async function request(dir: string, country: string, { texts }: Options, world: MdmCertsWorld): Promise<void> {
  if (!/^[A-Za-z]{2}$/.test(country)) {
    throw new UsageError(`Cannot use the country "${country}": it should be two letters, like DE`);
  }
  const prefix = texts.get("prefix") ?? "";
  const path = (end: string) => join(dir, `${prefix}push.${end}`);
  const signRequest = await signer(dir, texts.get("chain"), world);
  const password = await world.ask("Password for the new push key");
  const key = await generateRsaKey(2048);
  const csr = buildCsr({ subject: [["CN", "MDM Push"], ["C", country.toUpperCase()]], key });
  // Signed before anything is written: a wrong password leaves no half of it.
  const signed = await signRequest(csr);
  await write(path("key"), encryptPrivateKeyPem(key, password), true);
  await write(path("csr"), csr);
  await write(path("b64"), signed);
  world.say([path("key"), path("csr"), path("b64")].join("\n"));
}

async function signRequest(dir: string, file: string, { texts }: Options, world: MdmCertsWorld): Promise<void> {
  const bytes = await read(file, "the request");
  const csr = bytes[0] === 0x30
    ? bytes
    : pemBlocks(new TextDecoder().decode(bytes)).find(({ label }) => /CERTIFICATE REQUEST$/.test(label))?.der;
  if (csr === undefined) throw new MdmCertsError(`Cannot use "${file}": it is not a certificate request in DER or PEM`);
  const sign = await signer(dir, texts.get("chain"), world);
  await write(`${file}.b64`, await sign(csr));
  world.say(`${file}.b64`);
}

/** Runs the command. */
export async function mdmcerts(options: Options, world: MdmCertsWorld): Promise<void> {
  const dir = options.texts.get("dir") ?? "mdm_certificates";
  const [command, word, ...more] = options.words;
  if (command === "init" && word === undefined) return await init(dir, world);
  if (command === "req" && word !== undefined && more.length === 0) return await request(dir, word, options, world);
  if (command === "sign_req" && word !== undefined && more.length === 0) {
    return await signRequest(dir, word, options, world);
  }
  throw new UsageError(`Cannot do "${options.words.join(" ")}": it should be init, req COUNTRY or sign_req FILE`);
}

if (import.meta.main) {
  Deno.exit(
    await runCommand(Deno.args, HELP, KNOWN, async (options) => {
      await mdmcerts(options, {
        ask: (what) => readPassword(undefined, undefined, `${what}: `),
        now: () => new Date(),
        say: (text) => console.log(text),
      });
    }),
  );
}
