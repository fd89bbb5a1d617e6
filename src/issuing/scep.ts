/**
 * The SCEP server (RFC 8894): a challenge tied to one enrollment session is good for one certificate for one key, and
 * an identity in use for its successor. Challenges of certificate assets are good for certificates that are not
 * identities.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { isHardwareBlocked } from "../../db/devices/hardware.ts";
import { lockSession, lockSessionById, type SessionRow } from "../../db/enrollment/enrollment_sessions.ts";
import { lockEnrollment } from "../../db/enrollment/enrollments.ts";
import { findCurrentEnrollment, findPinned, type IdentifiedRow } from "../../db/enrollment/identities.ts";
import {
  findIssued,
  findIssuedCertificate,
  findOutstandingSuccessors,
  insertIssued,
} from "../../db/issuing/issued_certificates.ts";
import type { Tx } from "../../db/open.ts";
import type { Caller } from "../events/by.ts";
import { recordEvents } from "../events/record.ts";
import { recordRefusal } from "../events/refusals.ts";
import { raiseIdentityAlert } from "../identity/alert.ts";
import { parseCertificate } from "../pki/certificate.ts";
import { sameName } from "../pki/name.ts";
import { openPkiMessage, UnopenedMessage } from "../pki/scep/message.ts";
import { certRep, certRepForAny, type FailInfo } from "../pki/scep/reply.ts";
import type { Runtime } from "../runtime.ts";
import { issueForAsset } from "./asset_credentials.ts";
import { builtInAuthority } from "./authority.ts";
import { issueClientCertificate } from "./client_certificate.ts";
import { hashSecret, parseCommonName } from "./session_name.ts";

/**
 * Answers a pkiMessage with a CertRep. Throws PkiError (HTTP 400) when the message cannot be answered at all.
 *
 * The server writes the certificate's whole subject and gives it no alternative names: only the key of the request
 * counts, and the name of the session, which the check-in compares. A lost reply does no harm: a repeated request with
 * the same key gets the same certificate; another key does not.
 */
export async function answerScep(
  runtime: Runtime,
  by: Caller,
  message: Uint8Array,
): Promise<Uint8Array<ArrayBuffer>> {
  const authority = await builtInAuthority(runtime);
  let opened;
  try {
    opened = openPkiMessage(message, authority);
  } catch (error) {
    if (!(error instanceof UnopenedMessage)) throw error;
    await refuse(runtime, by, "the message does not open");
    return certRep({ kind: "failure", failInfo: "badRequest" }, error.envelope, authority);
  }
  const answer = await issue(runtime, by, opened);
  return await certRepForAny(
    "certificate" in answer
      ? { kind: "success", certificate: answer.certificate, chain: answer.chain ?? [authority.certificate.der] }
      : { kind: "failure", failInfo: answer.failInfo },
    opened,
    authority,
  );
}

const keyOf = (spki: Uint8Array) => createHash("sha256").update(spki).digest("hex");

async function refuse(runtime: Runtime, by: Caller, reason: string): Promise<void> {
  await recordRefusal(runtime.sql, runtime, by, { type: "scep_request", payload: { status: "failure", reason } });
}

const BLOCKED = "the device is blocked";

type Message = ReturnType<typeof openPkiMessage>;
type Request = Extract<Message, { messageType: "PKCSReq" | "RenewalReq" }>;
/**
 * The owner of the new certificate, and the challenge that permits it (null: its predecessor does). Or the reason for a
 * refusal.
 */
type Warrant =
  | { session: SessionRow; commonName: string; challengeHash: Uint8Array | null; follows?: IdentifiedRow }
  | {
    refusal: string;
    failInfo?: FailInfo;
  };

async function issue(
  runtime: Runtime,
  by: Caller,
  message: Message,
): Promise<{ certificate: Uint8Array; chain?: Uint8Array[] } | { failInfo: FailInfo }> {
  const no = async (reason: string, failInfo: FailInfo = "badRequest") => {
    await refuse(runtime, by, reason);
    return { failInfo };
  };
  if (message.messageType !== "PKCSReq" && message.messageType !== "RenewalReq") {
    return await no(`the message type ${message.messageType} is not supported`);
  }
  if (message.requestCipher === "des-cbc" && !runtime.config.SCEP_ALLOW_DES) {
    return await no("single DES is disabled (SCEP_ALLOW_DES)", "badAlg");
  }
  const { csr } = message;
  if (csr.publicKey.kind === "rsa" && csr.publicKey.bits < 2048) {
    return await no(`the key has ${csr.publicKey.bits} bits, it should have 2048 or more`, "badAlg");
  }
  const authority = await builtInAuthority(runtime);
  return await runtime.sql.begin(async (tx) => {
    const now = runtime.clock.now();
    const asset = message.messageType === "PKCSReq" && message.challengePassword !== undefined
      ? await issueForAsset(tx, runtime, by, { challenge: message.challengePassword, csr })
      : undefined;
    if (asset !== undefined) return "refusal" in asset ? await no(asset.refusal, asset.failInfo) : asset;
    const warrant = await warrantOf(tx, runtime, message);
    if ("refusal" in warrant) return await no(warrant.refusal, warrant.failInfo);
    const { session, challengeHash, follows } = warrant;
    const issued = await findIssued(tx, session.id);
    // A session that was opened again has another name: its key gets another certificate.
    const mine = issued.find((one) =>
      one.spkiFingerprint === keyOf(csr.spki) &&
      (challengeHash === null ? one.challengeHash === null : sameBytes(one.challengeHash, challengeHash))
    );
    if (mine !== undefined && mine.discardedAt !== null) return await no("an operator discarded this certificate");
    if (mine !== undefined) return { certificate: Uint8Array.from(mine.certificate) };
    if (challengeHash !== null && issued.some((one) => sameBytes(one.challengeHash, challengeHash))) {
      return await no("the challenge was used for another key");
    }
    // The attack: with a copied key, a successor is obtained silently and kept until it can replace the device itself.
    const outstanding = follows === undefined ? [] : await findOutstandingSuccessors(tx, follows.enrollmentId, now);
    if (follows !== undefined && outstanding.some((one) => one.spkiFingerprint !== keyOf(csr.spki))) {
      const alert = { kind: "second successor", owner: follows, fingerprint: keyOf(csr.spki) } as const;
      await raiseIdentityAlert(tx, runtime, by, alert);
      return await no("another renewal of this identity is still unused");
    }
    const certificate = issueClientCertificate(runtime, authority, {
      // The attack: a request whose subject names a person, or a group that a VPN or a directory believes in.
      subject: subjectOf(session, warrant.commonName),
      spki: csr.spki,
      keyUsage: ["digitalSignature", "keyEncipherment"],
    });
    const parsed = parseCertificate(certificate);
    await insertIssued(tx, {
      fingerprint: parsed.fingerprint,
      authorityId: authority.id,
      sessionId: session.id,
      spkiFingerprint: parsed.spkiFingerprint,
      challengeHash,
      certificate,
      notAfter: parsed.notAfter,
    }, now);
    await recordEvents(tx, runtime, by, [{
      type: "scep_request",
      ...(session.serialNumber === null ? {} : { serialNumber: session.serialNumber }),
      payload: {
        status: "success",
        message_type: message.messageType,
        enrollment_session: { pk: session.id, type: session.kind },
        fingerprint: parsed.fingerprint,
        cipher: message.requestCipher,
        digest: message.digest,
      },
    }]);
    return { certificate };
  });
}

