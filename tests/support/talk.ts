/**
 * A device's connect conversation by hand: any bytes, and what came back.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { SimulatedDevice } from "../../simulators/device/device.ts";
import { asDict, buildPlist, dict, parsePlist, type PlistDict, str } from "../../src/protocol/plist.ts";
import type { Fleet } from "./fleet.ts";
import { signDetached } from "../../simulators/device/sign_detached.ts";

/** An answer of the server, with the command that it holds. */
export type Offered = { status: number; uuid: string | null; type: string | null };

/** Sends bytes to an address of the server, signed as the device. */
export async function say(
  fleet: Fleet,
  device: SimulatedDevice,
  body: Uint8Array<ArrayBuffer>,
  address: "checkin" | "connect" = "connect",
): Promise<Offered> {
  const { identity } = device;
  assert.ok(identity);
  const signature = signDetached(body, { certificate: identity.certificate.der, key: identity.key }, { form: "der" });
  const response = await fleet.fetch(
    new Request(`https://mdm.example.com/public/mdm/${address}/`, {
      method: "PUT",
      body,
      headers: { "Mdm-Signature": signature.toBase64() },
    }),
  );
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (response.status !== 200 || bytes.length === 0) return { status: response.status, uuid: null, type: null };
  const answer = asDict(parsePlist(bytes));
  const command = dict(answer, "Command");
  return {
    status: response.status,
    uuid: str(answer, "CommandUUID")?.toLowerCase() ?? null,
    type: command === undefined ? null : str(command, "RequestType") ?? null,
  };
}

/** An idle report. */
export const idle = ({ udid }: SimulatedDevice) => buildPlist({ UDID: udid, Status: "Idle" });

/**
 * Talks until the server has nothing more, with these answers by request type; other commands are acknowledged. Returns the
 * request types.
 */
export async function talk(
  fleet: Fleet,
  device: SimulatedDevice,
  answers: Readonly<Record<string, PlistDict>>,
): Promise<string[]> {
  const seen: string[] = [];
  let offered = await say(fleet, device, idle(device));
  while (offered.uuid !== null && offered.type !== null) {
    seen.push(offered.type);
    offered = await say(
      fleet,
      device,
      buildPlist({
        UDID: device.udid,
        CommandUUID: offered.uuid,
        Status: "Acknowledged",
        ...(Object.hasOwn(answers, offered.type) ? answers[offered.type] : {}),
      }),
    );
    assert.equal(offered.status, 200, seen.join());
  }
  return seen;
}
