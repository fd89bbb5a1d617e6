/**
 * The certificates and keys among the settings: each is checked for its use before anything is served with it.
 *
 * Refused: a key of another certificate, a chain that has expired or is incomplete, a certificate for another purpose.
 * A certificate that works today but not for long, or not for every client, causes a warning.
 *
 * @module
 */

import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { type Config, ConfigError } from "./config.ts";
import { type Certificate, certificatesFromPem } from "./pki/certificate.ts";
import { PkiError } from "./pki/errors.ts";
import { keyMatches, openPrivateKey } from "./pki/keys.ts";
import { sameName } from "./pki/name.ts";
import { OID } from "./pki/oids.ts";

type ChainSetting = { chain: "TLS_FULLCHAIN" | "SIGNING_FULLCHAIN"; key: "TLS_PRIVKEY" | "SIGNING_PRIVKEY" };

const CHAINS: readonly ChainSetting[] = [
  { chain: "TLS_FULLCHAIN", key: "TLS_PRIVKEY" },
  { chain: "SIGNING_FULLCHAIN", key: "SIGNING_PRIVKEY" },
];

/** Milliseconds before its end that a certificate is warned of. */
const SOON_MS = 30 * 86_400_000;

const day = (date: Date) => date.toISOString().slice(0, 10);

/** Reads a setting; an error of the reader becomes a sentence about the setting. */
function read<T>(setting: string, reader: () => T): T {
  try {
    return reader();
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    throw new ConfigError(`Cannot use the setting ${setting}: ${error.message}`);
  }
}

/** Returns the first certificate of a chain, and its issuers towards a root as far as they are present. */
function pathOf(chain: readonly Certificate[]): Certificate[] {
  const path = chain.slice(0, 1);
  for (let last = path[0]; last !== undefined && path.length < chain.length;) {
    const { issuer } = last;
    last = chain.find((one) => !path.includes(one) && sameName(one.subject, issuer));
    if (last !== undefined) path.push(last);
  }
  return path;
}

/** Throws ConfigError when a chain of the settings cannot serve or sign. */
function checkChain(config: Config, setting: ChainSetting, now: Date): void {
  const [text, keyText] = [config[setting.chain], config[setting.key]];
  if (text === undefined || keyText === undefined) return;
  const refuse = (reason: string): never => {
    throw new ConfigError(`Cannot use the setting ${setting.chain}: ${reason}`);
  };
  const chain = read(setting.chain, () => certificatesFromPem(text));
  const key = read(setting.key, () => openPrivateKey(keyText));
  const [leaf] = chain;
  if (leaf === undefined) return refuse("it holds no certificate");
  if (!keyMatches(leaf, key)) {
    return refuse(
      chain.some((one) => keyMatches(one, key))
        ? `it should begin with the certificate of ${setting.key}, and begins with "${leaf.subject}"`
        : `no certificate in it is the one of ${setting.key}`,
    );
  }
  const path = pathOf(chain);
  if (chain.length > 1 && path.length === 1) {
    return refuse(
      `the certificate of "${leaf.issuer}", which issued "${leaf.subject}", should follow in it and does not`,
    );
  }
  for (const { subject, notBefore, notAfter } of path) {
    if (now < notBefore) return refuse(`"${subject}" is not valid before ${day(notBefore)}`);
    if (now > notAfter) return refuse(`"${subject}" expired on ${day(notAfter)}`);
  }
  if (leaf.keyUsage !== undefined && !leaf.keyUsage.has("digitalSignature")) {
    return refuse(
      `"${leaf.subject}" should be made for digital signatures, its key usage is ${[...leaf.keyUsage].join(", ")}`,
    );
  }
  const purposes = leaf.extendedKeyUsage;
  if (
    setting.chain === "TLS_FULLCHAIN" && purposes !== undefined &&
    !purposes.includes(OID.serverAuth) && !purposes.includes(OID.anyExtendedKeyUsage)
  ) {
    return refuse(`"${leaf.subject}" should be a server certificate, but its extended key usage does not allow that`);
  }
}

/** Throws ConfigError if the key for push tokens is not valid. */
function checkPushKey({ APNS_KEY }: Config): void {
  if (APNS_KEY === undefined) return;
  const key = read("APNS_KEY", () => openPrivateKey(APNS_KEY));
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (key.asymmetricKeyType === "ec" && curve === "prime256v1") return;
  const kind = key.asymmetricKeyType === "ec" ? `an EC key on ${curve}` : `of the type ${key.asymmetricKeyType}`;
  throw new ConfigError(
    `Cannot use the setting APNS_KEY: it should be the .p8 key that Apple issued for its push service (EC, P-256), and is ${kind}`,
  );
}

/** Throws ConfigError, with one sentence, when a certificate or key of the settings does not fit its purpose. */
export function checkCredentials(config: Config, now: Date): void {
  for (const setting of CHAINS) checkChain(config, setting, now);
  checkPushKey(config);
}

/**
 * Returns a sentence for each certificate that works now but not for long, or not for every client. The settings have
 * passed {@link checkCredentials}.
 */
export function credentialWarnings(config: Config, now: Date): string[] {
  const warnings: string[] = [];
  for (const { chain } of CHAINS) {
    const text = config[chain];
    if (text === undefined) continue;
    for (const { subject, notAfter } of pathOf(certificatesFromPem(text))) {
      if (notAfter <= now) warnings.push(`${chain}: "${subject}" expired on ${day(notAfter)}. Renew it and restart.`);
      else if (notAfter.getTime() - now.getTime() <= SOON_MS) {
        warnings.push(`${chain}: "${subject}" expires on ${day(notAfter)}. Renew it and restart.`);
      }
    }
  }
  if (config.TLS_FULLCHAIN !== undefined) {
    const leaf = new X509Certificate(config.TLS_FULLCHAIN);
    for (const name of new Set([config.BASE_URL, config.MTLS_BASE_URL].map((url) => new URL(url).hostname))) {
      const address = name.replace(/^\[|\]$/g, "");
      if ((isIP(address) === 0 ? leaf.checkHost(name) : leaf.checkIP(address)) !== undefined) continue;
      warnings.push(
        `TLS_FULLCHAIN: its certificate is not for ${name}. Devices refuse it, unless a proxy stands in front.`,
      );
    }
  }
  return warnings;
}
