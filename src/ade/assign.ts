/**
 * Giving devices the profile of an enrollment, at Apple: noted in the transaction of the change, done by a job.
 *
 * @module
 */

import { z } from "zod";
import {
  applyPage,
  type AssignmentAnswer,
  type AssignmentBatch,
  type DeviceChange,
  markDeleted,
  nextAssignment,
  nextThrottled,
  storeAssignment,
  type WantedDevices,
  wantEnrollment,
} from "../../db/ade/devices.ts";
import { findSyncPlace } from "../../db/ade/tokens.ts";
import { findVirtualServer } from "../../db/ade/virtual_servers.ts";
import type { Tx } from "../../db/open.ts";
import {
  type AssignmentStatus,
  type DeviceAssignmentClient,
  DeviceAssignmentError,
} from "../apple/device_assignment.ts";
import { enqueueJob } from "../enqueue_job.ts";
import { type Problem, problem } from "../errors.ts";
import type { By } from "../events/by.ts";
import type { Runtime } from "../runtime.ts";
import { assignmentClient } from "./client.ts";
import { type ChangeOrigin, recordDeviceChanges } from "./device_events.ts";
import { healthOf } from "./health.ts";
import { latestOfEach, storedRecords } from "./records.ts";

/** The kind of the job, and its payload. */
export const ASSIGN_JOB = "ade-assign";
export const assignPayload = z.object({ virtual_server: z.int() });

/** Devices of one request, as Apple asks. */
const BATCH = 1000;
/** How long a throttled device waits when Apple names no time. */
const USUAL_WAIT_SECONDS = 3600;
/** And at least: a time of nothing would be a request after the other. */
const LEAST_WAIT_SECONDS = 30;

/**
 * Notes that devices of a virtual server shall get the profile of an enrollment, and asks for the job that does it, in
 * the transaction of the change. Returns the job's task id.
 */
export async function enqueueAssignment(
  tx: Tx,
  runtime: Pick<Runtime, "clock" | "random">,
  what: { virtualServerId: number; depEnrollmentId: number; serials: WantedDevices },
): Promise<string> {
  await wantEnrollment(tx, {
    virtualServerId: what.virtualServerId,
    enrollmentId: what.depEnrollmentId,
    devices: what.serials,
  });
  return await enqueueAssignmentJob(tx, runtime, what.virtualServerId);
}

/** Asks for the job that gives devices of a virtual server what they shall get; one waits at a time for each server. */
export function enqueueAssignmentJob(
  tx: Tx,
  runtime: Pick<Runtime, "clock" | "random">,
  virtualServerId: number,
  runAt?: Date,
): Promise<string> {
  return enqueueJob(tx, runtime, {
    kind: ASSIGN_JOB,
    key: String(virtualServerId),
    payload: { virtual_server: virtualServerId },
    ...(runAt === undefined ? {} : { runAt }),
  });
}

/** Returns Apple's answers with the time until which throttled devices wait. A device without an answer failed. */
export function answersOf(
  serials: readonly string[],
  answers: ReadonlyMap<string, AssignmentStatus>,
  now: Date,
): AssignmentAnswer[] {
  return serials.map((serialNumber) => {
    const { status = "FAILED", retryAfterSeconds = USUAL_WAIT_SECONDS } = answers.get(serialNumber) ?? {};
    const seconds = Math.max(retryAfterSeconds, LEAST_WAIT_SECONDS);
    const throttledUntil = status === "THROTTLED" ? new Date(now.getTime() + seconds * 1000) : null;
    return { serialNumber, status, throttledUntil };
  });
}

/** What an assignment did. */
export type AssignmentResult = { assigned: number; failed: number; throttled: number };

/**
 * Stores what Apple answered to one batch, and what it knows of the devices now. `asked` is when a job asked it; null for
 * an operator, whose choice counts more.
 */
export async function storeBatch(
  runtime: Runtime,
  by: By,
  batch: AssignmentBatch & { virtualServerId: number; origin: ChangeOrigin; asked: Date | null },
  answers: readonly AssignmentAnswer[],
): Promise<void> {
  const now = runtime.clock.now();
  const { virtualServerId, enrollmentId, uuid, asked } = batch;
  const gone = answers.filter(({ status }) => status === "NOT_ACCESSIBLE").map(({ serialNumber }) => serialNumber);
  await runtime.sql.begin(async (tx) => {
    const changes: DeviceChange[] = await storeAssignment(
      tx,
      { virtualServerId, enrollmentId, uuid, answers, asked },
      now,
    );
    // Apple no longer knows them as this server's devices.
    if (gone.length > 0) changes.push(...await markDeleted(tx, virtualServerId, gone, { asked: now, now }));
    await recordDeviceChanges(tx, runtime, by, changes, batch.origin);
  });
}

