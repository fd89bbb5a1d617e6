/**
 * The context of every request in the routes.
 *
 * @module
 */

import type { RequestInfo } from "../src/events/by.ts";
import type { Runtime } from "../src/runtime.ts";
import type { RequestBody } from "./body.ts";
import type { Pieces } from "./incoming_pieces.ts";

/** The types of Hono's context in this server. */
export type AppEnv = {
  Bindings: {
    /** The address of the TCP peer (a proxy's, when there is one). */
    remoteAddress: string;
    /** DER of the certificate that the peer showed on the mutual TLS port; absent elsewhere. */
    peerCertificate?: Uint8Array;
    /** The body, where the port reads it itself. */
    pieces?: Pieces;
  };
  Variables: {
    runtime: Runtime;
    request: RequestInfo;
    /** The body of the request, read with limits. */
    body: RequestBody;
  };
};
