/**
 * Server tokens as Apple's portal gives them: S/MIME around an envelope for an uploaded certificate.
 *
 * @module
 */

import { parseCertificate } from "../../src/pki/certificate.ts";
import { sealEnveloped } from "../../src/pki/cms/enveloped.ts";
import { pemBlocks } from "../../src/pki/pem.ts";
import type { TokenParts } from "./device_assignment_oauth.ts";

/** The sealers: the server's own code, which needs nothing installed, or OpenSSL with one of its ciphers. */
export type Sealer = "own" | { openssl: "-des3" | "-aes128" | "-aes256"; streamed?: boolean };

/** Returns what stands in the envelope. */
export const tokenContent = (token: TokenParts, expiry: Date): string =>
  [
    "Content-Type: text/plain;charset=UTF-8",
    "Content-Transfer-Encoding: 7bit",
    "",
    "-----BEGIN MESSAGE-----",
    JSON.stringify({
      consumer_key: token.consumerKey,
      consumer_secret: token.consumerSecret,
      access_token: token.accessToken,
      access_secret: token.accessSecret,
      access_token_expiry: expiry.toISOString().replace(/\.\d+Z$/, "Z"),
    }),
    "-----END MESSAGE-----",
    "",
  ].join("\r\n");

/** Returns the file `.p7m` of a content for the certificate in `certificatePem`. */
export async function sealToken(content: string, certificatePem: string, sealer: Sealer = "own"): Promise<Uint8Array> {
  const bytes = new TextEncoder().encode(content);
  if (sealer !== "own") return await sealWithOpenssl(bytes, certificatePem, sealer);
  const der = pemBlocks(certificatePem)[0]?.der;
  if (der === undefined) throw new Error("Cannot use the public key: it is no PEM text");
  parseCertificate(der);
  const envelope = sealEnveloped(bytes, der, { cipher: "aes-256-cbc" });
  const lines = envelope.toBase64().replaceAll(/(.{64})/g, "$1\r\n");
  return new TextEncoder().encode(
    [
      'Content-Type: application/pkcs7-mime; name="smime.p7m"; smime-type=enveloped-data',
      "Content-Transfer-Encoding: base64",
      'Content-Disposition: attachment; filename="smime.p7m"',
      "Content-Description: S/MIME Encrypted Message",
      "",
      lines,
      "",
    ].join("\r\n"),
  );
}

async function sealWithOpenssl(
  content: Uint8Array<ArrayBuffer>,
  certificatePem: string,
  { openssl, streamed = false }: Exclude<Sealer, "own">,
): Promise<Uint8Array> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/key.pem`, certificatePem);
    await Deno.writeFile(`${folder}/content`, content);
    const { code, stdout, stderr } = await new Deno.Command("openssl", {
      args: [
        "smime",
        "-encrypt",
        openssl,
        "-binary",
        ...(streamed ? ["-stream"] : []),
        "-in",
        `${folder}/content`,
        `${folder}/key.pem`,
      ],
    }).output();
    if (code !== 0) throw new Error(`openssl smime: ${new TextDecoder().decode(stderr)}`);
    return stdout;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
