/**
 * The content of commands that carry an artifact version or a profile of ours: rendered when the device fetches the command, so that nothing
 * large or secret is stored in the queue.
 *
 * @module
 */

import type { ChannelId } from "../../db/ids.ts";
import type { Db, Json, Tx } from "../../db/open.ts";
import { newestProfileVersion } from "../../db/artifacts/artifact_versions.ts";
import { findProvisioningProfile } from "../../db/artifacts/provisioning_profiles.ts";
import { buildProfile } from "../downloads/profile.ts";
import { returnProfile } from "../enrollment/return_to_service.ts";
import { rotationContent, setupContent } from "../filevault/content.ts";
import type { Runtime } from "../runtime.ts";

type Args = Readonly<Record<string, Json>>;
type Content = (
  tx: Tx,
  runtime: Runtime,
  channelId: ChannelId,
  args: Args,
  uuid: string,
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
  SetupFileVault: (tx, runtime, channelId) => setupContent(tx, runtime, channelId),
  RotateFileVaultKey: (tx, runtime, channelId, _args, uuid) => rotationContent(tx, runtime, channelId, uuid),
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

/**
 * Returns the content that the stored arguments of a command lack. Throws if what it carries no longer exists.
 */
export async function artifactContent(
  tx: Tx,
  runtime: Runtime,
  channelId: ChannelId,
  { name, uuid }: { name: string; uuid: string },
  args: Args,
): Promise<Record<string, Json>> {
  return Object.hasOwn(CONTENTS, name) ? await CONTENTS[name]?.(tx, runtime, channelId, args, uuid) ?? {} : {};
}
