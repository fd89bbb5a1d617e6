/**
 * The evidence of a device's request about its sender.
 *
 * @module
 */

import type { Context } from "hono";
import { isProxySecret, type SenderEvidence } from "../../src/identity/sender.ts";
import type { AppEnv } from "../context.ts";
import { isTrusted, proxyList } from "../request.ts";

/** Returns the evidence of a request with this body. */
export function evidenceOf(c: Context<AppEnv>, body: Uint8Array): SenderEvidence {
  const { TRUSTED_PROXIES, TRUSTED_PROXY_SECRET } = c.get("runtime").config;
  const proxied = isTrusted(proxyList(TRUSTED_PROXIES), c.env.remoteAddress) &&
    isProxySecret(c.req.header("x-espalier-proxy-secret"), TRUSTED_PROXY_SECRET);
  return {
    body,
    signature: c.req.header("mdm-signature"),
    peerCertificate: c.env.peerCertificate,
    // From anyone but a trusted proxy that knows the secret the header is as if it were not there.
    proxyCertificate: proxied ? c.req.header("x-ssl-client-cert") : undefined,
  };
}
