/**
 * What is done for every virtual server on a schedule: a sync, assignments that wait, alerts before a token expires.
 *
 * @module
 */

import { hasDueAssignment } from "../../db/ade/devices.ts";
import { deleteStaleTokens, takeExpiryAlert } from "../../db/ade/tokens.ts";
import { listServersInCare } from "../../db/ade/virtual_servers.ts";
import { isAsked } from "../../db/work/job_queue.ts";
import type { By } from "../events/by.ts";
import { recordEvents } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";
import { ASSIGN_JOB, enqueueAssignmentJob } from "./assign.ts";
import { dueAlert, tokenVerdict } from "./health.ts";
import { enqueueSync, SYNC_JOB } from "./sync.ts";

/** How long a key pair waits for its server token. Its certificate is valid for two days; Apple does not mind. */
const STALE_MS = 7 * 86_400_000;

/** Asks for the syncs and assignments of all virtual servers. Returns how many syncs. */
export async function lookAfterServers(runtime: Runtime, by: By): Promise<{ syncs: number }> {
  const { sql, clock } = runtime;
  const now = clock.now();
  await deleteStaleTokens(sql, new Date(now.getTime() - STALE_MS));
  let syncs = 0;
  for (const { id, name, tokenId, tokenExpiry, health, healthDetail } of await listServersInCare(sql)) {
    await sql.begin(async (tx) => {
      const days = dueAlert(tokenExpiry, now);
      if (days !== undefined && await takeExpiryAlert(tx, tokenId, days)) {
        const { state, sentence, cure } = tokenVerdict({ tokenExpiry, health: "ok", healthDetail }, now);
        await recordEvents(tx, runtime, by, [{
          type: "dep_token_expiry",
          tags: ["mdm", "dep"],
          objects: { mdm_depvirtualserver: [id] },
          payload: { virtual_server: { pk: id, name }, health: health === "ok" ? state : health, days, sentence, cure },
        }]);
      }
      // An expired token cannot sync; any other is tried, since its trouble may be over.
      if (tokenExpiry <= now) return;
      // A job that waits for the time that Apple named is not hurried.
      if (!await isAsked(tx, ASSIGN_JOB, String(id)) && await hasDueAssignment(tx, id, now)) {
        await enqueueAssignmentJob(tx, runtime, id);
      }
      if (await isAsked(tx, SYNC_JOB, String(id))) return;
      await enqueueSync(tx, runtime, { virtualServerId: id });
      syncs++;
    });
  }
  return { syncs };
}
