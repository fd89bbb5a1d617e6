/**
 * The content of commands that carry an artifact version, a profile of ours or an escrowed password: rendered when the device fetches the
 * command, so that nothing large is stored in the queue, and what is sent is what is true then.
 *
 * @module
 */

import type { ChannelId } from "../../db/ids.ts";
import type { Db, Json, Tx } from "../../db/open.ts";
import { newestProfileVersion } from "../../db/artifacts/artifact_versions.ts";
import { findProvisioningProfile } from "../../db/artifacts/provisioning_profiles.ts";
import { packageContent } from "../downloads/package_content.ts";
import { buildProfile } from "../downloads/profile.ts";
import { removedAppId } from "../downloads/removed_app.ts";
import { storeAppContent } from "../downloads/store_app_content.ts";
import { returnProfile } from "../enrollment/return_to_service.ts";
import { unlockTokenOf } from "../enrollment/unlock_token.ts";
import { keepSentPin } from "../escrow/lock_pin.ts";
import { keepSentPassword, passwordToCheck, presentPassword } from "../escrow/passwords.ts";
import { rotationContent, setupContent } from "../filevault/content.ts";
import type { Runtime } from "../runtime.ts";
import { findAdminGuid, isHardwareProven } from "../../db/enrollment/enrollments.ts";
import { adminPasswordHash } from "../commands/admin_password.ts";
import { setPasswordArgs } from "../commands/recovery_passwords.ts";
import { problem } from "../errors.ts";
import type { Conversation } from "./conversation.ts";

type Args = Readonly<Record<string, Json>>;
/** What a command is sent to, and its UUID. */
type Sending = Pick<Conversation, "owner"> & { commandUuid: string };
type Content = (
  tx: Tx,
  runtime: Runtime,
  channelId: ChannelId,
  args: Args,
  sending: Sending,
) => Promise<Record<string, Json>>;

/** The content of a command that carries a version; none where its arguments name none. */
const ofVersion = (
  content: (tx: Tx, runtime: Runtime, channelId: ChannelId, versionId: string) => Promise<Record<string, Json>>,
): Content =>
(tx, runtime, channelId, { artifact_version: versionId }) =>
  typeof versionId === "string" ? content(tx, runtime, channelId, versionId) : Promise.resolve({});

const provisioningProfile = async (db: Db, versionId: string) => {
  const row = await findProvisioningProfile(db, versionId);
  if (row === undefined) throw new Error(`Cannot find the provisioning profile of the version ${versionId}`);
  return row;
};

/** Refuses a command for an enrollment that is not known to be the hardware whose secrets it needs. */
async function mustBeProven(tx: Tx, { owner }: Sending): Promise<void> {
  // The attack: an enrollment that only says it is this hardware gets the password of the Mac.
  if (await isHardwareProven(tx, owner.enrollmentId)) return;
  throw problem("unavailable", "The hardware of the device is not confirmed: it gets no stored password.");
}

/** A command that sets a password: it states the present one, and the new one is kept before it is sent. */
const setsPassword =
  (kind: "recovery_lock_password" | "firmware_password"): Content => async (tx, runtime, _channelId, args, sending) => {
    await mustBeProven(tx, sending);
    const { owner: { deviceId }, commandUuid } = sending;
    const current = await presentPassword(tx, runtime, deviceId, kind, commandUuid);
    const { new_password: password, origin = "manual", clear } = setPasswordArgs.parse(args);
    if (clear !== true && password !== undefined) {
      await keepSentPassword(tx, runtime, deviceId, kind, password, { commandUuid, origin });
    }
    return current === undefined ? {} : { current_password: current };
  };

/** A command that asks whether a password is the device's. */
const checksPassword =
  (kind: "recovery_lock_password" | "firmware_password"): Content =>
  async (tx, runtime, _channelId, { secret_id: id }, sending) => {
    await mustBeProven(tx, sending);
    const { deviceId } = sending.owner;
    const found = await passwordToCheck(tx, runtime, deviceId, kind, typeof id === "number" ? id : undefined);
    if (found === undefined) throw problem("unavailable", "No password of the Mac is stored.");
    return { password: found.password };
  };

