/**
 * Operators' actions when a device's identity may have been copied.
 *
 * @module
 */

import { type DeviceView, findDevice } from "../../db/devices/device_views.ts";
import { lockEnrollment } from "../../db/enrollment/enrollments.ts";
import { dismissIdentityAlert, dismissIdentityAlertsOf } from "../../db/enrollment/identity_alerts.ts";
import type { DeviceId } from "../../db/ids.ts";
import { discardIssued, findOutstandingSuccessors } from "../../db/issuing/issued_certificates.ts";
import { problem, refused } from "../errors.ts";
import type { By } from "../events/by.ts";
import { recordAudit } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";

/**
 * Discards the unused successor of a device's identity: the next request for one is served again. Throws `not-found`,
 * or `refused` if there is none.
 */
export async function discardSuccessor(runtime: Runtime, by: By, id: DeviceId): Promise<DeviceView> {
  const now = runtime.clock.now();
  return await runtime.sql.begin(async (tx) => {
    const device = await findDevice(tx, id);
    if (device === undefined) throw problem("not-found");
    const { enrollmentId } = device;
    if (enrollmentId === null || device.checkoutAt !== null) throw refused("The device is not enrolled.");
    await lockEnrollment(tx, enrollmentId);
    const fingerprints = (await findOutstandingSuccessors(tx, enrollmentId, now)).map((one) => one.fingerprint);
    if (fingerprints.length === 0) throw refused("The device has no unused renewed identity.");
    await discardIssued(tx, fingerprints, now);
    await dismissIdentityAlertsOf(tx, enrollmentId, "second successor", now);
    await recordAudit(tx, runtime, by, {
      action: "updated",
      model: "mdm.enrolleddevice",
      pk: id,
      serialNumber: device.serialNumber,
      after: { discarded_certificates: fingerprints },
    });
    return device;
  });
}

/** Dismisses an alert on the overview; it appears again the next time it happens. Throws `not-found`. */
export async function dismissAlert(runtime: Runtime, by: By, id: number): Promise<void> {
  await runtime.sql.begin(async (tx) => {
    const enrollmentId = await dismissIdentityAlert(tx, id, runtime.clock.now());
    if (enrollmentId === undefined) throw problem("not-found");
    await recordAudit(tx, runtime, by, {
      action: "updated",
      model: "mdm.identityalert",
      pk: id,
      after: { dismissed: true, enrollment: enrollmentId },
    });
  });
}
