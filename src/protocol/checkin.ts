/**
 * Check-in messages: the messages that a device PUTs to its CheckInURL.
 *
 * Promise: `parseCheckin` returns one of the messages of Apple's check-in protocol with every required key present and
 * of its type, or throws `ProtocolError` (a key is missing or wrong). A key that the device did not send is absent, never
 * empty: an absent UnlockToken keeps the old one, an empty one replaces it.
 *
 * Source: Apple, "Check-in" (developer.apple.com/documentation/devicemanagement/check-in).
 *
 * @module
 */

import { ProtocolError } from "./errors.ts";
import { type Ids, parseIds } from "./ids.ts";
import { foreignText } from "../foreign_text.ts";
import { bool, data, dict, get, isDict, kindOf, type Plist, type PlistDict, str, text as textOf } from "./plist.ts";
import { present } from "./present.ts";

type From = { ids: Ids };

/** Characters of a required text: Apple's are all far shorter. */
const LONGEST = 4096;
/** Characters of a serial number, as of the other ids. */
const LONGEST_ID = 255;
/** Bytes of a push token (Apple's have 32 and "may have up to 100"), and of an unlock or bootstrap token. */
const LONGEST_PUSH_TOKEN = 1024;
const LONGEST_SECRET = 64 * 1024;

/** The first message of an enrollment. Simulated and old devices send little more than the ids. */
export type Authenticate = From & {
  messageType: "Authenticate";
  topic: string;
  serialNumber?: string;
  deviceName?: string;
  model?: string;
  modelName?: string;
  productName?: string;
  osVersion?: string;
  osVersionExtra?: string;
  buildVersion?: string;
  buildVersionExtra?: string;
  imei?: string;
  meid?: string;
};

/** How to push to a device or user. The token may have any length here; the push client judges it. */
export type TokenUpdate = From & {
  messageType: "TokenUpdate";
  topic: string;
  token: Uint8Array;
  pushMagic: string;
  /** Absent: keep what is stored. */
  unlockToken?: Uint8Array;
  /** Absent: unchanged. */
  awaitingConfiguration?: boolean;
  userLongName?: string;
  userShortName?: string;
  notOnConsole?: boolean;
};

export type CheckOut = From & { messageType: "CheckOut"; topic?: string };

/** An absent bootstrap token means: remove the stored one. */
export type SetBootstrapToken = From & {
  messageType: "SetBootstrapToken";
  bootstrapToken?: Uint8Array;
  awaitingConfiguration?: boolean;
};

export type GetBootstrapToken = From & { messageType: "GetBootstrapToken" };

export type UserAuthenticate = From & { messageType: "UserAuthenticate"; digestResponse?: string };

/** `endpoint` is "tokens", "declaration-items", "status" or "declaration/<type>/<identifier>"; `data` is JSON. */
export type DeclarativeManagement = From & {
  messageType: "DeclarativeManagement";
  endpoint: string;
  data?: Uint8Array;
};

export type GetToken = From & {
  messageType: "GetToken";
  tokenServiceType: string;
  tokenParameters?: PlistDict;
};

/** A message type that this server does not know, such as ReturnToService. */
export type UnsupportedMessage = From & { messageType: "Unsupported"; name: string };

export type CheckinMessage =
  | Authenticate
  | TokenUpdate
  | CheckOut
  | SetBootstrapToken
  | GetBootstrapToken
  | UserAuthenticate
  | DeclarativeManagement
  | GetToken
  | UnsupportedMessage;

/** Whether a property list is a check-in message: those have a MessageType, reports a Status. */
export const isCheckin = (body: Plist): boolean => isDict(body) && get(body, "MessageType") !== undefined;

