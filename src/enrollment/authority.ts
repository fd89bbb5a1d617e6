/**
 * The built-in authority: made at first use, its key sealed; it issues the identities of enrolled devices.
 *
 * @module
 */

import { findAuthority, insertAuthority, nextId } from "../../db/enrollments.ts";
import { type Authority, createAuthority } from "../pki/ca.ts";
import { parseCertificate } from "../pki/certificate.ts";
import { exportPkcs8, generateRsaKey, importPkcs8 } from "../pki/keys.ts";
import type { Runtime } from "../runtime.ts";

const NAME = "built-in";
const YEARS = 15;
const context = (id: number) => ({ table: "certificate_authorities", column: "private_key_sealed", id });

/** The authority with its id. */
export type BuiltInAuthority = Authority & { id: number };

// A cache that can not go stale: an authority's certificate and key never change under its id.
const opened = new WeakMap<Runtime["sql"], BuiltInAuthority>();

/** The built-in authority of this installation. */
export async function builtInAuthority(runtime: Runtime): Promise<BuiltInAuthority> {
  const { sql } = runtime;
  const known = opened.get(sql);
  if (known !== undefined) return known;
  if (await findAuthority(sql, NAME) === undefined) {
    const key = await generateRsaKey(2048);
    const certificate = createAuthority({
      subject: [["CN", `${runtime.config.ORGANIZATION} device CA`], ["O", runtime.config.ORGANIZATION]],
      now: runtime.clock.now(),
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
    }, runtime.clock.now());
  }
  // Read back: of two processes that start at once the first one's authority counts.
  const row = await findAuthority(sql, NAME);
  if (row === undefined) throw new Error("Cannot find the built-in authority that was just made");
  const authority = {
    id: row.id,
    certificate: parseCertificate(Uint8Array.from(row.certificate)),
    key: importPkcs8(await runtime.keys.open(row.privateKeySealed, context(row.id))),
  };
  opened.set(sql, authority);
  return authority;
}
