/**
 * The input for a push certificate, for the API and for the pages.
 *
 * @module
 */

import { z } from "zod";
import { textField } from "../input_text.ts";

/** Characters of a certificate's or a key's file. */
const CERTIFICATE_TEXT = 256 * 1024;

const name = textField(256);
const certificate = textField(CERTIFICATE_TEXT);
const key = textField(CERTIFICATE_TEXT).optional();
const key_password = z.string().max(1024).optional();

/** The fields of a push certificate. */
export const pushCertificateFields = z.object({
  name,
  certificate: certificate.optional().describe(
    "PEM, with issuers in any order; or DER, PKCS #7 or PKCS #12 in base64.",
  ),
  private_key: key.describe("PEM, or DER in base64. Not needed when the certificate's file has the key."),
  key_password,
});

const inputOf = ({ name, certificate, private_key, key_password }: z.output<typeof pushCertificateFields>) => ({
  name,
  certificate,
  privateKey: private_key,
  passphrase: key_password,
});

/** A push certificate as an operator sends it; without a certificate it gets a key, for Apple to sign. */
export const pushCertificateUpload = pushCertificateFields.transform(inputOf);

/** The changes to one. */
export const pushCertificateChange = pushCertificateFields.extend({
  private_key: key.describe("PEM, or DER in base64."),
})
  .transform(inputOf);

/** A push certificate of files. */
export const pushCertificateOfFiles = pushCertificateFields.extend({ certificate }).transform(inputOf);
