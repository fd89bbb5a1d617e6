import assert from "node:assert/strict";
import { join } from "node:path";
import { loadDeviceMaker } from "../../../simulators/apple/device_ca.ts";
import { certificateFromPem } from "../../../src/pki/certificate.ts";
import { verifyChain } from "../../../src/pki/chain.ts";
import { KEYS } from "../../support/keys.ts";

Deno.test("a device maker is created once, and its key is readable only by its owner", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = join(folder, "maker.pem");
    const now = new Date("2026-06-01T00:00:00Z");
    const [one, two] = [await loadDeviceMaker(file, now), await loadDeviceMaker(file, now)];
    assert.equal(one.pem, two.pem);
    assert.equal(one.pem, await Deno.readTextFile(file));
    if (Deno.build.os !== "windows") assert.equal(((await Deno.stat(`${file}.key`)).mode ?? 0) & 0o777, 0o600);
    const { certificate } = two.certify("UDID", KEYS[0]);
    assert.equal(verifyChain(certificate, { anchors: [certificateFromPem(one.pem)], now }).length, 2);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
