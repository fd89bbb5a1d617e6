/**
 * Configuration profiles that the server itself writes, as property list dictionaries.
 *
 * Promise: pure builders; ids are passed in, so the same input gives the same profile, and no key is written without
 * a value. Signing is `src/pki`'s.
 *
 * Source: Apple, "Configuring Multiple Devices Using Profiles" (developer.apple.com/documentation/devicemanagement)
 * and the payload pages named below.
 *
 * @module
 */

import type { PlistDict } from "./plist.ts";
import type { Subject } from "./subject.ts";

export { fullSubject, plainSubject } from "./subject.ts";

/** The fields of every payload. `uuid` is written as given: references between payloads compare text. */
export type PayloadHead = {
  identifier: string;
  uuid: string;
  displayName?: string;
  description?: string;
  organization?: string;
};

/** Subject alternative names of a certificate request, by Apple's names. */
export type SubjectAltNames = {
  rfc822Name?: string | string[];
  dNSName?: string | string[];
  uniformResourceIdentifier?: string | string[];
  ntPrincipalName?: string;
};

const ALL_ACCESS_RIGHTS = 8191;

function head(type: string, from: PayloadHead): PlistDict {
  return {
    PayloadType: type,
    PayloadVersion: 1,
    PayloadIdentifier: from.identifier,
    PayloadUUID: from.uuid,
    ...optional("PayloadDisplayName", from.displayName),
    ...optional("PayloadDescription", from.description),
    ...optional("PayloadOrganization", from.organization),
  };
}

const optional = <T extends PlistDict[string]>(key: string, value: T | undefined): PlistDict =>
  value === undefined ? {} : { [key]: value };

/** Returns a configuration profile around `payloads`. */
export function configurationProfile(
  profile: PayloadHead & { payloads: PlistDict[]; removalDisallowed?: boolean; scope?: "System" | "User" },
): PlistDict {
  return {
    ...head("Configuration", profile),
    ...optional("PayloadRemovalDisallowed", profile.removalDisallowed),
    ...optional("PayloadScope", profile.scope),
    PayloadContent: profile.payloads,
  };
}

/** The attributes that over-the-air enrollment asks for. */
const DEVICE_ATTRIBUTES = ["UDID", "VERSION", "PRODUCT", "SERIAL", "MEID", "IMEI"] as const;

/**
 * Returns the first profile of an over-the-air enrollment: the device answers at `url` with its attributes and the
 * challenge. Source: Apple, "Over-the-Air Profile Delivery and Configuration", Profile Service payload.
 */
export function profileServiceProfile(profile: PayloadHead & { url: string; challenge: string }): PlistDict {
  return {
    ...head("Profile Service", profile),
    PayloadContent: { URL: profile.url, DeviceAttributes: [...DEVICE_ATTRIBUTES], Challenge: profile.challenge },
  };
}

/** An identity that the device requests by SCEP (com.apple.security.scep). */
export type ScepIdentity = {
  url: string;
  name?: string;
  subject: Subject;
  challenge?: string;
  /** Bits of the RSA key. Some clients take 1024 when it is absent, so it is always written. */
  keySize?: 2048 | 3072 | 4096;
  /** 1 signing, 4 encryption, 5 both. */
  keyUsage?: 1 | 4 | 5;
  caFingerprint?: Uint8Array;
  subjectAltName?: SubjectAltNames;
  retries?: number;
  retryDelay?: number;
};

/** Returns the payload of a SCEP identity; its key never leaves the device's keychain. */
export function scepPayload(payload: PayloadHead & ScepIdentity): PlistDict {
  return {
    ...head("com.apple.security.scep", payload),
    PayloadContent: {
      URL: payload.url,
      ...optional("Name", payload.name),
      Subject: payload.subject,
      ...optional("Challenge", payload.challenge),
      Keysize: payload.keySize ?? 2048,
      "Key Type": "RSA",
      "Key Usage": payload.keyUsage ?? 5,
      ...optional("CAFingerprint", payload.caFingerprint),
      ...altNames(payload.subjectAltName),
      ...optional("Retries", payload.retries),
      ...optional("RetryDelay", payload.retryDelay),
      KeyIsExtractable: false,
      AllowAllAppsAccess: false,
    },
  };
}

function altNames(names: SubjectAltNames | undefined): PlistDict {
  if (names === undefined) return {};
  return {
    SubjectAltName: {
      ...optional("rfc822Name", names.rfc822Name),
      ...optional("dNSName", names.dNSName),
      ...optional("uniformResourceIdentifier", names.uniformResourceIdentifier),
      ...optional("ntPrincipalName", names.ntPrincipalName),
    },
  };
}

/** Returns a certificate authority that the device shall trust, as PEM (com.apple.security.pem). */
export function rootCaPayload(payload: PayloadHead & { pem: string; fileName?: string }): PlistDict {
  return {
    ...head("com.apple.security.pem", payload),
    PayloadCertificateFileName: payload.fileName ?? "root-ca.pem",
    PayloadContent: new TextEncoder().encode(payload.pem),
  };
}

/** Where and how a device is managed (com.apple.mdm). Both URLs and the topic can never change for an enrolled device. */
export type MdmSettings = {
  identityCertificateUuid: string;
  topic: string;
  serverUrl: string;
  checkInUrl: string;
  /** Devices sign each message: needed wherever no proxy asks them for their certificate. */
  signMessage: boolean;
  /** The Managed Apple Account of an account-driven user enrollment; there are no access rights then. */
  assignedManagedAppleId?: string;
  /** "BYOD" (user enrollment, the default with a Managed Apple Account) or "ADDE" (device enrollment). */
  enrollmentMode?: "BYOD" | "ADDE";
};

/** Returns the management payload. */
export function mdmPayload(payload: PayloadHead & MdmSettings): PlistDict {
  const account = payload.assignedManagedAppleId;
  const mode = payload.enrollmentMode ?? (account === undefined ? undefined : "BYOD");
  return {
    ...head("com.apple.mdm", payload),
    IdentityCertificateUUID: payload.identityCertificateUuid,
    Topic: payload.topic,
    ServerURL: payload.serverUrl,
    CheckInURL: payload.checkInUrl,
    ServerCapabilities: ["com.apple.mdm.bootstraptoken", "com.apple.mdm.per-user-connections"],
    CheckOutWhenRemoved: true,
    ...(payload.signMessage ? { SignMessage: true } : {}),
    ...optional("AssignedManagedAppleID", account),
    ...optional("EnrollmentMode", mode),
    ...(mode === "BYOD" ? {} : { AccessRights: ALL_ACCESS_RIGHTS }),
  };
}

/**
 * Returns a host name with its labels reversed, the prefix of our identifiers: "mdm.example.com" is "com.example.mdm".
 */
export function reverseDns(host: string): string {
  const name = host.replace(/:[0-9]+$/, "").replace(/\.$/, "").toLowerCase();
  return name.split(".").reverse().join(".");
}
