/**
 * The content of certificate asset versions: the issuer and the names.
 *
 * @module
 */

import { type Db, json } from "../open.ts";

/** A relative distinguished name: C, CN, L, O, OU, ST or a dotted OID, and its value. */
export type RdnRow = { type: string; value: string };

/** Other names of the subject, by Apple's names for them. */
export type SubjectAltNameRow = {
  rfc822Name?: string;
  dNSName?: string;
  uniformResourceIdentifier?: string;
  ntPrincipalName?: string;
};

/** A certificate asset. */
export type CertAssetVersionRow = {
  scepIssuerId: string;
  subject: readonly RdnRow[];
  subjectAltName: SubjectAltNameRow;
  accessible: "Default" | "AfterFirstUnlock";
};

/** Writes the certificate asset of a version, new or not. */
export async function writeCertAssetVersion(db: Db, id: string, row: CertAssetVersionRow): Promise<void> {
  await db`
    insert into cert_asset_versions (version_id, scep_issuer_id, subject, subject_alt_name, accessible)
    values (${id}, ${row.scepIssuerId}, ${json(db, row.subject)}, ${json(db, row.subjectAltName)}, ${row.accessible})
    on conflict (version_id) do update set scep_issuer_id = excluded.scep_issuer_id, subject = excluded.subject,
      subject_alt_name = excluded.subject_alt_name, accessible = excluded.accessible`;
}

/** Returns the certificate assets of these versions. */
export async function loadCertAssetVersions(
  db: Db,
  ids: readonly string[],
): Promise<Map<string, CertAssetVersionRow>> {
  const rows = await db<(CertAssetVersionRow & { id: string })[]>`
    select version_id as id, scep_issuer_id, subject, subject_alt_name, accessible
    from cert_asset_versions where version_id = any(${[...ids]}::uuid[])`;
  return new Map(rows.map(({ id, ...row }) => [id, row]));
}
