/**
 * "Reinstall now": an artifact is installed again on one device, whatever its state there.
 *
 * @module
 */

import { findTargetArtifacts, forceTargetArtifacts } from "../../db/artifacts/target_artifacts.ts";
import { findDevice } from "../../db/devices/device_views.ts";
import type { DeviceId } from "../../db/ids.ts";
import { wakeChannel } from "../../db/work/channel_plans.ts";
import { lockChannels } from "../../db/work/channels.ts";
import { problem, refused } from "../errors.ts";
import type { By } from "../events/by.ts";
import { recordAudit } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";

/**
 * Requests a reinstall. A command is sent again; a declaration gets another token. Throws `not-found` when the device
 * has no trace of the artifact, `refused` when it is not enrolled.
 */
export async function reinstallArtifact(
  runtime: Runtime,
  by: By,
  deviceId: DeviceId,
  artifactId: string,
): Promise<void> {
  const device = await findDevice(runtime.sql, deviceId);
  if (device === undefined) throw problem("not-found");
  const { channelId } = device;
  if (channelId === null || device.checkoutAt !== null) throw refused("The device is not enrolled.");
  const now = runtime.clock.now();
  await runtime.sql.begin(async (tx) => {
    await lockChannels(tx, [channelId]);
    const rows = (await findTargetArtifacts(tx, channelId)).filter((row) => row.artifactId === artifactId);
    if (rows.length === 0) throw problem("not-found");
    await forceTargetArtifacts(tx, rows.map(({ versionId }) => ({ channelId, versionId })), "operator", now);
    await wakeChannel(tx, channelId, now);
    await recordAudit(tx, runtime, by, {
      action: "updated",
      model: "mdm.enrolleddevice",
      pk: deviceId,
      serialNumber: device.serialNumber,
      after: { reinstall: artifactId },
    });
  });
}