/**
 * Reads devices from Apple again and stores what it says. A device that Apple does not know as this server's is marked as
 * deleted. Returns the serial numbers of those.
 */
export async function readAgain(
  runtime: Runtime,
  by: By,
  client: DeviceAssignmentClient,
  { virtualServerId, serials, origin }: { virtualServerId: number; serials: readonly string[]; origin: ChangeOrigin },
): Promise<string[]> {
  const asked = runtime.clock.now();
  const details = await client.devices(serials);
  const records = [...details.values()].flatMap((one) => "missing" in one ? [] : [one]);
  const missing = serials.filter((serial) => {
    const one = details.get(serial);
    return one === undefined || "missing" in one;
  });
  const now = runtime.clock.now();
  const place = await findSyncPlace(runtime.sql, virtualServerId);
  await runtime.sql.begin(async (tx) => {
    const { changes } = await applyPage(tx, {
      virtualServerId,
      devices: storedRecords(latestOfEach(records)),
      // Apple shows what is assigned now, as a full fetch does.
      full: true,
      generation: place?.generation ?? 0,
      asked,
    }, now);
    if (missing.length > 0) changes.push(...await markDeleted(tx, virtualServerId, missing, { asked, now }));
    await recordDeviceChanges(tx, runtime, by, changes, origin);
  });
  return missing;
}

/** Whether an error is about the profile that was assigned, and not about the token, the service or the network. */
const isOfProfile = (error: unknown): error is DeviceAssignmentError =>
  error instanceof DeviceAssignmentError && !error.passing && healthOf(error) === undefined;

/** Apple does not take the profile of an enrollment. The message is a sentence with the cure. */
const refusedProfile = ({ name }: { name: string }, error: DeviceAssignmentError) =>
  problem(
    "device-assignment-refused",
    error.status === 404
      ? `Apple does not have the profile of the enrollment "${name}". Open it, click Test, then Define again at Apple.`
      : `Apple does not assign the profile of the enrollment "${name}". ${error.message}.`,
    {},
    error,
  );

/**
 * Gives the devices of a virtual server the profiles that they shall get, in batches. Those that Apple throttles wait for
 * their time, and the job is asked for again then. A profile that Apple refuses keeps no device from another one; its
 * refusal ends the job after the others. Throws DeviceAssignmentError, `device-assignment-refused`, and `signal.reason`
 * when aborted.
 */
export async function assignWanted(
  runtime: Runtime,
  by: By,
  { virtualServerId, signal }: { virtualServerId: number; signal: AbortSignal },
): Promise<AssignmentResult> {
  const { sql, clock } = runtime;
  const result: AssignmentResult = { assigned: 0, failed: 0, throttled: 0 };
  let client: DeviceAssignmentClient | undefined;
  let refusal: Problem | undefined;
  const without: number[] = [];
  for (;;) {
    signal.throwIfAborted();
    const batch = await nextAssignment(sql, { virtualServerId, limit: BATCH, without }, clock.now());
    if (batch === undefined || batch.serials.length === 0) break;
    client ??= await assignmentClient(runtime, virtualServerId);
    const { serials, uuid } = batch;
    const server = await findVirtualServer(sql, virtualServerId);
    const isDefault = server?.defaultEnrollmentId === batch.enrollmentId;
    const origin: ChangeOrigin = isDefault ? "default_enrollment_assignment" : "assignment";
    const asked = clock.now();
    let answers: AssignmentAnswer[];
    try {
      answers = answersOf(serials, await client.assignProfile(uuid, serials), clock.now());
    } catch (error) {
      if (!isOfProfile(error)) throw error;
      without.push(batch.enrollmentId);
      refusal ??= refusedProfile(batch, error);
      continue;
    }
    await storeBatch(runtime, by, { ...batch, virtualServerId, origin, asked }, answers);
    const accepted = answers.filter(({ status }) => status === "SUCCESS").map(({ serialNumber }) => serialNumber);
    result.assigned += accepted.length;
    const throttled = answers.filter(({ status }) => status === "THROTTLED").length;
    result.throttled += throttled;
    result.failed += serials.length - accepted.length - throttled;
    if (accepted.length > 0) await readAgain(runtime, by, client, { virtualServerId, serials: accepted, origin });
  }
  const next = await nextThrottled(sql, virtualServerId);
  if (next !== undefined) await sql.begin((tx) => enqueueAssignmentJob(tx, runtime, virtualServerId, next));
  if (refusal !== undefined) throw refusal;
  return result;
}
