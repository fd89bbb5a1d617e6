/**
 * Signs the profiles that devices are given.
 *
 * @module
 */

import { issueCertificate, randomSerial } from "../pki/ca.ts";
import { certificatesFromPem } from "../pki/certificate.ts";
import { signAttached } from "../pki/cms/signed.ts";
import { openPrivateKey, spkiOf } from "../pki/keys.ts";
import type { Runtime } from "../runtime.ts";
import { builtInAuthority } from "./authority.ts";

type Signer = Parameters<typeof signAttached>[1];
const signers = new WeakMap<Runtime["sql"], { signer: Signer; until: Date }>();

/**
 * Returns the identity that signs profiles: the configured one, the TLS one, or a short-lived one of the built-in
 * authority.
 */
async function profileSigner(runtime: Runtime): Promise<Signer> {
  const { config } = runtime;
  const chain = config.SIGNING_FULLCHAIN ?? config.TLS_FULLCHAIN;
  const key = config.SIGNING_PRIVKEY ?? config.TLS_PRIVKEY;
  if (chain !== undefined && key !== undefined) {
    const [first, ...rest] = certificatesFromPem(chain);
    if (first !== undefined) {
      return { certificate: first.der, key: openPrivateKey(key), chain: rest.map(({ der }) => der) };
    }
  }
  const now = runtime.clock.now();
  const known = signers.get(runtime.sql);
  if (known !== undefined && known.until > now) return known.signer;
  const authority = await builtInAuthority(runtime);
  const own = await runtime.random.rsaKey();
  const until = new Date(now.getTime() + 365 * 86_400_000);
  const signer = {
    certificate: issueCertificate(authority, {
      subject: [["CN", `${config.ORGANIZATION} profile signing`], ["O", config.ORGANIZATION]],
      spki: spkiOf(own),
      serial: randomSerial(),
      notBefore: new Date(now.getTime() - 600_000),
      notAfter: until,
      keyUsage: ["digitalSignature"],
    }),
    key: own,
    chain: [authority.certificate.der],
  };
  signers.set(runtime.sql, { signer, until: new Date(until.getTime() - 30 * 86_400_000) });
  return signer;
}

/** Returns a profile signed for delivery (attached CMS, DER). */
export async function signProfile(runtime: Runtime, profile: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return Uint8Array.from(signAttached(profile, await profileSigner(runtime)));
}
