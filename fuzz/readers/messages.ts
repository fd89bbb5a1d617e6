/**
 * Messages and files with several formats inside of each other, and keys.
 *
 * @module
 */

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
