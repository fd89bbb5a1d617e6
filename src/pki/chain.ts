/**
 * Certification path validation (RFC 5280 section 6, without policies and revocation).
 *
 * @module
 */
import { signatureScheme } from "./algorithms.ts";
import type { Certificate } from "./certificate.ts";
import { PkiError } from "./errors.ts";
import { sameName } from "./name.ts";
import { OID } from "./oids.ts";
import { verifySignature } from "./signature.ts";

/** The rules that a path is checked against. */
export type ChainOptions = {
  /** Possible intermediate certificates; untrusted, in any order. */
  readonly intermediates?: readonly Certificate[];
  /** Certificates that are trusted. One of them may be the leaf's direct issuer without being self-signed. */
  readonly anchors: readonly Certificate[];
  readonly now: Date;
  /** `spkiFingerprint`s of certificates whose validity is not checked: those of keys that Apple still uses. */
  readonly ignoreValidityOf?: ReadonlySet<string>;
  /** Accept SHA-1 in the path's signatures. An anchor's own signature is never checked. */
  readonly allowSha1?: boolean;
};

/** How many certificates a path may have. */
const MAX_PATH = 8;
/**
 * How many signatures one call may check: the attack: a sender causes work with hundreds of certificates of one name.
 */
const MAX_CHECKS = 40;
/** Extensions whose meaning is honoured here, or that restrict nothing here. */
const UNDERSTOOD: ReadonlySet<string> = new Set<string>([
  OID.basicConstraints,
  OID.keyUsage,
  OID.extendedKeyUsage,
  OID.subjectAltName,
  OID.subjectKeyIdentifier,
  OID.authorityKeyIdentifier,
  OID.certificatePolicies,
  OID.crlDistributionPoints,
]);

/**
 * Returns the path from `leaf` to an anchor, both included; throws {@link PkiError} with the code `chain` if there is
 * none.
 *
 * Checked for each certificate: the signature of the next one, names, dates, RSA of at least 1024 bits, no critical
 * extension that is unknown; and for each issuer: CA flag, keyCertSign (when it has a key usage), path length.
 */
export function verifyChain(leaf: Certificate, options: ChainOptions): Certificate[] {
  const search = new Search(options);
  const path = search.extend([leaf]);
  if (path !== undefined) return path;
  throw new PkiError("chain", `Cannot trust the certificate "${leaf.subject}": ${search.reason}`);
}

class Search {
  /** The most telling reason so far, for the error's sentence. */
  reason = "no trusted certificate issued it";
  private checks = 0;
  private readonly anchors: ReadonlySet<string>;

  constructor(private readonly options: ChainOptions) {
    this.anchors = new Set(options.anchors.map(({ fingerprint }) => fingerprint));
  }

  /** A valid path that begins with `path`, depth first. */
  extend(path: readonly Certificate[]): Certificate[] | undefined {
    const last = path[path.length - 1];
    if (last === undefined || !this.fits(last)) return undefined;
    if (this.anchors.has(last.fingerprint)) return [...path];
    if (path.length >= MAX_PATH) {
      this.reason = `its path is longer than ${MAX_PATH} certificates`;
      return undefined;
    }
    for (const issuer of this.issuersOf(last)) {
      if (path.some(({ fingerprint }) => fingerprint === issuer.fingerprint)) continue;
      if (!this.mayIssue(issuer, path) || !this.signed(last, issuer)) continue;
      const found = this.extend([...path, issuer]);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Anchors first: a path ends at the first trusted certificate. */
  private issuersOf(certificate: Certificate): Certificate[] {
    return [...this.options.anchors, ...(this.options.intermediates ?? [])].filter((candidate) =>
      sameName(candidate.subject, certificate.issuer) &&
      (candidate.subjectKeyId === undefined || certificate.authorityKeyId === undefined ||
        candidate.subjectKeyId === certificate.authorityKeyId)
    );
  }

  /** The checks for every certificate of a path, whatever its position. */
  private fits(certificate: Certificate): boolean {
    const { subject, notBefore, notAfter, publicKey, criticalExtensions, spkiFingerprint } = certificate;
    if (!this.options.ignoreValidityOf?.has(spkiFingerprint)) {
      if (this.options.now < notBefore) {
        return this.refuse(`"${subject}" is not valid before ${notBefore.toISOString()}`);
      }
      if (this.options.now > notAfter) return this.refuse(`"${subject}" was valid until ${notAfter.toISOString()}`);
    }
    if (publicKey.kind === "rsa" && publicKey.bits < 1024) {
      return this.refuse(`"${subject}" has an RSA key of ${publicKey.bits} bits and should have at least 1024`);
    }
    for (const oid of criticalExtensions) {
      if (!UNDERSTOOD.has(oid)) {
        return this.refuse(`"${subject}" has the critical extension ${oid}, which is not understood`);
      }
    }
    return true;
  }

  /** Whether a certificate may issue the last one of the path. */
  private mayIssue(issuer: Certificate, path: readonly Certificate[]): boolean {
    if (!issuer.isCa) return this.refuse(`its issuer "${issuer.subject}" is not a certificate authority`);
    if (issuer.keyUsage !== undefined && !issuer.keyUsage.has("keyCertSign")) {
      return this.refuse(`its issuer "${issuer.subject}" may not sign certificates`);
    }
    // Section 6.1.4 (l): self-issued certificates do not count, and neither does the leaf.
    const between = path.slice(1).filter((certificate) => !sameName(certificate.subject, certificate.issuer)).length;
    if (issuer.pathLength !== undefined && between > issuer.pathLength) {
      return this.refuse(
        `"${issuer.subject}" allows ${issuer.pathLength} authorities below it, the path has ${between}`,
      );
    }
    return true;
  }

  private signed(certificate: Certificate, issuer: Certificate): boolean {
    if (++this.checks > MAX_CHECKS) return this.refuse("there are too many possible paths");
    const scheme = signatureSchemeOf(certificate);
    if (scheme === undefined) {
      return this.refuse(
        `"${certificate.subject}" is signed with ${certificate.signatureAlgorithm}, which is not supported`,
      );
    }
    if (scheme.hash === "sha1" && !this.options.allowSha1) {
      return this.refuse(`"${certificate.subject}" is signed with SHA-1`);
    }
    return verifySignature(issuer, scheme, certificate.tbs, certificate.signature) ||
      this.refuse(`the signature of "${certificate.subject}" is not one of "${issuer.subject}"`);
  }

  private refuse(reason: string): false {
    this.reason = reason;
    return false;
  }
}

function signatureSchemeOf(certificate: Certificate) {
  try {
    return signatureScheme(certificate.signatureAlgorithmIdentifier);
  } catch (error) {
    if (error instanceof PkiError) return undefined;
    throw error;
  }
}
