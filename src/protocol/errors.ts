/**
 * The error of a message that is a property list but not a message of Apple's protocol.
 *
 * @module
 */

import { foreignText } from "../foreign_text.ts";

/** A well-formed property list that is not the message it should be. The sentence names the key that is at fault. */
export class ProtocolError extends Error {
  override name = "ProtocolError";
  constructor(message: string, options?: ErrorOptions) {
    super(foreignText(message), options);
  }
}
