import assert from "node:assert/strict";
import { commandFacts, REQUEST_TYPES } from "../../../src/apple_schema/commands.ts";
import { keysBelow } from "../../../src/apple_schema/keys.ts";
import type { KeyFacts } from "../../../src/apple_schema/types.ts";
import { CATALOGUE, catalogueEntry } from "../../../src/commands/catalogue.ts";
import { isSecretKey, secretArgumentsOf } from "../../../src/commands/secret_keys.ts";
import { toJsonObject } from "../../../src/protocol/plist_json.ts";
import { isDict, type PlistDict } from "../../../src/protocol/plist.ts";
import { compose } from "../../../simulators/compose.ts";
import { ipad, iphone, mac, macUser, refusal, sent } from "./target.ts";

const supervisedPhone = { ...iphone, supervised: true, osVersion: "18.0" };
const of = (requestType: string) => {
  const command = catalogueEntry(requestType)?.command;
  assert.ok(command !== undefined);
  return command;
};
/** A property list as a plain value. */
const plain = (value: unknown): PlistDict => {
  assert.ok(typeof value === "object" && value !== null);
  return { ...value } as PlistDict;
};

Deno.test("arguments are Apple's keys, with data from base64", () => {
  const command = of("Settings");
  const wire = plain(sent(command, supervisedPhone, {
    Settings: [
      { Item: "Wallpaper", Image: "AQID", Where: 3 },
      { Item: "DeviceName", DeviceName: "  Front desk  " },
    ],
  }));
  assert.deepEqual(wire["Command"], {
    RequestType: "Settings",
    Settings: [
      { Item: "Wallpaper", Image: new Uint8Array([1, 2, 3]), Where: 3 },
      { Item: "DeviceName", DeviceName: "  Front desk  " },
    ],
  });
});

Deno.test("a refused argument is named by its path, with what is and what should be", () => {
  const cases: [string, unknown, RegExp][] = [
    [
      "InstallApplication",
      { iTunesStoreID: "1" },
      /^iTunesStoreID: "iTunesStoreID" is a string, it should be an integer$/,
    ],
    ["InstallApplication", { Options: { PurchaseMethod: 7 } }, /^Options\.PurchaseMethod: .*is 7, it should be/],
    ["Settings", { Settings: [{ Item: "Wallpaper", Image: "%", Where: 1 }] }, /^Settings\.0\.Image: .*data in base64/],
    ["Settings", { Settings: [{ Item: "Bluetooth" }] }, /^Settings\.0\.Enabled: .*is missing/],
    ["Settings", { Settings: [{ Item: "Coffee" }] }, /^Settings\.0\.Item: .*"Coffee"/],
    ["Settings", {}, /^Settings: "Settings" is missing, it should be an array$/],
    ["RemoveMedia", { MediaType: "Book", Colour: "x" }, /^Colour: "Colour" is not a known key/],
    ["EnableLostMode", {}, /^Message: "Message" or "PhoneNumber" is required$/],
    ["RequestMirroring", { ScanTime: "soon" }, /^ScanTime: /],
  ];
  for (const [requestType, args, sentence] of cases) {
    assert.match(refusal(of(requestType), supervisedPhone, args) ?? "accepted", sentence, requestType);
  }
  assert.match(refusal(of("InstallApplication"), iphone, { Identifier: "a\u0001b" }) ?? "accepted", /control/i);
  assert.equal(refusal(of("InstallApplication"), iphone, { Identifier: "com.example" }), null);
});

Deno.test("an argument that this target does not take is refused, although its system would pass over it", () => {
  const wallpaper = { Settings: [{ Item: "Wallpaper", Image: "AQID", Where: 1 }] };
  assert.match(refusal(of("Settings"), iphone, wallpaper) ?? "", /^Settings\.0: .*needs a supervised device/);
  assert.match(refusal(of("Settings"), mac, wallpaper) ?? "", /^Settings\.0: .*is not available on macOS/);
  const forced = { UserName: "jane", ForceDeletion: true };
  assert.match(refusal(of("DeleteUser"), mac, forced) ?? "", /^ForceDeletion: .*not available on macOS/);
  assert.equal(refusal(of("DeleteUser"), { ...ipad, sharedIpad: true }, forced), null);
  assert.match(refusal(of("ClearPasscode"), iphone, { UnlockToken: "AQID" }) ?? "", /is written by the server/);
});

Deno.test("a Shared iPad takes other commands than an iPad of one person", () => {
  const shared = { ...ipad, supervised: true, sharedIpad: true, unlockTokenEscrowed: true };
  const own = { ...shared, sharedIpad: false };
  assert.equal(of("UserList").invalidFor(shared), null);
  assert.match(of("UserList").invalidFor(own) ?? "", /is for Shared iPad, this device is none/);
  assert.equal(of("UserList").invalidFor(mac), null);
  assert.match(of("ClearPasscode").invalidFor(shared) ?? "", /is not for Shared iPad, this device is one/);
  assert.equal(of("ClearPasscode").invalidFor(own), null);
  // Nothing is known of it: the device will say.
  assert.equal(of("UserList").invalidFor(ipad), null);
});

