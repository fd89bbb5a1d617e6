/**
 * Property lists, and the messages in them.
 *
 * @module
 */

import { parseCustomCommand } from "../../src/commands/custom_command.ts";
import { installedApplicationList } from "../../src/commands/installed_application_list.ts";
import { profileList } from "../../src/commands/profile_list.ts";
import { certificateList } from "../../src/commands/certificate_list.ts";
import { deviceInformation } from "../../src/commands/device_information.ts";
import type { CommandTarget } from "../../src/commands/command.ts";
import { parseCheckin } from "../../src/protocol/checkin.ts";
import { parseMachineInfo } from "../../src/protocol/machine_info.ts";
import { buildBinaryPlist, buildPlist, parsePlist, type PlistDict } from "../../src/protocol/plist.ts";
import { parseReport } from "../../src/protocol/report.ts";
import { binaryPlist, objects } from "../builders/binary_plists.ts";
import { type Bytes, bytes, filled, isPlistError, isProtocolError, MB, type ReaderTarget, text } from "./reader.ts";

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0">';
const xml = (piece: string | ((index: number) => string), begin = "", end = "") =>
  filled(piece, HEAD + begin, `${end}</plist>`);

/** XML that costs more than it looks, inside whatever dictionary a message is. */
export const XML_SHAPES = {
  "digits of a real": xml("1", "<real>", "x</real>"),
  "digits of a fraction": xml("1", "<real>1.", "e</real>"),
  "digits of an integer": xml("7", "<integer>", "</integer>"),
  "digits of a hexadecimal integer": xml("f", "<integer>0x", "</integer>"),
  "digits of a date": xml("2", "<date>", "</date>"),
  "space around a number": xml(" ", "<real>", "1 2</real>"),
  "references": xml("&amp;", "<string>", "</string>"),
  "ampersands": xml("&", "<string>", "</string>"),
  "comments": xml("<!---->", "", "<true/>"),
  "comments in a text": xml("<!---->", "<string>", "</string>"),
  "a comment without end": xml("<!--", "<string>", "</string>"),
  "instructions": xml("<?a?>", "", "<true/>"),
  "sections": xml("<![CDATA[]]>", "<string>", "</string>"),
  "space in a tag": xml(" ", "<string", "x></string>"),
  "space in a key's tag": xml(" ", "<dict><key", "x></key></dict>"),
  "space in the outermost tag": filled(" ", "<plist", "x><true/></plist>"),
  "space in the declaration": filled(" encoding =", '<?xml version="1.0"', "?><plist><true/></plist>"),
  "a document type": filled(" plist", "<!DOCTYPE", "x><plist><true/></plist>"),
  "line ends": xml("\r", "<string>", "</string>"),
  "keys": xml((index) => `<key>k${index}</key><true/>`, "<dict>", "</dict>"),
  "keys like indices": xml((index) => `<key>${4_000_000_000 - index * 7}</key><true/>`, "<dict>", "</dict>"),
  "values": xml("<true/>", "<array>", "</array>"),
  "nesting": xml("<array>"),
  "base64": xml("AAAA", "<data>", "</data>"),
  "base64 with spaces": xml("A ", "<data>", "</data>"),
  "tags without end": filled("<", HEAD),
};

/** Binary lists whose objects are shared, so that they expand. */
export const BINARY_SHAPES = {
  "arrays that share": (size: number) => {
    const width = Math.max(2, Math.floor(size / 40));
    return binaryPlist([
      ...Array.from({ length: 4 }, (_, level) => objects.array(Array(width).fill(level + 1))),
      objects.yes,
    ]);
  },
  "dictionaries that are shared": (size: number) => {
    const keys = Math.max(1, Math.floor(size / 20));
    const numbers = Array.from({ length: keys }, (_, index) => index);
    return binaryPlist([
      objects.array(Array(keys).fill(1)),
      objects.dict(numbers.map((index) => index + 2), Array(keys).fill(2)),
      ...numbers.map((index) => objects.text(`k${index}`)),
    ]);
  },
  "data that is shared": (size: number) =>
    binaryPlist([
      objects.array(Array(Math.max(1, Math.floor(size / 8))).fill(1)),
      objects.data(new Uint8Array(Math.floor(size / 2))),
    ]),
  "one text in many places": (size: number) => {
    const count = Math.max(1, Math.floor(size / 16));
    const long = objects.text("t".repeat(Math.floor(size / 4)));
    return binaryPlist(
      [objects.array(Array.from({ length: count }, (_, index) => index + 1)), long],
      Array(count - 1).fill(1),
    );
  },
  "a list of numbers": (size: number) =>
    buildBinaryPlist(Array.from({ length: Math.floor(size / 8) }, (_, index) => index + 70_000)),
};

/** A message with one text of that size, and with many. */
const messageShapes = (message: PlistDict, keys: readonly string[]) => ({
  ...Object.fromEntries(keys.map((key) => [
    `a long ${key}`,
    (size: number) => buildPlist({ ...message, [key]: "N".repeat(size) }),
  ])),
  "many unknown keys": (size: number) =>
    buildPlist({
      ...message,
      ...Object.fromEntries(Array.from({ length: Math.floor(size / 40) }, (_, index) => [`Unknown${index}`, true])),
    }),
});

