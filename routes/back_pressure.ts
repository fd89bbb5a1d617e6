/**
 * A connection is read no further than its requests are. The runtime keeps reading one with TLS and buffers the
 * decrypted bytes, paused or not; only the socket below TLS can be stopped. It also reads any bytes between pieces of
 * bodies for as long as they arrive. The attack: one connection sends without end and fills the memory at the speed of
 * the network.
 *
 * @module
 */

import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";

/** The part of a socket that reads, as the runtime's own HTTP server uses it: `pause` and `resume` do not come through below TLS. */
type Reading = { readStop(): void; readStart(): void };

/**
 * Bytes between two checks that are not part of a body, for each request and in addition: its line and headers, and
 * bytes that were in flight.
 */
const HEAD_BYTES = 64 * 1024;
const SLACK_BYTES = 512 * 1024;
/** The share of a body that the markers between its pieces may take. */
const MARKS = 1 / 4;

/** The reading of one connection. */
export class BackPressure {
  #ended = false;
  /** The points at which reading stops: bodies that wait for their readers, and the paused socket. */
  readonly #held = new Set<object>();
  /** The connection as HTTP sees it. */
  #socket: Socket;
  /** Since the last check: requests, bytes of bodies, and the bytes read before. */
  #requests = 0;
  #bodies = 0;
  #before = 0;

  /** With the socket that was accepted: below TLS, where there is TLS. */
  constructor(private readonly accepted: Socket) {
    this.#socket = accepted;
  }

  /** Tells of the socket above TLS: where it is paused, the one below stops. */
  follow(socket: Socket): void {
    this.#socket = socket;
    const [pause, resume] = [socket.pause.bind(socket), socket.resume.bind(socket)];
    socket.pause = () => {
      this.#stop(socket);
      return pause();
    };
    socket.resume = () => {
      this.#go(socket);
      return resume();
    };
  }

  /** Reads nothing more, whatever happens. */
  end(): void {
    this.#ended = true;
    this.#reading?.readStop();
  }

  /**
   * Registers a request: its body is held back while its reader takes none; the rest of a small one may arrive when its
   * reader was cancelled. Returns the function to call when the request is over and completely received.
   */
  hold(incoming: IncomingMessage, small: boolean): () => void {
    this.#requests++;
    const push = incoming.push.bind(incoming);
    const read = incoming._read.bind(incoming);
    incoming.push = (piece: Uint8Array | null, ...rest) => {
      this.#bodies += piece?.length ?? 0;
      // A reader that was cancelled takes nothing.
      if (incoming.destroyed && small) return true;
      const more = !incoming.destroyed && push(piece, ...rest);
      if (!more && piece !== null) this.#stop(incoming);
      return more;
    };
    incoming._read = (bytes) => {
      this.#go(incoming);
      read(bytes);
    };
    // The runtime passes waiting bytes to a cancelled reader, and throws since it accepts none.
    const emit = incoming.emit.bind(incoming);
    incoming.emit = (name: string | symbol, ...rest: unknown[]) =>
      name === "data" && incoming.destroyed ? false : emit(name, ...rest);
    return () => this.#go(incoming);
  }

  /** Destroys the connection when too much came since the last look that is no body. To be called some times a second. */
  look(): void {
    const read = this.#socket.bytesRead;
    const besides = read - this.#before - this.#bodies * (1 + MARKS);
    if (besides > SLACK_BYTES + HEAD_BYTES * this.#requests) this.accepted.destroy();
    [this.#before, this.#bodies, this.#requests] = [read, 0, 0];
  }

  #stop(reason: object): void {
    this.#held.add(reason);
    this.#reading?.readStop();
  }

  #go(reason: object): void {
    this.#held.delete(reason);
    if (this.#held.size === 0 && !this.#ended) this.#reading?.readStart();
  }

  get #reading(): Reading | null | undefined {
    return (this.accepted as { _handle?: Reading | null })._handle;
  }
}
