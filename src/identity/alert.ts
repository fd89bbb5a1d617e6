/**
 * A refusal that an operator should see: a key that only one device should have is used by another client.
 *
 * @module
 */

import type { IdentifiedRow } from "../../db/enrollment/identities.ts";
import { type IdentityAlertKind, recordIdentityAlert } from "../../db/enrollment/identity_alerts.ts";
import type { Db } from "../../db/open.ts";
import { Problem } from "../errors.ts";
import type { Caller } from "../events/by.ts";
import { recordEvents } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";

/** Whose identity it is. */
export type AlertOwner = Pick<IdentifiedRow, "enrollmentId" | "deviceId" | "serialNumber">;

/** The cause of an alert, the affected identity, and the certificate or key. */
export type IdentityAlert = { kind: IdentityAlertKind; owner: AlertOwner; fingerprint: string };

/** `device-not-identified` with an alert, which is recorded after the refusal's transaction has ended. */
export class AlertingProblem extends Problem {
  constructor(reason: string, readonly alert: IdentityAlert) {
    super("device-not-identified", undefined, { reason });
  }
}

/** Stores an alert; the first of its kind leaves an event. */
export async function raiseIdentityAlert(
  db: Db,
  runtime: Pick<Runtime, "clock" | "random">,
  by: Caller,
  { kind, owner, fingerprint }: IdentityAlert,
): Promise<void> {
  const { enrollmentId, deviceId, serialNumber } = owner;
  const row = { enrollmentId, kind, fingerprint, ip: by.request.ip };
  if (await recordIdentityAlert(db, row, runtime.clock.now()) > 1) return;
  await recordEvents(db, runtime, by, [{
    type: "identity_alert",
    tags: ["alert"],
    serialNumber,
    objects: { device: [deviceId] },
    payload: { kind, fingerprint },
  }]);
}

/** Stores the alert of a refusal, outside the transaction that the refusal rolled back, and rethrows the refusal. */
export async function alertAndThrow(runtime: Runtime, by: Caller, error: unknown): Promise<never> {
  if (error instanceof AlertingProblem) await raiseIdentityAlert(runtime.sql, runtime, by, error.alert);
  throw error;
}
