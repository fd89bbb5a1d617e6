/**
 * The last resort for a device in Setup Assistant: its time is over, and the conversation with it fails.
 *
 * A broken artifact, an answer that cannot be stored or a fault of ours must not keep a person in front of a device that
 * never goes on. So this uses nothing of the plan: it reads the deadline and sends the one command that ends the wait.
 *
 * @module
 */

import { findSpeaker } from "../../db/devices/devices.ts";
import { updateEnrollment } from "../../db/enrollment/enrollments.ts";
import { lockContact } from "../../db/enrollment/identities.ts";
import { finishCommand, markSent, postponeCommand } from "../../db/work/commands.ts";
import { findOverdueRelease } from "../../db/work/setups.ts";
import { deviceConfigured } from "../commands/device_configured.ts";
import { queueCommand } from "../commands/queue.ts";
import type { Certificate } from "../pki/certificate.ts";
import { commandPayload, type Report } from "../protocol/report.ts";
import type { Runtime } from "../runtime.ts";

const { name: NAME } = deviceConfigured;

/**
 * Returns the bytes of the release for a device whose time is over, or null if it has just answered it; undefined for
 * any other device.
 */
export async function releaseOverdue(
  runtime: Runtime,
  sender: Certificate,
  { ids, status, commandUuid }: Report,
): Promise<Uint8Array<ArrayBuffer> | null | undefined> {
  if (ids.userKey !== undefined) return undefined;
  return await runtime.sql.begin(async (tx) => {
    const contact = await lockContact(tx, sender.fingerprint, ids.deviceKey, "");
    if (contact === undefined || contact.blockedAt !== null) return undefined;
    const now = runtime.clock.now();
    const { enrollmentId, channelId } = contact;
    const overdue = await findOverdueRelease(tx, enrollmentId, channelId, NAME, now);
    if (overdue === undefined) return undefined;
    const { pending } = overdue;
    if (pending !== null && status !== "Idle" && commandUuid === pending.uuid) {
      if (status === "NotNow") {
        await postponeCommand(tx, pending.id, now, now);
        return null;
      }
      const state = status === "Acknowledged" ? "acknowledged" : status === "Error" ? "error" : "formatError";
      await finishCommand(tx, { id: pending.id, state, resultSealed: null, errorChain: null }, now);
      if (status === "Acknowledged") {
        const change = { awaitingConfiguration: false, releasedBecause: "deadline" } as const;
        await updateEnrollment(tx, enrollmentId, change, now);
      }
      return null;
    }
    const speaker = await findSpeaker(tx, enrollmentId, "Device");
    if (speaker === undefined) return undefined;
    const { id } = pending ??
      await queueCommand(tx, runtime, deviceConfigured, speaker.target, channelId, { because: "deadline" }, {
        singleton: NAME,
      });
    const again = new Date(now.getTime() + runtime.config.COMMAND_RESEND_AFTER * 1000);
    const { uuid } = await markSent(tx, channelId, id, again, now);
    return commandPayload(uuid, { RequestType: deviceConfigured.requestType });
  });
}
