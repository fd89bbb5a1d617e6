/**
 * Apple's copy of an enrollment's profile: whether it is what it should be, and how to make it so.
 *
 * @module
 */

import { type DepEnrollmentRow, listDepEnrollments } from "../../db/ade/dep_enrollments.ts";
import { DeviceAssignmentError } from "../apple/device_assignment.ts";
import { Problem } from "../errors.ts";
import type { By } from "../events/by.ts";
import { recordEvents } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";
import { appleRefusal } from "./apple_refusal.ts";
import { assignmentClient } from "./client.ts";
import { type Connect, definitionOf, findDefined, isOutOfDate, withDefinitions, withSecret } from "./definitions.ts";
import { type ProfileDifference, profileDifferences } from "./profile_definition.ts";

/** What Apple has, beside what it should have. */
export type AppleCopy =
  | { state: "same" }
  | { state: "different"; differences: ProfileDifference[] }
  | { state: "missing" };

/** Returns a value without the text of the enrollment secret. */
function masked(value: unknown, secret: string): unknown {
  if (typeof value === "string") return value.replaceAll(secret, "…");
  return Array.isArray(value) ? value.map((item) => masked(item, secret)) : value;
}

/** Reads an enrollment's profile from Apple and compares it with ours. Throws `not-found`, and `invalid` as Apple answers. */
export async function readAppleCopy(
  runtime: Runtime,
  id: number,
  connect: Connect = assignmentClient,
): Promise<AppleCopy> {
  const defined = await findDefined(runtime.sql, runtime, id);
  const { row, secret } = defined;
  try {
    const client = await connect(runtime, row.virtualServerId);
    const differences = profileDifferences(definitionOf(runtime, defined), await client.profile(row.uuid));
    if (differences.length === 0) return { state: "same" };
    return {
      state: "different",
      differences: differences.map(({ field, ours, apples }) => ({
        field,
        ours: masked(ours, secret),
        apples: masked(apples, secret),
      })),
    };
  } catch (error) {
    if (error instanceof DeviceAssignmentError && (error.status === 404 || error.code === "NOT_FOUND")) {
      return { state: "missing" };
    }
    throw appleRefusal(error, secret, runtime.clock.now());
  }
}

/** An enrollment whose profile at Apple is not what it should be. */
export type StaleDefinition = {
  row: DepEnrollmentRow;
  /** A sentence for people. */
  reason: string;
  /** Whether the server may define it again by itself. */
  automatic: boolean;
};

/**
 * Returns why Apple's copy of an enrollment is out of date, or undefined. A server whose address changed may be a copy of the
 * one that devices belong to: it must not take their profile over unless an operator says so.
 */
export async function staleness(runtime: Runtime, row: DepEnrollmentRow): Promise<StaleDefinition | undefined> {
  if (!await isOutOfDate(runtime, await withSecret(runtime.sql, runtime, row))) return undefined;
  const { BASE_URL } = runtime.config;
  if (row.definedBaseUrl !== BASE_URL) {
    return {
      row,
      automatic: false,
      reason: `Devices get the address ${
        row.definedBaseUrl || "of an earlier setup"
      } from Apple, this server is ${BASE_URL}.`,
    };
  }
  return {
    row,
    automatic: true,
    reason: row.includeTlsCertificates
      ? "The TLS certificates that Apple gives to devices are not those of this server now."
      : "Apple has what an earlier version of this server sent.",
  };
}

const PAGE = 100;

/** Returns every enrollment whose profile at Apple is out of date, by name. */
export async function staleDefinitions(runtime: Runtime): Promise<StaleDefinition[]> {
  const stale: StaleDefinition[] = [];
  for (let offset = 0;; offset += PAGE) {
    const { rows } = await listDepEnrollments(runtime.sql, { limit: PAGE, offset });
    for (const row of rows) {
      const found = await staleness(runtime, row);
      if (found !== undefined) stale.push(found);
    }
    if (rows.length < PAGE) return stale;
  }
}

/** Defines an enrollment's profile at Apple again, and assigns it to the devices with the old one. Throws `invalid`. */
export async function defineAgain(
  runtime: Runtime,
  by: By,
  id: number,
  connect: Connect = assignmentClient,
): Promise<void> {
  const before = await findDefined(runtime.sql, runtime, id);
  await withDefinitions(runtime, connect, [{ before, again: true }], async (tx) => {
    await recordEvents(tx, runtime, by, [{
      type: "dep_enrollment_defined",
      tags: ["mdm", "dep"],
      objects: { mdm_depenrollment: [id] },
      payload: { dep_enrollment: { pk: id, name: before.row.name }, previous_uuid: before.row.uuid },
    }]);
  });
}

/** Two processes with different TLS chains would each find the other's profile out of date: once a day is enough. */
const REST_MS = 86_400_000;

/** The result of the job. */
export type Redefinitions = { defined: number; failed: { pk: number; name: string; reason: string }[] };

/** Defines again what is out of date and may be defined without an operator. One that fails stops no other. */
export async function defineStale(
  runtime: Runtime,
  by: By,
  signal: AbortSignal,
  connect: Connect = assignmentClient,
): Promise<Redefinitions> {
  const result: Redefinitions = { defined: 0, failed: [] };
  const latest = runtime.clock.now().getTime() - REST_MS;
  for (const { row, automatic } of await staleDefinitions(runtime)) {
    if (signal.aborted) throw signal.reason;
    if (!automatic || row.definedAt.getTime() > latest) continue;
    try {
      await defineAgain(runtime, by, row.id, connect);
      result.defined++;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const { fields } = error.details;
      const reason = fields === undefined ? error.message : Object.values(fields).flat().join(" ");
      result.failed.push({ pk: row.id, name: row.name, reason });
    }
  }
  return result;
}