const IDS = { UDID: "00008103-000000000000001E" };
const MAC: CommandTarget = {
  channel: "Device",
  platform: "macOS",
  osVersion: "26.0",
  model: "Mac14,2",
  appleSilicon: true,
  supervised: true,
  userEnrollment: false,
  userApproved: true,
  activationLockManageable: true,
  awaitingConfiguration: false,
};
const REPORT = { ...IDS, Status: "Acknowledged", CommandUUID: "01234567-89AB-4CDE-8F01-23456789ABCD" };
/** A report, and what the commands with lists make of it. */
function readAnswer(input: Bytes): void {
  const report = parseReport(input);
  installedApplicationList.onAcknowledged?.(report, {}, MAC);
  profileList.onAcknowledged?.(report, {}, MAC);
  certificateList.onAcknowledged?.(report, {}, MAC);
  deviceInformation.onAcknowledged?.(report, {}, MAC);
}

const listOf = (key: string, item: (index: number) => PlistDict, each: number) => (size: number) =>
  buildPlist({ ...REPORT, [key]: Array.from({ length: Math.max(1, size / each | 0) }, (_, index) => item(index)) });

export const LIST_READERS: readonly ReaderTarget[] = [
  {
    name: "property list, XML",
    read: (input) => parsePlist(input),
    refuses: isPlistError,
    largest: 32 * MB,
    seeds: () => [buildPlist({ a: [1, 2.5, "x", true, new Date(0), new Uint8Array(3)], b: {} })],
    shapes: XML_SHAPES,
  },
  {
    name: "property list, binary",
    read: (input) => parsePlist(input),
    refuses: isPlistError,
    largest: 32 * MB,
    seeds: () => [buildBinaryPlist({ a: [1, 2.5, "x", true, new Date(0), new Uint8Array(3)], b: {} })],
    shapes: BINARY_SHAPES,
  },
  {
    name: "check-in message",
    read: (input) => parseCheckin(input),
    refuses: isProtocolError,
    largest: 32 * MB,
    seeds: () => [
      buildPlist({ ...IDS, MessageType: "Authenticate", Topic: "t", DeviceName: "Mac" }),
      buildPlist({ ...IDS, MessageType: "TokenUpdate", Topic: "t", Token: new Uint8Array(32), PushMagic: "m" }),
      buildPlist({ ...IDS, MessageType: "DeclarativeManagement", Endpoint: "status", Data: bytes("{}") }),
    ],
    shapes: messageShapes({ ...IDS, MessageType: "Authenticate", Topic: "t" }, [
      "DeviceName",
      "MessageType",
      "Topic",
      "SerialNumber",
      "OSVersion",
      "Model",
    ]),
  },
  {
    name: "report of a command",
    read: readAnswer,
    refuses: isProtocolError,
    largest: 32 * MB,
    seeds: () => [
      buildPlist({ ...REPORT, Status: "Idle" }),
      buildPlist({ ...REPORT, InstalledApplicationList: [{ Identifier: "a", Name: "A", Version: "1" }] }),
      buildPlist({ ...REPORT, Status: "Error", ErrorChain: [{ ErrorDomain: "d", ErrorCode: 1 }] }),
      buildPlist({ ...REPORT, QueryResponses: { OSVersion: "26.0", ProductName: "Mac14,2" } }),
    ],
    shapes: {
      ...messageShapes(REPORT, ["CommandUUID", "RequestType"]),
      "apps": listOf("InstalledApplicationList", (index) => ({ Identifier: `a.${index}`, Version: "1" }), 120),
      "apps that are one": listOf("InstalledApplicationList", () => ({ Identifier: "a", Version: "1" }), 120),
      "profiles": listOf("ProfileList", (index) => ({ PayloadUUID: `${index}`, PayloadIdentifier: "p" }), 130),
      "certificates": listOf("CertificateList", () => ({ IsIdentity: true, Data: new Uint8Array(10) }), 120),
      "errors": listOf("ErrorChain", () => ({ ErrorDomain: "d", ErrorCode: 1 }), 100),
      "a long answer": (size) => buildPlist({ ...REPORT, QueryResponses: { OSVersion: "1.".repeat(size / 2 | 0) } }),
      "many answers": (size) =>
        buildPlist({
          ...REPORT,
          QueryResponses: Object.fromEntries(Array.from({ length: size / 30 | 0 }, (_, index) => [`k${index}`, "v"])),
        }),
    },
  },
  {
    name: "machine info",
    read: (input) => parseMachineInfo(input),
    refuses: isProtocolError,
    largest: 256 * 1024,
    seeds: () => [buildPlist({ UDID: "u", SERIAL: "s", PRODUCT: "Mac14,2", VERSION: "25A1" })],
    shapes: messageShapes({ UDID: "u", SERIAL: "s" }, ["PRODUCT", "DEVICE_NAME", "SERIAL", "LANGUAGE"]),
  },
  {
    name: "custom command",
    read: (input) => parseCustomCommand(text(input)),
    refuses: isPlistError,
    largest: MB,
    seeds: () => [bytes("<dict><key>RequestType</key><string>DeviceLock</string></dict>")],
    shapes: {
      "space": filled(" ", "<dict>", "</dict>"),
      "keys": filled((index) => `<key>k${index}</key><true/>`, "<dict>", "</dict>"),
    },
  },
];
