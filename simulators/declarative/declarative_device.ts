/**
 * The parts of a device that declarative management needs.
 *
 * @module
 */

import type { PlistDict } from "../../src/protocol/plist.ts";
import type { Json, JsonObject } from "../../src/protocol/plist_json.ts";
import type { SchemaTarget } from "../../src/apple_schema/target.ts";
import type { DeclarationKind } from "../../src/apple_schema/types.ts";
import type { DeclaredApps } from "../device/declared_apps.ts";
import type { ChannelState, Reason } from "../device/channel_state.ts";
import type { DeviceIdentity } from "../device/identity.ts";

/** A declaration as the device has it. */
export type HeldDeclaration = {
  kind: DeclarationKind;
  type: string;
  identifier: string;
  token: string;
  payload: JsonObject;
  /** Its requested failure. */
  mischief?: "invalid" | "unknown";
};

/**
 * The requested failure of a declaration: it is reported invalid, or as unknown and still in progress; its fetch is
 * lost, so that the device continues without it; or the report after it is lost.
 */
export type DeclarationMischief = "invalid" | "unknown" | "drop fetch" | "no report";

/** Decides the failure; `n` counts the declarations of that identifier that the device applied, from 1. */
export type DeclarationMischiefMaker = (
  declaration: { Type: string; Identifier: string; ServerToken: string },
  n: number,
) => DeclarationMischief | undefined;

/** The value of a status item, or the reason why there is none. */
export type StatusItem = { value: Json } | { error: Reason };

/** A channel of a device. */
export type DeclarativeDevice = {
  readonly channel: ChannelState;
  readonly mischief: DeclarationMischiefMaker | undefined;
  readonly apps: DeclaredApps;
  target(): SchemaTarget;
  /** Sends a check-in message; the ids are added. */
  checkIn(message: PlistDict): Promise<Response>;
  /** Downloads with the device's identity ("MDM"), or anonymously. */
  download(url: string, as: "MDM" | "None"): Promise<Response>;
  /** A certificate of the authority that a SCEP payload names. Throws ScepRefused. */
  certify(scep: PlistDict): Promise<DeviceIdentity>;
  /** `active` are the configurations in force. */
  statusItem(name: string, active: readonly HeldDeclaration[]): StatusItem;
};
