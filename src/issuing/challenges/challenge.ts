/**
 * A challenge of a SCEP issuer elsewhere, for one certificate.
 *
 * @module
 */

import type { ScepIssuerRow } from "../../../db/issuing/scep_issuers.ts";
import { problem } from "../../errors.ts";
import type { HttpClient, Runtime } from "../../runtime.ts";
import { issuerSettings } from "../scep_issuers.ts";
import { type BackendCall, NoChallenge, Unanswered, type WantedCertificate } from "./backend.ts";
import { backendNamed } from "./registry.ts";

/** All requests for one challenge may take so long: a device and, often, a transaction wait for it. */
const DEADLINE_MS = 20_000;
/** Microsoft's page has some thousand bytes. */
const MOST_BYTES = 256 * 1024;

async function readAll(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MOST_BYTES) throw new Unanswered("its answer is too long");
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/** How a backend reaches its server. A redirection is not followed: the credentials are for the address that was given. */
function callOver(client: HttpClient, whole: AbortSignal): BackendCall {
  return async (url, { method, headers, body, timeout }) => {
    const limit = new AbortController();
    const timer = timeout === undefined ? undefined : setTimeout(() => limit.abort(), timeout * 1000);
    try {
      const response = await client.fetch(url, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
        redirect: "manual",
        signal: AbortSignal.any([whole, limit.signal]),
      });
      return { status: response.status, bytes: await readAll(response) };
    } catch (error) {
      if (error instanceof Unanswered) throw error;
      throw new Unanswered("it does not answer", { cause: error });
    } finally {
      clearTimeout(timer);
    }
  };
}

/**
 * Returns a challenge for a certificate. Throws `unavailable`, with a sentence that names the issuer but quotes nothing
 * from its server; the details are in the log.
 */
export async function challengeOf(
  runtime: Pick<Runtime, "keys" | "network" | "log">,
  issuer: ScepIssuerRow,
  wanted: WantedCertificate,
): Promise<string> {
  const backend = backendNamed(issuer.backend);
  if (backend === undefined) throw new Error(`Cannot get a challenge from "${issuer.name}": its backend has none`);
  const settings = await issuerSettings(runtime, issuer);
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), DEADLINE_MS);
  let client: HttpClient | undefined;
  try {
    return await backend.challenge(settings, wanted, (url, request) => {
      client ??= runtime.network.client({ http2: false });
      return callOver(client, abort.signal)(url, request);
    });
  } catch (error) {
    if (!(error instanceof NoChallenge || error instanceof Unanswered)) throw error;
    runtime.log.warn("Cannot get a challenge", { issuer: issuer.name, backend: backend.name, error });
    throw problem(
      "unavailable",
      `Cannot get a challenge from the SCEP issuer "${issuer.name}": ${error.message}.`,
      { headers: { "Retry-After": "60" } },
      error,
    );
  } finally {
    clearTimeout(timer);
    client?.close();
  }
}
