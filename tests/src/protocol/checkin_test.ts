import assert from "node:assert/strict";
import fc from "fast-check";
import { buildPlist, type PlistDict, PlistError } from "../../../src/protocol/plist.ts";
import { wire } from "../../fixtures/wire/wire.ts";
import { checkinOf } from "../../support/messages.ts";
import { ProtocolError } from "../../../src/protocol/errors.ts";
import { buildBinaryPlist } from "../../../simulators/device/binary_plist.ts";

const TOPIC = "com.apple.mgmt.External.6f4f3c3e-2b1a-4c5d-8e9f-0a1b2c3d4e5f";
const MAC = "0B3A5C1E-7A4D-5F2B-9C11-2E6D4F8A9B01";
const PHONE = "00008110-000A1D8E3C42801E";
const ENROLLMENT = "3F1C9A52-6B7D-4E80-9A2B-5C4D3E2F1A00";
const USER = "7D4E2B1A-93C8-4F65-8E21-0A9B8C7D6E5F";
const mac = { udid: MAC, deviceKey: MAC, channel: "Device" };
const phone = { udid: PHONE, deviceKey: PHONE, channel: "Device" };
const read = (name: string) => checkinOf(wire(`checkin-${name}`));
const refused = (body: PlistDict, sentence: RegExp) =>
  assert.throws(
    () => checkinOf(buildPlist(body)),
    (error) => error instanceof ProtocolError && sentence.test(error.message),
  );

Deno.test("Authenticate of a Mac has its facts", () => {
  assert.deepEqual(read("authenticate-mac"), {
    messageType: "Authenticate",
    ids: mac,
    topic: TOPIC,
    serialNumber: "C02XK0ABJGH5",
    deviceName: "Ada’s Mac & Co",
    model: "MacBookPro18,3",
    modelName: "MacBook Pro",
    productName: "MacBookPro18,3",
    osVersion: "14.1",
    buildVersion: "23B74",
  });
});

Deno.test("Authenticate may hold nothing but ids and a name", () => {
  assert.deepEqual(read("authenticate-minimal"), {
    messageType: "Authenticate",
    ids: mac,
    topic: TOPIC,
    serialNumber: "C02XK0ABJGH5",
    deviceName: "sim",
  });
});

Deno.test("Authenticate of a phone has IMEI and MEID", () => {
  const message = read("authenticate-iphone");
  assert.ok(message.messageType === "Authenticate");
  assert.equal(message.imei, "35 693803 564380 9");
  assert.equal(message.meid, "35693803564380");
  assert.equal("deviceName" in message, false);
});

Deno.test("a user enrollment is known by its EnrollmentID, on both channels", () => {
  assert.deepEqual(read("authenticate-user-enrollment").ids, {
    enrollmentId: ENROLLMENT,
    deviceKey: ENROLLMENT,
    channel: "Device",
  });
  assert.deepEqual(read("token-update-user-enrollment").ids, {
    enrollmentId: ENROLLMENT,
    enrollmentUserId: USER,
    deviceKey: ENROLLMENT,
    userKey: USER,
    channel: "User",
  });
});

Deno.test("TokenUpdate has the token, the magic, and all other sent values", () => {
  assert.deepEqual(read("token-update-device"), {
    messageType: "TokenUpdate",
    ids: phone,
    topic: TOPIC,
    token: Uint8Array.from({ length: 32 }, (_, i) => i),
    pushMagic: "A4B1C2D3-0000-4000-8000-9E8D7C6B5A49",
    unlockToken: new TextEncoder().encode("\x01\x02unlock"),
    awaitingConfiguration: true,
  });
});

Deno.test("TokenUpdate accepts tokens of any length and omits values that were not sent", () => {
  const message = read("token-update-short");
  assert.deepEqual(message, {
    messageType: "TokenUpdate",
    ids: mac,
    topic: TOPIC,
    token: new TextEncoder().encode("t"),
    pushMagic: "m",
  });
});

Deno.test("an empty UnlockToken is not an absent one", () => {
  const message = checkinOf(buildPlist({
    MessageType: "TokenUpdate",
    Topic: TOPIC,
    UDID: PHONE,
    Token: new Uint8Array(0),
    PushMagic: "m",
    UnlockToken: new Uint8Array(0),
  }));
  assert.ok(message.messageType === "TokenUpdate");
  assert.deepEqual(message.unlockToken, new Uint8Array(0));
  assert.deepEqual(message.token, new Uint8Array(0));
});

Deno.test("a user's TokenUpdate is on the user channel, also on Shared iPad", () => {
  const user = read("token-update-user");
  assert.ok(user.messageType === "TokenUpdate");
  assert.deepEqual(user.ids, { udid: MAC, userId: USER, deviceKey: MAC, userKey: USER, channel: "User" });
  assert.equal(user.userShortName, "ada");
  assert.equal(user.userLongName, "Ada Lovelace");
  assert.equal(user.notOnConsole, false);
  assert.equal(read("token-update-shared-ipad").ids.userKey, "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF");
});

