/**
 * How simulated devices are made, and what they tell of their conversations.
 *
 * @module
 */

import type { KeyObject } from "node:crypto";
import type { DeclarationMischiefMaker } from "../declarative/declarative_device.ts";
import type { ScepHabit } from "./identity.ts";
import type { Model } from "./models.ts";

/** What a device does instead of answering as it should. `lost reply`: it answers, and the server's reply is lost. */
export type Mischief = "NotNow" | "Error" | "CommandFormatError" | "drop" | "lost reply";

/** How a device is made. */
export type DeviceOptions = {
  model: Model;
  serialNumber: string;
  udid?: string;
  name?: string;
  /** Carries its requests; the process's own network unless told. */
  send?: (request: Request) => Promise<Response>;
  now?: () => Date;
  /** Seconds that its clock is ahead. */
  clockSkew?: number;
  /** How its messages are signed: as Apple's systems do, or in plain DER. */
  signature?: "apple-ber" | "der";
  scep?: ScepHabit;
  /** Binary property lists instead of XML. */
  binary?: boolean;
  /** An RSA key for its first identity instead of a new one. */
  key?: KeyObject;
  /** Where all other keys come from; each is made when it is needed unless told. */
  newKey?: () => Promise<KeyObject>;
  /** Decides over each command what goes wrong, `n` counting those of this type from 1; nothing unless told. */
  mischief?: (requestType: string, n: number) => Mischief | undefined;
  /** The same for declarations, `n` counting how often one of an identifier was taken up. */
  declarationMischief?: DeclarationMischiefMaker;
};

/** A command that the device saw, and what it said of it. */
export type Exchange = { commandUuid: string; requestType: string; status: string };

/** The server did not answer as a device needs it. */
export class ServerRefused extends Error {
  override readonly name = "ServerRefused";
  constructor(readonly status: number, what: string, text: string) {
    super(`${what} was answered with ${status}${text === "" ? "" : `: ${text}`}`);
  }
}

/** The body of an answer with 200. Throws `ServerRefused`. */
export async function expectOk(response: Response, what: string): Promise<Uint8Array<ArrayBuffer>> {
  const body = new Uint8Array(await response.arrayBuffer());
  if (response.status !== 200) throw new ServerRefused(response.status, what, new TextDecoder().decode(body));
  return body;
}