/**
 * Returns the names of an identity. Only the certificate of phase 2, which is good only for phase 3, names a serial
 * number: the device stated it, and it is compared with the one stated in phase 3.
 */
function subjectOf(session: SessionRow, commonName: string): [type: string, value: string][] {
  const serial = session.status === "PHASE_2" && session.serialNumber !== null && session.serialNumber !== ""
    ? [["2.5.4.5", session.serialNumber] as [string, string]]
    : [];
  return [["CN", commonName], ...serial, ["O", `MBU$${session.metaBusinessUnitId}`]];
}

const sameBytes = (one: Uint8Array | null, other: Uint8Array) => one !== null && one.toHex() === other.toHex();

function warrantOf(tx: Tx, runtime: Runtime, message: Request): Promise<Warrant> {
  // Some clients renew with a PKCSReq that the old identity signed and that carries no challenge.
  return message.messageType === "RenewalReq" || message.challengePassword === undefined
    ? renewalWarrant(tx, runtime, message)
    : challengeWarrant(tx, runtime, message.challengePassword, message);
}

/** A challenge is good for one certificate of the session that it was created for. */
async function challengeWarrant(tx: Tx, runtime: Runtime, challenge: string, { csr }: Request): Promise<Warrant> {
  const challengeHash = await hashSecret(challenge);
  const session = challenge === "" ? undefined : await lockSession(tx, { challengeHash });
  if (session === undefined) return { refusal: "the challenge is unknown" };
  if (session.expiresAt <= runtime.clock.now()) return { refusal: "the challenge has expired", failInfo: "badTime" };
  const commonName = csr.subject.commonName ?? "";
  const named = parseCommonName(commonName);
  const bySubject =
    named === undefined || named.kind !== session.kind || named.phase2 !== (session.status === "PHASE_2")
      ? undefined
      : await lockSession(tx, { secretHash: await hashSecret(named.secret) });
  if (bySubject?.id !== session.id) return { refusal: "the subject does not name the session of the challenge" };
  if (await isHardwareBlocked(tx, session.udid ?? "", session.serialNumber ?? "")) return { refusal: BLOCKED };
  if (session.kind !== "RE" || session.enrollmentId === null) return { session, commonName, challengeHash };
  await lockEnrollment(tx, session.enrollmentId);
  const follows = await findCurrentEnrollment(tx, session.enrollmentId);
  return follows === undefined
    ? { refusal: "the enrollment has ended" }
    : { session, commonName, challengeHash, follows };
}

/** An identity in use permits its successor, with the same subject. */
async function renewalWarrant(tx: Tx, runtime: Runtime, { csr, signer }: Request): Promise<Warrant> {
  const now = runtime.clock.now();
  // The signature of the message proves the key; the pin proves that this very certificate is an enrolled device's.
  const [issued, pinned] = [
    await findIssuedCertificate(tx, signer.fingerprint),
    await findPinned(tx, signer.fingerprint),
  ];
  if (issued === undefined || pinned === undefined || pinned.endedAt !== null || pinned.blockedAt !== null) {
    return { refusal: "the certificate to renew is not the identity of an enrolled device" };
  }
  if (signer.notAfter <= now || signer.notBefore > now) {
    return { refusal: "the certificate to renew is not valid now", failInfo: "badTime" };
  }
  if (!sameName(csr.subject, signer.subject)) return { refusal: "the subject is not that of the certificate to renew" };
  const session = await lockSessionById(tx, issued.sessionId);
  if (session === undefined) return { refusal: "the session no longer exists" };
  await lockEnrollment(tx, pinned.enrollmentId);
  return { session, commonName: signer.subject.commonName ?? "", challengeHash: null, follows: pinned };
}
