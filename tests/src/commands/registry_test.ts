import assert from "node:assert/strict";
import { z } from "zod";
import { CATALOGUE, catalogueEntry } from "../../../src/commands/catalogue.ts";
import { commandNamed, COMMANDS, commandsWith, PUBLISHED } from "../../../src/commands/registry.ts";
import type { CommandTarget } from "../../../src/commands/command.ts";
import { byodIphone, byodMac, intelMac, ipad, ipadUser, iphone, mac, macUser, tv, unknown } from "./target.ts";

Deno.test("names are unique, in order, and found", () => {
  const names = [...COMMANDS].map((command) => command.name);
  assert.deepEqual(names, [...new Set(names)].sort());
  for (const command of COMMANDS) assert.equal(commandNamed(command.name), command);
  for (const odd of ["", "constructor", "deviceLock", "InstallApplication2"]) {
    assert.equal(commandNamed(odd), undefined);
  }
});

Deno.test("a request type of Apple's has one command in the catalogue, under one name", () => {
  for (const command of PUBLISHED) {
    assert.equal(COMMANDS.named(command.name), undefined, command.name);
    assert.equal(commandNamed(command.name), command);
  }
  // Those that the server sends with arguments of its own have a second name for people.
  assert.equal(catalogueEntry("InstallProfile")?.command.name, "ManualInstallProfile");
  assert.equal(catalogueEntry("ManualInstallProfile")?.requestType, "InstallProfile");
  assert.equal(catalogueEntry("DeviceLock")?.command, commandNamed("DeviceLock"));
  assert.equal(catalogueEntry("UserList")?.command.name, "UserList");
  for (const odd of ["", "CustomCommand", "Reenroll", "constructor", "userlist"]) {
    assert.equal(catalogueEntry(odd), undefined, odd);
  }
  assert.deepEqual(CATALOGUE.filter(({ danger }) => danger).map(({ requestType }) => requestType), [
    "ClearActivationLockBypassCode",
    "ClearPasscode",
    "DeleteUser",
    "DeviceLock",
    "EnableLostMode",
    "EraseDevice",
    "RemoveProfile",
    "ShutDownDevice",
  ]);
});

Deno.test("people send exactly these, by the API and from the page of a device, in this order", () => {
  const names = (part: "endpoint" | "form" | "aftermath") => commandsWith(part).map(({ command }) => command.name);
  assert.deepEqual(names("endpoint"), [
    "DeviceLock",
    "EraseDevice",
    "CustomCommand",
    "AvailableOSUpdates",
    "ScheduleOSUpdate",
    "OSUpdateStatus",
    "SetRecoveryLock",
    "SetFirmwarePassword",
    "VerifyRecoveryLock",
    "VerifyFirmwarePassword",
    "SetAutoAdminPassword",
    "ActivationLockBypassCode",
    "ClearActivationLockBypassCode",
    "RotateFileVaultKey",
  ]);
  assert.deepEqual(names("form"), [
    "DeviceLock",
    "RestartDevice",
    "CustomCommand",
    "EraseDevice",
    "AvailableOSUpdates",
    "ScheduleOSUpdate",
    "OSUpdateStatus",
    "SetRecoveryLock",
    "SetFirmwarePassword",
    "VerifyRecoveryLock",
    "VerifyFirmwarePassword",
    "SetAutoAdminPassword",
    "ActivationLockBypassCode",
    "ClearActivationLockBypassCode",
    "RotateFileVaultKey",
  ]);
  assert.deepEqual(names("aftermath"), ["EraseDevice", "DeviceLock"]);
});

const TARGETS: Record<string, CommandTarget> = {
  mac,
  intelMac,
  macUser,
  iphone,
  ipad,
  ipadUser,
  tv,
  byodIphone,
  byodMac,
  unknown,
};

const ALL = Object.keys(TARGETS);
const NO_MAC = ALL.filter((name) => name !== "mac" && name !== "intelMac");

