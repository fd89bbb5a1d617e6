import assert from "node:assert/strict";
import { customCommand } from "../../../src/commands/custom_command.ts";
import { buildPlist, parsePlist } from "../../../src/protocol/plist.ts";
import { wire } from "../../fixtures/wire/wire.ts";
import { intelMac, iphone, mac, refusal, sent, tv } from "./target.ts";

const settings = "<dict><key>RequestType</key><string>Settings</string><key>Settings</key><array><dict>" +
  "<key>Item</key><string>DeviceName</string><key>DeviceName</key><string>New &amp; better</string></dict></array></dict>";
const sentence = (command: unknown) => refusal(customCommand, mac, { command });

Deno.test("a bare dictionary and a whole document are sent alike", () => {
  const golden = parsePlist(wire("command-custom-command"));
  const { Command } = Object(golden);
  assert.deepEqual(sent(customCommand, mac, { command: `\n  ${settings}\n` }), golden);
  assert.deepEqual(sent(customCommand, mac, { command: new TextDecoder().decode(buildPlist(Command)) }), golden);
});

Deno.test("a value that is not a command is refused with its sentence", () => {
  for (const empty of ["", " \n\t "]) assert.equal(sentence(empty), "command: Empty command");
  const broken = [
    "text",
    "<dict>",
    "<dict><key>a</key></dict>",
    "<plist><dict/>",
    "{}",
    '<!DOCTYPE plist [<!ENTITY a "b">]>',
  ];
  for (const text of broken) assert.match(sentence(text) ?? "", /^command: Invalid property list: ./, text);
  for (const other of ["<plist><array/></plist>", "<plist><string>RequestType</string></plist>"]) {
    assert.equal(sentence(other), "command: Not a dictionary", other);
  }
  for (
    const without of [
      "<dict/>",
      "<dict></dict>",
      "<dict><key>RequestType</key><string/></dict>",
      "<dict><key>RequestType</key><string>  </string></dict>",
      "<dict><key>RequestType</key><integer>1</integer></dict>",
      "<dict><key>requesttype</key><string>Settings</string></dict>",
      "<dict><key>__proto__</key><dict><key>RequestType</key><string>Settings</string></dict></dict>",
    ]
  ) assert.equal(sentence(without), "command: Missing or empty RequestType", without);
  assert.equal(refusal(customCommand, mac, {}), "command: This field is required.");
  assert.equal(sentence(1), "command: Not a valid string.");
});

Deno.test("the audit log sees the request type and the names of the other keys, sorted", () => {
  const command =
    "<dict><key>Zed</key><true/><key>RequestType</key><string>Settings</string><key>Ann</key><string>secret</string></dict>";
  assert.deepEqual(customCommand.describe({ command }), { request_type: "Settings", keys: ["Ann", "Zed"] });
});

const command = (requestType: string, keys = "") =>
  `<dict><key>RequestType</key><string>${requestType}</string>${keys}</dict>`;

Deno.test("violations of Apple's schema are refused with every reason, without values", () => {
  const wrong = command(
    "EraseDevice",
    "<key>pin</key><string>314159</string><key>PreserveDataPlan</key><string>no</string>",
  );
  const text = sentence(wrong) ?? "";
  assert.match(text, /command: "pin" is not a known key, it should be "PIN"/);
  assert.match(text, /command: "PreserveDataPlan" is a string, it should be/);
  assert.doesNotMatch(text, /314159/);
  assert.match(sentence(command("Settings")) ?? "", /"Settings" is missing/);
});

Deno.test("a command that the target cannot have is refused, and an unpublished one is accepted", () => {
  const refused = (target: typeof mac, text: string) => refusal(customCommand, target, { command: text });
  assert.match(refused(tv, command("EnableRemoteDesktop")) ?? "", /tvOS/);
  assert.match(refused(iphone, command("RestartDevice")) ?? "", /needs a supervised device/);
  for (const target of [mac, intelMac, iphone, tv]) assert.equal(refused(target, command("TellTheTime")), null);
  assert.equal(refused(mac, command("RestartDevice")), null);
});
