/**
 * How a simulated device gets a certificate: SCEP as devices do it, from the SCEP payload of a profile.
 *
 * @module
 */

import type { KeyObject } from "node:crypto";
import { type Certificate, parseCertificate } from "../../src/pki/certificate.ts";
import { certificatesOf, type Sign } from "../../src/pki/cms/signed.ts";
import { buildCsr } from "../../src/pki/csr.ts";
import type { GeneralName } from "../../src/pki/general_name.ts";
import { buildPkcsReq, openCertRep } from "./scep_client.ts";
import { array, dict, type PlistDict, str } from "../../src/protocol/plist.ts";
import { selfSigned } from "./self_signed.ts";

/** A certificate with its key. */
export type DeviceIdentity = { certificate: Certificate; key: KeyObject };

/** The SCEP algorithms of a device: those of current systems, or single DES and SHA-1 as old clients. */
export type ScepHabit = "modern" | "old";

/** Returns the `[type, value]` pairs of a payload's Subject. */
function subjectOf(content: PlistDict): [string, string][] {
  return (array(content, "Subject") ?? []).flatMap((rdn) => {
    const [pair] = Array.isArray(rdn) ? rdn : [];
    const [type, value] = Array.isArray(pair) ? pair : [];
    return typeof type === "string" && typeof value === "string" ? [[type, value] as [string, string]] : [];
  });
}

const ALTERNATIVES = {
  rfc822Name: "email",
  dNSName: "dns",
  uniformResourceIdentifier: "uri",
  ntPrincipalName: "ntPrincipalName",
} as const;

/** Returns the names of a payload's SubjectAltName; each key holds one or several. */
function alternativeNamesOf(content: PlistDict): GeneralName[] {
  const names = dict(content, "SubjectAltName") ?? {};
  return Object.entries(ALTERNATIVES).flatMap(([key, kind]) => {
    const value = names[key];
    return (Array.isArray(value) ? value : [value]).flatMap((one) =>
      typeof one === "string" ? [{ kind, value: one }] : []
    );
  });
}

/** A SCEP exchange that ended without a certificate. */
export class ScepRefused extends Error {
  override readonly name = "ScepRefused";
}

type SignerCertificate = { der: Uint8Array<ArrayBuffer>; notBefore: Date; notAfter: Date };

const signers = new WeakMap<KeyObject, SignerCertificate>();

/** Returns the certificate with which a device signs its first request: its key's own, for a day. */
function signerCertificate(key: KeyObject, now: Date): Uint8Array<ArrayBuffer> {
  const known = signers.get(key);
  if (known !== undefined && known.notBefore <= now && now < known.notAfter) return known.der;
  const [notBefore, notAfter] = [new Date(now.getTime() - 60_000), new Date(now.getTime() + 86_400_000)];
  const der = selfSigned({ subject: [["CN", "SCEP SIGNER"]], key, notBefore, notAfter });
  signers.set(key, { der, notBefore, notAfter });
  return der;
}

/** Requests a certificate for `key`; `renew` signs with an old identity instead of the challenge (RenewalReq). */
export async function requestIdentity(
  send: (request: Request) => Promise<Response>,
  payload: PlistDict,
  key: KeyObject,
  options: { habit: ScepHabit; now: Date; renew?: DeviceIdentity; sign?: Sign },
): Promise<DeviceIdentity> {
  const content = dict(payload, "PayloadContent");
  const url = content === undefined ? undefined : str(content, "URL");
  if (content === undefined || url === undefined) throw new ScepRefused("the SCEP payload has no URL");
  const address = (operation: string) => `${url}?operation=${operation}`;
  const capabilities = (await (await send(new Request(address("GetCACaps")))).text()).split(/\s+/);
  const answer = await send(new Request(address("GetCACert")));
  const bytes = new Uint8Array(await answer.arrayBuffer());
  if (!answer.ok) throw new ScepRefused(`the SCEP server answered ${answer.status}`);
  const authorities = answer.headers.get("content-type")?.includes("x-x509-ca-ra-cert") === true
    ? certificatesOf(bytes)
    : [parseCertificate(bytes)];
  const [recipient] = authorities;
  if (recipient === undefined) throw new ScepRefused("the authority showed no certificate");

  const { now, renew, sign } = options;
  const signer = renew === undefined
    ? { certificate: signerCertificate(key, now), key }
    : { certificate: renew.certificate.der, key: renew.key };
  const senderNonce = crypto.getRandomValues(new Uint8Array(16));
  const transactionId = crypto.randomUUID();
  const challenge = str(content, "Challenge");
  const message = buildPkcsReq({
    csr: buildCsr({
      subject: subjectOf(content),
      key,
      attributes: {
        subjectAltNames: alternativeNamesOf(content),
        ...(renew === undefined && challenge !== undefined ? { challengePassword: challenge } : {}),
      },
      ...(sign === undefined ? {} : { sign }),
    }),
    signer,
    recipient: recipient.der,
    transactionId,
    senderNonce,
    ...(renew === undefined ? {} : { messageType: "RenewalReq" as const }),
    ...(sign === undefined ? {} : { sign }),
    ...(options.habit === "old" ? { cipher: "des-cbc" as const, digest: "sha1" as const } : {}),
  });
  const post = capabilities.includes("POSTPKIOperation") || capabilities.includes("SCEPStandard");
  const reply = await send(
    post
      ? new Request(address("PKIOperation"), {
        method: "POST",
        body: message,
        headers: { "Content-Type": "application/x-pki-message" },
      })
      : new Request(`${address("PKIOperation")}&message=${encodeURIComponent(message.toBase64())}`),
  );
  if (!reply.ok) throw new ScepRefused(`the SCEP server answered ${reply.status}: ${await reply.text()}`);
  const opened = openCertRep(new Uint8Array(await reply.arrayBuffer()), {
    recipient: { certificate: parseCertificate(signer.certificate), key: signer.key },
    signers: authorities,
    transactionId,
    senderNonce,
  });
  const [certificate] = opened.status === "success" ? opened.certificates : [];
  if (certificate === undefined) {
    throw new ScepRefused(`the SCEP server said ${opened.status === "failure" ? opened.failInfo : opened.status}`);
  }
  return { certificate, key };
}
