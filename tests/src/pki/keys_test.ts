import assert from "node:assert/strict";
import { generateEcKey } from "../../../simulators/ec_key.ts";
import {
  encryptPrivateKeyPem,
  exportPkcs8,
  generateRsaKey,
  importPkcs8,
  keyMatches,
  openPrivateKey,
  spkiOf,
} from "../../../src/pki/keys.ts";
import { toPem } from "../../../src/pki/pem.ts";
import { ecKey, inFolder, openssl, refuses, rsaKey, selfIdentity } from "./helpers.ts";

const PASSWORD = "correct horse";
const out = ["-passout", `pass:${PASSWORD}`];

Deno.test("every form of private key that openssl writes opens, with its password", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/k.pem`, rsaKey().export({ type: "pkcs8", format: "pem" }).toString());
    await Deno.writeTextFile(`${folder}/e.pem`, ecKey().export({ type: "pkcs8", format: "pem" }).toString());
    const plain: string[][] = [
      ["pkey", "-in", "k.pem"],
      ["rsa", "-in", "k.pem", "-traditional"],
      ["ec", "-in", "e.pem"],
      ["rsa", "-in", "k.pem", "-outform", "der"],
      ["pkcs8", "-topk8", "-nocrypt", "-in", "k.pem", "-outform", "der"],
    ];
    const encrypted: string[][] = [
      ["rsa", "-in", "k.pem", "-des3", ...out],
      ["rsa", "-in", "k.pem", "-aes256", ...out],
      ["rsa", "-in", "k.pem", "-traditional", "-des3", ...out],
      ["rsa", "-in", "k.pem", "-traditional", "-aes128", ...out],
      ["ec", "-in", "e.pem", "-aes256", ...out],
      ["pkcs8", "-topk8", "-in", "k.pem", "-v2", "des3", ...out],
      ["pkcs8", "-topk8", "-in", "k.pem", "-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA512", ...out],
      ["pkcs8", "-topk8", "-in", "k.pem", "-v2", "aes-192-cbc", ...out],
      ["pkcs8", "-topk8", "-in", "e.pem", "-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA1", ...out],
      ["pkcs8", "-topk8", "-in", "k.pem", "-scrypt", ...out],
      ["pkcs8", "-topk8", "-in", "k.pem", "-v2", "des3", "-outform", "der", ...out],
    ];
    const expected = (args: string[]) => spkiOf(args.includes("e.pem") ? ecKey() : rsaKey());
    const form = (args: string[], bytes: Uint8Array) => args.includes("der") ? bytes : new TextDecoder().decode(bytes);
    for (const args of plain) {
      const input = form(args, await openssl(folder, ...args));
      assert.deepEqual(spkiOf(openPrivateKey(input)), expected(args), args.join(" "));
      assert.deepEqual(spkiOf(openPrivateKey(input, "not needed")), expected(args));
    }
    for (const args of encrypted) {
      const input = form(args, await openssl(folder, ...args));
      assert.deepEqual(spkiOf(openPrivateKey(input, PASSWORD)), expected(args), args.join(" "));
      if (typeof input === "string") {
        assert.deepEqual(spkiOf(openPrivateKey(new TextEncoder().encode(input), PASSWORD)), expected(args));
        assert.deepEqual(
          spkiOf(openPrivateKey("junk before\r\n" + input.replaceAll("\n", "\r\n"), PASSWORD)),
          expected(args),
        );
      }
      refuses(() => openPrivateKey(input, "wrong"), "key", /^Could not load .*private key: .*password/);
      refuses(() => openPrivateKey(input), "key", /password is needed/);
      refuses(() => openPrivateKey(input, ""), "key", /password is needed/);
    }
  });
});

Deno.test("a file that is not a private key is refused with a sentence", () => {
  refuses(() => openPrivateKey("hello"), "key", /Could not load PEM private key: this is not PEM text/);
  refuses(() => openPrivateKey(toPem(spkiOf(rsaKey()), "PUBLIC KEY")), "key", /there is none/);
  refuses(() => openPrivateKey(toPem(Uint8Array.of(1, 2, 3), "PRIVATE KEY")), "key", /damaged/);
  refuses(() => openPrivateKey(toPem(Uint8Array.of(0x30, 2, 3), "ENCRYPTED PRIVATE KEY"), "x"), "key", /damaged/);
  refuses(() => openPrivateKey(Uint8Array.of(0x30, 3, 2, 1, 0)), "key");
  refuses(() => openPrivateKey(Uint8Array.of(0x30, 3, 2, 1, 0), "x"), "key", /damaged/);
  refuses(() => importPkcs8(Uint8Array.of(1, 2)), "key");
});

Deno.test("an encrypted key that we write is read by openssl with the password only, and by us", async () => {
  await inFolder(async (folder) => {
    for (const key of [rsaKey(), ecKey()]) {
      const pem = encryptPrivateKeyPem(key, PASSWORD);
      await Deno.writeTextFile(`${folder}/enc.pem`, pem);
      const spki = await openssl(
        folder,
        "pkey",
        "-in",
        "enc.pem",
        "-passin",
        `pass:${PASSWORD}`,
        "-pubout",
        "-outform",
        "der",
      );
      assert.deepEqual(Uint8Array.from(spki), spkiOf(key));
      assert.deepEqual(spkiOf(openPrivateKey(pem, PASSWORD)), spkiOf(key));
      refuses(() => openPrivateKey(pem, "wrong"), "key");
    }
    refuses(() => encryptPrivateKeyPem(ecKey(), ""), "key", /empty/);
  });
});

Deno.test("new keys have the requested type, survive export, and match only their certificate", async () => {
  const rsa = await generateRsaKey(1024);
  assert.equal(rsa.asymmetricKeyDetails?.modulusLength, 1024);
  const ec = await generateEcKey("P-384");
  for (const key of [rsa, ec]) {
    assert.deepEqual(spkiOf(importPkcs8(exportPkcs8(key))), spkiOf(key));
    assert.equal(keyMatches(selfIdentity(key).parsed, key), true);
    assert.equal(keyMatches(selfIdentity(key).parsed, key === rsa ? ec : rsa), false);
    assert.equal(keyMatches(selfIdentity(key).parsed, rsaKey()), false);
  }
});
