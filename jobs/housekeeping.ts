/**
 * Keeps the tables small: creates partitions in advance, drops old ones and deletes expired rows.
 *
 * @module
 */

import { z } from "zod";
import { deleteUnusedBrowsers } from "../db/access/known_browsers.ts";
import { deleteOldAttempts } from "../db/access/rate_limits.ts";
import { deleteUnusedMessages } from "../db/ade/messages.ts";
import { deleteExpiredVisits } from "../db/ade/web_visits.ts";
import { deleteExpiredSessions } from "../db/access/sessions.ts";
import { deleteOldBulkCommands } from "../db/bulk/bulk_commands.ts";
import { deleteExpiredClaims } from "../db/enrollment/enrollment_claims.ts";
import { forgetOldLocations } from "../db/devices/device_locations.ts";
import { dropPartitionsBefore, ensurePartitions } from "../db/events/events.ts";
import { deleteExpiredAssetCredentials } from "../db/issuing/asset_credentials.ts";
import { expireOldCommands } from "../db/work/commands.ts";
import { deleteFinishedJobs, deleteOldSlots } from "../db/work/job_queue.ts";
import { KNOWN_DAYS } from "../src/access/known_browser.ts";
import { endApprovals } from "../src/approvals/expire.ts";
import { purgeDeletedDevices } from "../src/devices/purge.ts";
import { defineJob } from "./job.ts";

const DAY_MS = 86_400_000;
/** Commands that are ended in one transaction. */
const BATCH = 200;
/** Days in which a location of a device in lost mode can be looked at. */
const LOCATION_DAYS = 7;

export const housekeeping = defineJob({
  kind: "housekeeping",
  payload: z.unknown(),
  leaseSeconds: 300,
  async run({ runtime, by, signal }) {
    const { sql, config } = runtime;
    const now = runtime.clock.now();
    const before = (days: number) => new Date(now.getTime() - days * DAY_MS);
    const monthsAgo = (months: number) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months, 1));
    await ensurePartitions(sql, now);
    let expired = 0;
    for (let more = BATCH; more === BATCH;) {
      signal.throwIfAborted();
      more = await sql.begin((tx) => expireOldCommands(tx, BATCH, now));
      expired += more;
    }
    return {
      expired_commands: expired,
      expired_approvals: await endApprovals(runtime, by, signal),
      purged_devices: await purgeDeletedDevices(runtime, by, signal),
      dropped_partitions: [
        ...await dropPartitionsBefore(sql, "events", monthsAgo(config.EVENT_RETENTION_MONTHS)),
        ...await dropPartitionsBefore(sql, "command_history", monthsAgo(config.HISTORY_RETENTION_MONTHS)),
        ...await dropPartitionsBefore(sql, "status_item_history", monthsAgo(config.HISTORY_RETENTION_MONTHS)),
      ],
      deleted: {
        sessions: await deleteExpiredSessions(sql, now),
        known_browsers: await deleteUnusedBrowsers(sql, before(KNOWN_DAYS)),
        attempts: await deleteOldAttempts(sql, before(1)),
        jobs: await deleteFinishedJobs(sql, before(30), before(120)),
        slots: await deleteOldSlots(sql, before(7)),
        dep_messages: await deleteUnusedMessages(sql, before(30)),
        web_visits: await deleteExpiredVisits(sql, before(30)),
        claims: await deleteExpiredClaims(sql, now),
        locations: await forgetOldLocations(sql, before(LOCATION_DAYS)),
        bulk_commands: await deleteOldBulkCommands(sql, monthsAgo(config.HISTORY_RETENTION_MONTHS)),
        asset_credentials: await deleteExpiredAssetCredentials(sql, now),
      },
    };
  },
});