/** For which targets a command is not, as Apple's schema has it. */
const INVALID: Record<string, string[]> = {
  // No target waits in Setup Assistant.
  AccountConfiguration: ALL,
  ActivationLockBypassCode: ALL.filter((name) => !["mac", "intelMac"].includes(name)),
  ClearActivationLockBypassCode: ALL.filter((name) => !["mac", "intelMac"].includes(name)),
  // All that could have them take updates by declaration, or are not supervised.
  AvailableOSUpdates: ALL,
  OSUpdateStatus: ALL,
  ScheduleOSUpdate: ALL,
  CertificateList: ["macUser", "ipadUser"],
  // Without a token, and not in lost mode.
  ClearPasscode: ALL,
  CustomCommand: [],
  DeclarativeManagement: ["tooOld", "unknown"],
  DeviceConfigured: ALL,
  DeviceInformation: [],
  DeviceLocation: ALL,
  DeviceLock: ["macUser", "ipadUser", "tv", "byodMac", "unknown"],
  // Of the targets, no iPhone and no iPad is supervised.
  DisableLostMode: ALL,
  EnableLostMode: ALL,
  EraseDevice: ["macUser", "ipadUser", "byodIphone", "byodMac", "unknown"],
  InstallApplication: ["ipadUser", "unknown"],
  InstallEnterpriseApplication: NO_MAC.filter((name) => name !== "byodMac"),
  InstallInHouseApplication: ["macUser", "ipadUser", "mac", "intelMac", "byodMac", "unknown"],
  InstallProfile: [],
  InstallProvisioningProfile: ["macUser", "ipadUser"],
  InstalledApplicationList: ["ipadUser", "byodMac"],
  ManagedApplicationList: ["ipadUser"],
  PlayLostModeSound: ALL,
  ProfileList: [],
  ProvisioningProfileList: ["macUser", "ipadUser"],
  Reenroll: ["macUser", "ipadUser"],
  RemoveProfile: [],
  RemoveApplication: ["macUser", "ipadUser", "byodMac"],
  RemoveProvisioningProfile: ["macUser", "ipadUser"],
  RemoveFileVault: NO_MAC,
  RotateFileVaultKey: NO_MAC,
  // Whether their enrollment is approved is said by SecurityInfo.
  SetupFileVault: NO_MAC,
  RestartDevice: ["macUser", "iphone", "ipad", "ipadUser", "tv", "byodIphone", "byodMac", "unknown"],
  SecurityInfo: ["macUser", "ipadUser"],
  SetAutoAdminPassword: ALL.filter((name) => !["mac", "intelMac"].includes(name)),
  SetFirmwarePassword: ALL.filter((name) => name !== "intelMac"),
  SetRecoveryLock: ALL.filter((name) => name !== "mac"),
  VerifyFirmwarePassword: ALL.filter((name) => name !== "intelMac"),
  VerifyRecoveryLock: ALL.filter((name) => name !== "mac"),
};

for (const command of COMMANDS) {
  Deno.test(`${command.name} is for its targets, and gives the reason for others`, () => {
    for (const [name, target] of Object.entries(TARGETS)) {
      const reason = command.invalidFor(target);
      if (INVALID[command.name]?.includes(name)) assert.match(reason ?? "valid", /^Cannot send .+/, name);
      else assert.equal(reason, null, name);
    }
  });

  Deno.test(`${command.name} reveals none of its secrets`, () => {
    const args: Record<string, unknown> = {
      pin: "012345",
      full_name: "x",
      short_name: "x",
      hidden: true,
      skip_primary_account: false,
      password: "012345",
      password_hash: "c2VjcmV0",
      because: "ready",
      install_action: "Default",
      profile: "c2VjcmV0",
      command:
        "<dict><key>RequestType</key><string>Settings</string><key>Password</key><string>c2VjcmV0</string></dict>",
      identifier: "x",
      artifact_version: "x",
      token: "x",
      timestamp: "x",
      new_password: "01234567",
      current_password: "01234567",
      UnlockToken: "c2VjcmV0",
      config_uuid: "9b2fd9a4-1f0f-4f7e-8f4e-0d5d4a1b2c3d",
      recovery_key: "c2VjcmV0",
      reply_certificate: "c2VjcmV0",
      configuration: "c2VjcmV0",
    };
    const described = JSON.stringify(command.describe(command.args.parse(args)));
    assert.doesNotMatch(described, /012345|c2VjcmV0/);
    assert.ok(command.secretArgs.every((secret) => secret in args));
  });
}

Deno.test("arguments of commands that people send are refused in our own words", () => {
  const odd = [5, -1, 0.5, 1e300, "x", "x".repeat(70_000), true, [], {}, null];
  for (const { command } of [...commandsWith("endpoint"), ...commandsWith("form")]) {
    assert.ok(command.args instanceof z.ZodObject, command.name);
    for (const name of Object.keys(command.args.shape)) {
      for (const value of odd) {
        for (const { message } of command.args.safeParse({ [name]: value }).error?.issues ?? []) {
          assert.doesNotMatch(message, /^(Invalid (input|option)|Too (big|small))/, `${command.name}: ${name}`);
        }
      }
    }
  }
});
