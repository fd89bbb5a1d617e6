/**
 * The event of a check-in.
 *
 * @module
 */

import type { IdentifiedRow } from "../../db/enrollment/identities.ts";
import type { NewEvent } from "../events/record.ts";
import type { CheckinMessage } from "../protocol/checkin.ts";

/** Returns the event of a check-in message of an enrolled device. */
export const checkinEvent = (
  enrollment: Pick<IdentifiedRow, "deviceId" | "udid" | "serialNumber">,
  message: CheckinMessage,
  payload: Record<string, unknown>,
): NewEvent => ({
  type: "mdm_request",
  serialNumber: enrollment.serialNumber,
  tags: ["heartbeat"],
  objects: { device: [enrollment.deviceId] },
  payload: {
    view_name: "checkin",
    message_type: message.messageType === "Unsupported" ? message.name : message.messageType,
    udid: enrollment.udid,
    user_id: message.ids.userKey,
    ...payload,
  },
});
