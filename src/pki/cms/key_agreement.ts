/**
 * CMS EnvelopedData for holders of elliptic curve certificates (RFC 5753: ephemeral-static ECDH, AES key wrap). Off every
 * hot path: pkijs writes.
 *
 * @module
 */
import "reflect-metadata";
import * as pkijs from "pkijs";
import { OID } from "../oids.ts";

pkijs.setEngine("runtime", new pkijs.CryptoEngine({ name: "runtime", crypto, subtle: crypto.subtle }));

const certificateOf = (der: Uint8Array) => pkijs.Certificate.fromBER(Uint8Array.from(der).buffer);

/** Encrypts to the holder of an EC certificate (DER), with AES-256-CBC and SHA-256. */
export async function sealForCurve(content: Uint8Array, certificate: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const enveloped = new pkijs.EnvelopedData({ originatorInfo: new pkijs.OriginatorInfo() });
  enveloped.addRecipientByCertificate(certificateOf(certificate), {
    kdfAlgorithm: "SHA-256",
    kekEncryptionLength: 256,
  });
  const algorithm: AesKeyGenParams = { name: "AES-CBC", length: 256 };
  await enveloped.encrypt(algorithm, Uint8Array.from(content).buffer);
  const info = new pkijs.ContentInfo({ contentType: OID.envelopedData, content: enveloped.toSchema() });
  return new Uint8Array(info.toSchema().toBER());
}
