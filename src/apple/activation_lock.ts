/**
 * Apple's service that removes the Activation Lock of a device, given its bypass code.
 *
 * Promise: no code is in an error. The service knows the server by the push certificate.
 *
 * Source: Apple, "Creating and using bypass codes"
 * (developer.apple.com/documentation/devicemanagement/creating-and-using-bypass-codes).
 *
 * @module
 */

import type { Runtime } from "../runtime.ts";

const PATH = "/deviceservicesworkers/escrowKeyUnlock";
const TIMEOUT_MS = 15_000;

/** The hardware that is unlocked. */
export type LockedDevice = { serialNumber: string; productType: string; imei: string; meid: string };

/** Apple's answer: unlocked, refused with this status, or none (0). */
export type UnlockAnswer = { unlocked: true } | { unlocked: false; status: number };

/** Asks Apple to remove the lock of a device with a code. */
export async function removeActivationLock(
  { network, config }: Pick<Runtime, "network" | "config">,
  certificate: { certificatePem: string; keyPem: string },
  device: LockedDevice,
  request: { organization: string; id: string; code: string },
): Promise<UnlockAnswer> {
  const url = new URL(PATH, config.ACTIVATION_LOCK_URL);
  const { serialNumber, productType, imei, meid } = device;
  for (const [name, value] of Object.entries({ serial: serialNumber, productType, imei, meid })) {
    if (value !== "") url.searchParams.set(name, value);
  }
  const client = network.client({
    http2: false,
    certificate: certificate.certificatePem,
    key: certificate.keyPem,
    ...(config.ACTIVATION_LOCK_ANCHORS === undefined ? {} : { anchors: [config.ACTIVATION_LOCK_ANCHORS] }),
  });
  try {
    const response = await client.fetch(url.href, {
      method: "POST",
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ orgName: request.organization, guid: request.id, escrowKey: request.code })
        .toString(),
    });
    // What Apple writes besides is for nobody, and of any length.
    await response.body?.cancel();
    return response.ok ? { unlocked: true } : { unlocked: false, status: response.status };
  } catch {
    return { unlocked: false, status: 0 };
  } finally {
    client.close();
  }
}
