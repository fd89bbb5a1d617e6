/**
 * Every reader of outside text: what it is fed with, and which errors are its honest refusals.
 *
 * One table for two uses: `linear_readers_test.ts` doubles the inputs and watches the work; a fuzzer mutates the seeds and
 * watches for anything that is not a refusal. A reader that is added to the server is added here.
 *
 * @module
 */

import { Hono } from "hono";
import { parse as parseCookies } from "hono/utils/cookie";
import { z } from "zod";
import { Form, readForm } from "../../routes/admin/form.ts";
import { withoutSecret } from "../../routes/admin/version_lines.ts";
import { readJson } from "../../routes/api/body.ts";
import { addressParameters, parseQuery } from "../../routes/api/parse.ts";
import type { AppEnv } from "../../routes/context.ts";
import { clientAddress, proxyList } from "../../routes/request.ts";
import { readDeclaration } from "../../src/blueprints/versions/declaration_source.ts";
import { readProfile } from "../../src/blueprints/versions/profile.ts";
import { isZip } from "../../src/blueprints/versions/zip.ts";
import { parseCustomCommand } from "../../src/commands/custom_command.ts";
import { installedApplicationList } from "../../src/commands/installed_application_list.ts";
import { profileList } from "../../src/commands/profile_list.ts";
import { certificateList } from "../../src/commands/certificate_list.ts";
import { deviceInformation } from "../../src/commands/device_information.ts";
import type { CommandTarget } from "../../src/commands/command.ts";
import { seenVersions } from "../../src/declarations/status.ts";
import { readStatusReport } from "../../src/declarations/report.ts";
import { parseCommonName } from "../../src/enrollment/sessions.ts";
import { Problem } from "../../src/errors.ts";
import { eventJson } from "../../src/events/event_json.ts";
import { senderOf } from "../../src/identity/sender.ts";
import { redact } from "../../src/log.ts";
import { parseCertificate } from "../../src/pki/certificate.ts";
import { verifyDetached } from "../../src/pki/cms/detached.ts";
import { openEnveloped, sealEnveloped } from "../../src/pki/cms/enveloped.ts";
import { openSigned, signAttached, signDetached } from "../../src/pki/cms/signed.ts";
import { selfSigned } from "../../src/pki/ca.ts";
import { buildCsr, parseCsr } from "../../src/pki/csr.ts";
import * as write from "../../src/pki/der_writer.ts";
import { PkiError } from "../../src/pki/errors.ts";
import { pemBlocks, toPem } from "../../src/pki/pem.ts";
import { buildPkcsReq } from "../../src/pki/scep/client.ts";
import { openPkiMessage } from "../../src/pki/scep/message.ts";
import { parseCheckin } from "../../src/protocol/checkin.ts";
import { ProtocolError } from "../../src/protocol/errors.ts";
import { parseMachineInfo } from "../../src/protocol/machine_info.ts";
import { parseOsVersion } from "../../src/protocol/os_version.ts";
import { buildBinaryPlist, buildPlist, parsePlist, type PlistDict, PlistError } from "../../src/protocol/plist.ts";
import { parseReport } from "../../src/protocol/report.ts";
import { flattenStatus } from "../../src/schema/status.ts";
import { slugOf } from "../../src/tags/slug.ts";
import { expand } from "../../src/variables/expand.ts";
import { zipOf } from "../src/blueprints/versions/zips.ts";
import { authority, ecKey, issuedBy, NOW, rsaKey } from "../src/pki/helpers.ts";
import { binaryPlist, objects } from "./binary_plists.ts";

export type Bytes = Uint8Array<ArrayBuffer>;

/** A reader of the server. */
export type ReaderTarget = {
  readonly name: string;
  /** Reads bytes as the server reads them; resolves or returns whatever it makes of them, throws its refusals. */
  readonly read: (input: Bytes) => unknown;
  /** Whether an error is an honest refusal. Any other is a crash. */
  readonly refuses: (error: unknown) => boolean;
  /** Bytes of the largest input that reaches it. */
  readonly largest: number;
  /** Inputs that it takes, for mutations to begin with. */
  readonly seeds: () => Bytes[];
  /** Inputs of about so many bytes that were, or could be, more work than their size. */
  readonly shapes: Readonly<Record<string, (size: number) => Bytes>>;
};

