/**
 * Applies what a Mac answers to commands about FileVault.
 *
 * @module
 */

import { updateEnrollment } from "../../db/enrollment/enrollments.ts";
import { deleteReplyKey } from "../../db/filevault/escrow_keys.ts";
import { forgetFilevaultProfile } from "../../db/filevault/filevault_facts.ts";
import type { Effect } from "../commands/effect.ts";
import { queueCommand } from "../commands/queue.ts";
import { securityInfo } from "../commands/security_info.ts";
import { identifierPrefix } from "../downloads/profile_identifier.ts";
import { filevaultIdentifier } from "../filevault/profile.ts";
import { receiveRecoveryKey } from "../filevault/receive_key.ts";
import type { TargetedConversation } from "./conversation.ts";

type FilevaultEffect = Extract<
  Effect,
  { kind: "filevaultSetUp" | "filevaultRemoved" | "filevaultRefused" | "prkRotated" | "prkRotationRefused" }
>;

/** Seconds until the Mac is asked for its recovery key: it may take minutes to encrypt the key. */
const READ_AGAIN_SECONDS = 600;

async function readAgain({ tx, runtime, owner, target, now }: TargetedConversation) {
  if (securityInfo.invalidFor(target) !== null) return;
  await queueCommand(tx, runtime, securityInfo, target, owner.channelId, {}, {
    singleton: "SecurityInfo after FileVault",
    notBefore: new Date(now.getTime() + READ_AGAIN_SECONDS * 1000),
  });
}

/** Looks for the FileVault profile in the list of a Mac's profiles: its acknowledgement alone proves nothing. */
export async function verifyFilevault(
  profiles: readonly { identifier: string }[],
  { tx, runtime, owner, target, now }: TargetedConversation,
): Promise<void> {
  if (target.platform !== "macOS" || owner.userKey !== "") return;
  const wanted = filevaultIdentifier(identifierPrefix(runtime.config));
  if (profiles.some(({ identifier }) => identifier === wanted)) return;
  await forgetFilevaultProfile(tx, owner.enrollmentId, now);
}

/** Applies one effect. */
export async function applyFilevault(effect: FilevaultEffect, context: TargetedConversation): Promise<void> {
  const { tx, runtime, by, owner, command, now } = context;
  const change = (values: Parameters<typeof updateEnrollment>[2]) =>
    updateEnrollment(tx, owner.enrollmentId, values, now);
  switch (effect.kind) {
    case "filevaultSetUp":
      await change({ filevaultConfigUuid: effect.configUuid, filevaultFailedAt: null });
      return await readAgain(context);
    case "filevaultRemoved":
      await change({ filevaultConfigUuid: null, filevaultFailedAt: null });
      return;
    case "filevaultRefused":
      await change({ filevaultFailedAt: now });
      return;
    case "prkRotated": {
      await change({ filevaultRotationAt: now });
      const read = effect.cms !== null &&
        await receiveRecoveryKey(tx, runtime, by, owner, effect.cms, { reason: "rotated", command });
      // Until then it is the only way to the new key.
      if (read && command !== undefined) await deleteReplyKey(tx, owner.deviceId, command.uuid);
      return await readAgain(context);
    }
    case "prkRotationRefused":
      await change({ filevaultRotationAt: now });
      // Its key may be another one by now.
      return await readAgain(context);
  }
}