Deno.test("the log collection of version 27 is for supervised devices, and on a Mac for its user", () => {
  const command = of("TriggerEnhancedLogCollection");
  const at = (target: typeof mac) => ({ ...target, osVersion: "27.0", supervised: true });
  assert.equal(command.invalidFor(at(iphone)), null);
  assert.equal(command.invalidFor(at(macUser)), null);
  assert.match(command.invalidFor(at(mac)) ?? "", /is for a user's channel/);
  assert.match(command.invalidFor({ ...at(iphone), osVersion: "26.4" }) ?? "", /needs iOS 27\.0/);
  assert.match(command.invalidFor({ ...at(iphone), supervised: false }) ?? "", /needs a supervised device/);
  assert.deepEqual(command.describe({ AppleCareToken: "test-token-normal" }), { AppleCareToken: "<redacted>" });
  assert.deepEqual(command.secretArgs, ["AppleCareToken"]);
});

/** Keys that sound like a secret and are none. */
const NO_SECRETS: ReadonlySet<string> = new Set([
  // Only the kind of key, the name of a grace period, the identifier of a product.
  "KeyType",
  "ProductKey",
  "PasscodeLockGracePeriod",
  "PasscodePolicy",
  "GracePeriod",
  // Booleans.
  "RequestRequiresNetworkTether",
]);

Deno.test("whatever sounds like a secret in the catalogue is one, or is known to be none", () => {
  const suspicious = new Set<string>();
  const seen = new Set<readonly KeyFacts[]>();
  for (const requestType of REQUEST_TYPES) {
    const facts = commandFacts(requestType);
    const walk = (keys: readonly KeyFacts[]) => {
      if (seen.has(keys)) return;
      seen.add(keys);
      for (const key of keys) {
        const sounds = /passw|passcode|\bpin\b|token|secret|\bkey|key$|code$|private/i.test(key.key);
        if (sounds && !isSecretKey(key.key) && key.type !== "boolean" && !NO_SECRETS.has(key.key)) {
          suspicious.add(`${requestType}.${key.key}`);
        }
        // The texts that a string may be are no keys.
        if (key.type !== "string") walk(keysBelow(key, facts?.shapes) ?? []);
      }
    };
    walk(facts?.keys ?? []);
  }
  assert.deepEqual([...suspicious], []);
});

Deno.test("no secret of any command is in what the audit log shows, and all of them are sealed", () => {
  const targets = [
    { ...mac, osVersion: "18.0" },
    macUser,
    supervisedPhone,
    { ...ipad, supervised: true, sharedIpad: true },
  ];
  let secrets = 0;
  for (const { requestType, command } of CATALOGUE) {
    if (command.published === undefined) continue;
    const facts = commandFacts(requestType);
    assert.ok(facts !== null);
    for (const target of targets) {
      const args = toJsonObject(compose(facts, target));
      const values: string[] = [];
      const mark = (value: unknown, inside: boolean): unknown => {
        if (Array.isArray(value)) return value.map((item) => mark(item, inside));
        if (typeof value === "object" && value !== null) {
          return Object.fromEntries(
            Object.entries(value).map(([key, inner]) => [key, mark(inner, inside || isSecretKey(key))]),
          );
        }
        if (!inside || typeof value !== "string") return value;
        values.push(`SECRET${values.length}`);
        return values.at(-1);
      };
      const marked = Object.fromEntries(
        Object.entries(args).map(([key, value]) => [key, mark(value, isSecretKey(key))]),
      );
      secrets += values.length;
      assert.doesNotMatch(JSON.stringify(command.describe(marked)), /SECRET/, requestType);
      const open = Object.entries(marked).filter(([key]) => !command.secretArgs.includes(key));
      assert.doesNotMatch(JSON.stringify(open), /SECRET/, requestType);
    }
    assert.deepEqual(command.secretArgs, secretArgumentsOf(facts));
  }
  assert.ok(secrets > 15, `only ${secrets} secrets`);
});

Deno.test("what the audit log shows has neither bytes nor long texts nor keys that are not Apple's", () => {
  const shown = of("Settings").describe({
    Settings: [{ Item: "Wallpaper", Image: "AQID", Where: 1 }, { Item: "DeviceName", DeviceName: "x".repeat(5000) }],
    Other: { a: 1 },
  });
  assert.ok(isDict(shown as PlistDict));
  const text = JSON.stringify(shown);
  assert.doesNotMatch(text, /AQID|"a"/);
  assert.match(text, /"Item":"Wallpaper"/);
  assert.ok(text.length < 1000);
});
