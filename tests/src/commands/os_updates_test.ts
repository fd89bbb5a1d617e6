import assert from "node:assert/strict";
import { commandUnsupported, validateCommand } from "../../../src/apple_schema/commands.ts";
import { availableOsUpdates } from "../../../src/commands/available_os_updates.ts";
import type { CommandTarget } from "../../../src/commands/command.ts";
import { osUpdateStatus } from "../../../src/commands/os_update_status.ts";
import { scheduleOsUpdate } from "../../../src/commands/schedule_os_update.ts";
import { asDict, dict } from "../../../src/protocol/plist.ts";
import { iphone, mac, refusal, sent, tv } from "./target.ts";

const oldMac: CommandTarget = { ...mac, osVersion: "12.6" };
const oldPhone: CommandTarget = { ...iphone, osVersion: "16.7", supervised: true };
const oldTv: CommandTarget = { ...tv, osVersion: "17.6", supervised: true };
const ALL = [availableOsUpdates, scheduleOsUpdate, osUpdateStatus] as const;

Deno.test("the commands are for supervised devices that do not take updates by declaration", () => {
  for (const command of ALL) {
    for (const target of [oldMac, oldPhone, oldTv]) assert.equal(command.invalidFor(target), null, command.name);
    for (
      const target of [
        { ...oldMac, osVersion: "14.0" },
        { ...oldPhone, osVersion: "17.0" },
        { ...oldTv, osVersion: "18.4" },
      ]
    ) {
      assert.equal(
        command.invalidFor(target),
        `Cannot send ${command.name} to this device: it takes updates by declaration. Use a software update enforcement`,
      );
    }
    assert.match(command.invalidFor({ ...oldPhone, supervised: false }) ?? "", /needs a supervised device/);
    assert.match(command.invalidFor({ ...oldPhone, userEnrollment: true }) ?? "", /user enrollment/);
    assert.match(command.invalidFor({ ...oldMac, channel: "User" }) ?? "", /device channel/);
    for (const target of [mac, iphone, tv]) {
      assert.match(command.invalidFor({ ...target, osVersion: "27.0" }) ?? "", /was removed in/);
    }
  }
  // Apple asks for supervision of Macs for the other two alone.
  const unsupervised = { ...oldMac, supervised: false };
  assert.equal(availableOsUpdates.invalidFor(unsupervised), null);
  assert.equal(availableOsUpdates.invalidFor({ ...unsupervised, osVersion: "26.1" }), null);
  for (const command of [scheduleOsUpdate, osUpdateStatus]) {
    assert.match(command.invalidFor(unsupervised) ?? "", /needs a supervised device/);
  }
});

Deno.test("an update is scheduled as Apple's schema has it, with what the system of the target knows", () => {
  const full = {
    product_key: "MSU_UPDATE_21G1974_full_12.7.6_minor",
    product_version: "12.7.6",
    install_action: "InstallLater",
    max_user_deferrals: 3,
    priority: "High",
  };
  const command = dict(asDict(sent(scheduleOsUpdate, oldMac, full)), "Command") ?? {};
  assert.deepEqual(command, {
    RequestType: "ScheduleOSUpdate",
    Updates: [{
      ProductKey: "MSU_UPDATE_21G1974_full_12.7.6_minor",
      ProductVersion: "12.7.6",
      InstallAction: "InstallLater",
      MaxUserDeferrals: 3,
      Priority: "High",
    }],
  });
  for (
    const [target, args] of [
      [oldMac, full],
      [{ ...oldMac, osVersion: "11.6" }, full],
      [oldPhone, { ...full, install_action: "InstallASAP", max_user_deferrals: undefined }],
      [oldTv, { product_version: "18.3", install_action: "DownloadOnly" }],
    ] as const
  ) {
    const plain = Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));
    const { RequestType: _, ...rest } = dict(asDict(sent(scheduleOsUpdate, target, plain)), "Command") ?? {};
    assert.deepEqual(validateCommand("ScheduleOSUpdate", rest), []);
    assert.equal(commandUnsupported("ScheduleOSUpdate", rest, target), null, target.osVersion);
  }
});

Deno.test("an update needs a key or a version, and an action of its platform", () => {
  const asked = { product_version: "16.7.12", install_action: "InstallASAP" };
  assert.equal(refusal(scheduleOsUpdate, oldPhone, asked), null);
  assert.equal(
    refusal(scheduleOsUpdate, oldPhone, { install_action: "Default" }),
    "product_key: A product key or a version is required.",
  );
  assert.match(refusal(scheduleOsUpdate, oldPhone, { product_version: "16.7.12" }) ?? "", /^install_action: /);
  assert.match(
    refusal(scheduleOsUpdate, oldPhone, { ...asked, install_action: "NotifyOnly" }) ?? "",
    /^install_action: /,
  );
  assert.match(refusal(scheduleOsUpdate, oldPhone, { ...asked, product_version: "16.x" }) ?? "", /^product_version: /);
  assert.equal(
    refusal(scheduleOsUpdate, oldMac, { ...asked, max_user_deferrals: 2 }),
    "max_user_deferrals: Only for the action InstallLater.",
  );
  // Macs before version 12 find an update by its key alone.
  assert.equal(
    refusal(scheduleOsUpdate, { ...oldMac, osVersion: "11.6" }, asked),
    "product_key: This field is required.",
  );
});
