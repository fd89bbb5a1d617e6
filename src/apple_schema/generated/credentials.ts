/**
 * Facts about documents behind credential assets, of Apple's device management schema. Written by `deno task schema`: do not edit.
 *
 * @module
 */

import type { CredentialFacts, FactTable } from "../types.ts";

export const credentials: FactTable<CredentialFacts> = {
  "com.apple.credential.acme": {
    systems: {
      iOS: { introduced: "17.0" },
      macOS: { introduced: "14.0" },
      tvOS: { introduced: "17.0" },
      visionOS: { introduced: "1.1" },
      watchOS: { introduced: "10.0" },
    },
    keys: [
      { key: "DirectoryURL", type: "string", required: true },
      { key: "ClientIdentifier", type: "string", required: true },
      { key: "KeySize", type: "integer", required: true },
      { key: "KeyType", type: "string", required: true, values: ["RSA", "ECSECPrimeRandom"] },
      { key: "HardwareBound", type: "boolean", required: true },
      {
        key: "Subject",
        type: "array",
        required: true,
        keys: [
          {
            key: "ACMESubjectArrayInnerArray",
            type: "array",
            keys: [
              {
                key: "ACMESubjectArrayPair",
                type: "array",
                keys: [{ key: "ACMESubjectArrayPairItem", type: "string", repetition: { min: 2, max: 2 } }],
              },
            ],
          },
        ],
      },
      {
        key: "SubjectAltName",
        type: "dictionary",
        keys: [
          { key: "rfc822Name", type: "string" },
          { key: "dNSName", type: "string" },
          { key: "uniformResourceIdentifier", type: "string" },
          { key: "ntPrincipalName", type: "string" },
        ],
      },
      { key: "UsageFlags", type: "integer" },
      { key: "ExtendedKeyUsage", type: "array", keys: [{ key: "OID", type: "string" }] },
      { key: "Attest", type: "boolean", default: false },
    ],
  },
  "com.apple.credential.identity": {
    systems: {
      iOS: { introduced: "17.0" },
      macOS: { introduced: "14.0" },
      tvOS: { introduced: "17.0" },
      visionOS: { introduced: "1.1" },
      watchOS: { introduced: "10.0" },
    },
    keys: [{ key: "Password", type: "string", required: true }, { key: "Identity", type: "data", required: true }],
  },
  "com.apple.credential.scep": {
    systems: {
      iOS: { introduced: "17.0" },
      macOS: { introduced: "14.0" },
      tvOS: { introduced: "17.0" },
      visionOS: { introduced: "1.1" },
      watchOS: { introduced: "10.0" },
    },
    keys: [
      { key: "URL", type: "string", required: true },
      { key: "Name", type: "string" },
      {
        key: "Subject",
        type: "array",
        keys: [
          {
            key: "SCEPSubjectArrayInnerArray",
            type: "array",
            keys: [
              {
                key: "SCEPSubjectArrayPair",
                type: "array",
                keys: [{ key: "SCEPSubjectArrayPairItem", type: "string", repetition: { min: 2, max: 2 } }],
              },
            ],
          },
        ],
      },
      { key: "Challenge", type: "string" },
      { key: "Keysize", type: "integer", values: [1024, 2048, 4096], default: 1024 },
      { key: "Key Type", type: "string", default: "RSA" },
      { key: "Key Usage", type: "integer", default: 0 },
      { key: "CAFingerprint", type: "data" },
      { key: "Retries", type: "integer", default: 3 },
      { key: "RetryDelay", type: "integer", default: 10 },
      {
        key: "SubjectAltName",
        type: "dictionary",
        keys: [
          { key: "rfc822Name", type: "string" },
          { key: "dNSName", type: "string" },
          { key: "uniformResourceIdentifier", type: "string" },
          { key: "ntPrincipalName", type: "string" },
        ],
      },
    ],
  },
  "com.apple.credential.usernameandpassword": {
    systems: {
      iOS: { introduced: "15.0" },
      macOS: { introduced: "13.0" },
      tvOS: { introduced: "16.0" },
      visionOS: { introduced: "1.1" },
      watchOS: { introduced: "10.0" },
    },
    keys: [{ key: "UserName", type: "string", required: true }, { key: "Password", type: "string" }],
  },
};
