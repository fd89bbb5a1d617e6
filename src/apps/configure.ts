/**
 * The client configuration of a location at Apple: that this server manages it, and where Apple sends notifications.
 *
 * Promise: the configuration is tried until Apple has it. The same token of notifications is sent with each attempt, and it is
 * accepted from before the first one: Apple sends a test notification before it answers, and the answer may be lost.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { z } from "zod";
import { beginConfiguration, endConfiguration, findPendingToken, noteManaged } from "../../db/apps/locations.ts";
import type { Tx } from "../../db/open.ts";
import { ContentConflict, ContentError } from "../apple/content_errors.ts";
import { enqueueJob } from "../enqueue_job.ts";
import type { By } from "../events/by.ts";
import { recordEvents } from "../events/record.ts";
import { randomText, type Runtime } from "../runtime.ts";
import { contentClient, noteOurs, noteTakenOver } from "./client.ts";
import { locationObjects, locationPayload } from "./event_payloads.ts";
import { sealContextOf } from "./token_seal.ts";
import { enqueueLicenceWork } from "./work.ts";

/** The kind of the job, and its payload. */
export const CONFIGURE_JOB = "apps-configure";
export const configurePayload = z.object({ location: z.int(), take_over: z.boolean() });

/** The name of this server in the client configuration. */
const SERVER_NAME = "Espalier";
/** Where Apple sends notifications, before the id of the location. */
export const NOTIFY_PATH = "/public/mdm/locations/";

/** The errors that are about the address of notifications: the location can be managed without them. */
const ABOUT_NOTIFICATIONS: ReadonlySet<number | undefined> = new Set([9710, 9711, 9712, 9728]);

/** Returns the hash of a token of notifications, as it is stored and compared. */
export const notificationTokenHash = (token: string): Uint8Array => createHash("sha256").update(token).digest();

/** Asks for a client configuration with a new token of notifications, in the transaction of the reason. */
export async function beginConfiguring(
  tx: Tx,
  runtime: Pick<Runtime, "clock" | "random" | "keys">,
  locationId: number,
  { takeOver }: { takeOver: boolean },
): Promise<void> {
  const token = `espalier_nat_${randomText(runtime.random, 32)}`;
  await beginConfiguration(tx, locationId, {
    hash: notificationTokenHash(token),
    sealed: await runtime.keys.seal(token, sealContextOf(locationId, "notification_token_sealed")),
  });
  await enqueueConfiguration(tx, runtime, locationId, { takeOver });
}

/** Asks for the job. */
export async function enqueueConfiguration(
  tx: Tx,
  runtime: Pick<Runtime, "clock" | "random">,
  locationId: number,
  { takeOver }: { takeOver: boolean },
): Promise<void> {
  await enqueueJob(tx, runtime, {
    kind: CONFIGURE_JOB,
    // A job that takes over is another one than a job that would not.
    key: takeOver ? `${locationId} take over` : String(locationId),
    payload: { location: locationId, take_over: takeOver },
  });
}

/** What came of it, as the task result says it. */
export type ConfigureResult = { location: number; notifications: boolean; reason?: string };

/**
 * Tells Apple who manages the location. Throws `not-found`, ContentError, and ContentConflict if another server does and it is
 * not to be taken over.
 */
export async function configureLocation(
  runtime: Runtime,
  by: By,
  { locationId, takeOver }: { locationId: number; takeOver: boolean },
): Promise<ConfigureResult> {
  const { sql, config, keys, clock } = runtime;
  const { location, client } = await contentClient(runtime, locationId, { anyway: true });
  const { mdmInfo: owner } = await client.clientConfig();
  const isOther = owner !== undefined && owner.id.toLowerCase() !== location.mdmInfoId.toLowerCase();
  if (isOther && !takeOver) {
    await noteTakenOver(runtime, location, owner);
    throw new ContentConflict(owner);
  }
  const mdmInfo = { id: location.mdmInfoId, name: SERVER_NAME, metadata: new URL(config.BASE_URL).hostname };
  const sealed = await findPendingToken(sql, locationId);
  const url = `${config.BASE_URL}${NOTIFY_PATH}${location.mdmInfoId}/notify/`;
  // Apple takes https addresses only.
  const reason = sealed === undefined
    ? undefined
    : url.startsWith("https://")
    ? undefined
    : `Apple sends notifications to https addresses only, and this server's is ${config.BASE_URL}`;
  const notify = sealed !== undefined && reason === undefined;
  let refusal: ContentError | undefined;
  if (notify) {
    const token = await keys.openText(sealed, sealContextOf(locationId, "notification_token_sealed"));
    try {
      await client.setClientConfig({ mdmInfo, notifications: { url, token } });
    } catch (error) {
      if (!(error instanceof ContentError) || !ABOUT_NOTIFICATIONS.has(error.number)) throw error;
      refusal = error;
    }
  }
  if (!notify || refusal !== undefined) await client.setClientConfig({ mdmInfo });
  await sql.begin(async (tx) => {
    if (notify && refusal === undefined) await endConfiguration(tx, locationId, { sealed, url }, clock.now());
    else await noteManaged(tx, locationId, clock.now());
    // What waited for a location that works.
    await enqueueLicenceWork(tx, runtime, locationId);
    if (isOther) {
      await recordEvents(tx, runtime, by, [{
        type: "mdm_location_taken_over",
        tags: ["mdm"],
        objects: locationObjects(location),
        payload: { ...locationPayload(location), from: { name: owner.name, metadata: owner.metadata } },
      }]);
    }
  });
  await noteOurs(runtime, location);
  // Without notifications the syncs go on; they are asked for again.
  if (refusal !== undefined) throw refusal;
  return { location: locationId, notifications: notify, ...(reason === undefined ? {} : { reason }) };
}
