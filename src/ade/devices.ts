/**
 * Devices of virtual servers as operators see and change them: their enrollment at Apple, refreshing, giving them up.
 *
 * @module
 */

import { findDepEnrollment } from "../../db/ade/dep_enrollments.ts";
import { type DepDeviceStep, findDepDevice, findDepDevices } from "../../db/ade/device_views.ts";
import { type DepDeviceRow, markDisowned, wantEnrollment } from "../../db/ade/devices.ts";
import { type DeviceAssignmentClient, DeviceAssignmentError } from "../apple/device_assignment.ts";
import { invalid, Problem, problem } from "../errors.ts";
import type { By } from "../events/by.ts";
import { recordAudit, recordEvents } from "../events/record.ts";
import { unknownPk } from "../input_fields.ts";
import { naiveUtc } from "../naive_utc.ts";
import type { Runtime } from "../runtime.ts";
import { answersOf, enqueueAssignment, enqueueAssignmentJob, readAgain, storeBatch } from "./assign.ts";
import { assignmentClient, refusalOf } from "./client.ts";

const MODEL = "mdm.depdevice";
/** The sentence that clients of the API know. */
const NOT_ASSIGNED = "Could not assign enrollment to device";

/** Returns a device as the API shows it. */
export const depDeviceRepresentation = (row: DepDeviceRow) => ({
  id: row.id,
  virtual_server: row.virtualServerId,
  serial_number: row.serialNumber,
  asset_tag: row.assetTag,
  color: row.color,
  description: row.description,
  device_family: row.deviceFamily,
  model: row.model,
  os: row.os,
  device_assigned_by: row.deviceAssignedBy,
  device_assigned_date: naiveUtc(row.deviceAssignedDate),
  last_op_type: row.lastOpType,
  last_op_date: naiveUtc(row.lastOpDate),
  profile_status: row.profileStatus,
  profile_uuid: row.profileUuid,
  profile_assign_time: naiveUtc(row.profileAssignTime),
  profile_push_time: naiveUtc(row.profilePushTime),
  enrollment: row.enrollmentId,
  pending_enrollment: row.wantedEnrollmentId,
  assign_status: row.assignStatus,
  throttled_until: naiveUtc(row.throttledUntil),
  disowned_at: naiveUtc(row.disownedAt),
  created_at: naiveUtc(row.createdAt),
  updated_at: naiveUtc(row.updatedAt),
});

async function mustFind({ sql }: Pick<Runtime, "sql">, id: number): Promise<DepDeviceStep> {
  const row = await findDepDevice(sql, id);
  if (row === undefined) throw problem("not-found");
  return row;
}

/** Whether Apple assigns the device to this server now. */
const isPresent = ({ lastOpType, disownedAt }: DepDeviceRow): boolean =>
  lastOpType !== "deleted" && disownedAt === null;

/** Runs a request to Apple for an operator. Throws its refusal with the cure. */
async function asking<Value>(
  runtime: Runtime,
  virtualServerId: number,
  ask: (client: DeviceAssignmentClient) => Promise<Value>,
): Promise<Value> {
  try {
    return await ask(await assignmentClient(runtime, virtualServerId));
  } catch (error) {
    throw error instanceof DeviceAssignmentError ? refusalOf(error, runtime.clock.now()) : error;
  }
}

/** Returns a refusal about the field `enrollment` as clients of the API know it: a text, and the cause beside it. */
const notAssigned = (because: string): Problem =>
  new Problem("invalid", `${NOT_ASSIGNED}. ${because}`, { body: { enrollment: NOT_ASSIGNED, detail: because } });

/**
 * Gives one device the profile of an enrollment, at Apple, and reads it again. A device that Apple throttles gets it later:
 * then `pending_enrollment` and `throttled_until` say so. Throws `not-found` and `invalid`.
 */
