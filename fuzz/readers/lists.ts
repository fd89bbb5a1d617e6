/**
 * Property lists, and the messages in them.
 *
 * @module
 */

import { parseCustomCommand } from "../../src/commands/custom_command.ts";
import type { CommandTarget } from "../../src/commands/command.ts";
import { COMMANDS } from "../../src/commands/registry.ts";
import { parseCheckin } from "../../src/protocol/checkin.ts";
import { parseMachineInfo } from "../../src/protocol/machine_info.ts";
import { asDict, buildPlist, dict, parsePlist, type PlistDict } from "../../src/protocol/plist.ts";
import { parseReport } from "../../src/protocol/report.ts";
import { binaryPlist, objects } from "../builders/binary_plists.ts";
import { isDeepStrictEqual } from "node:util";
import { commandUnsupported, validateCommand } from "../../src/apple_schema/commands.ts";
import { toForeignJson } from "../../src/protocol/plist_json.ts";
import { inventCommand } from "../invent.ts";
import { Disagreement, likeLibrary, roundTrip, storable } from "../judges.ts";
import { type Bytes, bytes, filled, isPlistError, isProtocolError, MB, type ReaderTarget, text } from "./reader.ts";
import { buildBinaryPlist } from "../../simulators/device/binary_plist.ts";

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
const BINARY_SHAPES = {
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
const PHONE: CommandTarget = { ...MAC, platform: "iOS", model: "iPhone15,2", appleSilicon: null };

/** Commands with arguments that they take, the least that will do. */
const ASKED = [...COMMANDS].flatMap((command) => {
  const given = { command: "<dict><key>RequestType</key><string>Settings</string></dict>", pin: "123456" };
  const id = "01234567-89ab-4cde-8f01-23456789abcd";
  const args = [{}, given, { artifact_version: id, artifact: id, identifier: "a", uuid: id, source: "e30=" }]
    .map((some) => command.args.safeParse(some)).find(({ success }) => success)?.data;
  return args === undefined ? [] : [{ command, args }];
});

/** A report, its effects for every command, and the stored values. */
function readAnswer(input: Bytes) {
  const report = parseReport(parsePlist(input), input);
  const effects = ASKED.flatMap(({ command, args }) =>
    [MAC, PHONE].flatMap((target) => [
      ...(command.onAcknowledged?.(report, args, target) ?? []),
      ...(command.onError?.(report, args, target) ?? []),
    ])
  );
  return { status: report.status, effects, kept: toForeignJson(report.body) };
}

/** The wire samples of the tests whose names begin so. */
function samples(beginning: string): Bytes[] {
  const folder = new URL("../../tests/fixtures/wire/", import.meta.url);
  return [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) =>
    name.startsWith(beginning) && name.endsWith(".plist")
  ).sort()
    .map((name) => Deno.readFileSync(new URL(name, folder)));
}

const listOf = (key: string, item: (index: number) => PlistDict, each: number) => (size: number) =>
  buildPlist({ ...REPORT, [key]: Array.from({ length: Math.max(1, size / each | 0) }, (_, index) => item(index)) });

/** The parsed value again: the type of a target's result is not known here. */
function judgeList(input: Bytes, result: unknown): void {
  const value = parsePlist(input);
  if (!isDeepStrictEqual(value, result)) throw new Disagreement("Read twice, it is not the same");
  roundTrip(value);
  likeLibrary(input, value);
}

export const LIST_READERS: readonly ReaderTarget[] = [
  {
    name: "property list, XML",
    form: "plist",
    read: (input) => parsePlist(input),
    judge: (input, value) => judgeList(input, value),
    refuses: isPlistError,
    largest: 32 * MB,
    seeds: () => [...samples(""), buildPlist({ a: [1, 2.5, "x", true, new Date(0), new Uint8Array(3)], b: {} })],
    shapes: XML_SHAPES,
  },
  {
    name: "property list, binary",
    form: "plist",
    read: (input) => parsePlist(input),
    judge: (input, value) => judgeList(input, value),
    refuses: isPlistError,
    largest: 32 * MB,
    seeds: () => [buildBinaryPlist({ a: [1, 2.5, "x", true, new Date(0), new Uint8Array(3)], b: {} })],
    shapes: BINARY_SHAPES,
  },
  {
    name: "check-in message",
    form: "plist",
    read: (input) => parseCheckin(parsePlist(input)),
    judge: (_, message) => storable(message),
    refuses: isProtocolError,
    largest: 32 * MB,
    seeds: () => [
      ...samples("checkin-"),
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
    form: "plist",
    read: readAnswer,
    judge: (_, answer) => storable(answer),
    refuses: isProtocolError,
    largest: 32 * MB,
    seeds: () => [
      ...samples("report-"),
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
    form: "plist",
    read: (input) => parseMachineInfo(input),
    judge: (_, info) => storable(info),
    refuses: isProtocolError,
    largest: 256 * 1024,
    seeds:
      () => [...samples("machine-info"), buildPlist({ UDID: "u", SERIAL: "s", PRODUCT: "Mac14,2", VERSION: "25A1" })],
    shapes: messageShapes({ UDID: "u", SERIAL: "s" }, ["PRODUCT", "DEVICE_NAME", "SERIAL", "LANGUAGE"]),
  },
  {
    name: "custom command",
    form: "plist",
    invent: inventCommand,
    read: (input) => {
      const { requestType, rest } = parseCustomCommand(text(input));
      return [
        requestType,
        validateCommand(requestType, rest).length,
        commandUnsupported(requestType, rest, MAC) === null,
      ];
    },
    refuses: isPlistError,
    largest: MB,
    seeds: () => [
      ...samples("command-").map((sample) => buildPlist(dict(asDict(parsePlist(sample)), "Command") ?? {})),
      bytes("<dict><key>RequestType</key><string>DeviceLock</string></dict>"),
    ],
    shapes: {
      "space": filled(" ", "<dict>", "</dict>"),
      "keys": filled((index) => `<key>k${index}</key><true/>`, "<dict>", "</dict>"),
    },
  },
];
