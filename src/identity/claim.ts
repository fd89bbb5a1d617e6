/**
 * A first Authenticate claims an enrollment session: the certificate must be one that we issued for that session, be valid,
 * chain to the authority, and name the session in its subject.
 *
 * @module
 */

import { findSessionOfCertificate, lockSession, type SessionRow } from "../../db/enrollments.ts";
import type { Tx } from "../../db/open.ts";
import { builtInAuthority } from "../enrollment/authority.ts";
import { hashSecret } from "../enrollment/sessions.ts";
import { problem } from "../errors.ts";
import type { Certificate } from "../pki/certificate.ts";
import { verifyChain } from "../pki/chain.ts";
import { PkiError } from "../pki/errors.ts";
import type { Runtime } from "../runtime.ts";

const refuse = (reason: string) => problem("device-not-identified", undefined, { reason });

/** The session that a certificate stands for, locked. Throws `device-not-identified`. */
export async function claimSession(tx: Tx, runtime: Runtime, certificate: Certificate): Promise<SessionRow> {
  const authority = await builtInAuthority(runtime);
  try {
    // The attack: a certificate of somebody's own authority that says the right names.
    verifyChain(certificate, { anchors: [authority.certificate], now: runtime.clock.now() });
  } catch (error) {
    if (error instanceof PkiError) throw refuse(`the device certificate is not trusted: ${error.message}`);
    throw error;
  }
  const session = await findSessionOfCertificate(tx, certificate.fingerprint);
  if (session === undefined) throw refuse("the device certificate was not issued for an enrollment session");
  const [prefix, kind, secret = "", ...rest] = (certificate.subject.commonName ?? "").split("$");
  const named = prefix === "MDM" && rest.length === 0 && kind === session.kind
    ? await lockSession(tx, { secretHash: await hashSecret(secret) })
    : undefined;
  if (named?.id !== session.id) throw refuse("bad CN prefix in client certificate");
  if (certificate.subject.organization !== `MBU$${session.metaBusinessUnitId}`) {
    throw refuse("unknown meta business unit in client certificate DN");
  }
  return session;
}