const MB = 1024 * 1024;
const encoder = new TextEncoder();
const utf8 = new TextDecoder();
const bytes = (text: string): Bytes => encoder.encode(text);
const text = (input: Uint8Array): string => utf8.decode(input);

/** `piece` as often as fits into `size` bytes, between a beginning and an end. */
const filled = (piece: string | ((index: number) => string), begin = "", end = "") => (size: number): Bytes => {
  if (typeof piece === "string") return bytes(begin + piece.repeat(Math.max(1, Math.floor(size / piece.length))) + end);
  const parts = [begin];
  for (let length = begin.length, index = 0; length < size; index++) {
    const part = piece(index);
    parts.push(part);
    length += part.length;
  }
  return bytes(parts.join("") + end);
};

const isPlistError = (error: unknown) => error instanceof PlistError;
const isProtocolError = (error: unknown) => error instanceof PlistError || error instanceof ProtocolError;
const isPkiError = (error: unknown) => error instanceof PkiError;
const isProblem = (error: unknown) => error instanceof Problem;
const never = () => false;

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0">';
const xml = (piece: string | ((index: number) => string), begin = "", end = "") =>
  filled(piece, HEAD + begin, `${end}</plist>`);

/** XML that costs more than it looks, inside whatever dictionary a message is. */
const XML_SHAPES = {
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
const ca = authority(rsaKey("readers ca"));
const device = issuedBy(ca, ecKey("readers device"));
const content = bytes("<plist/>");

/** An identity whose subject has that many bytes. */
const named = (subject: [string, string][]) => {
  const key = ecKey("readers named");
  const certificate = selfSigned({
    subject,
    key,
    notBefore: new Date(NOW.getTime() - 1e9),
    notAfter: new Date(NOW.getTime() + 1e9),
  });
  return { key, certificate };
};
const longSubject = (size: number): [string, string][] => [["CN", "-----BEGIN PRIVATE KEY-----".repeat(size / 27 | 0)]];
const manyNames = (size: number): [string, string][] =>
  Array.from({ length: Math.min(15_000, Math.max(1, size / 14 | 0)) }, () => ["CN", "x"]);
const broken = (message: Bytes): Bytes => message.with(message.length - 1, (message.at(-1) ?? 0) ^ 1);

/** ASN.1 that nests or splits as far as it may. */
const ASN1_SHAPES = {
  "indefinite lengths": (size: number) => new Uint8Array(size).map((_, index) => index % 2 === 0 ? 0x30 : 0x80),
  "empty sequences": (size: number) =>
    write.sequence(new Uint8Array(size).map((_, index) => index % 2 === 0 ? 0x30 : 0)),
  "zeros": (size: number) => write.sequence(new Uint8Array(size)),
  "a long integer": (size: number) => write.sequence(write.integer(new Uint8Array(size).fill(0x7f))),
};

/** SignedData whose content is cut into pieces, nested pairwise. */
const inPieces = (size: number): Bytes => {
  let pieces: Bytes = write.octets(new Uint8Array(Math.max(1, size / 30 | 0)));
  for (let level = 0; level < 28; level++) {
    pieces = write.element(0x24, pieces, write.octets(new Uint8Array(size / 30 | 0)));
  }
  return write.sequence(
    write.oid("1.2.840.113549.1.7.2"),
    write.context(
      0,
      write.sequence(
        write.integer(1),
        write.setOf(),
        write.sequence(write.oid("1.2.840.113549.1.7.1"), write.context(0, pieces)),
        write.setOf(),
      ),
    ),
  );
};

const formApp = new Hono<AppEnv>();
formApp.post("/", async (c) => {
  const form = await readForm(c, 32 * MB);
  // As the pages use it: each field by its name.
  for (const name of form.names()) if (form.texts(name).length === 0 && !form.has(name)) form.upload(name);
  return c.text(`${form instanceof Form}`);
});
formApp.onError((error) => {
  throw error;
});
const readFormOf = (type: string) => async (body: Bytes) =>
  await (await formApp.request("/", { method: "POST", body, headers: { "Content-Type": type } })).text();

const BOUNDARY = "x";
const part = (name: string, value: string) =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

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

const JSON_SHAPES = {
  "nesting": filled("[", "", "]"),
  "nested objects": filled('{"a":'),
  "a long text": filled("\\u0041", '"', '"'),
  "many keys": filled((index) => `"k${index}":1,`, "{", '"z":0}'),
  "many numbers": filled("1,", "[", "1]"),
  "a long number": filled("1", "[", "]"),
};

const STATUS = (inner: string) => `{"StatusItems":{${inner}}}`;
const querySchema = z.object({ name: z.string().optional(), names: z.array(z.string()).optional() });

const SECRETS = {
  "beginnings of keys": filled("-----BEGIN PRIVATE KEY-----"),
  "ends of keys": filled("-----END PRIVATE KEY-----"),
  "other beginnings": filled("-----BEGIN "),
  "long labels": filled("-----BEGIN A PRIVATE KEY "),
  "dashes": filled("-"),
  "challenges": filled("MDM$A"),
  "tokens": filled("Token aaaa"),
  "a long token": filled("a", "Token ", "!"),
  "addresses": filled("://a:b"),
  "an address": filled("a", "://x:", " "),
};

/** All of them. */
export const READERS: readonly ReaderTarget[] = [
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
    name: "CMS, detached",
    read: (input) => verifyDetached(input, content),
    refuses: isPkiError,
    largest: 64 * 1024,
    seeds: () => [signDetached(content, device, { form: "der" })],
    shapes: {
      ...ASN1_SHAPES,
      "a long subject": (size) => signDetached(content, named(longSubject(size)), { form: "der" }),
      "a long subject that is not to be trusted": (size) =>
        broken(signDetached(content, named(longSubject(size)), { form: "der" })),
      "many names": (size) => signDetached(content, named(manyNames(size)), { form: "der" }),
    },
  },
  {
    name: "CMS, attached",
    read: (input) => openSigned(input),
    refuses: isPkiError,
    largest: 256 * 1024,
    seeds: () => [signAttached(content, device)],
    shapes: {
      ...ASN1_SHAPES,
      "content": (size) => signAttached(new Uint8Array(size), device),
      "content in pieces": inPieces,
      "a long subject": (size) => broken(signAttached(content, named(longSubject(size)))),
    },
  },
  {
    name: "CMS, enveloped",
    read: (input) => openEnveloped(input, { certificate: ca.parsed, key: ca.key }),
    refuses: isPkiError,
    largest: 256 * 1024,
    seeds: () => [sealEnveloped(content, ca.certificate, { cipher: "aes-256-cbc" })],
    shapes: {
      ...ASN1_SHAPES,
      "content": (size) => sealEnveloped(new Uint8Array(size), ca.certificate, { cipher: "aes-256-cbc" }),
    },
  },
  {
    name: "SCEP message",
    read: (input) => openPkiMessage(input, { certificate: ca.parsed, key: ca.key }),
    refuses: isPkiError,
    largest: 256 * 1024,
    seeds: () => [scepMessage([["CN", "device"]])],
    shapes: {
      ...ASN1_SHAPES,
      "a long subject": (size) => scepMessage(longSubject(size)),
      "many names": (size) => scepMessage(manyNames(size)),
    },
  },
  {
    name: "certification request",
    read: (input) => parseCsr(input),
    refuses: isPkiError,
    largest: 256 * 1024,
    seeds: () => [buildCsr({ subject: [["CN", "device"]], key: ecKey("readers device") })],
    shapes: {
      ...ASN1_SHAPES,
      "a long subject": (size) => buildCsr({ subject: longSubject(size), key: ecKey("readers device") }),
      "many names": (size) => buildCsr({ subject: manyNames(size), key: ecKey("readers device") }),
      "a long challenge": (size) =>
        buildCsr({
          subject: [["CN", "device"]],
          key: ecKey("readers device"),
          attributes: { challengePassword: "c".repeat(size) },
        }),
    },
  },
  {
    name: "certificate",
    read: (input) => String(parseCertificate(input).subject),
    refuses: isPkiError,
    largest: 256 * 1024,
    seeds: () => [device.certificate.slice()],
    shapes: {
      ...ASN1_SHAPES,
      "a long subject": (size) => named(longSubject(size)).certificate,
      "many names": (size) => named(manyNames(size)).certificate,
    },
  },
  {
    name: "form, urlencoded",
    read: readFormOf("application/x-www-form-urlencoded"),
    refuses: isProblem,
    largest: 24 * MB,
    seeds: () => [bytes("username=a&password=b%20c&next=%2F")],
    shapes: {
      "kept files": filled((index) => `${index.toString(16)}.kept=&`),
      "fields": filled((index) => `f${index}=&`),
      "one field often": filled("a=b&"),
      "escapes": filled("%41", "a="),
      "a long name": filled("a"),
    },
  },
  {
    name: "form, multipart",
    read: readFormOf(`multipart/form-data; boundary=${BOUNDARY}`),
    refuses: isProblem,
    largest: 24 * MB,
    seeds: () => [bytes(`${part("a", "b")}${part("c.kept", "AAAA")}--${BOUNDARY}--\r\n`)],
    shapes: {
      "parts": filled((index) => part(`${index.toString(16)}.kept`, ""), "", `--${BOUNDARY}--\r\n`),
      "one long part": (size) => bytes(`${part("a", "-".repeat(size))}--${BOUNDARY}--\r\n`),
      "almost boundaries": (size) => bytes(`${part("a", "\r\n--y".repeat(size / 5 | 0))}--${BOUNDARY}--\r\n`),
      "headers": filled("A: b\r\n", `--${BOUNDARY}\r\n`, `\r\n\r\nx\r\n--${BOUNDARY}--\r\n`),
      "nothing but boundaries": filled(`--${BOUNDARY}\r\n`),
    },
  },
  {
    name: "content type of a form",
    read: async (input) => {
      try {
        return await readFormOf(text(input).replaceAll(/[^\x20-\x7e]/g, "?"))(bytes("a=b"));
      } catch (error) {
        if (error instanceof TypeError) return "no header";
        throw error;
      }
    },
    refuses: isProblem,
    largest: 64 * 1024,
    seeds: () => [bytes("application/x-www-form-urlencoded; charset=utf-8")],
    shapes: {
      "parameters": filled("; a=b", "multipart/form-data"),
      "quotes": filled('"', "multipart/form-data; boundary="),
      "space": filled(" ", "multipart/form-data;", "x"),
    },
  },
  {
    name: "PEM",
    read: (input) => pemBlocks(text(input)),
    refuses: isPkiError,
    largest: 4 * MB,
    seeds: () => [bytes(toPem(device.certificate, "CERTIFICATE"))],
    shapes: {
      "line ends": filled("\n", "-----BEGIN A-----", "!"),
      "spaces": filled(" ", "-----BEGIN A-----", "-----END B-----"),
      "beginnings": filled("-----BEGIN A-----"),
      "beginnings of beginnings": filled("-----BEGIN "),
      "labels": filled("A", "-----BEGIN ", "-----"),
      "headers": filled("A: b\n", "-----BEGIN A-----\n", "-----END A-----"),
      "headers without end": filled("A: b\n", "-----BEGIN A-----\n"),
      "dashes": filled("-"),
      "base64 without end": filled("A", "-----BEGIN A-----\n"),
      "blocks": filled("-----BEGIN A-----\nAAAA\n-----END A-----\n"),
    },
  },
  {
    name: "JSON body",
    read: (body) =>
      readJson(
        new Request("http://x/", { method: "POST", body, headers: { "Content-Type": "application/json" } }),
        32 * MB,
      ),
    refuses: isProblem,
    largest: 8 * MB,
    seeds: () => [bytes('{"name":"a","list":[1,null,true]}')],
    shapes: JSON_SHAPES,
  },
  {
    name: "declaration",
    read: (input) => readDeclaration(text(input)),
    refuses: never,
    largest: 8 * MB,
    seeds: () => [
      bytes(
        '{"Type":"com.apple.configuration.passcode.settings","Identifier":"a","ServerToken":"b","Payload":{"MinimumLength":6}}',
      ),
    ],
    shapes: JSON_SHAPES,
  },
  {
    name: "status report",
    read: (input) => {
      const report = readStatusReport(input);
      return [flattenStatus(report.items), seenVersions(report.declarations ?? [], () => true)];
    },
    refuses: isProblem,
    largest: 8 * MB,
    seeds: () => [
      bytes(STATUS('"device":{"operating-system":{"version":"26.0"}}')),
      bytes(
        STATUS(
          '"management":{"declarations":{"configurations":[{"identifier":"a","server-token":"b","active":true,"valid":"valid"}]}}',
        ),
      ),
    ],
    shapes: {
      ...JSON_SHAPES,
      "items": filled((index) => `"i${index}":1,`, '{"StatusItems":{', '"z":1}}'),
      "a long item": filled("v", '{"StatusItems":{"a":"', '"}}'),
      "long names": filled("n", '{"StatusItems":{"', '":1}}'),
      "nested items": filled('{"a":', '{"StatusItems":', "1"),
      "declarations": filled(
        (index) => `{"identifier":"${index}","server-token":"cv-${index}","active":true,"valid":"valid"},`,
        '{"StatusItems":{"management":{"declarations":{"configurations":[',
        "{}]}}}}",
      ),
      "dots of a token": filled(
        ".cv-",
        '{"StatusItems":{"management":{"declarations":{"configurations":[{"identifier":"a","server-token":"',
        '"}]}}}}',
      ),
      "errors": filled('{"StatusItem":"a","Reasons":[]},', '{"StatusItems":{},"Errors":[', "{}]}"),
    },
  },
  {
    name: "redaction of logs",
    read: (input) => redact({ reason: text(input), list: [text(input)] }),
    refuses: never,
    largest: 32 * MB,
    seeds: () => [bytes("Token abcdefgh1234"), bytes("MDM$OTA$AAAAAAAAAAAAAAAAAAAA"), bytes("https://a:b@c/")],
    shapes: SECRETS,
  },
  {
    name: "redaction of events",
    read: (input) => eventJson({ reason: text(input), lines: text(input).split("-") }, { bytes: 65_536, text: 4096 }),
    refuses: never,
    largest: 32 * MB,
    seeds: () => [bytes("Token abcdefgh1234")],
    shapes: SECRETS,
  },
  {
    name: "X-SSL-Client-Cert",
    read: (input) => senderOf({ body: content, proxyCertificate: text(input) }),
    refuses: isProblem,
    largest: 64 * 1024,
    seeds: () => [
      bytes(encodeURIComponent(toPem(device.certificate, "CERTIFICATE"))),
      bytes(`:${device.certificate.toBase64()}:`),
    ],
    shapes: {
      "escapes": filled("%0A", "-----BEGIN CERTIFICATE-----"),
      "half escapes": filled("%"),
      "spaces": filled(" ", "-----BEGIN CERTIFICATE-----"),
      "base64": filled("A", ":", ":"),
      "almost base64": filled("A", ":", "!"),
      "beginnings": filled("-----BEGIN CERTIFICATE----- "),
    },
  },
  {
    name: "Mdm-Signature",
    read: (input) => senderOf({ body: content, signature: text(input) }),
    refuses: isProblem,
    largest: 64 * 1024,
    seeds: () => [bytes(signDetached(content, device, { form: "der" }).toBase64())],
    shapes: { "base64": filled("MIAw"), "spaces": filled(" ", "", "!"), "signs": filled("=") },
  },
  {
    name: "X-Forwarded-For",
    read: (input) => clientAddress(proxyList(["10.0.0.0/8"]), "10.0.0.1", text(input)),
    refuses: never,
    largest: 64 * 1024,
    seeds: () => [bytes("192.0.2.1, 10.0.0.2")],
    shapes: {
      "proxies": filled("10.0.0.2, "),
      "commas": filled(","),
      "spaces": filled(" "),
      "a long address": filled("::ffff:"),
    },
  },
  {
    name: "Cookie",
    read: (input) => parseCookies(text(input)),
    refuses: never,
    largest: 64 * 1024,
    seeds: () => [bytes("session=abc; other=def")],
    shapes: {
      "cookies": filled((index) => `c${index}=v; `),
      "semicolons": filled(";"),
      "quotes": filled('"', "a="),
      "escapes": filled("%", "a="),
    },
  },
  {
    name: "query of the API",
    read: (input) => parseQuery(querySchema, addressParameters(new URL(`http://x/?${text(input)}`))),
    refuses: isProblem,
    largest: 64 * 1024,
    seeds: () => [bytes("name=a&names=b&names=c")],
    shapes: {
      "parameters": filled((index) => `p${index}=1&`),
      "one parameter": filled("names=a&"),
      "escapes": filled("%20", "name="),
    },
  },
  {
    name: "variables in a text",
    read: (input) => expand(text(input), new Map([["ENROLLED_DEVICE.UDID", "u"]])),
    refuses: never,
    largest: 8 * MB,
    seeds: () => [bytes("$ENROLLED_DEVICE.UDID and ${ENROLLED_USER.LONG_NAME:-nobody} and $$")],
    shapes: {
      "dollars": filled("$"),
      "openings": filled("${ENROLLED_DEVICE."),
      "defaults without end": filled("${ENROLLED_DEVICE.A:-"),
      "references": filled("$ENROLLED_DEVICE.UDID"),
      "a long name": filled("A", "$ENROLLED_DEVICE."),
      "custom names": filled("$ENROLLED_DEVICE_CUSTOM.A"),
    },
  },
  {
    name: "profile",
    read: (input) => readProfile({ source: input.toBase64() }),
    refuses: never,
    largest: 8 * MB,
    seeds: () => [
      buildPlist({ PayloadIdentifier: "a", PayloadUUID: "b", PayloadType: "Configuration", PayloadContent: [] }),
    ],
    shapes: {
      "payloads": (size) =>
        buildPlist({
          PayloadIdentifier: "a",
          PayloadUUID: "b",
          PayloadContent: Array.from(
            { length: size / 60 | 0 },
            (_, index) => ({ A: `$ENROLLED_DEVICE.UDID ${index}` }),
          ),
        }),
      "a signature": ASN1_SHAPES["empty sequences"],
      "digits of a real": XML_SHAPES["digits of a real"],
    },
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
  {
    name: "ZIP archive",
    read: (input) => isZip(input),
    refuses: never,
    largest: 64 * MB,
    seeds: () => [zipOf([["a/b", "c"]]), zipOf([["a", "b"]], { zip64: true, comment: "x" })],
    shapes: {
      "entries": (size) => zipOf(Array.from({ length: Math.min(60_000, size / 100 | 0) }, (_, i) => [`${i}`, ""])),
      "slashes": (size) => zipOf([["a/".repeat(Math.min(30_000, size / 4 | 0)), ""]]),
      "ends": filled("PK\x05\x06"),
      "a long comment": (size) => zipOf([["a", "b"]], { comment: "PK\x05\x06".repeat(Math.min(16_000, size / 4 | 0)) }),
    },
  },
  {
    name: "names and versions",
    read: (input) => [
      slugOf(text(input)),
      parseOsVersion(text(input)),
      parseCommonName(text(input)),
      withoutSecret(text(input)),
    ],
    refuses: never,
    largest: MB,
    seeds: () => [bytes("13.3.1 (a)"), bytes("MDM$OTA$abc"), bytes('Password: "x"'), bytes("Ein Name")],
    shapes: {
      "hyphens": filled("-", "a", "a"),
      "digits": filled("1"),
      "versions": filled("1."),
      "spaces": filled(" ", "1", "1"),
      "dollars": filled("$", "MDM"),
      "secrets": filled("password"),
      "quotes": filled('"', 'password: "'),
    },
  },
];

function scepMessage(subject: [string, string][]): Bytes {
  const key = ecKey("readers device");
  return buildPkcsReq({
    csr: buildCsr({ subject, key }),
    signer: device,
    recipient: ca.certificate,
    transactionId: "1",
    senderNonce: new Uint8Array(16),
  });
}
