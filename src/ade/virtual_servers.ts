/**
 * Virtual servers as operators see and change them.
 *
 * @module
 */

import {
  findVirtualServer,
  listEnrollmentsOfServer,
  lockVirtualServer,
  updateDefaultEnrollment,
  type VirtualServerRow,
} from "../../db/ade/virtual_servers.ts";
import { DeviceAssignmentError } from "../apple/device_assignment.ts";
import { invalid, Problem, problem } from "../errors.ts";
import type { By } from "../events/by.ts";
import { recordAudit, recordEvents } from "../events/record.ts";
import { unknownPk } from "../input_fields.ts";
import { naiveUtc } from "../naive_utc.ts";
import type { Runtime } from "../runtime.ts";
import { assignmentClient, refusalOf } from "./client.ts";
import { namedHealthOf } from "./health.ts";
import { enqueueSync } from "./sync.ts";

const MODEL = "mdm.depvirtualserver";

/** Returns a virtual server as the API shows it. */
export const virtualServerRepresentation = (row: VirtualServerRow) => ({
  id: row.id,
  name: row.name,
  uuid: row.uuid,
  created_at: naiveUtc(row.createdAt),
  updated_at: naiveUtc(row.updatedAt),
});

/** Returns a virtual server as audit events show it: nothing of its token but its expiry. */
export const virtualServerAudit = (row: VirtualServerRow) => ({
  ...virtualServerRepresentation(row),
  organization: { identifier: row.organizationIdentifier, name: row.organizationName },
  default_enrollment: row.defaultEnrollmentId,
  token_expiry: row.tokenExpiry === null ? null : naiveUtc(row.tokenExpiry),
});

/** Sets the enrollment of devices that have none; null for none. Throws `not-found` and `invalid`. */
export async function changeDefaultEnrollment(
  runtime: Runtime,
  by: By,
  virtualServerId: number,
  enrollmentId: number | null,
): Promise<void> {
  await runtime.sql.begin(async (tx) => {
    if (!await lockVirtualServer(tx, virtualServerId)) throw problem("not-found");
    const before = await findVirtualServer(tx, virtualServerId);
    if (before === undefined) throw problem("not-found");
    if (
      enrollmentId !== null &&
      !(await listEnrollmentsOfServer(tx, virtualServerId)).some(({ id }) => id === enrollmentId)
    ) {
      throw invalid({ default_enrollment: [unknownPk(enrollmentId)] });
    }
    if (before.defaultEnrollmentId === enrollmentId) return;
    await updateDefaultEnrollment(tx, virtualServerId, enrollmentId, runtime.clock.now());
    const after = await findVirtualServer(tx, virtualServerId);
    await recordAudit(tx, runtime, by, {
      action: "updated",
      model: MODEL,
      pk: virtualServerId,
      before: virtualServerAudit(before),
      ...(after === undefined ? {} : { after: virtualServerAudit(after) }),
    });
    // Devices without a profile get it with the next sync: now.
    await enqueueSync(tx, runtime, { virtualServerId });
  });
}

/** Asks for a sync; `full` fetches all devices again. Returns the task id. Throws `not-found`. */
export async function requestSync(
  runtime: Runtime,
  by: By,
  virtualServerId: number,
  full: boolean,
): Promise<string> {
  return await runtime.sql.begin(async (tx) => {
    const server = await findVirtualServer(tx, virtualServerId);
    if (server === undefined) throw problem("not-found");
    if (full) {
      await recordEvents(tx, runtime, by, [{
        type: "dep_full_sync_requested",
        tags: ["mdm", "dep"],
        objects: { mdm_depvirtualserver: [virtualServerId] },
        payload: { virtual_server: { pk: server.id, name: server.name } },
      }]);
    }
    return await enqueueSync(tx, runtime, { virtualServerId, full });
  });
}

const NO_PROGRAMS =
  "Apple does not give this server tokens for beta programs. An administrator may have to sign up for AppleSeed for IT.";

/** Apple's tokens for beta programs of the organization, or why there are none now. */
export type BetaTokens = { beta_tokens: { os: string; title: string; token: string }[]; error?: string };

/** Returns the beta tokens. Apple's refusal is part of the answer. Throws `not-found`. */
export async function betaTokens(runtime: Runtime, virtualServerId: number): Promise<BetaTokens> {
  try {
    return { beta_tokens: await (await assignmentClient(runtime, virtualServerId)).betaTokens() };
  } catch (error) {
    if (error instanceof DeviceAssignmentError) {
      if (error.status === 403 && namedHealthOf(error) === undefined) return { beta_tokens: [], error: NO_PROGRAMS };
      return { beta_tokens: [], error: refusalOf(error, runtime.clock.now()).message };
    }
    if (error instanceof Problem && error.code === "device-assignment-refused") {
      return { beta_tokens: [], error: error.message };
    }
    throw error;
  }
}
