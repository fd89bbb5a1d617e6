/**
 * The content of commands that carry an artifact version: rendered when the device fetches the command, so that nothing
 * large or secret is stored in the queue.
 *
 * @module
 */

import type { ChannelId } from "../../db/ids.ts";
import type { Db, Json } from "../../db/open.ts";
import { findProvisioningProfile } from "../../db/artifacts/provisioning_profiles.ts";
import { buildProfile } from "../downloads/profile.ts";
import type { Runtime } from "../runtime.ts";

type Content = (db: Db, runtime: Runtime, channelId: ChannelId, versionId: string) => Promise<Record<string, Json>>;

const provisioningProfile = async (db: Db, versionId: string) => {
  const row = await findProvisioningProfile(db, versionId);
  if (row === undefined) throw new Error(`Cannot find the provisioning profile of the version ${versionId}`);
  return row;
};

const CONTENTS: Readonly<Record<string, Content>> = {
  InstallProfile: async (db, runtime, channelId, versionId) => ({
    profile: (await buildProfile(db, runtime, channelId, versionId)).toBase64(),
  }),
  InstallProvisioningProfile: async (db, _runtime, _channelId, versionId) => ({
    profile: Uint8Array.from((await provisioningProfile(db, versionId)).source).toBase64(),
  }),
  RemoveProvisioningProfile: async (db, _runtime, _channelId, versionId) => ({
    uuid: (await provisioningProfile(db, versionId)).uuid,
  }),
};

/** Returns the content that the stored arguments of a command lack. Throws if the version no longer exists. */
export async function artifactContent(
  db: Db,
  runtime: Runtime,
  channelId: ChannelId,
  name: string,
  args: Readonly<Record<string, Json>>,
): Promise<Record<string, Json>> {
  const content = Object.hasOwn(CONTENTS, name) ? CONTENTS[name] : undefined;
  const versionId = args.artifact_version;
  return content === undefined || typeof versionId !== "string" ? {} : await content(db, runtime, channelId, versionId);
}
