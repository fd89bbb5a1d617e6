/**
 * A certificate that is not pinned yet claims an enrollment session: it must be one that this session's issuer gave for that
 * session, be valid, chain to an authority that is trusted for that enrollment, and name the session in its subject.
 *
 * @module
 */

import { lockSession, type SessionRow } from "../../db/enrollment/enrollment_sessions.ts";
import { findIssuedCertificate, type IssuedRow } from "../../db/issuing/issued_certificates.ts";
import type { Tx } from "../../db/open.ts";
import { problem } from "../errors.ts";
import { builtInAuthority } from "../issuing/authority.ts";
import { BUILT_IN_ISSUER } from "../issuing/scep_issuers.ts";
import { hashSecret, parseCommonName } from "../issuing/session_name.ts";
import { type Certificate, certificatesFromPem } from "../pki/certificate.ts";
import { verifyChain } from "../pki/chain.ts";
import { PkiError } from "../pki/errors.ts";
import type { Runtime } from "../runtime.ts";
import { configurationOf } from "./enrollment_configuration.ts";

const refuse = (reason: string) => problem("device-not-identified", undefined, { reason });

/** A session with whether its certificate follows another of the same enrollment. */
export type ClaimedSession = {
  session: SessionRow;
  renewal: boolean;
  /** The record of the certificate, where it is the built-in authority's. */
  issued: IssuedRow | undefined;
};

/** Which part of a session a certificate is for: the whole enrollment, or the third phase of an OTA enrollment. */
export type ClaimFor = "enrollment" | "phase 3";

/** Returns the session of a certificate, locked. Throws `device-not-identified`. */
export async function claimSession(
  tx: Tx,
  runtime: Runtime,
  certificate: Certificate,
  purpose: ClaimFor = "enrollment",
): Promise<ClaimedSession> {
  const named = parseCommonName(certificate.subject.commonName ?? "");
  // The attack: the certificate of phase 2, issued for a serial number that anyone can state, is used as a device's
  // identity.
  if (named === undefined || named.phase2 !== (purpose === "phase 3")) {
    throw refuse("bad CN prefix in client certificate");
  }
  const issued = await findIssuedCertificate(tx, certificate.fingerprint);
  const session = await lockSession(tx, { secretHash: await hashSecret(named.secret) });
  if (session === undefined || session.kind !== named.kind) {
    throw refuse("the certificate names no enrollment session");
  }
  if (certificate.subject.organization !== `MBU$${session.metaBusinessUnitId}`) {
    throw refuse("unknown meta business unit in client certificate DN");
  }
  await checkIssuer(tx, runtime, certificate, session, issued);
  return { session, renewal: session.kind === "RE" || issued?.challengeHash === null, issued };
}

async function checkIssuer(
  tx: Tx,
  runtime: Runtime,
  certificate: Certificate,
  session: SessionRow,
  issued: IssuedRow | undefined,
): Promise<void> {
  const enrollment = await configurationOf(tx, session);
  if (enrollment === undefined) throw refuse("the enrollment of this session no longer exists");
  const builtIn = enrollment.scepIssuerId === BUILT_IN_ISSUER || issued !== undefined;
  if (builtIn && issued?.sessionId !== session.id) {
    throw refuse("the device certificate was not issued for an enrollment session");
  }
  const { SCEP_CA_FULLCHAIN } = runtime.config;
  const anchors = builtIn
    ? [(await builtInAuthority(runtime)).certificate]
    : SCEP_CA_FULLCHAIN === undefined
    ? []
    : certificatesFromPem(SCEP_CA_FULLCHAIN);
  if (anchors.length === 0) throw refuse("SCEP_CA_FULLCHAIN is not set: no outside issuer is trusted");
  try {
    // The attack: a certificate from the attacker's own authority that has the right names.
    verifyChain(certificate, { anchors, now: runtime.clock.now() });
  } catch (error) {
    if (error instanceof PkiError) throw refuse(`the device certificate is not trusted: ${error.message}`);
    throw error;
  }
}