/** Returns the check-in message in a property list. Throws `ProtocolError`. */
export function parseCheckin(body: Plist): CheckinMessage {
  if (!isDict(body)) {
    throw new ProtocolError(`Cannot read the check-in message: it is ${kindOf(body)}, it should be a dictionary`);
  }
  const messageType = required(body, "MessageType", "the check-in message");
  const ids = parseIds(body, named(messageType));
  switch (messageType) {
    case "Authenticate":
      return present({
        messageType,
        ids,
        topic: foreignText(required(body, "Topic", messageType)),
        serialNumber: id(body, "SerialNumber", messageType),
        deviceName: text(body, "DeviceName"),
        model: text(body, "Model"),
        modelName: text(body, "ModelName"),
        productName: text(body, "ProductName"),
        osVersion: text(body, "OSVersion"),
        osVersionExtra: text(body, "SupplementalOSVersionExtra"),
        buildVersion: text(body, "BuildVersion"),
        buildVersionExtra: text(body, "SupplementalBuildVersion"),
        imei: text(body, "IMEI"),
        meid: text(body, "MEID"),
      });
    case "TokenUpdate":
      return present({
        messageType,
        ids,
        topic: foreignText(required(body, "Topic", messageType)),
        token: bytesOf(body, "Token", messageType),
        pushMagic: required(body, "PushMagic", messageType),
        unlockToken: optionalBytes(body, "UnlockToken", messageType, LONGEST_SECRET),
        awaitingConfiguration: bool(body, "AwaitingConfiguration"),
        userLongName: text(body, "UserLongName"),
        userShortName: text(body, "UserShortName"),
        notOnConsole: bool(body, "NotOnConsole"),
      });
    case "CheckOut":
      return present({ messageType, ids, topic: text(body, "Topic") });
    case "SetBootstrapToken":
      return present({
        messageType,
        ids,
        bootstrapToken: optionalBytes(body, "BootstrapToken", messageType, LONGEST_SECRET),
        awaitingConfiguration: bool(body, "AwaitingConfiguration"),
      });
    case "GetBootstrapToken":
      return { messageType, ids };
    case "UserAuthenticate":
      return present({ messageType, ids, digestResponse: text(body, "DigestResponse") });
    case "DeclarativeManagement":
      return present({
        messageType,
        ids,
        endpoint: required(body, "Endpoint", messageType),
        data: optionalBytes(body, "Data", messageType),
      });
    case "GetToken":
      return present({
        messageType,
        ids,
        tokenServiceType: required(body, "TokenServiceType", messageType),
        tokenParameters: dict(body, "TokenParameters"),
      });
    default:
      return { messageType: "Unsupported", ids, name: foreignText(messageType) };
  }
}

/** Returns a message type in the form for an error sentence. */
const named = (messageType: string): string =>
  /^[A-Za-z]{1,40}$/.test(messageType) ? messageType : "the check-in message";

function required(body: PlistDict, key: string, what: string): string {
  const value = get(body, key);
  if (value === undefined || value === "") throw new ProtocolError(`Cannot read ${what}: "${key}" is missing`);
  if (typeof value !== "string") {
    throw new ProtocolError(`Cannot read ${what}: "${key}" is ${kindOf(value)}, it should be a string`);
  }
  // The attack: each refusal is recorded in an event, and a device that sends megabytes each time fills the log.
  if (value.length > LONGEST) {
    throw new ProtocolError(`Cannot read ${what}: "${key}" has ${value.length} characters, ${LONGEST} are accepted`);
  }
  return value;
}

/** Returns a fact of the device; an empty one counts as absent. */
const text = (body: PlistDict, key: string): string | undefined => textOf(body, key) || undefined;

/** Returns a lookup key: one that is too long is refused, since a truncated key would be a different key. */
function id(body: PlistDict, key: string, what: string): string | undefined {
  const value = str(body, key) || undefined;
  if (value !== undefined && value.length > LONGEST_ID) {
    throw new ProtocolError(`Cannot read ${what}: "${key}" has ${value.length} characters, ${LONGEST_ID} are accepted`);
  }
  return value;
}

function bytesOf(body: PlistDict, key: string, what: string): Uint8Array {
  const value = optionalBytes(body, key, what, LONGEST_PUSH_TOKEN);
  if (value === undefined) throw new ProtocolError(`Cannot read ${what}: "${key}" is missing`);
  return value;
}

/** Bytes, or undefined when absent. Another type is an error: "absent" would delete or keep a secret by mistake. */
function optionalBytes(body: PlistDict, key: string, what: string, limit = Infinity): Uint8Array | undefined {
  const value = get(body, key);
  if (value !== undefined && !(value instanceof Uint8Array)) {
    throw new ProtocolError(`Cannot read ${what}: "${key}" is ${kindOf(value)}, it should be data`);
  }
  // A secret that is cut is another one.
  if (value !== undefined && value.length > limit) {
    throw new ProtocolError(`Cannot read ${what}: "${key}" has ${value.length} bytes, ${limit} are accepted`);
  }
  return data(body, key);
}
