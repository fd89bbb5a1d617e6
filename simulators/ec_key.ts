/**
 * Elliptic curve keys of simulated devices and services.
 *
 * @module
 */

import { generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import type { Curve } from "../src/pki/public_key.ts";

const generate = promisify(generateKeyPair);

/** Returns a new EC private key. */
export async function generateEcKey(curve: Curve = "P-256"): Promise<KeyObject> {
  return (await generate("ec", { namedCurve: curve })).privateKey;
}
