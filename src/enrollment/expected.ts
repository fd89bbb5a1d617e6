/**
 * Whether a certificate may be that of one of our devices, before its message is read.
 *
 * @module
 */

import { isOpenSecret } from "../../db/enrollment/enrollment_sessions.ts";
import { isPinned } from "../../db/enrollment/identities.ts";
import { hashSecret, parseCommonName } from "../issuing/session_name.ts";
import type { Certificate } from "../pki/certificate.ts";
import type { Runtime } from "../runtime.ts";

/**
 * Whether the certificate is pinned to an enrollment, or names an enrollment session that is open. It proves nothing:
 * the message is verified once it has arrived. The attack: strangers send large messages, each of which is buffered
 * until its signature can be checked.
 */
export async function isExpected(
  { sql, clock }: Pick<Runtime, "sql" | "clock">,
  { fingerprint, subject }: Certificate,
): Promise<boolean> {
  if (await isPinned(sql, fingerprint)) return true;
  const named = parseCommonName(subject.commonName ?? "");
  return named !== undefined && await isOpenSecret(sql, await hashSecret(named.secret), clock.now());
}
