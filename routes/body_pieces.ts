/**
 * The pieces in which a body arrives. The attack: chunks of one byte (RFC 9112, section 7.1), of which a packet has
 * thousands. Each becomes an object several hundred times its size before any reader sees it, so that some megabytes from
 * the network take gigabytes of memory.
 *
 * @module
 */

import type { IncomingMessage } from "node:http";

/** Pieces of any size that a body may have. */
const FEW = 1000;
/** Bytes that the pieces of a longer body have on average: far less than those of any client that does not mean harm. */
const LEAST_BYTES = 64;

/** Watches the pieces of a request's body. `refuse` is called once when they are too small; nothing is kept from then on. */
export function watchPieces(incoming: IncomingMessage, refuse: () => void): void {
  const push = incoming.push.bind(incoming);
  let [pieces, bytes, refused] = [0, 0, false];
  incoming.push = (piece: Uint8Array | null, ...rest) => {
    if (refused) return false;
    if (piece !== null) {
      pieces++;
      bytes += piece.length;
      if (pieces > FEW && bytes < pieces * LEAST_BYTES) {
        refused = true;
        refuse();
        return false;
      }
    }
    return push(piece, ...rest);
  };
}
