/**
 * A push certificate with its key opened, ready to push with.
 *
 * @module
 */

import { findPushCertificate, findPushKey } from "../../db/push/push_certificates.ts";
import { toPem } from "../pki/certificate.ts";
import type { Runtime } from "../runtime.ts";

/** The credentials for pushes. The key is unencrypted PEM: it never leaves the process. */
export type OpenedPushCertificate = {
  topic: string;
  certificatePem: string;
  keyPem: string;
  notBefore: Date;
  notAfter: Date;
};

// Keyed by the row's version: a replaced certificate has another one.
const opened = new WeakMap<Runtime["sql"], Map<number, { version: number; certificate: OpenedPushCertificate }>>();

/** Returns the push certificate of an id in its given version (`updated_at`); undefined while it has no certificate. */
export async function openPushCertificate(
  runtime: Pick<Runtime, "sql" | "keys">,
  id: number,
  version: Date,
): Promise<OpenedPushCertificate | undefined> {
  const { sql, keys } = runtime;
  const cache = opened.get(sql) ?? new Map<number, { version: number; certificate: OpenedPushCertificate }>();
  opened.set(sql, cache);
  const known = cache.get(id);
  if (known?.version === version.getTime()) return known.certificate;
  const [row, sealed] = [await findPushCertificate(sql, id), await findPushKey(sql, id)];
  if (row === undefined || sealed === undefined) return undefined;
  const { certificate: pem, topic, notBefore, notAfter } = row;
  if (pem === null || topic === null || notBefore === null || notAfter === null) return undefined;
  const der = await keys.open(sealed, { table: "push_certificates", column: "private_key_sealed", id });
  const certificate = { topic, certificatePem: pem, keyPem: toPem(der, "PRIVATE KEY"), notBefore, notAfter };
  cache.set(id, { version: row.updatedAt.getTime(), certificate });
  return certificate;
}
