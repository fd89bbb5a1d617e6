import assert from "node:assert/strict";
import { encryptedKey, pkcs12Of } from "../../../fuzz/builders/pkcs12.ts";
import { DEVICE } from "../../../fuzz/identities.ts";
import { certificateOfKey, openCertificateFile } from "../../../src/pki/certificate_files.ts";
import { PkiError } from "../../../src/pki/errors.ts";
import { exportPkcs8, openPrivateKey, spkiOf } from "../../../src/pki/keys.ts";
import { decryptKeyInfo, Iterations } from "../../../src/pki/pbe.ts";
import { openPkcs12 } from "../../../src/pki/pkcs12.ts";
import { inFolder, openssl, refuses, rsaKey } from "./helpers.ts";

const PASSWORD = "Päss wörd";

/** A leaf with its issuer, as files. */
async function withFiles(
  body: (files: {
    read: (name: string) => Uint8Array;
    text: (name: string) => string;
    run: (...args: string[]) => Promise<Uint8Array>;
  }) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const run = (...args: string[]) => openssl(folder, ...args);
    await Deno.writeTextFile(`${folder}/leaf.key`, rsaKey().export({ type: "pkcs8", format: "pem" }).toString());
    const subject = ["-days", "30", "-nodes", "-newkey", "rsa:2048"];
    await run("req", "-x509", ...subject, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Issuer");
    await run("req", "-new", "-key", "leaf.key", "-out", "leaf.csr", "-subj", "/CN=Leaf");
    await run(
      "x509",
      "-req",
      "-in",
      "leaf.csr",
      "-CA",
      "ca.pem",
      "-CAkey",
      "ca.key",
      "-out",
      "leaf.pem",
      "-days",
      "30",
    );
    const read = (name: string) => Deno.readFileSync(`${folder}/${name}`);
    await body({ read, text: (name) => new TextDecoder().decode(read(name)), run });
  });
}

const names = (file: string | Uint8Array, passphrase?: string) =>
  openCertificateFile(file, passphrase).certificates.map(({ subject }) => String(subject)).sort();

Deno.test("certificates are read from every form that openssl writes, in any order", () =>
  withFiles(async ({ read, text, run }) => {
    const [leaf, ca] = [text("leaf.pem"), text("ca.pem")];
    const both = ["CN=Issuer", "CN=Leaf"];
    const der = await run("x509", "-in", "leaf.pem", "-outform", "der");
    const utf16 = (bytes: string) => Uint8Array.from(Buffer.from(`\ufeff${bytes}`, "utf16le"));
    for (
      const form of [
        leaf,
        der,
        Uint8Array.from(der).toBase64(),
        read("leaf.pem"),
        `\ufeff${leaf}`,
        leaf.replaceAll("\n", "\r\n"),
        leaf.trimEnd(),
        utf16(leaf),
        new TextDecoder().decode(await run("x509", "-in", "leaf.pem", "-text")),
      ]
    ) assert.deepEqual(names(form), ["CN=Leaf"]);
    for (const form of [leaf + ca, ca + leaf]) {
      assert.deepEqual(names(form), both);
      const { certificates } = openCertificateFile(form);
      assert.equal(String(certificateOfKey(certificates, rsaKey())?.subject), "CN=Leaf");
    }
    const pkcs7 = ["crl2pkcs7", "-nocrl", "-certfile", "leaf.pem", "-certfile", "ca.pem"];
    assert.deepEqual(names(new TextDecoder().decode(await run(...pkcs7))), both);
    assert.deepEqual(names(await run(...pkcs7, "-outform", "der")), both);
    const together = openCertificateFile(text("leaf.key") + leaf);
    assert.deepEqual(together.keys.map((key) => spkiOf(key)), [spkiOf(rsaKey())]);
  }));

Deno.test("PKCS #12 files of old and new systems open only with their password, and errors name the cause", () =>
  withFiles(async ({ run }) => {
    const pack = ["pkcs12", "-export", "-in", "leaf.pem", "-inkey", "leaf.key", "-certfile", "ca.pem", "-name", "Ä"];
    for (
      const how of [
        [],
        ["-legacy"],
        ["-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"],
        ["-keypbe", "aes-256-cbc", "-certpbe", "NONE", "-macalg", "sha512"],
        ["-keypbe", "NONE", "-certpbe", "aes-128-cbc"],
        ["-nomac"],
      ]
    ) {
      const file = await run(...pack, ...how, "-passout", `pass:${PASSWORD}`);
      const { certificates, keys } = openCertificateFile(file, PASSWORD);
      assert.deepEqual(certificates.map(({ subject }) => String(subject)).sort(), ["CN=Issuer", "CN=Leaf"], how.join());
      assert.deepEqual(keys.map((key) => spkiOf(key)), [spkiOf(rsaKey())], how.join());
      refuses(
        () => openCertificateFile(file, "wrong"),
        "key",
        how.includes("-nomac") ? /password/ : /the password is wrong$/,
      );
      if (!how.includes("-nomac")) refuses(() => openCertificateFile(file), "key", /a password is needed$/);
      if (how.includes("-nomac")) continue;
      const broken = Uint8Array.from(file);
      broken[Math.floor(broken.length / 2)]! ^= 1;
      assert.throws(() => openCertificateFile(broken, PASSWORD), PkiError);
      for (const length of [4, 30, file.length - 1]) {
        assert.throws(() => openCertificateFile(file.subarray(0, length), PASSWORD), PkiError);
      }
    }
    const empty = await run(...pack, "-passout", "pass:");
    assert.equal(openPkcs12(empty).keys.length, 1);
  }));

