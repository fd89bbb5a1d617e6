/**
 * A SCEP authority for the tests: a minimal version of the HTTP part over the real codecs.
 *
 * @module
 */
import { issueCertificate, randomSerial } from "../../../../src/pki/ca.ts";
import { degenerate } from "../../../../src/pki/cms/signed.ts";
import { PkiError } from "../../../../src/pki/errors.ts";
import { OID } from "../../../../src/pki/oids.ts";
import { openPkiMessage, type PkiMessage, UnopenedMessage } from "../../../../src/pki/scep/message.ts";
import { certRep, SCEP_CAPABILITIES } from "../../../../src/pki/scep/reply.ts";
import { issuedBy, rsaKey, type TestIdentity } from "../helpers.ts";

/** A request and its answer. */
export type Answer = { readonly reply: Uint8Array<ArrayBuffer>; readonly message?: PkiMessage };

export type ScepAuthority = { readonly ca: TestIdentity; readonly ra: TestIdentity; readonly challenge: string };

/** An authority whose RA is a certificate of its own. */
export const withRa = (ca: TestIdentity): ScepAuthority => ({
  ca,
  ra: issuedBy(ca, rsaKey("ra"), "Test RA"),
  challenge: "s3cret",
});

/** Opens a message and answers it: a certificate for the right challenge, or to the holder of one to renew. */
export function answer({ ca, ra, challenge }: ScepAuthority, der: Uint8Array, now: Date): Answer {
  const officer = { certificate: ra.parsed, key: ra.key };
  let message: PkiMessage;
  try {
    message = openPkiMessage(der, officer);
  } catch (error) {
    if (!(error instanceof UnopenedMessage)) throw error;
    return { reply: certRep({ kind: "failure", failInfo: "badRequest" }, error.envelope, officer) };
  }
  const allowed = message.messageType === "PKCSReq" && message.challengePassword === challenge ||
    message.messageType === "RenewalReq" && message.signer.issuer.toString() === ca.parsed.subject.toString();
  if (!allowed || !("csr" in message)) {
    return { reply: certRep({ kind: "failure", failInfo: "badRequest" }, message, officer), message };
  }
  const certificate = issueCertificate({ certificate: ca.parsed, key: ca.key }, {
    subject: message.csr.subject.raw,
    spki: message.csr.spki,
    serial: randomSerial(),
    notBefore: new Date(now.getTime() - 600_000),
    notAfter: new Date(now.getTime() + 86_400_000),
    eku: [OID.clientAuth],
    keyUsage: ["digitalSignature", "keyEncipherment"],
  });
  return { reply: certRep({ kind: "success", certificate, chain: [ca.certificate] }, message, officer), message };
}

/** Serves the authority on loopback; `seen` collects what came in. */
export function serve(authority: ScepAuthority, now: Date) {
  const seen: PkiMessage[] = [];
  const errors: unknown[] = [];
  const handler = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    switch (url.searchParams.get("operation")) {
      case "GetCACaps":
        return new Response(SCEP_CAPABILITIES.join("\n"), { headers: { "content-type": "text/plain" } });
      case "GetCACert":
        return authority.ra === authority.ca
          ? new Response(Uint8Array.from(authority.ca.certificate), {
            headers: { "content-type": "application/x-x509-ca-cert" },
          })
          : new Response(degenerate([authority.ra.certificate, authority.ca.certificate]), {
            headers: { "content-type": "application/x-x509-ca-ra-cert" },
          });
      case "PKIOperation": {
        const der = request.method === "POST"
          ? new Uint8Array(await request.arrayBuffer())
          : Uint8Array.fromBase64((url.searchParams.get("message") ?? "").replaceAll(" ", "+"));
        try {
          const { reply, message } = answer(authority, der, now);
          if (message !== undefined) seen.push(message);
          return new Response(reply, { headers: { "content-type": "application/x-pki-message" } });
        } catch (error) {
          errors.push(error);
          return new Response(error instanceof PkiError ? error.message : "failed", { status: 400 });
        }
      }
      default:
        return new Response("unknown operation", { status: 400 });
    }
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handler);
  return { url: `http://127.0.0.1:${server.addr.port}/scep`, seen, errors, stop: () => server.shutdown() };
}
