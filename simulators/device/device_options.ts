/**
 * The options of simulated devices, and the reports on their conversations.
 *
 * @module
 */

import type { KeyObject } from "node:crypto";
import type { Sign } from "../../src/pki/cms/signed.ts";
import type { DeclarationMischiefMaker } from "../declarative/declarative_device.ts";
import type { AppMischief, StoreAnswer } from "./installed_apps.ts";
import type { ScepHabit } from "./identity.ts";
import type { Account } from "./device_state.ts";
import type { Model } from "./models.ts";

/**
 * The misbehavior of a device instead of its regular answer. `drop`: it does nothing and says nothing. `lost answer`: it
 * does what it was told, and its answer is lost. `lost reply`: it answers, and the server's reply is lost.
 */
export type Mischief = "NotNow" | "Error" | "CommandFormatError" | "drop" | "lost answer" | "lost reply";

/** The options of a device. */
export type DeviceOptions = {
  model: Model;
  serialNumber: string;
  udid?: string;
  name?: string;
  /** The accounts of a Mac or a Shared iPad. */
  accounts?: readonly Account[];
  /** Carries its requests; the process's own network by default. */
  send?: (request: Request) => Promise<Response>;
  now?: () => Date;
  /** Seconds that its clock is ahead. */
  clockSkew?: number;
  /** How its messages are signed: as Apple's systems do, or in plain DER. */
  signature?: "apple-ber" | "der";
  /** Makes the signatures of its messages; `node:crypto` by default. */
  sign?: Sign;
  scep?: ScepHabit;
  /** Binary property lists instead of XML. */
  binary?: boolean;
  /** An RSA key for its first identity instead of a new one. */
  key?: KeyObject;
  /** The source of all other keys; each is created when needed by default. */
  newKey?: () => Promise<KeyObject>;
  /** Decides the failure of each command, `n` counting those of this type from 1; none by default. */
  mischief?: (requestType: string, n: number) => Mischief | undefined;
  /** Seconds until an app that it was sent is installed; 0 by default. */
  installSeconds?: number;
  /** Decides whether an app that it was sent fails, or is declined by its user. */
  appMischief?: (identifier: string) => AppMischief | undefined;
  /** The App Store that it asks; by default there is none, and apps of the App Store are acknowledged and no more. */
  appStore?: (adamId: string, serialNumber: string) => StoreAnswer;
  /** Whether FileVault is enabled on a Mac that enrolls by hand; it is by default. */
  fileVault?: "on" | "off";
  /** Minutes that its zone is ahead of UTC; 0 by default. */
  zoneMinutes?: number;
  /** Decides whether an enforced update fails at its deadline, and why; `n` counts the attempts from 1. */
  updateMischief?: (version: string, n: number) => string | undefined;
  /** The same for declarations, `n` counting how often one of an identifier was applied. */
  declarationMischief?: DeclarationMischiefMaker;
};

/** A command that the device received, and its answer. */
export type Exchange = { commandUuid: string; requestType: string; status: string };

/** The server did not answer as a device needs it. */
export class ServerRefused extends Error {
  override readonly name = "ServerRefused";
  constructor(readonly status: number, what: string, text: string) {
    super(`${what} was answered with ${status}${text === "" ? "" : `: ${text}`}`);
  }
}

/** Returns the body of an answer with 200. Throws `ServerRefused`. */
export async function expectOk(response: Response, what: string): Promise<Uint8Array<ArrayBuffer>> {
  const body = new Uint8Array(await response.arrayBuffer());
  if (response.status !== 200) throw new ServerRefused(response.status, what, new TextDecoder().decode(body));
  return body;
}
