/**
 * Push certificates: a certificate of Apple's portal with its private key, which is sealed and never shown again.
 *
 * @module
 */

import { nextId } from "../../db/enrollments.ts";
import { isUniqueViolation } from "../../db/open.ts";
import { findPushCertificate, insertPushCertificate, type PushCertificateRow } from "../../db/push_certificates.ts";
import { invalid } from "../errors.ts";
import { recordAudit, type RequestInfo } from "../events/record.ts";
import { naiveUtc } from "../naive_utc.ts";
import { type Certificate, certificateFromPem, toPem } from "../pki/certificate.ts";
import { PkiError } from "../pki/errors.ts";
import { exportPkcs8, keyMatches, openPrivateKey } from "../pki/keys.ts";
import type { Runtime } from "../runtime.ts";

function parsed<T>(field: string, sentence: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof PkiError) throw invalid({ [field]: [sentence] });
    throw error;
  }
}

/** A push certificate as the API shows it: never the key. */
export function pushCertificateRepresentation(row: PushCertificateRow) {
  const time = (date: Date | null) => (date === null ? null : naiveUtc(date));
  return {
    id: row.id,
    provisioning_uid: row.provisioningUid,
    name: row.name,
    topic: row.topic,
    not_before: time(row.notBefore),
    not_after: time(row.notAfter),
    certificate: row.certificate,
    created_at: naiveUtc(row.createdAt),
    updated_at: naiveUtc(row.updatedAt),
  };
}

/** Keeps a certificate and its key. Throws `invalid` with SPEC's sentences. */
export async function uploadPushCertificate(
  runtime: Runtime,
  request: RequestInfo,
  input: { name: string; certificate: string; privateKey: string; passphrase?: string | undefined },
): Promise<PushCertificateRow> {
  const certificate: Certificate = parsed(
    "certificate",
    "Could not load PEM certificate",
    () => certificateFromPem(input.certificate),
  );
  const key = parsed(
    "private_key",
    "Could not load PEM private key",
    () => openPrivateKey(input.privateKey, input.passphrase),
  );
  if (!keyMatches(certificate, key)) {
    throw invalid({ non_field_errors: ["The certificate and key do not form a pair"] });
  }
  const topic = certificate.subject.userId;
  if (topic === undefined || topic === "") {
    throw invalid({ certificate: ["Could not extract the topic from the certificate subject"] });
  }
  try {
    return await runtime.sql.begin(async (tx) => {
      const id = await nextId(tx, "push_certificates");
      await insertPushCertificate(tx, {
        id,
        name: input.name,
        topic,
        notBefore: certificate.notBefore,
        notAfter: certificate.notAfter,
        certificate: toPem(certificate.der, "CERTIFICATE"),
        privateKeySealed: await runtime.keys.seal(exportPkcs8(key), {
          table: "push_certificates",
          column: "private_key_sealed",
          id,
        }),
      }, runtime.clock.now());
      await recordAudit(tx, runtime, request, {
        action: "created",
        model: "mdm.pushcertificate",
        pk: id,
        after: { id, name: input.name, topic, certificate: certificate.fingerprint },
      });
      const row = await findPushCertificate(tx, id);
      if (row === undefined) throw new Error("Cannot find the push certificate that was just made");
      return row;
    });
  } catch (error) {
    if (isUniqueViolation(error, "push_certificates_name")) {
      throw invalid({ name: ["Push certificate with this name already exists."] });
    }
    if (isUniqueViolation(error, "push_certificates_topic")) {
      throw invalid({ certificate: [`Another push certificate has the topic "${topic}" already`] });
    }
    throw error;
  }
}
