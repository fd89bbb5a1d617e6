import assert from "node:assert/strict";
import { asDict, buildPlist, dict, parsePlist, type PlistDict } from "../../../src/protocol/plist.ts";
import {
  configurationProfile,
  fullSubject,
  mdmPayload,
  plainSubject,
  profileServiceProfile,
  reverseDns,
  rootCaPayload,
  scepPayload,
} from "../../../src/protocol/profile.ts";

const head = { identifier: "com.example.mdm.x", uuid: "UUID-1" };
const round = (profile: PlistDict) => asDict(parsePlist(buildPlist(profile)));

Deno.test("a device enrollment has all access rights and Apple's capabilities", () => {
  const payload = mdmPayload({
    ...head,
    identityCertificateUuid: "UUID-2",
    topic: "com.apple.mgmt.External.x",
    serverUrl: "https://mdm.example.com/public/mdm/connect/",
    checkInUrl: "https://mdm.example.com/public/mdm/checkin/",
    signMessage: true,
  });
  assert.deepEqual(payload, {
    PayloadType: "com.apple.mdm",
    PayloadVersion: 1,
    PayloadIdentifier: "com.example.mdm.x",
    PayloadUUID: "UUID-1",
    IdentityCertificateUUID: "UUID-2",
    Topic: "com.apple.mgmt.External.x",
    ServerURL: "https://mdm.example.com/public/mdm/connect/",
    CheckInURL: "https://mdm.example.com/public/mdm/checkin/",
    ServerCapabilities: ["com.apple.mdm.bootstraptoken", "com.apple.mdm.per-user-connections"],
    CheckOutWhenRemoved: true,
    SignMessage: true,
    AccessRights: 8191,
  });
});

Deno.test("an account-driven user enrollment has its account and no access rights", () => {
  const payload = mdmPayload({
    ...head,
    identityCertificateUuid: "UUID-2",
    topic: "t",
    serverUrl: "https://a/",
    checkInUrl: "https://b/",
    signMessage: false,
    assignedManagedAppleId: "ada@example.com",
  });
  assert.equal(payload.AssignedManagedAppleID, "ada@example.com");
  assert.equal(payload.EnrollmentMode, "BYOD");
  assert.equal("AccessRights" in payload, false);
  assert.equal("SignMessage" in payload, false);
});

Deno.test("a SCEP payload names its key size and keeps its key in the keychain", () => {
  const payload = scepPayload({
    ...head,
    url: "https://a/scep",
    subject: fullSubject({ commonName: "cn", serialNumber: "C02", organization: "o" }),
    challenge: "c",
  });
  assert.deepEqual(payload.PayloadContent, {
    URL: "https://a/scep",
    Subject: [[["CN", "cn"]], [["2.5.4.5", "C02"]], [["O", "o"]]],
    Challenge: "c",
    Keysize: 2048,
    "Key Type": "RSA",
    "Key Usage": 5,
    KeyIsExtractable: false,
    AllowAllAppsAccess: false,
  });
});

Deno.test("the plain subject has only the attributes that simple clients know", () => {
  assert.deepEqual(plainSubject({ commonName: "cn", organization: "o", country: "CH" }), [
    [["C", "CH"]],
    [["O", "o"]],
    [["CN", "cn"]],
  ]);
  assert.deepEqual(fullSubject({ commonName: "cn", organization: "o" }), [[["CN", "cn"]], [["O", "o"]]]);
});

Deno.test("the profile of over-the-air enrollment asks for Apple's attributes", () => {
  const profile = profileServiceProfile({ ...head, displayName: "Enroll", url: "https://a/", challenge: "secret" });
  assert.equal(profile.PayloadType, "Profile Service");
  assert.deepEqual(dict(profile, "PayloadContent"), {
    URL: "https://a/",
    DeviceAttributes: ["UDID", "VERSION", "PRODUCT", "SERIAL", "MEID", "IMEI"],
    Challenge: "secret",
  });
});

Deno.test("a configuration profile holds its payloads and survives a round through XML", () => {
  const profile = configurationProfile({
    ...head,
    displayName: "Ä & B",
    organization: "o",
    removalDisallowed: true,
    payloads: [rootCaPayload({ ...head, pem: "-----BEGIN CERTIFICATE-----\n" })],
  });
  assert.equal(profile.PayloadType, "Configuration");
  assert.equal(profile.PayloadRemovalDisallowed, true);
  assert.deepEqual(round(profile), profile);
  assert.equal("PayloadScope" in profile, false);
});

Deno.test("host names are reversed label by label, without port or final dot", () => {
  assert.equal(reverseDns("MDM.example.com:8443"), "com.example.mdm");
  assert.equal(reverseDns("mdm.example.com."), "com.example.mdm");
  assert.equal(reverseDns("localhost"), "localhost");
});