export async function assignDevice(
  runtime: Runtime,
  by: By,
  id: number,
  enrollmentId: number,
): Promise<DepDeviceStep> {
  const device = await mustFind(runtime, id);
  const enrollment = await findDepEnrollment(runtime.sql, enrollmentId);
  if (enrollment === undefined) throw invalid({ enrollment: [unknownPk(enrollmentId)] });
  const { virtualServerId, serialNumber } = device;
  if (enrollment.virtualServerId !== virtualServerId) {
    throw invalid({ enrollment: ["This enrollment is for the devices of another virtual server"] });
  }
  if (!isPresent(device)) throw notAssigned("Apple does not assign this device to the virtual server any more.");
  const status = await asking(runtime, virtualServerId, async (client) => {
    const answers = answersOf(
      [serialNumber],
      await client.assignProfile(enrollment.uuid, [serialNumber]),
      runtime.clock.now(),
    );
    await runtime.sql.begin((tx) => wantEnrollment(tx, { virtualServerId, enrollmentId, devices: [serialNumber] }));
    await storeBatch(runtime, by, {
      virtualServerId,
      enrollmentId,
      name: enrollment.name,
      uuid: enrollment.uuid,
      serials: [serialNumber],
      origin: "assignment",
      asked: null,
    }, answers);
    const [answer] = answers;
    if (answer?.status === "SUCCESS") {
      await readAgain(runtime, by, client, { virtualServerId, serials: [serialNumber], origin: "assignment" });
      await runtime.sql.begin(async (tx) => {
        const row = await findDepDevice(tx, id);
        if (row === undefined) return;
        // The default one came after it: a job was asking Apple for many devices meanwhile.
        if (row.enrollmentId !== enrollmentId && isPresent(row)) {
          await wantEnrollment(tx, { virtualServerId, enrollmentId, devices: [serialNumber] });
        } else if (row.wantedEnrollmentId === null) return;
        await enqueueAssignmentJob(tx, runtime, virtualServerId);
      });
    } else if (answer !== undefined && answer.throttledUntil !== null) {
      const at = answer.throttledUntil;
      await runtime.sql.begin((tx) => enqueueAssignmentJob(tx, runtime, virtualServerId, at));
    }
    return answer?.status ?? "FAILED";
  }).catch((error) => {
    if (error instanceof Problem && error.status < 500) throw notAssigned(error.message);
    throw error;
  });
  if (status !== "SUCCESS" && status !== "THROTTLED") {
    throw notAssigned(
      status === "NOT_ACCESSIBLE"
        ? "Apple does not assign this device to the virtual server any more."
        : `Apple's answer for the device is ${status}.`,
    );
  }
  const after = await mustFind(runtime, id);
  await runtime.sql.begin((tx) =>
    recordAudit(tx, runtime, by, {
      action: "updated",
      model: MODEL,
      pk: id,
      serialNumber,
      before: depDeviceRepresentation(device),
      after: depDeviceRepresentation(after),
    })
  );
  return after;
}

/**
 * Asks for the profile of an enrollment for devices of its virtual server, by a job. Returns the task id and how many
 * devices. Throws `invalid`.
 */
export async function assignDevices(
  runtime: Runtime,
  by: By,
  ids: readonly number[],
  enrollmentId: number,
): Promise<{ taskId: string; devices: number }> {
  const enrollment = await findDepEnrollment(runtime.sql, enrollmentId);
  if (enrollment === undefined) throw invalid({ enrollment: [unknownPk(enrollmentId)] });
  const rows = (await findDepDevices(runtime.sql, ids)).filter(isPresent);
  const foreign = rows.filter(({ virtualServerId }) => virtualServerId !== enrollment.virtualServerId);
  if (foreign.length > 0) {
    const names = foreign.slice(0, 5).map(({ serialNumber }) => serialNumber).join(", ");
    throw invalid({ enrollment: [`This enrollment is for another virtual server than that of ${names}`] });
  }
  if (rows.length === 0) throw invalid({ devices: ["Select devices that are assigned to a virtual server."] });
  const serials = rows.map(({ serialNumber }) => serialNumber);
  return await runtime.sql.begin(async (tx) => {
    const { virtualServerId } = enrollment;
    const taskId = await enqueueAssignment(tx, runtime, { virtualServerId, depEnrollmentId: enrollmentId, serials });
    await recordEvents(tx, runtime, by, [{
      type: "dep_devices_assignment_requested",
      tags: ["mdm", "dep"],
      objects: { mdm_depdevice: rows.map(({ id }) => id), mdm_depenrollment: [enrollmentId] },
      payload: { enrollment: { pk: enrollmentId, name: enrollment.name }, devices: serials.length },
    }]);
    return { taskId, devices: serials.length };
  });
}

/** Reads a device from Apple again. Throws `not-found`, and `refused` when Apple does not know it: it is marked as deleted. */
export async function refreshDevice(runtime: Runtime, by: By, id: number): Promise<DepDeviceRow> {
  const { virtualServerId, serialNumber } = await mustFind(runtime, id);
  const missing = await asking(
    runtime,
    virtualServerId,
    (client) => readAgain(runtime, by, client, { virtualServerId, serials: [serialNumber], origin: "refresh" }),
  );
  if (missing.length > 0) {
    throw problem(
      "refused",
      "Apple does not assign this device to the virtual server any more. It was marked as deleted.",
    );
  }
  return await mustFind(runtime, id);
}

/** Apple's answer to the end of ownership, or why there is none. */
export type DisownResult = { result: string } | { error: string };

/**
 * Tells Apple that the organization gives a device up, for good. Apple's refusal is part of the answer. Throws `not-found`.
 */
export async function disownDevice(runtime: Runtime, by: By, id: number): Promise<DisownResult> {
  const { virtualServerId, serialNumber } = await mustFind(runtime, id);
  let answer: DisownResult;
  try {
    const result = await asking(runtime, virtualServerId, async (client) => (await client.disown([serialNumber])));
    answer = { result: result.get(serialNumber) ?? "FAILED" };
  } catch (error) {
    if (!(error instanceof Problem) || error.code === "not-found") throw error;
    answer = { error: error.message };
  }
  await runtime.sql.begin(async (tx) => {
    if ("result" in answer && answer.result === "SUCCESS") {
      await markDisowned(tx, virtualServerId, [serialNumber], runtime.clock.now());
    }
    await recordEvents(tx, runtime, by, [{
      type: "dep_device_disowned",
      tags: ["mdm", "dep"],
      serialNumber,
      objects: { mdm_depdevice: [id] },
      payload: { device: { pk: id, serial_number: serialNumber, virtual_server: virtualServerId }, ...answer },
    }]);
  });
  return answer;
}
