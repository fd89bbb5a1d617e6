/**
 * Whose device a user enrollment is: licences of Apps & Books on such a device are its person's.
 *
 * @module
 */

import { z } from "zod";
import { findDevice } from "../../db/devices/device_views.ts";
import { findManagedAppleId, setManagedAppleId } from "../../db/enrollment/managed_apple_ids.ts";
import type { DeviceId } from "../../db/ids.ts";
import { enqueueJob } from "../enqueue_job.ts";
import { problem } from "../errors.ts";
import type { By } from "../events/by.ts";
import { recordAudit } from "../events/record.ts";
import { blankableField } from "../input_text.ts";
import type { Runtime } from "../runtime.ts";

/** The account as an operator sends it; "" is none. */
export const managedAppleAccountInput = z.object({ managed_apple_account: blankableField(255) });

/** Sets the account of a device's enrollment, which is planned again. Throws `not-found` and `refused`. */
export async function changeManagedAppleAccount(
  runtime: Runtime,
  by: By,
  deviceId: DeviceId,
  account: string,
): Promise<void> {
  const device = await findDevice(runtime.sql, deviceId);
  if (device === undefined) throw problem("not-found");
  if (device.deletedAt !== null) throw problem("refused", "The device is deleted. Restore it first.");
  await runtime.sql.begin(async (tx) => {
    const before = await findManagedAppleId(tx, deviceId);
    if (before === undefined) throw problem("refused", "The device is not enrolled.");
    if (before === account) return;
    await setManagedAppleId(tx, deviceId, account, runtime.clock.now());
    await enqueueJob(tx, runtime, { kind: "replan", payload: { device_ids: [deviceId] } });
    await recordAudit(tx, runtime, by, {
      action: "updated",
      model: "mdm.enrolleddevice",
      pk: deviceId,
      before: { managed_apple_account: before },
      after: { managed_apple_account: account },
    });
  });
}
