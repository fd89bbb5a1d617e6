import assert from "node:assert/strict";
import { CATALOGUE } from "../../../src/commands/catalogue.ts";
import {
  inWords,
  labelOfChoice,
  schemaArguments,
  type SchemaField,
  schemaFields,
  type SchemaInput,
} from "../../../src/commands/schema_fields.ts";
import { ipad, iphone, mac, macUser, tv } from "./target.ts";

const phone = { ...iphone, supervised: true, osVersion: "18.0" };

/** A submitted form. */
function inputOf(fields: Record<string, string | string[]>, files: Record<string, Uint8Array> = {}): SchemaInput {
  const texts = (name: string) => [fields[name] ?? []].flat();
  return {
    text: (name) => texts(name)[0] ?? "",
    texts,
    names: () => Object.keys(fields),
    upload: (name) => files[name] === undefined ? undefined : { bytes: files[name] },
  };
}

const read = (
  requestType: string,
  fields: Record<string, string | string[]>,
  files: Record<string, Uint8Array> = {},
) => {
  const input = inputOf(fields, files);
  return schemaArguments(schemaFields(requestType, phone, [], input), input);
};

Deno.test("keys are read as words", () => {
  for (
    const [key, words] of [
      ["UserName", "User name"],
      ["DestinationDeviceID", "Destination device ID"],
      ["eSIMServerURL", "eSIM server URL"],
      ["iTunesStoreID", "iTunes store ID"],
      ["iOSApp", "iOS app"],
      ["PIN", "PIN"],
      ["passwordHash", "Password hash"],
      ["VPNUUID", "VPNUUID"],
      ["FDE_HasPersonalRecoveryKey", "FDE has personal recovery key"],
    ] as const
  ) assert.equal(inWords(key), words);
});

Deno.test("a choice has the meaning that Apple's description gives it", () => {
  const help = "Where to use it: • '1': Lock screen • '2': Home screen. • '12': Both";
  assert.deepEqual([1, 2, 12, 3].map((value) => labelOfChoice(value, help)), [
    "1: Lock screen",
    "2: Home screen",
    "12: Both",
    "3",
  ]);
  assert.equal(labelOfChoice("Book", undefined), "Book");
});

Deno.test("an empty form has no arguments but those that must be there", () => {
  for (const { requestType, command } of CATALOGUE) {
    if (command.published === undefined) continue;
    for (const target of [phone, ipad, mac, macUser, tv]) {
      const input = inputOf({});
      const fields = schemaFields(requestType, target, [], input);
      const names = new Set<string>();
      const walk = (field: SchemaField) => {
        assert.ok(!names.has(field.name), `${requestType}: ${field.name} is there twice`);
        names.add(field.name);
        assert.match(field.name, /^arguments\./);
        assert.ok(field.label !== "");
        if (field.kind === "group") field.fields.forEach(walk);
        if (field.kind === "list") field.items.forEach(walk);
      };
      fields.forEach(walk);
      const given = schemaArguments(fields, input);
      const optional = fields.filter(({ required }) => !required).map(({ key }) => key);
      assert.deepEqual(Object.keys(given).filter((key) => optional.includes(key)), [], requestType);
    }
  }
});

Deno.test("a yes or no that is not answered is absent, which is not no", () => {
  const at = (value: string) => read("ManagedApplicationFeedback", { "arguments.DeleteFeedback": value });
  assert.equal(at("").DeleteFeedback, undefined);
  assert.equal(at("no").DeleteFeedback, false);
  assert.equal(at("yes").DeleteFeedback, true);
  assert.equal(at("maybe").DeleteFeedback, "maybe");
});

Deno.test("numbers, choices, lines, files and JSON are Apple's types; what is none stays a text, for the check to refuse", () => {
  assert.deepEqual(read("InstallApplication", { "arguments.iTunesStoreID": "12" }), { iTunesStoreID: 12 });
  assert.deepEqual(read("InstallApplication", { "arguments.iTunesStoreID": "1e9" }), { iTunesStoreID: "1e9" });
  assert.deepEqual(read("InstallApplication", { "arguments.Options.PurchaseMethod": "1" }), {
    Options: { PurchaseMethod: 1 },
  });
  assert.deepEqual(read("InstallApplication", { "arguments.Configuration": '{"a": [1]}' }), {
    Configuration: { a: [1] },
  });
  assert.deepEqual(read("InstallApplication", { "arguments.Configuration": "{" }), { Configuration: "{" });
  assert.deepEqual(read("ManagedApplicationList", { "arguments.Identifiers": " a \r\n\n b" }), {
    Identifiers: ["a", "b"],
  });
  assert.deepEqual(read("InstallProfile", {}, { "arguments.Payload": new Uint8Array([1, 2]) }), { Payload: "AQI=" });
  assert.deepEqual(read("DeviceInformation", { "arguments.Queries": ["UDID", "Nonsense", "OSVersion"] }), {
    Queries: ["UDID", "OSVersion"],
  });
});

Deno.test("items of a list are those that the form names; another is added and one is removed without a script", () => {
  const list = (fields: Record<string, string>) => {
    const [found] = schemaFields("Settings", phone, [], inputOf(fields));
    assert.ok(found?.kind === "list");
    return found.items.map(({ name, path, key }) => [name, path, key]);
  };
  assert.deepEqual(list({}), []);
  const two = { "arguments.Settings.0": "DeviceName", "arguments.Settings.4": "Bluetooth" };
  // Errors name the place in what is sent, whatever the form calls it.
  assert.deepEqual(list(two), [
    ["arguments.Settings.0", "Settings.0", "DeviceName"],
    ["arguments.Settings.4", "Settings.1", "Bluetooth"],
  ]);
  assert.deepEqual(
    list({ ...two, more: "arguments.Settings", "arguments.Settings.new": "Wallpaper" }).at(-1),
    ["arguments.Settings.5", "Settings.2", "Wallpaper"],
  );
  assert.deepEqual(list({ ...two, less: "arguments.Settings.0" }), [
    ["arguments.Settings.4", "Settings.0", "Bluetooth"],
  ]);
  // Nothing is an item but what the target takes.
  assert.deepEqual(list({ "arguments.Settings.0": "HostName", "arguments.Settings.x": "DeviceName" }), []);
  const many = Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`arguments.Settings.${i}`, "DeviceName"]));
  assert.equal(list(many).length, 200);
  assert.deepEqual(
    read("Settings", { ...two, "arguments.Settings.0.DeviceName": "Desk", "arguments.Settings.4.Enabled": "no" }),
    { Settings: [{ Item: "DeviceName", DeviceName: "Desk" }, { Item: "Bluetooth", Enabled: false }] },
  );
});

Deno.test("keys that a target does not have are no fields, and those that the server writes neither", () => {
  const names = (target: typeof mac) => schemaFields("DeleteUser", target, []).map(({ key }) => key);
  assert.deepEqual(names(mac), ["UserName"]);
  assert.deepEqual(names({ ...ipad, sharedIpad: true }), ["UserName", "ForceDeletion", "DeleteAllUsers"]);
  assert.deepEqual(schemaFields("ClearPasscode", phone, ["UnlockToken"]), []);
  assert.deepEqual(schemaFields("NoSuchCommand", phone, []), []);
});
