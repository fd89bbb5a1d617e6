/**
 * The built-in authority: made at first use, its key sealed; it issues the identities of enrolled devices.
 *
 * @module
 */

import { findAuthority, insertAuthority, updateAuthority } from "../../db/authorities.ts";
import { nextId } from "../../db/next_id.ts";
import { recordEvents } from "../events/record.ts";
import { type Authority, createAuthority } from "../pki/ca.ts";
import { parseCertificate } from "../pki/certificate.ts";
import { exportPkcs8, generateRsaKey, importPkcs8 } from "../pki/keys.ts";
import type { Runtime } from "../runtime.ts";

const NAME = "built-in";
const YEARS = 15;
const context = (id: number) => ({ table: "certificate_authorities", column: "private_key_sealed", id });

/** The authority with its id. */
export type BuiltInAuthority = Authority & { id: number };

/** A renewed certificate is known everywhere after this long; the old one is valid for years more. */
const CACHED_MS = 3_600_000;
const opened = new WeakMap<Runtime["sql"], { authority: BuiltInAuthority; readAt: Date }>();

/** The built-in authority of this installation. */
export async function builtInAuthority(runtime: Runtime): Promise<BuiltInAuthority> {
  const { sql } = runtime;
  const now = runtime.clock.now();
  const known = opened.get(sql);
  if (known !== undefined && now.getTime() - known.readAt.getTime() < CACHED_MS) return known.authority;
  if (await findAuthority(sql, NAME) === undefined) {
    const key = await generateRsaKey(2048);
    const certificate = createAuthority({
      subject: [["CN", `${runtime.config.ORGANIZATION} device CA`], ["O", runtime.config.ORGANIZATION]],
      now,
      key,
      years: YEARS,
    });
    const id = await nextId(sql, "certificate_authorities");
    await insertAuthority(sql, {
      id,
      name: NAME,
      certificate,
      privateKeySealed: await runtime.keys.seal(exportPkcs8(key), context(id)),
      notAfter: parseCertificate(certificate).notAfter,
    }, now);
  }
  // Read back: of two processes that start at once the first one's authority counts.
  const row = await findAuthority(sql, NAME);
  if (row === undefined) throw new Error("Cannot find the built-in authority that was just made");
  const authority = {
    id: row.id,
    certificate: parseCertificate(Uint8Array.from(row.certificate)),
    key: importPkcs8(await runtime.keys.open(row.privateKeySealed, context(row.id))),
  };
  opened.set(sql, { authority, readAt: now });
  return authority;
}

/**
 * Renews the authority's certificate when an identity issued in a year could outlive it: same name and key, so what it
 * issued keeps its chain. Answers the new end, or undefined when it was not time yet.
 */
export async function renewAuthority(runtime: Runtime): Promise<Date | undefined> {
  const { sql, config } = runtime;
  const now = runtime.clock.now();
  const { id, certificate, key } = await builtInAuthority(runtime);
  const needed = new Date(now.getTime() + (config.IDENTITY_VALIDITY_DAYS + 366) * 86_400_000);
  if (certificate.notAfter > needed) return undefined;
  const renewed = createAuthority({
    subject: certificate.subject.raw,
    now,
    key,
    years: YEARS,
  });
  const { notAfter } = parseCertificate(renewed);
  await sql.begin(async (tx) => {
    await updateAuthority(tx, id, renewed, notAfter);
    await recordEvents(tx, runtime, undefined, [{
      type: "authority_renewed",
      objects: { certificate_authority: [id] },
      payload: { not_after: notAfter.toISOString() },
    }]);
  });
  opened.delete(sql);
  return notAfter;
}
