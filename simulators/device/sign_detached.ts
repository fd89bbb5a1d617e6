/**
 * Detached signatures, as devices write them.
 *
 * @module
 */

import { digest, HASH_OIDS, type HashName } from "../../src/pki/algorithms.ts";
import { contentInfo, type Identity, type Sign, type SignedAttribute, signerInfo } from "../../src/pki/cms/signed.ts";
import * as write from "../../src/pki/der_writer.ts";
import { OID } from "../../src/pki/oids.ts";

/** How {@link signDetached} writes. `apple-ber` is the form of Apple's devices: indefinite lengths. */
export type DetachedForm = {
  readonly form: "der" | "apple-ber";
  readonly digest?: HashName;
  readonly attributes?: boolean;
  /** Makes the signature; `node:crypto` by default. */
  readonly sign?: Sign;
};

/**
 * Signs `content` without including it, as devices do for `Mdm-Signature`.
 *
 * `apple-ber` means SHA-1 and no signed attributes unless the options say otherwise; `der` SHA-256 with them.
 */
export function signDetached(content: Uint8Array, identity: Identity, options: DetachedForm): Uint8Array<ArrayBuffer> {
  const ber = options.form === "apple-ber";
  const hash = options.digest ?? (ber ? "sha1" : "sha256");
  const attributes: SignedAttribute[] | undefined = (options.attributes ?? !ber)
    ? [[OID.contentType, write.oid(OID.data)], [OID.messageDigest, write.octets(digest(hash, content))]]
    : undefined;
  const signer = signerInfo(content, identity, hash, attributes, ber, options.sign);
  if (!ber) return contentInfo(hash, identity, signer);
  const signedData = write.indefinite(
    0x30,
    write.integer(1),
    write.setOf(write.algorithm(HASH_OIDS[hash], write.nil())),
    write.indefinite(0x30, write.oid(OID.data)),
    write.indefinite(0xa0, identity.certificate, ...(identity.chain ?? [])),
    write.setOf(signer),
  );
  return write.indefinite(0x30, write.oid(OID.signedData), write.indefinite(0xa0, signedData));
}
