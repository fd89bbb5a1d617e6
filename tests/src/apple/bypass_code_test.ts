import assert from "node:assert/strict";
import { bypassCodeBytes, bypassCodeText, escrowKeyOf, newBypassCode } from "../../../src/apple/bypass_code.ts";
import { systemRandom } from "../../../src/runtime.ts";

/** Runs openssl; returns what it prints. */
async function openssl(args: string[]): Promise<string> {
  const { stdout, success } = await new Deno.Command("openssl", { args, stderr: "null" }).output();
  assert.ok(success, args.join(" "));
  return new TextDecoder().decode(stdout).trim();
}

Deno.test("a code has 26 characters in six groups, and is read back, in small letters too", () => {
  for (let time = 0; time < 200; time++) {
    const bytes = systemRandom.bytes(16);
    const text = bypassCodeText(bytes);
    assert.match(text, /^[0-9AC-HJ-NP-RT-Z]{5}-[0-9AC-HJ-NP-RT-Z]{5}(-[0-9AC-HJ-NP-RT-Z]{4}){4}$/);
    assert.equal(text.length, 31);
    assert.deepEqual(bypassCodeBytes(text), bytes);
    assert.deepEqual(bypassCodeBytes(text.toLowerCase()), bytes);
  }
  assert.equal(bypassCodeText(new Uint8Array(16)), "00000-00000-0000-0000-0000-0000");
  assert.equal(bypassCodeText(new Uint8Array(16).fill(255)), "ZZZZZ-ZZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZW");
  for (const odd of ["", "00000", "B0000-00000-0000-0000-0000-0000", "00000-00000-0000-0000-0000-00000"]) {
    assert.equal(bypassCodeBytes(odd), undefined, odd);
  }
  assert.notEqual(newBypassCode(systemRandom), newBypassCode(systemRandom));
});

Deno.test("Apple gets the hash that openssl derives from the bytes", async () => {
  const bytes = systemRandom.bytes(16);
  const derived = await openssl([
    "kdf",
    "-keylen",
    "32",
    "-kdfopt",
    "digest:SHA256",
    "-kdfopt",
    `hexpass:${bytes.toHex()}`,
    "-kdfopt",
    "hexsalt:00000000",
    "-kdfopt",
    "iter:50000",
    "-kdfopt",
    "pkcs5:1",
    "PBKDF2",
  ]);
  assert.equal(await escrowKeyOf(bypassCodeText(bytes)), derived.replaceAll(":", "").toLowerCase());
  await assert.rejects(escrowKeyOf("no code"), /it is no code/);
});
