/**
 * Apple's service that removes Activation Locks, as a network of one host: it compares the hash of a bypass code.
 *
 * Differences from the real service: the certificate of the client is noted and not verified; the answer has no body.
 *
 * @module
 */

import { bypassCodeBytes, escrowKeyOf } from "../../src/apple/bypass_code.ts";
import type { Network } from "../../src/runtime.ts";

/** The service. */
export class SimulatedActivationLock implements Network {
  /** The certificates that clients have shown, in PEM. */
  readonly certificates: (string | undefined)[] = [];
  /** The addresses that were asked. */
  readonly asked: URL[] = [];

  /** `locks` are the hashes of the codes of locked devices, by serial number. */
  constructor(private readonly locks: Map<string, string>) {}

  client({ certificate }: Parameters<Network["client"]>[0]) {
    return {
      close: () => {},
      fetch: async (address: string, init?: RequestInit): Promise<Response> => {
        const url = new URL(address);
        this.asked.push(url);
        this.certificates.push(certificate);
        if (url.pathname !== "/deviceservicesworkers/escrowKeyUnlock") return new Response(null, { status: 404 });
        const form = new URLSearchParams(String(init?.body));
        const code = form.get("escrowKey") ?? "";
        const serial = url.searchParams.get("serial") ?? "";
        if (certificate === undefined || form.get("orgName") === null || form.get("guid") === null) {
          return new Response(null, { status: 400 });
        }
        if (bypassCodeBytes(code) === undefined || this.locks.get(serial) !== await escrowKeyOf(code)) {
          return new Response(null, { status: 404 });
        }
        this.locks.delete(serial);
        return new Response(null, { status: 200 });
      },
    };
  }
}