Deno.test("the other messages read as Apple's schema has them", () => {
  assert.deepEqual(read("check-out"), { messageType: "CheckOut", ids: mac, topic: TOPIC });
  assert.deepEqual(read("set-bootstrap-token"), {
    messageType: "SetBootstrapToken",
    ids: mac,
    bootstrapToken: new TextEncoder().encode("bootstrap"),
    awaitingConfiguration: false,
  });
  assert.deepEqual(read("set-bootstrap-token-removed"), { messageType: "SetBootstrapToken", ids: mac });
  assert.deepEqual(read("get-bootstrap-token"), { messageType: "GetBootstrapToken", ids: mac });
  assert.deepEqual(read("user-authenticate"), {
    messageType: "UserAuthenticate",
    ids: { udid: MAC, userId: USER, deviceKey: MAC, userKey: USER, channel: "User" },
  });
  assert.deepEqual(read("declarative-management-tokens"), {
    messageType: "DeclarativeManagement",
    ids: mac,
    endpoint: "tokens",
  });
  assert.deepEqual(read("declarative-management-status"), {
    messageType: "DeclarativeManagement",
    ids: mac,
    endpoint: "status",
    data: new TextEncoder().encode('{"StatusItems":{},"Errors":[]}'),
  });
  assert.deepEqual(read("get-token"), { messageType: "GetToken", ids: mac, tokenServiceType: "com.apple.maid" });
  assert.deepEqual(read("return-to-service"), { messageType: "Unsupported", ids: phone, name: "ReturnToService" });
});

Deno.test("a missing key is named", () => {
  const ids = { UDID: MAC };
  const token = { Topic: TOPIC, Token: new Uint8Array(1), PushMagic: "m" };
  refused({ ...ids }, /"MessageType" is missing/);
  refused({ MessageType: "Authenticate", Topic: TOPIC }, /Authenticate: "UDID" and "EnrollmentID" are missing/);
  refused({ MessageType: "Authenticate", Topic: TOPIC, UDID: "" }, /"UDID" and "EnrollmentID" are missing/);
  refused({ MessageType: "Authenticate", ...ids }, /Authenticate: "Topic" is missing/);
  for (const key of ["Topic", "Token", "PushMagic"]) {
    const body = Object.fromEntries(
      Object.entries({ MessageType: "TokenUpdate", ...ids, ...token }).filter(([k]) => k !== key),
    );
    refused(body, new RegExp(`TokenUpdate: "${key}" is missing`));
  }
  refused({ MessageType: "DeclarativeManagement", ...ids }, /"Endpoint" is missing/);
  refused({ MessageType: "GetToken", ...ids }, /"TokenServiceType" is missing/);
});

Deno.test("a key of another type is an error, not an absence", () => {
  const token: PlistDict = {
    MessageType: "TokenUpdate",
    UDID: MAC,
    Topic: TOPIC,
    Token: new Uint8Array(1),
    PushMagic: "m",
  };
  refused({ ...token, Token: "text" }, /"Token" is a string, it should be data/);
  refused({ ...token, UnlockToken: "text" }, /"UnlockToken" is a string, it should be data/);
  refused({ ...token, Topic: 1 }, /"Topic" is a number, it should be a string/);
  refused({ MessageType: ["Authenticate"], UDID: MAC }, /"MessageType" is an array/);
  // If a UserID of another type counted as absent, a user could speak for the device.
  for (const odd of [1, true, new Uint8Array(1), { a: 1 }, [USER]]) refused({ ...token, UserID: odd }, /"UserID" is/);
  refused({ ...token, UDID: "x".repeat(256) }, /256 characters/);
  refused({ MessageType: "SetBootstrapToken", UDID: MAC, BootstrapToken: "" }, /should be data/);
});

Deno.test("a value that is not a dictionary is not a message", () => {
  assert.throws(() => checkinOf(buildPlist([])), /it is an array, it should be a dictionary/);
  assert.throws(() => checkinOf(new Uint8Array(0)), PlistError);
});

Deno.test("ids from the prototype do not count", () => {
  const forged = `<plist version="1.0"><dict><key>MessageType</key><string>CheckOut</string><key>__proto__</key>` +
    `<dict><key>UDID</key><string>${MAC}</string></dict></dict></plist>`;
  assert.throws(() => checkinOf(new TextEncoder().encode(forged)), /are missing/);
});

Deno.test("any dictionary is a message or a ProtocolError", () => {
  const value = fc.oneof(fc.string().map((s) => s.toWellFormed()), fc.boolean(), fc.nat(), fc.uint8Array());
  const key = fc.constantFrom("UDID", "EnrollmentID", "UserID", "Topic", "Token", "PushMagic", "Endpoint", "Data");
  const type = fc.constantFrom("Authenticate", "TokenUpdate", "SetBootstrapToken", "DeclarativeManagement", "GetToken");
  fc.assert(fc.property(type, fc.dictionary(key, value, { noNullPrototype: true }), (MessageType, body) => {
    try {
      checkinOf(buildBinaryPlist({ ...body, MessageType }));
    } catch (error) {
      assert.ok(error instanceof ProtocolError, `threw ${error}`);
    }
  }));
});