const CONTENTS: Readonly<Record<string, Content>> = {
  InstallProfile: ofVersion(async (tx, runtime, channelId, versionId) => ({
    profile: (await buildProfile(tx, runtime, channelId, versionId)).toBase64(),
  })),
  InstallProvisioningProfile: ofVersion(async (tx, _runtime, _channelId, versionId) => ({
    profile: Uint8Array.from((await provisioningProfile(tx, versionId)).source).toBase64(),
  })),
  RemoveProvisioningProfile: ofVersion(async (tx, _runtime, _channelId, versionId) => ({
    uuid: (await provisioningProfile(tx, versionId)).uuid,
  })),
  InstallApplication: ofVersion(storeAppContent),
  InstallEnterpriseApplication: ofVersion(packageContent),
  InstallInHouseApplication: ofVersion(packageContent),
  RemoveApplication: ofVersion(async (tx, _runtime, _channelId, versionId) => {
    const identifier = await removedAppId(tx, versionId);
    if (identifier === undefined) {
      throw problem("unavailable", "The bundle ID of the app is not known: Apple's catalogue has not said it yet.");
    }
    return { identifier };
  }),
  SetupFileVault: (tx, runtime, channelId) => setupContent(tx, runtime, channelId),
  RotateFileVaultKey: (tx, runtime, channelId, _args, { commandUuid }) =>
    rotationContent(tx, runtime, channelId, commandUuid),
  SetRecoveryLock: setsPassword("recovery_lock_password"),
  SetFirmwarePassword: setsPassword("firmware_password"),
  VerifyRecoveryLock: checksPassword("recovery_lock_password"),
  VerifyFirmwarePassword: checksPassword("firmware_password"),
  async AccountConfiguration(tx, runtime, _channelId, { password }, { owner, commandUuid }) {
    if (typeof password !== "string") return {};
    const sent = { commandUuid, origin: "dynamic" } as const;
    await keepSentPassword(tx, runtime, owner.deviceId, "admin_password", password, sent);
    return {};
  },
  async SetAutoAdminPassword(tx, runtime, _channelId, { password }, { owner, commandUuid }) {
    if (!await isHardwareProven(tx, owner.enrollmentId)) {
      throw problem("unavailable", "The hardware of the device is not confirmed: its password is not changed.");
    }
    const guid = await findAdminGuid(tx, owner.enrollmentId);
    if (guid === null) throw problem("unavailable", "The Mac has not reported an administrator of the server.");
    if (typeof password !== "string") throw new Error("Cannot set a password: the command has none");
    const sent = { commandUuid, origin: "dynamic" } as const;
    await keepSentPassword(tx, runtime, owner.deviceId, "admin_password", password, sent);
    return { guid, password_hash: (await adminPasswordHash(runtime.random, password)).toBase64() };
  },
  async DeviceLock(tx, runtime, _channelId, { pin }, { owner, commandUuid }) {
    if (typeof pin === "string") {
      await keepSentPin(tx, runtime, owner, pin, { requestType: "DeviceLock", uuid: commandUuid });
    }
    return {};
  },
  async ClearPasscode(tx, runtime, channelId) {
    const token = await unlockTokenOf(tx, runtime, channelId);
    return token === null ? {} : { UnlockToken: token.toBase64() };
  },
  async EraseDevice(tx, runtime, channelId, { return_to_service: returns, wifi_profile: wifi }) {
    if (returns !== true) return {};
    const versionId = typeof wifi === "string" ? await newestProfileVersion(tx, wifi) : null;
    if (versionId === undefined) {
      throw new Error(`Cannot find an active version of the profile artifact ${String(wifi)}`);
    }
    return {
      mdm_profile_data: (await returnProfile(tx, runtime, channelId)).toBase64(),
      ...(versionId === null
        ? {}
        : { wifi_profile_data: (await buildProfile(tx, runtime, channelId, versionId)).toBase64() }),
    };
  },
};

/** Whether the stored arguments of a command may lack content. */
export const hasContent = (name: string): boolean => Object.hasOwn(CONTENTS, name);

/**
 * Returns the content that the stored arguments of a command lack. Throws if what it carries no longer exists.
 */
export async function commandContent(
  { tx, runtime, owner }: Pick<Conversation, "tx" | "runtime" | "owner">,
  { name, uuid }: { name: string; uuid: string },
  args: Args,
): Promise<Record<string, Json>> {
  if (!hasContent(name)) return {};
  return await CONTENTS[name]?.(tx, runtime, owner.channelId, args, { owner, commandUuid: uuid }) ?? {};
}
