/**
 * The maker of simulated devices: an authority in place of Apple's, and the certificates that it issues to devices.
 *
 * How it differs from the real thing: one level instead of three, RSA 2048 and SHA-256 instead of RSA 1024 and SHA-1. The
 * server accepts it only as a root in `DEVICE_TEST_ROOTS`.
 *
 * @module
 */

import type { KeyObject } from "node:crypto";
import { type Authority, createAuthority, issueCertificate, randomSerial } from "../../src/pki/ca.ts";
import { certificateFromPem, parseCertificate, toPem } from "../../src/pki/certificate.ts";
import { exportPkcs8, generateRsaKey, openPrivateKey, spkiOf } from "../../src/pki/keys.ts";
import type { DeviceIdentity } from "../device/identity.ts";

/** A maker of devices; `pem` is the certificate that the server must trust. */
export type DeviceMaker = { pem: string; certify(udid: string, key: KeyObject): DeviceIdentity };

/** Creates a maker, with a new key unless there is one for it. */
export async function makeDeviceMaker(now: Date, key?: KeyObject): Promise<DeviceMaker> {
  const own = key ?? await generateRsaKey(2048);
  return makerOf(authorityDer(own, now), own, now);
}

/** Returns the maker whose certificate is in `file` and whose key is in `file.key`; created there if there is none. */
export async function loadDeviceMaker(file: string, now: Date): Promise<DeviceMaker> {
  try {
    const [pem, key] = [await Deno.readTextFile(file), openPrivateKey(await Deno.readTextFile(`${file}.key`))];
    return makerOf(certificateFromPem(pem).der, key, now);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const key = await generateRsaKey(2048);
  const maker = makerOf(authorityDer(key, now), key, now);
  // The key first, readable only by its owner: an existing certificate always has its key.
  await Deno.writeTextFile(`${file}.key`, toPem(exportPkcs8(key), "PRIVATE KEY"), { mode: 0o600, createNew: true });
  await Deno.writeTextFile(file, maker.pem, { createNew: true });
  return maker;
}

const authorityDer = (key: KeyObject, now: Date) =>
  createAuthority({ subject: [["CN", "Simulated Device CA"], ["O", "Simulation"]], now, key, years: 10 });

function makerOf(der: Uint8Array, key: KeyObject, now: Date): DeviceMaker {
  const authority: Authority = { certificate: parseCertificate(der), key };
  return {
    pem: toPem(der, "CERTIFICATE"),
    certify: (udid, deviceKey) => ({
      certificate: parseCertificate(issueCertificate(authority, {
        subject: [["CN", udid], ["OU", "Simulated Device"]],
        spki: spkiOf(deviceKey),
        serial: randomSerial(),
        notBefore: new Date(now.getTime() - 600_000),
        notAfter: new Date(now.getTime() + 5 * 365 * 86_400_000),
        keyUsage: ["digitalSignature"],
      })),
      key: deviceKey,
    }),
  };
}
