/**
 * A connection with TLS is not read while a body waits for its reader. The runtime reads one on and keeps what it decrypts,
 * paused or not; only the socket below TLS can be stopped. The attack: one connection that sends without end, which fills the
 * memory as fast as the network brings it.
 *
 * @module
 */

import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";

/** The part of a socket that reads, as the runtime's own HTTP server uses it: `pause` and `resume` do not come through below TLS. */
type Reading = { readStop(): void; readStart(): void };

/** The reading of one connection. */
export class BackPressure {
  #ended = false;

  /** With the socket that was accepted: below TLS, where there is TLS. */
  constructor(private readonly accepted: Socket) {}

  /** Reads nothing more, whoever asks for it. */
  end(): void {
    this.#ended = true;
    this.#stop();
  }

  /** Reads on: a request is over. */
  go(): void {
    if (!this.#ended) this.#reading?.readStart();
  }

  #stop(): void {
    this.#reading?.readStop();
  }

  /** Holds a request's body back while its reader takes none. */
  hold(incoming: IncomingMessage): void {
    const push = incoming.push.bind(incoming);
    const read = incoming._read.bind(incoming);
    incoming.push = (piece: Uint8Array | null, ...rest) => {
      // A reader that was cancelled takes nothing.
      const more = !incoming.destroyed && push(piece, ...rest);
      if (!more && piece !== null) this.#stop();
      return more;
    };
    incoming._read = (bytes) => {
      this.go();
      read(bytes);
    };
    // The runtime hands a cancelled reader what was waiting for it, and throws since it takes nothing.
    const emit = incoming.emit.bind(incoming);
    incoming.emit = (name: string | symbol, ...rest: unknown[]) =>
      name === "data" && incoming.destroyed ? false : emit(name, ...rest);
  }

  get #reading(): Reading | null | undefined {
    return (this.accepted as { _handle?: Reading | null })._handle;
  }
}
