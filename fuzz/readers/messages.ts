/**
 * Messages and files with several formats inside of each other, and keys.
 *
 * @module
 */

import { loadConfig } from "../../src/config.ts";
import { messageInHeader, readApplicant } from "../../src/enrollment/ade_message.ts";
import { osGate } from "../../src/enrollment/os_gate.ts";
import { Problem } from "../../src/errors.ts";
import { verifyAppleDevice } from "../../src/pki/apple.ts";
import { certificatesFromPem } from "../../src/pki/certificate.ts";
import { certificatesOf, openSigned, signAttached } from "../../src/pki/cms/signed.ts";
import { openPrivateKey } from "../../src/pki/keys.ts";
import { toPem } from "../../src/pki/pem.ts";
import { hardwareOf, parseMachineInfo } from "../../src/protocol/machine_info.ts";
import { buildPlist } from "../../src/protocol/plist.ts";
import { AUTHORITY, DEVICE } from "../identities.ts";
import { storable } from "../judges.ts";
import { bytes, filled, isPkiError, isProtocolError, MB, type ReaderTarget, text } from "./reader.ts";
import { ASN1_SHAPES } from "./signed.ts";

const NOW = new Date("2026-06-15T12:00:00Z");
/** A server that trusts the authority of these inputs in the place of Apple's. */
const APPLE = {
  clock: { now: () => NOW },
  config: loadConfig(
    { BASE_URL: "https://mdm.example.com", DEVICE_TEST_ROOTS: toPem(AUTHORITY.certificate, "CERTIFICATE") },
    { env: {}, readFile: () => "" },
  ),
};
const LIMITS = { iosMinVersion: "17.5.1 (a)", iosMaxVersion: "18", macosMinVersion: "99", macosMaxVersion: "" };
const RELEASES = [{ version: "17.6", build: "21G80" }, { version: "17.5.1", build: "21F90", supplemental: "(a)" }];
const isRefusal = (error: unknown) => error instanceof Problem && error.code === "enrollment-refused";

export const MESSAGE_READERS: readonly ReaderTarget[] = [
  {
    name: "OTA message",
    form: "der",
    inside: {
      form: "plist",
      seeds: () => [
        buildPlist({ UDID: "u", SERIAL: "s", PRODUCT: "Mac14,2", VERSION: "25A1", CHALLENGE: "c" }),
        buildPlist({
          UDID: "u",
          SERIAL: "s",
          PRODUCT: "iPhone15,2",
          VERSION: "23A1",
          IMEI: "1",
          MEID: "2",
          LANGUAGE: "de",
        }),
      ],
      wrap: (info) => signAttached(info, { ...DEVICE, chain: [AUTHORITY.certificate] }),
    },
    read(input) {
      const { content, signers, certificates } = openSigned(input);
      const info = parseMachineInfo(content);
      const [signer] = signers;
      if (signer !== undefined) {
        verifyAppleDevice(signer.certificate, certificates, { now: NOW, extraRoots: [AUTHORITY.parsed] });
      }
      return { info, hardware: hardwareOf(info) };
    },
    judge: (_, message) => storable(message),
    refuses: (error) => isPkiError(error) || isProtocolError(error),
    largest: 256 * 1024,
    seeds: () => [],
    shapes: {
      "content": (size) => signAttached(buildPlist({ UDID: "u", SERIAL: "s", PRODUCT: "P".repeat(size) }), DEVICE),
      "zeros": ASN1_SHAPES.zeros,
    },
  },
  {
    name: "MachineInfo of Automated Device Enrollment",
    form: "der",
    inside: {
      form: "plist",
      seeds: () => [
        buildPlist({
          UDID: "u",
          SERIAL: "s",
          PRODUCT: "Mac14,2",
          VERSION: "25A1",
          OS_VERSION: "26.0",
          SUPPLEMENTAL_OS_VERSION_EXTRA: "(a)",
          LANGUAGE: "de_DE",
          MDM_CAN_REQUEST_SOFTWARE_UPDATE: true,
          SOFTWARE_UPDATE_DEVICE_ID: "J413AP",
        }),
      ],
      wrap: (info) => signAttached(info, DEVICE, { signingTime: NOW }),
    },
    read(input) {
      const { digest: _, ...applicant } = readApplicant(APPLE, input);
      return { applicant, gate: osGate(applicant.info, LIMITS, RELEASES) };
    },
    judge: (_, read) => storable(read),
    refuses: isRefusal,
    largest: 64 * 1024,
    seeds:
      () => [signAttached(buildPlist({ UDID: "u", SERIAL: "s", PRODUCT: "iPad14,8" }), DEVICE, { signingTime: NOW })],
    shapes: {
      "content": (size) => signAttached(buildPlist({ UDID: "u", SERIAL: "s", PRODUCT: "P".repeat(size) }), DEVICE),
      "versions": (size) =>
        signAttached(
          buildPlist({ UDID: "u", SERIAL: "s", PRODUCT: "iPhone", OS_VERSION: "1.".repeat(size / 2) }),
          DEVICE,
        ),
      "zeros": ASN1_SHAPES.zeros,
    },
  },
  {
    name: "MachineInfo in a header",
    read: (input) => messageInHeader(text(input)),
    refuses: isRefusal,
    largest: 90 * 1024,
    seeds: () => [bytes(signAttached(buildPlist({ UDID: "u", SERIAL: "s" }), DEVICE).toBase64())],
    shapes: { "base64": filled("A"), "white space": filled(" ") },
  },
  {
    name: "certificates of a message",
    form: "der",
    read: (input) => certificatesOf(input).map(({ subject }) => String(subject)),
    judge: (_, subjects) => storable(subjects),
    refuses: isPkiError,
    largest: 256 * 1024,
    seeds: () => [],
    shapes: ASN1_SHAPES,
  },
  {
    name: "certificates in PEM",
    read: (input) => certificatesFromPem(text(input)).map(({ subject }) => String(subject)),
    refuses: isPkiError,
    largest: MB,
    seeds: () => [
      bytes(toPem(DEVICE.certificate, "CERTIFICATE") + toPem(AUTHORITY.certificate, "CERTIFICATE")),
    ],
    shapes: {
      "blocks": (size) => bytes(toPem(DEVICE.certificate, "CERTIFICATE").repeat(Math.max(1, size / 900 | 0))),
      "line ends": filled("\n", "-----BEGIN CERTIFICATE-----"),
    },
  },
  {
    name: "private key",
    read: (input) => openPrivateKey(input, "password").asymmetricKeyType,
    refuses: isPkiError,
    largest: 64 * 1024,
    seeds: () => [],
    shapes: {
      "a long label": filled("A", "-----BEGIN ", " PRIVATE KEY-----"),
      "headers": filled("DEK-Info: A\n", "-----BEGIN RSA PRIVATE KEY-----\n", "-----END RSA PRIVATE KEY-----\n"),
      "zeros": ASN1_SHAPES.zeros,
    },
  },
];
