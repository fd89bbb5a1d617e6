/**
 * Uploads of operators, JSON reports of devices, and stored values.
 *
 * @module
 */

import { withoutSecret } from "../../routes/admin/artifacts/version_lines.ts";
import { PAYLOAD_TYPES } from "../../simulators/published.ts";
import {
  declarationDeprecated,
  declarationIgnored,
  declarationUnsupported,
} from "../../src/apple_schema/declarations.ts";
import { status } from "../../src/apple_schema/generated/status.ts";
import { checkProfile, type ProfileAudience } from "../../src/apple_schema/profile_check.ts";
import { payloadForms } from "../../src/apple_schema/profiles.ts";
import { flattenStatus } from "../../src/apple_schema/status.ts";
import type { SchemaTarget } from "../../src/apple_schema/target.ts";
import { readDeclaration } from "../../src/blueprints/versions/declaration_source.ts";
import { readProfile } from "../../src/blueprints/versions/profile_source.ts";
import { readProvisioningProfile } from "../../src/blueprints/versions/provisioning_profile.ts";
import { isZip } from "../../src/blueprints/versions/zip.ts";
import { seenVersions } from "../../src/conversation/status_report.ts";
import { readStatusReport } from "../../src/declarations/report.ts";
import { eventJson } from "../../src/events/event_json.ts";
import { parseCommonName } from "../../src/issuing/session_name.ts";
import { renderView, viewTemplateFault } from "../../src/enrollment/view_template.ts";
import { invalid } from "../../src/errors.ts";
import { redact } from "../../src/log.ts";
import { signAttached } from "../../src/pki/cms/signed.ts";
import { parseOsVersion } from "../../src/protocol/os_version.ts";
import { PLATFORMS } from "../../src/protocol/platform.ts";
import { buildPlist, parsePlist, type PlistDict } from "../../src/protocol/plist.ts";
import { slugOf } from "../../src/tags/slug.ts";
import { expand } from "../../src/variables/expand.ts";
import { namesIn } from "../../src/variables/used.ts";
import { zipOf } from "../builders/zips.ts";
import { DEVICE } from "../identities.ts";
import { inventDeclaration } from "../invent.ts";
import { storable } from "../judges.ts";
import { XML_SHAPES } from "./lists.ts";
import { type Bytes, bytes, filled, isProblem, MB, never, type ReaderTarget, text } from "./reader.ts";
import { ASN1_SHAPES } from "./signed.ts";
import { JSON_SHAPES } from "./web.ts";

const STATUS = (inner: string) => `{"StatusItems":{${inner}}}`;
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

/** Devices that a declaration is judged for. */
const TARGETS: readonly SchemaTarget[] = [
  { channel: "Device", platform: "macOS", osVersion: "26.0", supervised: true, userEnrollment: false },
  { channel: "User", platform: "iPadOS", osVersion: "15.1", supervised: false, userEnrollment: true },
  { channel: "Device", platform: null, osVersion: "", supervised: null, userEnrollment: null },
];
const STATUS_ITEMS = Object.keys(status).flatMap((name) => [name, ...name.split(".")]);
const PROFILES = () => [
  buildPlist({ PayloadIdentifier: "a", PayloadUUID: "b", PayloadType: "Configuration", PayloadContent: [] }),
  buildPlist({
    PayloadIdentifier: "a",
    PayloadUUID: "b",
    PayloadScope: "System",
    PayloadDisplayName: "$ENROLLED_DEVICE.UDID",
    PayloadContent: [{ PayloadType: "com.apple.applicationaccess", a: new Uint8Array(4), b: 1.5, c: new Date(0) }],
  }),
  buildPlist({
    PayloadIdentifier: "a",
    PayloadUUID: "b",
    PayloadContent: [
      { PayloadType: "com.apple.wifi.managed", SSID_STR: "a", EAPClientConfiguration: { AcceptEAPTypes: [13] } },
      { PayloadType: "com.apple.extensiblesso", Type: "Redirect", ExtensionData: { a: [true] } },
      { PayloadType: "com.apple.MCX", DisableGuestAccount: true },
    ],
  }),
];

/** Types and keys of payloads. */
const PAYLOAD_WORDS = [
  ...["PayloadType", "PayloadVersion", "PayloadIdentifier", "PayloadUUID", "PayloadContent", "IsEncrypted"],
  ...PAYLOAD_TYPES,
  ...PAYLOAD_TYPES.flatMap((type) => payloadForms(type).flatMap(({ keys }) => keys.slice(0, 8).map(({ key }) => key))),
];
/** For whom a profile is checked. */
const AUDIENCES: readonly ProfileAudience[] = [
  { channel: "Device", platforms: PLATFORMS },
  { channel: "User", platforms: ["macOS"], isOpen: (text) => namesIn(text).length > 0 },
];

/** A profile of as many payloads as have about `size` bytes, `each` of them so many. */
const profileOf = (each: number, payload: (index: number) => PlistDict) => (size: number): Bytes =>
  buildPlist({
    PayloadIdentifier: "a",
    PayloadUUID: "b",
    PayloadContent: Array.from({ length: size / each | 0 }, (_, index) => payload(index)),
  });
/** A profile of one payload, for the Dock by default. */
const profileWith = (payload: PlistDict): Bytes =>
  profileOf(1, () => ({ PayloadType: "com.apple.dock", ...payload }))(1);
/** A dictionary of about so many bytes. */
const dictOf = (size: number, entry: (index: number) => [string, PlistDict[string]]): PlistDict =>
  Object.fromEntries(Array.from({ length: Math.max(1, size / 40 | 0) }, (_, index) => entry(index)));

