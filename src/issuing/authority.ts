/**
 * The authorities of this installation, created at first use, with encrypted keys.
 *
 * The built-in one issues the identities of enrolled devices. Certificates for certificate assets come from one below
 * it. The attack: a VPN that trusts the certificates of assets would accept every device identity; so it trusts the
 * anchor of the asset authority, and device identities do not chain to that.
 *
 * @module
 */

import { findAuthority, insertAuthority, updateAuthority } from "../../db/issuing/authorities.ts";
import { nextId } from "../../db/next_id.ts";
import { byJob } from "../events/by.ts";
import { recordEvents } from "../events/record.ts";
import { type Authority, createAuthority, createIntermediate } from "../pki/ca.ts";
import { type Certificate, parseCertificate } from "../pki/certificate.ts";
import { exportPkcs8, importPkcs8 } from "../pki/keys.ts";
import type { Runtime } from "../runtime.ts";

/** Names in the table. */
const BUILT_IN = "built-in";
const ASSETS = "assets";
const YEARS = 15;
const context = (id: number) => ({ table: "certificate_authorities", column: "private_key_sealed", id });

/** An authority with its id. */
export type BuiltInAuthority = Authority & { id: number };

/** The authority of certificate assets, the certificates above it, and the self-signed one of the same name and key. */
export type AssetAuthority = BuiltInAuthority & { chain: readonly Certificate[]; anchor: Certificate };

type Opened = BuiltInAuthority & { anchor: Certificate | null };

/** A renewed certificate is in use everywhere after this time; the old one is valid for years more. */
const CACHED_MS = 3_600_000;
const opened = new WeakMap<Runtime["sql"], Map<string, { authority: Opened; readAt: Date }>>();

/** The certificates of a new authority for a key. */
type Make = (key: Authority["key"], now: Date) => { certificate: Uint8Array; anchor: Uint8Array | null };

async function open(runtime: Runtime, name: string, make: Make): Promise<Opened> {
  const { sql } = runtime;
  const now = runtime.clock.now();
  const known = opened.get(sql)?.get(name);
  if (known !== undefined && now.getTime() - known.readAt.getTime() < CACHED_MS) return known.authority;
  if (await findAuthority(sql, name) === undefined) {
    const key = await runtime.random.rsaKey();
    const { certificate, anchor } = make(key, now);
    const id = await nextId(sql, "certificate_authorities");
    await insertAuthority(sql, {
      id,
      name,
      certificate,
      anchor,
      privateKeySealed: await runtime.keys.seal(exportPkcs8(key), context(id)),
      notAfter: parseCertificate(certificate).notAfter,
    }, now);
  }
  // Read back: of two processes that start at once the first one's authority counts.
  const row = await findAuthority(sql, name);
  if (row === undefined) throw new Error(`Cannot find the authority "${name}" that was just made`);
  const authority = {
    id: row.id,
    certificate: parseCertificate(Uint8Array.from(row.certificate)),
    anchor: row.anchor === null ? null : parseCertificate(Uint8Array.from(row.anchor)),
    key: importPkcs8(await runtime.keys.open(row.privateKeySealed, context(row.id))),
  };
  const all = opened.get(sql) ?? new Map();
  all.set(name, { authority, readAt: now });
  opened.set(sql, all);
  return authority;
}

/** Returns the authority of device identities. */
export async function builtInAuthority(runtime: Runtime): Promise<BuiltInAuthority> {
  const { ORGANIZATION } = runtime.config;
  return await open(runtime, BUILT_IN, (key, now) => ({
    certificate: createAuthority({
      subject: [["CN", `${ORGANIZATION} device CA`], ["O", ORGANIZATION]],
      now,
      key,
      years: YEARS,
      pathLength: 1,
    }),
    anchor: null,
  }));
}

/** Returns the authority of certificate assets. */
export async function assetAuthority(runtime: Runtime): Promise<AssetAuthority> {
  const { ORGANIZATION } = runtime.config;
  let root = await builtInAuthority(runtime);
  // Made before there were authorities below it.
  if (root.certificate.pathLength === 0) root = await renewRoot(runtime, root);
  const { anchor, ...authority } = await open(runtime, ASSETS, (key, now) => {
    const input = {
      subject: [["CN", `${ORGANIZATION} certificate asset CA`], ["O", ORGANIZATION]] as const,
      now,
      key,
      years: YEARS,
    };
    return { certificate: createIntermediate(root, input), anchor: createAuthority(input) };
  });
  if (anchor === null) throw new Error("Cannot use the authority of certificate assets: it has no anchor");
  return { ...authority, anchor, chain: [root.certificate] };
}

async function renewRoot(runtime: Runtime, { certificate, key, id }: BuiltInAuthority): Promise<BuiltInAuthority> {
  const now = runtime.clock.now();
  await store(runtime, id, {
    certificate: createAuthority({ subject: certificate.subject.raw, now, key, years: YEARS, pathLength: 1 }),
    anchor: null,
  });
  return await builtInAuthority(runtime);
}

async function store(runtime: Runtime, id: number, made: ReturnType<Make>): Promise<Date> {
  const { sql } = runtime;
  const { notAfter } = parseCertificate(made.certificate);
  await sql.begin(async (tx) => {
    await updateAuthority(tx, { id, ...made, notAfter });
    await recordEvents(tx, runtime, byJob("authority_renewal"), [{
      type: "authority_renewed",
      objects: { certificate_authority: [id] },
      payload: { not_after: notAfter.toISOString() },
    }]);
  });
  opened.delete(sql);
  return notAfter;
}

/**
 * Renews the certificates of the authorities when certificates that they issue in a year could outlive them: same names
 * and keys, so that issued certificates keep their chain. Returns the new expiry of the built-in one, or undefined if
 * it was not time yet.
 */
export async function renewAuthority(runtime: Runtime): Promise<Date | undefined> {
  const now = runtime.clock.now();
  const needed = new Date(now.getTime() + (runtime.config.IDENTITY_VALIDITY_DAYS + 366) * 86_400_000);
  const root = await builtInAuthority(runtime);
  const renewed = root.certificate.notAfter > needed
    ? undefined
    : (await renewRoot(runtime, root)).certificate.notAfter;
  if (await findAuthority(runtime.sql, ASSETS) !== undefined) {
    const { id, certificate, key } = await assetAuthority(runtime);
    if (certificate.notAfter <= needed) {
      const input = { subject: certificate.subject.raw, now, key, years: YEARS };
      const above = await builtInAuthority(runtime);
      await store(runtime, id, { certificate: createIntermediate(above, input), anchor: createAuthority(input) });
    }
  }
  return renewed;
}
