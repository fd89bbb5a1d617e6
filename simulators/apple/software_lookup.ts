/**
 * Apple's software lookup service, simulated: a catalogue over TLS, and its faults.
 *
 * How it differs from the real thing: its certificate is from an authority of its own, which the server has to be told of in
 * `SOFTWARE_LOOKUP_ANCHORS`.
 *
 * @module
 */

import https from "node:https";
import { makePushAuthority } from "./apns_certificates.ts";

/** A release as the feed lists it. */
export type FeedEntry = {
  ProductVersion: string;
  PostingDate: string;
  SupportedDevices: readonly string[];
  Build?: string;
  ExpirationDate?: string;
  ProductVersionExtra?: string;
  PrerequisiteBuild?: string;
};

/** The sections of a feed, each with its platforms. */
export type FeedSections = Record<string, Record<string, readonly FeedEntry[]>>;

/** How the service answers instead: with another status or text, or never to the end. */
export type LookupFault = { status: number } | { text: string } | "silent" | "cut";

/** A running service. `sections` and `fault` may be changed at any time. */
export type FakeSoftwareLookup = {
  readonly url: string;
  /** The root to trust. */
  readonly caPem: string;
  sections: FeedSections;
  fault: LookupFault | undefined;
  /** Requests so far. */
  readonly requests: number;
  close(): Promise<void>;
};

/** Starts the service on a loopback port. */
export async function startSoftwareLookup(now: Date, sections: FeedSections): Promise<FakeSoftwareLookup> {
  const { caPem, server: identity } = await makePushAuthority(now);
  const state = { sections, fault: undefined as LookupFault | undefined, requests: 0 };
  const server = https.createServer({ key: identity.keyPem, cert: identity.certificatePem }, (request, answer) => {
    state.requests++;
    const { fault } = state;
    if (request.url !== "/v2/pmv") return void answer.writeHead(404).end();
    if (fault === "silent") return;
    const text = typeof fault === "object" && "text" in fault ? fault.text : JSON.stringify(state.sections);
    const status = typeof fault === "object" && "status" in fault ? fault.status : 200;
    answer.writeHead(status, { "content-type": "application/json", "content-length": String(text.length) });
    if (fault === "cut") {
      answer.write(text.slice(0, text.length >> 1), () => answer.destroy());
      return;
    }
    answer.end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the service has no port");
  return {
    url: `https://localhost:${address.port}`,
    caPem,
    get sections() {
      return state.sections;
    },
    set sections(value) {
      state.sections = value;
    },
    get fault() {
      return state.fault;
    },
    set fault(value) {
      state.fault = value;
    },
    get requests() {
      return state.requests;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