export const CONTENT_READERS: readonly ReaderTarget[] = [
  {
    name: "template of a custom view",
    read: (input) => {
      const html = text(input);
      const fault = viewTemplateFault(html);
      if (fault !== undefined) throw invalid({ html: [fault] });
      const language = html.slice(0, 100);
      return renderView(html, {
        payload_language: language,
        request_language: language,
        authenticated: false,
        realm_user: null,
        serial_number: language,
      });
    },
    refuses: isProblem,
    largest: MB / 2,
    seeds: () => [
      bytes(
        "<p>{{ serial_number|lower }}</p>{% if 'fr' in payload_language and not authenticated %}a{% else %}b{% endif %}",
      ),
      bytes("{% for c in serial_number %}{{ forloop.counter }}{{ c }}{% empty %}none{% endfor %}{# note #}"),
      bytes("{% comment %}{% x %}{% endcomment %}{{ payload_language|slice:':2'|default:'en' }}"),
    ],
    shapes: {
      "braces": filled("{"),
      "open variables": filled("{{ "),
      "open comments": filled("{#"),
      "comments": filled("{# a #}"),
      "variables": filled("{{ serial_number }}"),
      "conditions": filled("{% if True %}{% endif %}"),
      "branches": filled("{% elif True %}", "{% if True %}", "{% endif %}"),
      "open blocks": filled("{% if True %}"),
      "an open block comment": filled("{% if %}", "{% comment %}"),
      "a long tag": filled("not ", "{% if ", "True %}{% endif %}"),
      "an open text": filled('"a ', "{{ '", " }}"),
      "text in a loop": filled("{{ c }}", "{% for c in serial_number %}", "{% endfor %}"),
    },
    words: [
      "{{",
      "}}",
      "{%",
      "%}",
      "if",
      "for",
      "in",
      "not",
      "and",
      "or",
      "else",
      "elif",
      "endif",
      "endfor",
      "|",
      "slice:",
    ],
  },
  {
    name: "declaration",
    form: "json",
    invent: inventDeclaration,
    read: (input) => {
      const read = readDeclaration(text(input));
      if (read.errors !== undefined) return read;
      const { type, payload } = read.value;
      const remarks = TARGETS.map((target) => [
        declarationUnsupported(type, payload, target),
        declarationIgnored(type, payload, target).length,
        declarationDeprecated(type, target, payload),
      ]);
      return { ...read.value, remarks };
    },
    judge: (_, read) => storable(read),
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
    form: "json",
    words: STATUS_ITEMS,
    judge: (_, read) => storable(read),
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
    judge: (_, read) => storable(read),
    read: (input) => eventJson({ reason: text(input), lines: text(input).split("-") }, { bytes: 65_536, text: 4096 }),
    refuses: never,
    largest: 32 * MB,
    seeds: () => [bytes("Token abcdefgh1234")],
    shapes: SECRETS,
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
    form: "plist",
    inside: { form: "plist", seeds: PROFILES, wrap: (profile) => signAttached(profile, DEVICE) },
    words: PAYLOAD_WORDS,
    read: (input) => {
      const read = readProfile({ source: input.toBase64() });
      if (read.errors !== undefined) return read;
      const profile = parsePlist(read.value.source);
      const warnings = AUDIENCES.map((audience) => checkProfile(profile, audience));
      return { ...read.value, warnings };
    },
    judge: (_, read) => storable(read),
    refuses: never,
    largest: 8 * MB,
    seeds: PROFILES,
    shapes: {
      "payloads": profileOf(60, (index) => ({ PayloadType: "a", A: `$ENROLLED_DEVICE.UDID ${index}` })),
      "payloads of published types": (size) => {
        const type = PAYLOAD_TYPES[size % PAYLOAD_TYPES.length] ?? "";
        return profileOf(60, () => ({ PayloadType: type }))(size);
      },
      // Each without a warning, so that the check continues to the last.
      "payloads in order": profileOf(300, (index) => ({
        PayloadType: "com.apple.MCX",
        PayloadVersion: 1,
        PayloadIdentifier: `a.${index}`,
        PayloadUUID: `${index}`,
        DisableGuestAccount: true,
      })),
      "unknown keys": (size) => profileWith(dictOf(size, (index) => [`k${index}`, true])),
      "variables in a payload": (size) => profileWith(dictOf(size, (index) => [`k${index}`, "$ENROLLED_DEVICE.UDID"])),
      "elements of a known array": (size) =>
        profileWith({ "persistent-apps": Array.from({ length: size / 40 | 0 }, () => ({ "tile-type": "file-tile" })) }),
      "preferences of other software": (size) =>
        profileWith({
          PayloadType: "com.apple.ManagedClient.preferences",
          PayloadContent: dictOf(size, (index) => [`com.example.${index}`, { Forced: [] }]),
        }),
      "a long key": (size) => profileWith({ ["k".repeat(size)]: { ["k".repeat(100)]: 1 } }),
      "a signature": ASN1_SHAPES["empty sequences"],
      "digits of a real": XML_SHAPES["digits of a real"],
    },
  },
  {
    name: "provisioning profile",
    form: "der",
    inside: {
      form: "plist",
      seeds: () => [buildPlist({ Name: "a", UUID: "b", ExpirationDate: new Date(0), Entitlements: { a: [1, true] } })],
      wrap: (profile) => signAttached(profile, DEVICE),
    },
    read: (input) => readProvisioningProfile({ source: input.toBase64() }),
    judge: (_, read) => storable(read),
    refuses: never,
    largest: 8 * MB,
    seeds: () => [],
    shapes: { "a signature": ASN1_SHAPES["empty sequences"], "zeros": ASN1_SHAPES.zeros },
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
