import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { parseCertificate, toPem } from "../../../../src/pki/certificate.ts";
import { sealForCurve } from "../../../../src/pki/cms/key_agreement.ts";
import { exportPkcs8 } from "../../../../src/pki/keys.ts";
import { selfSigned } from "../../../../simulators/device/self_signed.ts";
import { openForCurve } from "../../../support/open_for_curve.ts";
import { generateEcKey } from "../../../../simulators/ec_key.ts";

const text = new TextEncoder().encode("the bytes that nobody else may read");
const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: ["ignore", "pipe", "ignore"] });

for (const curve of ["P-256", "P-384"] as const) {
  Deno.test(`content encrypted to a ${curve} certificate opens with its key, with openssl both ways`, async () => {
    const key = await generateEcKey(curve);
    const certificate = selfSigned({
      subject: [["CN", "recipient"]],
      key,
      notBefore: new Date("2026-01-01T00:00:00Z"),
      notAfter: new Date("2036-01-01T00:00:00Z"),
    });
    const recipient = { certificate: parseCertificate(certificate), key };
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${folder}/c.pem`, toPem(certificate, "CERTIFICATE"));
      await Deno.writeTextFile(`${folder}/k.pem`, toPem(exportPkcs8(key), "PRIVATE KEY"));
      await Deno.writeFile(`${folder}/text`, text);
      const sealed = await sealForCurve(text, certificate);
      assert.deepEqual(await openForCurve(sealed, recipient), text);
      await Deno.writeFile(`${folder}/sealed`, sealed);
      const keys = ["-recip", `${folder}/c.pem`, "-inkey", `${folder}/k.pem`];
      const opened = openssl("cms", "-decrypt", "-binary", "-inform", "DER", "-in", `${folder}/sealed`, ...keys);
      assert.deepEqual(Uint8Array.from(opened), text);
      for (const options of [[], ["-keyopt", "ecdh_kdf_md:sha256"], ["-keyopt", "ecdh_kdf_md:sha512"]]) {
        const theirs = openssl(
          ...["cms", "-encrypt", "-binary", "-aes256", "-outform", "DER", "-in", `${folder}/text`],
          ...["-recip", `${folder}/c.pem`, ...options],
        );
        assert.deepEqual(await openForCurve(theirs, recipient), text, options.join(" "));
      }
      const stranger = { certificate: recipient.certificate, key: await generateEcKey(curve) };
      await assert.rejects(openForCurve(sealed, stranger), /does not decrypt with this key/);
      await assert.rejects(openForCurve(text, recipient), /does not decrypt with this key/);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
