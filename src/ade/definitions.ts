/**
 * The profiles of DEP enrollments at Apple: defined before what they come from is saved.
 *
 * Apple's service has no transaction with this server, so the order is the protection. First Apple gets the profile and
 * names it by a new UUID; devices keep the profile that they have. Then one transaction stores the change, the UUID, and the
 * job that assigns the new profile to the devices of the old one. A crash between the two leaves a profile at Apple that no
 * device has and that this server does not know, and the enrollment as it was before, with its profile: nothing is broken,
 * and saving again defines another one. The other order would leave an enrollment whose devices enroll with a profile that
 * says something else. No transaction waits for Apple.
 *
 * @module
 */

import { hasViews } from "../../db/ade/custom_view_links.ts";
import {
  type DepDefinition,
  type DepEnrollmentRow,
  type DepEnrollmentValues,
  findDepEnrollment,
  lockDepEnrollment,
  setDepDefinition,
} from "../../db/ade/dep_enrollments.ts";
import { findEnrollmentSecret } from "../../db/enrollment/enrollment_secrets.ts";
import type { Db, Tx } from "../../db/open.ts";
import type { DeviceAssignmentClient } from "../apple/device_assignment.ts";
import { revealEnrollmentSecret } from "../enrollment/secrets.ts";
import { problem } from "../errors.ts";
import type { Runtime } from "../runtime.ts";
import { appleRefusal } from "./apple_refusal.ts";
import { enqueueAssignment } from "./assign.ts";
import { definitionHash, type ProfileDefinition, profileDefinition, tlsChainOf } from "./profile_definition.ts";

/** How Apple's service is reached for a virtual server. */
export type Connect = (
  runtime: Runtime,
  virtualServerId: number,
) => Promise<Pick<DeviceAssignmentClient, "defineProfile" | "profile">>;

/** An enrollment, its secret's text, and whether it has custom views. */
export type Defined = { row: DepEnrollmentRow; secret: string; views: boolean };

/** Returns an enrollment with what its profile comes from. Throws `not-found`. */
export async function findDefined(db: Db, runtime: Pick<Runtime, "keys">, id: number): Promise<Defined> {
  const row = await findDepEnrollment(db, id);
  if (row === undefined) throw problem("not-found");
  return await withSecret(db, runtime, row);
}

/** Returns the same of a row that was found. */
export async function withSecret(db: Db, runtime: Pick<Runtime, "keys">, row: DepEnrollmentRow): Promise<Defined> {
  const secret = await findEnrollmentSecret(db, row.enrollmentSecretId);
  // Both were deleted since the row was read.
  if (secret === undefined) throw problem("not-found");
  return { row, secret: await revealEnrollmentSecret(runtime, secret), views: await hasViews(db, row.id) };
}

/** Returns the profile that Apple should have. */
export const definitionOf = (
  runtime: Pick<Runtime, "config">,
  { row, secret, views }: { row: DepEnrollmentValues; secret: string; views: boolean },
): ProfileDefinition =>
  profileDefinition(row, {
    baseUrl: runtime.config.BASE_URL,
    secret,
    hasViews: views,
    tlsChain: tlsChainOf(runtime),
  });

/** Whether Apple has another profile than it should. */
export async function isOutOfDate(runtime: Pick<Runtime, "config">, defined: Defined): Promise<boolean> {
  const hash = await definitionHash(definitionOf(runtime, defined));
  return hash.toHex() !== defined.row.definedHash.toHex();
}

/** Defines a profile at Apple. Throws `invalid` with what Apple said. */
export async function defineProfile(
  runtime: Runtime,
  connect: Connect,
  wanted: { row: DepEnrollmentValues; secret: string; views: boolean },
): Promise<DepDefinition> {
  const definition = definitionOf(runtime, wanted);
  try {
    const client = await connect(runtime, wanted.row.virtualServerId);
    const { profileUuid } = await client.defineProfile({ ...definition });
    return {
      uuid: profileUuid,
      definedHash: await definitionHash(definition),
      definedAt: runtime.clock.now(),
      definedBaseUrl: runtime.config.BASE_URL,
    };
  } catch (error) {
    throw appleRefusal(error, wanted.secret, runtime.clock.now());
  }
}

/** What changes of an enrollment: its values, whether it has views, or, for `again`, nothing but Apple's copy. */
export type DefinedChange = { before: Defined; values?: DepEnrollmentValues; views?: boolean; again?: true };

/**
 * Makes a change that Apple has to know of: defines the profiles that it alters, and then runs `write` in one transaction
 * with the new definitions and their assignments. Throws `invalid` with what Apple said, and `conflict` if an enrollment was
 * changed meanwhile: what Apple got then no longer fits.
 */
export async function withDefinitions<Result>(
  runtime: Runtime,
  connect: Connect,
  changes: readonly DefinedChange[],
  write: (tx: Tx) => Promise<Result>,
): Promise<Result> {
  const prepared: { change: DefinedChange; views: boolean; definition: DepDefinition | undefined }[] = [];
  // In one order everywhere, so that two changes never wait for each other.
  for (const change of [...changes].sort((one, other) => one.before.row.id - other.before.row.id)) {
    const { before, values = before.row, views = before.views, again = false } = change;
    const wanted = { row: values, secret: before.secret, views };
    const hash = await definitionHash(definitionOf(runtime, wanted));
    const same = hash.toHex() === before.row.definedHash.toHex();
    const definition = same && !again ? undefined : await defineProfile(runtime, connect, wanted);
    prepared.push({ change, views, definition });
  }
  // The driver's type of a result is looser than ours.
  let result: { value: Result } | undefined;
  await runtime.sql.begin(async (tx) => {
    for (const { change: { before: { row } } } of prepared) {
      const now = await lockDepEnrollment(tx, row.id);
      if (now === undefined) throw problem("not-found");
      if (now.uuid !== row.uuid || now.updatedAt.getTime() !== row.updatedAt.getTime()) throw problem("conflict");
    }
    result = { value: await write(tx) };
    for (const { change: { before: { row } }, views, definition } of prepared) {
      if (await hasViews(tx, row.id) !== views) throw problem("conflict");
      if (definition === undefined) continue;
      await setDepDefinition(tx, row.id, definition);
      await enqueueAssignment(tx, runtime, {
        virtualServerId: row.virtualServerId,
        depEnrollmentId: row.id,
        serials: "all with an older profile",
      });
    }
  });
  if (result === undefined) throw new Error("Cannot find the result of a transaction that was committed");
  return result.value;
}
