/**
 * The SCEP server (RFC 8894): a challenge tied to one enrollment session buys one certificate for one key.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { findIssued, insertIssued, lockSession } from "../../db/enrollments.ts";
import { recordEvents, type RequestInfo } from "../events/record.ts";
import { issueCertificate, randomSerial } from "../pki/ca.ts";
import { parseCertificate } from "../pki/certificate.ts";
import { openPkiMessage, UnopenedMessage } from "../pki/scep/message.ts";
import { certRep, type FailInfo } from "../pki/scep/reply.ts";
import type { Runtime } from "../runtime.ts";
import { builtInAuthority } from "./authority.ts";
import { hashSecret } from "./sessions.ts";

/** Clocks of devices differ: what they are given began a little ago. */
const BACK_DATED_MS = 600_000;
const CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2";

/**
 * Answers a pkiMessage with a CertRep. Throws PkiError (HTTP 400) when the message cannot be answered at all.
 *
 * The certificate's subject is the one requested: it names the session, and the check-in compares. A lost reply does no
 * harm: the same key asking again gets the same certificate; another key does not.
 */
export async function answerScep(
  runtime: Runtime,
  message: Uint8Array,
  request: RequestInfo,
): Promise<Uint8Array<ArrayBuffer>> {
  const authority = await builtInAuthority(runtime);
  let opened;
  try {
    opened = openPkiMessage(message, authority);
  } catch (error) {
    if (!(error instanceof UnopenedMessage)) throw error;
    await refuse(runtime, request, "the message does not open");
    return certRep({ kind: "failure", failInfo: "badRequest" }, error.envelope, authority);
  }
  const answer = await issue(runtime, opened, request);
  return certRep(
    "certificate" in answer
      ? { kind: "success", certificate: answer.certificate, chain: [authority.certificate.der] }
      : { kind: "failure", failInfo: answer.failInfo },
    opened,
    authority,
  );
}

const keyOf = (spki: Uint8Array) => createHash("sha256").update(spki).digest("hex");

async function refuse(runtime: Runtime, request: RequestInfo, reason: string): Promise<void> {
  await recordEvents(runtime.sql, runtime, request, [{ type: "scep_request", payload: { status: "failure", reason } }]);
}

async function issue(
  runtime: Runtime,
  message: ReturnType<typeof openPkiMessage>,
  request: RequestInfo,
): Promise<{ certificate: Uint8Array } | { failInfo: FailInfo }> {
  const no = async (reason: string, failInfo: FailInfo = "badRequest") => {
    await refuse(runtime, request, reason);
    return { failInfo };
  };
  if (message.messageType !== "PKCSReq") return await no(`a ${message.messageType} is not served`);
  if (message.requestCipher === "des-cbc" && !runtime.config.SCEP_ALLOW_DES) {
    return await no("single DES is switched off (SCEP_ALLOW_DES)", "badAlg");
  }
  const { csr } = message;
  if (csr.publicKey.kind === "rsa" && csr.publicKey.bits < 2048) {
    return await no(`the key has ${csr.publicKey.bits} bits, it should have 2048 or more`, "badAlg");
  }
  const challenge = message.challengePassword ?? "";
  const authority = await builtInAuthority(runtime);
  return await runtime.sql.begin(async (tx) => {
    const now = runtime.clock.now();
    const session = challenge === ""
      ? undefined
      : await lockSession(tx, { challengeHash: await hashSecret(challenge) });
    if (session === undefined) return await no("the challenge is unknown");
    if (session.expiresAt <= now) return await no("the challenge has expired", "badTime");
    const [_, kind, secret = ""] = (csr.subject.commonName ?? "").split("$");
    const bySubject = kind === session.kind
      ? await lockSession(tx, { secretHash: await hashSecret(secret) })
      : undefined;
    if (bySubject?.id !== session.id) return await no("the subject does not name the session of the challenge");
    const issued = await findIssued(tx, session.id);
    const mine = issued.find(({ spkiFingerprint }) => spkiFingerprint === keyOf(csr.spki));
    if (mine !== undefined) return { certificate: Uint8Array.from(mine.certificate) };
    if (issued.length > 0) return await no("the challenge was used for another key");
    const certificate = issueCertificate(authority, {
      subject: csr.subject.raw,
      spki: csr.spki,
      serial: randomSerial(),
      notBefore: new Date(now.getTime() - BACK_DATED_MS),
      notAfter: new Date(now.getTime() + runtime.config.IDENTITY_VALIDITY_DAYS * 86_400_000),
      eku: [CLIENT_AUTHENTICATION],
      keyUsage: ["digitalSignature", "keyEncipherment"],
    });
    const parsed = parseCertificate(certificate);
    await insertIssued(tx, {
      fingerprint: parsed.fingerprint,
      authorityId: authority.id,
      sessionId: session.id,
      spkiFingerprint: parsed.spkiFingerprint,
      certificate,
      notAfter: parsed.notAfter,
    }, now);
    await recordEvents(tx, runtime, request, [{
      type: "scep_request",
      payload: {
        status: "success",
        enrollment_session: { pk: session.id, type: session.kind },
        fingerprint: parsed.fingerprint,
        cipher: message.requestCipher,
        digest: message.digest,
      },
    }]);
    return { certificate };
  });
}