Deno.test("a file that asks for too much work is refused before it is done", () =>
  withFiles(async ({ run }) => {
    const file = await run(
      ...["pkcs12", "-export", "-in", "leaf.pem", "-inkey", "leaf.key", "-passout", "pass:x"],
      ...["-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-iter", "100001"],
    );
    refuses(() => openCertificateFile(file, "x"), "key", /100001 iterations, 100000 are accepted/);
    const strong = await run(
      ...[
        "pkcs12",
        "-export",
        "-in",
        "leaf.pem",
        "-inkey",
        "leaf.key",
        "-passout",
        "pass:x",
        "-iter",
        "600001",
        "-nomac",
      ],
    );
    refuses(() => openCertificateFile(strong, "x"), "key", /600001 iterations, 600000 are accepted/);
    const slow = await run(
      ...["pkcs8", "-topk8", "-in", "leaf.key", "-v1", "PBE-MD5-DES", "-passout", "pass:x", "-iter", "100001"],
      ...["-provider", "legacy", "-provider", "default"],
    );
    refuses(() => openPrivateKey(new TextDecoder().decode(slow), "x"), "key", /100001 iterations, 100000 are accepted/);
    const scrypt = await run(
      ...["pkcs8", "-topk8", "-in", "leaf.key", "-passout", "pass:x", "-scrypt", "-outform", "der"],
    );
    assert.equal(openPrivateKey(scrypt, "x").type, "private");
    // N is 16384, r 8 and p 1: openssl writes no more, but a file may say more.
    const at = scrypt.toHex().indexOf("02024000020108020101") / 2;
    refuses(
      () => openPrivateKey(scrypt.with(at + 6, 127), "x"),
      "key",
      /scrypt has a work of 2080768, 1048576 is accepted/,
    );
  }));

Deno.test("all parts of a file have one number of iterations together, and damage is seen before the work", () => {
  const key = exportPkcs8(DEVICE.key);
  const certificates = [DEVICE.certificate];
  // Each of the MAC, the certificates and the keys has two, those of a slow derivation count three times, and 3DES derives its
  // key and its vector.
  for (const [scheme, all] of [["pbes2", 12], ["pbes1", 24], ["pkcs12", 42]] as const) {
    const file = pkcs12Of({ certificates, keys: [key, key], password: PASSWORD, scheme });
    assert.equal(openCertificateFile(file, PASSWORD, new Iterations(all)).keys.length, 2);
    const few = new Iterations(all - 1);
    refuses(() => openCertificateFile(file, PASSWORD, few), "key", /it has 2 iterations, 1 are accepted$/);
  }
  const most = encryptedKey(key, PASSWORD, "pbes2", { iterations: 600_000 });
  const file = new Iterations();
  assert.equal(openPrivateKey(most, PASSWORD, file).type, "private");
  refuses(() => openPrivateKey(most, PASSWORD, file), "key", /600000 iterations, 400000 are accepted$/);
  const many = encryptedKey(key, PASSWORD, "pbes2", { iterations: 2000 });
  refuses(() => openPrivateKey(many, PASSWORD, new Iterations(1999)), "key", /2000 iterations, 1999 are accepted$/);
  // The vector is an integer: nothing is derived for it.
  const vector = many.findIndex((byte, at) => byte === 0x04 && many[at + 1] === 16);
  const left = new Iterations(2000);
  refuses(() => decryptKeyInfo(many.with(vector, 0x02), PASSWORD, left), undefined);
  assert.ok("plain" in decryptKeyInfo(many, PASSWORD, left));
});

Deno.test("keys of old systems open, and a missing password, a wrong one and an unknown cipher are three sentences", () =>
  withFiles(async ({ run }) => {
    const legacy = ["-provider", "legacy", "-provider", "default"];
    for (const scheme of ["PBE-MD5-DES", "PBE-SHA1-DES", "PBE-SHA1-3DES", "PBE-SHA1-RC2-40", "PBE-SHA1-RC2-128"]) {
      const pem = new TextDecoder().decode(
        await run("pkcs8", "-topk8", "-in", "leaf.key", "-v1", scheme, "-passout", "pass:geheim", ...legacy),
      );
      assert.deepEqual(spkiOf(openPrivateKey(pem, "geheim")), spkiOf(rsaKey()), scheme);
      refuses(() => openPrivateKey(pem, "wrong"), "key", /the password is wrong, or the key is damaged$/);
      refuses(() => openPrivateKey(pem), "key", /a password is needed/);
    }
    const odd = new TextDecoder().decode(
      await run("pkcs8", "-topk8", "-in", "leaf.key", "-v2", "camellia-256-cbc", "-passout", "pass:geheim"),
    );
    refuses(
      () => openPrivateKey(odd, "geheim"),
      "key",
      /its encryption is not supported \(1\.2\.392\.200011\.61\.1\.1\.1\.4\)/,
    );
  }));

Deno.test("a file that is not a certificate is refused with a sentence", () => {
  refuses(() => openCertificateFile("hello"), "certificate", /not a PEM, DER, PKCS #7 or PKCS #12 file/);
  refuses(() => openCertificateFile(new Uint8Array()), "certificate");
  refuses(
    () => openCertificateFile("-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n"),
    "certificate",
    /holds no certificate, but PRIVATE KEY/,
  );
  refuses(() => openCertificateFile(Uint8Array.of(0x30, 3, 2, 1, 3)), "certificate", /not a certificate/);
});
