/**
 * The common name of an identity: it names the enrollment session that the certificate was issued for by a secret, of which
 * the database keeps only the hash.
 *
 * @module
 */

import type { SessionRow } from "../../db/enrollment/enrollment_sessions.ts";

/** Returns the SHA-256 of a secret's text. */
export async function hashSecret(secret: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(secret)));
}

/** Returns the common name of a session's certificate in its status: the identity of phase 2 serves for phase 3 alone. */
export const commonNameOf = ({ kind, status }: Pick<SessionRow, "kind" | "status">, secret: string) =>
  status === "PHASE_2" ? `OTA$${secret}` : `MDM$${kind}$${secret}`;

/** Returns the kind, the phase and the secret in a common name, or undefined if it is not one of ours. */
export function parseCommonName(name: string): { kind: string; phase2: boolean; secret: string } | undefined {
  const parts = name.split("$");
  const [first, second, third] = parts;
  if (parts.length === 3 && first === "MDM" && second !== undefined && third) {
    return { kind: second, phase2: false, secret: third };
  }
  if (parts.length === 2 && first === "OTA" && second) return { kind: "OTA", phase2: true, secret: second };
  return undefined;
}
