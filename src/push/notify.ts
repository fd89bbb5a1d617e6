/**
 * The notifier: claims channels that may be due, decides for each, pushes, and records Apple's answers.
 *
 * Promise: no channel is pushed by two processes for one cause; a command queued while its push travels is not
 * forgotten.
 *
 * @module
 */

import { isUnavailable } from "../../db/open.ts";
import {
  claimPushTargets,
  type PushOutcome,
  type PushTargetRow,
  recordPush,
  releasePushTarget,
} from "../../db/push/push_targets.ts";
import type { By } from "../events/by.ts";
import { recordEvents } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";
import { decidePush, type PushReason } from "./decision.ts";
import { type OpenedPushCertificate, openPushCertificate } from "./open_certificate.ts";

/** Days that Apple stores a push for an offline device. */
const EXPIRATION_SECONDS = 7 * 86_400;
/** How long to wait if only time or an operator can help. */
const LATER_SECONDS = 3600;
const RETRY_SECONDS = 300;

/**
 * The answer of Apple's push service. `dead`: the token will never work again. `retry`: another attempt may succeed.
 */
export type PushAnswer =
  | { ok: true }
  | { ok: false; reason: string; dead: boolean; retry: boolean; retryAfterSeconds?: number | undefined };

/** Sends one push (`src/apple/apns.ts`). */
export type PushSender = {
  push(
    certificate: OpenedPushCertificate,
    target: { token: Uint8Array; pushMagic: string; expirationSeconds: number },
  ): Promise<PushAnswer>;
};

/** Lets one push start at a time, evenly paced. Resolves when it may. */
export type Pacer = () => Promise<void>;

/** Returns a pacer for `perSecond` starts, on the process's own timer. */
export function pacer(perSecond: number, now = () => performance.now()): Pacer {
  let next = 0;
  return async () => {
    const start = Math.max(next, now());
    next = start + 1000 / perSecond;
    const wait = start - now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  };
}

/** Processes one batch of channels that may be due. Returns the number of channels processed. */
export async function notifyBatch(
  runtime: Runtime,
  by: By,
  apns: PushSender,
  pace: Pacer,
  stop: AbortSignal,
): Promise<number> {
  const { config, sql } = runtime;
  const now = runtime.clock.now();
  const claimUntil = new Date(now.getTime() + config.PUSH_VISIBILITY_TIMEOUT * 1000);
  const targets = await claimPushTargets(sql, config.PUSH_BATCH, claimUntil, now);
  const waiting = [...targets];
  const lane = async () => {
    for (let target = waiting.shift(); target !== undefined; target = waiting.shift()) {
      const decision = stop.aborted ? { push: false as const, at: now } : decidePush(target, config, now);
      if (!decision.push) {
        await releasePushTarget(sql, { channelId: target.channelId, claimUntil, lookAt: decision.at });
        continue;
      }
      await pace();
      await push(runtime, by, apns, target, decision.reason, claimUntil).catch(async (error) => {
        // An unavailable database ends the batch; a channel that cannot be pushed delays no other.
        if (isUnavailable(error)) throw error;
        runtime.log.error("Cannot send a push to a device", { serialNumber: target.serialNumber, error });
        const lookAt = new Date(now.getTime() + LATER_SECONDS * 1000);
        await releasePushTarget(sql, { channelId: target.channelId, claimUntil, lookAt });
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(config.PUSH_CAPACITY, targets.length) }, lane));
  return targets.length;
}

async function push(
  runtime: Runtime,
  by: By,
  apns: PushSender,
  target: PushTargetRow,
  cause: PushReason,
  claimUntil: Date,
): Promise<void> {
  const { sql, config } = runtime;
  const startedAt = runtime.clock.now();
  const after = (seconds: number) => new Date(startedAt.getTime() + seconds * 1000);
  const outcome: PushOutcome = {
    channelId: target.channelId,
    claimUntil,
    lookAt: after(RETRY_SECONDS),
    startedAt,
    delivered: false,
    reason: null,
    dead: false,
  };
  const certificate = await openPushCertificate(runtime, target.pushCertificateId, target.pushCertificateVersion);
  if (certificate === undefined || certificate.notAfter <= startedAt || certificate.notBefore > startedAt) {
    outcome.reason = certificate === undefined ? "NoPushCertificate" : "PushCertificateNotValid";
    outcome.lookAt = after(LATER_SECONDS);
  } else {
    const answer = await apns.push(certificate, {
      token: target.pushToken,
      pushMagic: await runtime.keys.openText(target.pushMagicSealed, {
        table: "channels",
        column: "push_magic_sealed",
        id: target.channelId,
      }),
      expirationSeconds: EXPIRATION_SECONDS,
    });
    if (answer.ok) {
      outcome.delivered = true;
      // The device may come at any time and be silent again after that.
      const decision = decidePush({ ...target, forced: false, lastNotifiedAt: startedAt }, config, startedAt);
      const silent = after(config.CONNECT_DEFAULT_PERIOD);
      outcome.lookAt = decision.push || decision.at > silent ? silent : decision.at;
    } else {
      outcome.reason = answer.reason;
      outcome.dead = answer.dead;
      outcome.lookAt = after(answer.retryAfterSeconds ?? (answer.retry ? RETRY_SECONDS : LATER_SECONDS));
    }
  }
  await sql.begin(async (tx) => {
    await recordPush(tx, outcome, target.pushToken);
    await recordEvents(tx, runtime, by, [{
      type: "mdm_device_notification",
      serialNumber: target.serialNumber,
      objects: { device: [target.deviceId] },
      payload: {
        udid: target.udid,
        user_id: target.userKey === "" ? undefined : target.userKey,
        status: outcome.delivered ? "success" : "failure",
        priority: 10,
        expiration: EXPIRATION_SECONDS,
        cause,
        ...(outcome.reason === null ? {} : { reason: outcome.reason, unreachable: outcome.dead }),
      },
    }]);
  });
}
