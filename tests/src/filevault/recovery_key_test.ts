/** Envelopes of recovery keys: ours for openssl, openssl's for us, Apple's sample, and damaged ones. */
import assert from "node:assert/strict";
import type { DeviceId, EnrollmentId } from "../../../db/ids.ts";
import { berOf } from "../../../simulators/device/ber_envelope.ts";
import { KeyWanted, makeEscrowKey, openEscrowKeys } from "../../../src/filevault/escrow_keys.ts";
import { isRecoveryKey, readRecoveryKey } from "../../../src/filevault/recovery_key.ts";
import { toPem } from "../../../src/pki/certificate.ts";
import { cipherOf, type Recipient, sealEnveloped } from "../../../src/pki/cms/enveloped.ts";
import { deviceOf } from "../../support/claims.ts";
import { withFleet } from "../../support/fleet.ts";
import { inFolder, openssl, rsaKey, selfIdentity, utf8 } from "../pki/helpers.ts";

const KEY = "ABCD-EF12-GHIJ-KL34-MNOP-QR56";

/** The key pair that the server makes for a Mac. */
async function withRecipient(body: (recipient: Recipient) => Promise<void>): Promise<void> {
  await withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    const { id } = await deviceOf(fleet, device) as { id: DeviceId };
    const [enrollment] = await fleet.runtime.sql<{ id: EnrollmentId }[]>`select id from enrollments`;
    assert.ok(enrollment);
    const owner = { deviceId: id, enrollmentId: enrollment.id, serialNumber: device.serialNumber };
    await makeEscrowKey(fleet.runtime, new KeyWanted(owner, "escrow"));
    const [recipient] = await openEscrowKeys(fleet.runtime.sql, fleet.runtime, id);
    assert.ok(recipient);
    await body(recipient);
  });
}

Deno.test("openssl encrypts to the escrow certificate in every form, and the key is read", () =>
  withRecipient((recipient) =>
    inFolder(async (folder) => {
      await Deno.writeTextFile(`${folder}/body`, KEY);
      await Deno.writeTextFile(`${folder}/c.pem`, toPem(recipient.certificate.der, "CERTIFICATE"));
      for (const cipher of ["des3", "aes128", "aes256"]) {
        for (const form of [[], ["-stream"]]) {
          const cms = await openssl(
            folder,
            ...["cms", "-encrypt", "-binary", `-${cipher}`, "-in", "body", "-outform", "DER", ...form, "c.pem"],
          );
          assert.deepEqual(readRecoveryKey(cms, [recipient]), { key: KEY }, `${cipher} ${form}`);
        }
      }
    })
  ));

Deno.test("openssl opens what is encrypted to the escrow certificate, in DER and in BER", () =>
  withRecipient((recipient) =>
    inFolder(async (folder) => {
      await Deno.writeTextFile(`${folder}/k.pem`, recipient.key.export({ type: "pkcs8", format: "pem" }).toString());
      for (const cipher of ["des-ede3-cbc", "aes-256-cbc"] as const) {
        const der = sealEnveloped(utf8(KEY), recipient.certificate.der, { cipher });
        for (const cms of [der, berOf(der)]) {
          await Deno.writeFile(`${folder}/cms`, cms);
          const opened = await openssl(folder, "cms", "-decrypt", "-in", "cms", "-inform", "DER", "-inkey", "k.pem");
          assert.equal(new TextDecoder().decode(opened), KEY);
        }
      }
    })
  ));

Deno.test("the escrow certificate is RSA of 2048 bits, valid for twenty years, and openssl accepts it", () =>
  withRecipient((recipient) =>
    inFolder(async (folder) => {
      await Deno.writeTextFile(`${folder}/c.pem`, toPem(recipient.certificate.der, "CERTIFICATE"));
      const text = new TextDecoder().decode(await openssl(folder, "x509", "-in", "c.pem", "-noout", "-text"));
      assert.match(text, /Public-Key: \(2048 bit\)/);
      assert.match(text, /FileVault PRK escrow key/);
      assert.match(text, /Key Encipherment/);
      const years = recipient.certificate.notAfter.getUTCFullYear() - recipient.certificate.notBefore.getUTCFullYear();
      assert.ok(years >= 19);
    })
  ));

Deno.test("an envelope that is not for this Mac, damaged, or without a key in it gives a reason and no key", () => {
  const [own, other] = [selfIdentity(rsaKey("own")), selfIdentity(rsaKey("other"), "other")];
  const recipient = { certificate: own.parsed, key: own.key };
  const reasonOf = (cms: Uint8Array) => {
    const read = readRecoveryKey(cms, [recipient]);
    assert.ok("reason" in read, "there was a key");
    return read.reason;
  };
  const seal = (text: string, certificate = own.certificate) =>
    sealEnveloped(utf8(text), certificate, { cipher: "des-ede3-cbc" });
  assert.match(reasonOf(seal(KEY, other.certificate)), /not addressed/);
  assert.match(reasonOf(seal("no key at all")), /no recovery key/);
  assert.match(reasonOf(seal(`${KEY}-ABCD`)), /no recovery key/);
  assert.match(reasonOf(new Uint8Array()), /./);
  assert.match(reasonOf(utf8("<plist/>")), /./);
  assert.match(reasonOf(new Uint8Array(20_000)), /20000 bytes/);
  assert.match(reasonOf(seal("x".repeat(20_000))), /it has \d+ bytes/);
  assert.deepEqual(readRecoveryKey(seal(`${KEY}\n`), [recipient]), { key: KEY });
  // Each bit of the content: whatever padding a damaged envelope happens to have, nothing but the key passes.
  const whole = seal(KEY);
  for (let at = whole.length - 40; at < whole.length; at++) {
    for (const bit of [0, 3, 7]) {
      const damaged = Uint8Array.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << bit);
      const read = readRecoveryKey(damaged, [recipient]);
      if ("key" in read) assert.ok(isRecoveryKey(read.key));
      else assert.match(read.reason, /^[A-Za-z]/);
    }
  }
});

Deno.test("the sample of Apple's documentation is understood as far as anyone without its key can", async () => {
  const folder = new URL("../../fixtures/filevault/", import.meta.url);
  const whole = await Deno.readFile(new URL("rotated-key.ber", folder));
  assert.equal(cipherOf(whole), "des-ede3-cbc");
  const own = selfIdentity(rsaKey("own"));
  for (const name of ["rotated-key.ber", "rotated-key-as-documented.ber"]) {
    const read = readRecoveryKey(await Deno.readFile(new URL(name, folder)), [{
      certificate: own.parsed,
      key: own.key,
    }]);
    assert.ok("reason" in read, name);
  }
});

Deno.test("a recovery key is six groups of four capital letters and digits", () => {
  for (const good of [KEY, "0000-0000-0000-0000-0000-0000"]) assert.ok(isRecoveryKey(good));
  for (
    const bad of ["", KEY.toLowerCase(), KEY.slice(5), `${KEY}-ABCD`, KEY.replaceAll("-", ""), ` ${KEY}`, `${KEY}\n`]
  ) {
    assert.ok(!isRecoveryKey(bad), bad);
  }
});
