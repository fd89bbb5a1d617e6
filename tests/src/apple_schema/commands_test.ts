import assert from "node:assert/strict";
import fc from "fast-check";
import { asDict, parsePlist, type PlistDict } from "../../../src/protocol/plist.ts";
import {
  commandFacts,
  commandUnsupported,
  REQUEST_TYPES,
  validateCommand,
} from "../../../src/apple_schema/commands.ts";
import { byodIphone, ipad, ipadUser, iphone, mac, macUser, tv, unknown } from "./targets.ts";

const messages = (type: string, payload: PlistDict) => validateCommand(type, payload).map(({ message }) => message);

Deno.test("the commands that this server sends are as Apple publishes them", async () => {
  const folder = new URL("../../fixtures/wire/", import.meta.url);
  let seen = 0;
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.startsWith("command-") || !name.endsWith(".plist")) continue;
    const message = asDict(parsePlist(await Deno.readFile(new URL(name, folder))));
    const command = asDict(message["Command"] ?? {});
    const type = command["RequestType"];
    assert.ok(typeof type === "string" && commandFacts(type) !== null, name);
    assert.deepEqual(validateCommand(type, command), [], name);
    seen++;
  }
  assert.ok(seen >= 10, `only ${seen} commands were looked at`);
});

Deno.test("a request type that Apple does not publish is unknown and nothing forbids it", () => {
  for (const type of ["", "DoSomething", "__proto__", "constructor"]) {
    assert.equal(commandFacts(type), null);
    assert.deepEqual(validateCommand(type, { a: 1 }), []);
    assert.equal(commandUnsupported(type, { a: 1 }, mac), null);
  }
});

Deno.test("a fault in a command is one sentence", () => {
  const cases: [string, PlistDict, string[]][] = [
    ["EraseDevice", { RequestType: "EraseDevice", PIN: "123456" }, []],
    ["EraseDevice", { PIN: 123456 }, [`"PIN" is an integer, it should be a string`]],
    ["EraseDevice", { ObliterationBehavior: "Never" }, [
      `"ObliterationBehavior" is "Never", it should be one of "Default", "DoNotObliterate", "ObliterateWithWarning", ` +
      `"Always"`,
    ]],
    ["InstallProfile", {}, [`"Payload" is missing, it should be data`]],
    ["InstallProfile", { Payload: "aGk=" }, [`"Payload" is a string, it should be data`]],
    ["InstallProfile", { Payload: new Uint8Array(2), RequestRequiresNetworkTether: true }, []],
    ["DeviceInformation", { Queries: ["UDID", "Nonsense"] }, [
      `"Queries.1" is "Nonsense", which is not a value that Apple publishes for it`,
    ]],
    ["ShutDownDevice", { Now: true }, [`"Now" is not a known key, there should be none`]],
    ["Settings", { Settings: [{ Item: "Bluetooth", Enabled: true }, { Item: "Wallpaper", Where: 4 }] }, [
      `"Settings.1.Image" is missing, it should be data`,
      `"Settings.1.Where" is 4, it should be one of 1, 2, 3`,
    ]],
  ];
  for (const [type, payload, expected] of cases) assert.deepEqual(messages(type, payload), expected);
  const [unknownItem] = messages("Settings", { Settings: [{ Item: "Nonsense" }] });
  assert.match(unknownItem ?? "", /^"Settings\.0\.Item" is "Nonsense", it should be one of "Wallpaper", /);
});

Deno.test("system, version, channel, supervision and enrollment decide whether a target can have a command", () => {
  const cases: [string, PlistDict, typeof mac, string | null][] = [
    ["EraseDevice", {}, mac, null],
    ["EraseDevice", {}, macUser, "EraseDevice is for the device's channel, this is a user's"],
    ["EraseDevice", {}, ipadUser, "EraseDevice is for the device's channel, this is a user's"],
    ["EraseDevice", {}, byodIphone, "EraseDevice is not for user enrollments, this is one"],
    ["RestartDevice", {}, iphone, "RestartDevice needs a supervised device, this one is not supervised"],
    ["RestartDevice", {}, { ...iphone, supervised: null }, null],
    [
      "RestartDevice",
      {},
      { ...iphone, supervised: true, osVersion: "10.2" },
      "RestartDevice needs iOS 10.3, the " +
      "device has 10.2",
    ],
    ["EnableLostMode", {}, mac, "EnableLostMode is not available on macOS"],
    ["DeleteUser", {}, { ...iphone, supervised: true }, "DeleteUser is for Shared iPad, this device is none"],
    ["DeleteUser", {}, ipad, null],
    ["DeclarativeManagement", {}, ipadUser, null],
    [
      "DeclarativeManagement",
      {},
      { ...tv, osVersion: "15.6" },
      "DeclarativeManagement needs tvOS 16.0, the device " +
      "has 15.6",
    ],
    ["EraseDevice", {}, unknown, null],
  ];
  for (const [type, payload, target, expected] of cases) {
    assert.equal(commandUnsupported(type, payload, target), expected);
  }
});

Deno.test("keys of a command have their own conditions", () => {
  const service: PlistDict = { ReturnToService: { Enabled: true } };
  assert.equal(
    commandUnsupported("EraseDevice", service, { ...ipad, osVersion: "16.7" }),
    `"ReturnToService" needs iPadOS 17.0, the device has 16.7`,
  );
  assert.equal(commandUnsupported("EraseDevice", service, ipad), null);
});

Deno.test("the software update commands end with the 27 releases", () => {
  for (const type of ["AvailableOSUpdates", "OSUpdateStatus", "ScheduleOSUpdate", "ScheduleOSUpdateScan"]) {
    const ended = { ...mac, osVersion: "27.0" };
    assert.equal(commandUnsupported(type, {}, ended), `${type} was removed in macOS 27.0, the device has 27.0`);
    assert.equal(commandUnsupported(type, {}, mac), null);
  }
});

Deno.test("no dictionary makes the checks of a command throw", () => {
  const type = fc.constantFrom(...REQUEST_TYPES);
  const dict = fc.dictionary(fc.string(), fc.anything({ maxDepth: 4 }));
  fc.assert(
    fc.property(type, dict, (type, dict) => {
      const payload = dict as PlistDict;
      validateCommand(type, payload);
      for (const target of [mac, ipadUser, unknown]) commandUnsupported(type, payload, target);
    }),
    { numRuns: 300 },
  );
});

Deno.test("unknown facts of a target forbid no command", () => {
  for (const type of REQUEST_TYPES) assert.equal(commandUnsupported(type, {}, unknown), null);
});
