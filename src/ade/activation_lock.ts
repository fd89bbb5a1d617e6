/**
 * The Activation Lock of a device: the organization's, turned on at Apple, and the removal of any whose code is stored.
 *
 * A code is stored before Apple learns its hash: a lock whose code is lost could not be removed. Which of the stored codes is
 * the one in use, nobody can know; each is tried.
 *
 * @module
 */

import { findLockFacts, type LockFacts } from "../../db/ade/lock_facts.ts";
import type { DeviceId } from "../../db/ids.ts";
import { mustAllowCommands } from "../access/command_rights.ts";
import type { Authorised } from "../access/operator.ts";
import { removeActivationLock } from "../apple/activation_lock.ts";
import { escrowKeyOf, newBypassCode } from "../apple/bypass_code.ts";
import { DeviceAssignmentError } from "../apple/device_assignment.ts";
import { problem } from "../errors.ts";
import { endEscrow, endEscrowedById, escrowUnproven, openCandidates, proveEscrowed } from "../escrow/escrow.ts";
import { recordEvents } from "../events/record.ts";
import { openPushCertificate } from "../push/open_certificate.ts";
import type { Runtime } from "../runtime.ts";
import { assignmentClient, refusalOf } from "./client.ts";

const ORGANIZATION = "activation_lock_organization_code";
const DEVICE = "activation_lock_bypass_code";
/** The name that a role's list of commands would need: none has it, so a narrowed role may not. */
const RIGHT = "ActivationLock";

/** Apple's refusals, in words. */
const REFUSALS: Readonly<Record<string, string>> = {
  NOT_ACCESSIBLE: "the device is not assigned to this server",
  ORG_NOT_SUPPORTED: "the organization does not support it",
  DEVICE_NOT_SUPPORTED: "the device does not support it",
  DEVICE_ALREADY_LOCKED: "the device is already locked",
};

async function mustFind(runtime: Pick<Runtime, "sql">, id: DeviceId): Promise<LockFacts> {
  const facts = await findLockFacts(runtime.sql, id);
  if (facts === undefined) throw problem("not-found");
  return facts;
}

/**
 * Has Apple lock a device to the organization; `message` is shown on it. Throws `refused` with Apple's reason, and for devices
 * that are not iPhones or iPads assigned to a virtual server.
 */
export async function lockActivation(runtime: Runtime, by: Authorised, id: DeviceId, message: string): Promise<void> {
  mustAllowCommands(by.actor, [RIGHT]);
  const { serialNumber, platform, virtualServerId } = await mustFind(runtime, id);
  if (platform !== "iOS" && platform !== "iPadOS") {
    throw problem("refused", "Apple turns on the organization's Activation Lock for iPhones and iPads only.");
  }
  if (virtualServerId === null) {
    throw problem("refused", "Cannot turn on Activation Lock: Apple does not assign the device to a virtual server.");
  }
  const owner = { deviceId: id, serialNumber };
  const code = newBypassCode(runtime.random);
  const cause = { reason: "sent" } as const;
  const secret = await runtime.sql.begin((tx) => escrowUnproven(tx, runtime, owner, ORGANIZATION, code, cause));
  let status: string;
  try {
    const client = await assignmentClient(runtime, virtualServerId);
    status = await client.lockActivation(serialNumber, await escrowKeyOf(code), message);
  } catch (error) {
    // Whether Apple did it is not known: the code stays.
    throw error instanceof DeviceAssignmentError ? refusalOf(error, runtime.clock.now()) : error;
  }
  await runtime.sql.begin(async (tx) => {
    if (status === "SUCCESS") {
      return await proveEscrowed(tx, runtime, by, owner, { id: secret, kind: ORGANIZATION }, {
        reason: "acknowledged",
      });
    }
    await endEscrowedById(tx, runtime, owner, secret);
  });
  if (status !== "SUCCESS") {
    throw problem("refused", `Apple did not turn on Activation Lock: ${REFUSALS[status] ?? `it answered ${status}`}.`);
  }
}

/**
 * Has Apple remove the Activation Lock of a device, with each of its stored codes in turn. Throws `refused` if there is none, or
 * none removes the lock.
 */
export async function unlockActivation(runtime: Runtime, by: Authorised, id: DeviceId): Promise<void> {
  mustAllowCommands(by.actor, [RIGHT]);
  const facts = await mustFind(runtime, id);
  const { serialNumber, model, imei, meid, pushCertificateId, pushCertificateVersion } = facts;
  const certificate = pushCertificateId === null || pushCertificateVersion === null
    ? undefined
    : await openPushCertificate(runtime, pushCertificateId, pushCertificateVersion);
  if (certificate === undefined) {
    throw problem("refused", "Cannot ask Apple: there is no push certificate, by which Apple knows this server.");
  }
  const codes = [
    ...await openCandidates(runtime.sql, runtime, id, DEVICE),
    ...await openCandidates(runtime.sql, runtime, id, ORGANIZATION),
  ];
  if (codes.length === 0) throw problem("refused", "No bypass code of the device is stored.");
  let last = 0;
  for (const { kind, secret } of codes) {
    const answer = await removeActivationLock(
      runtime,
      certificate,
      { serialNumber, productType: model, imei, meid },
      { organization: runtime.config.ORGANIZATION, id: runtime.random.uuid(), code: secret },
    );
    if (!answer.unlocked) {
      last = answer.status;
      continue;
    }
    const owner = { deviceId: id, serialNumber };
    await runtime.sql.begin(async (tx) => {
      if (kind === ORGANIZATION) await endEscrow(tx, runtime, by, owner, ORGANIZATION, { reason: "acknowledged" });
      await recordEvents(tx, runtime, by, [{
        type: "activation_lock_removed",
        serialNumber,
        objects: { device: [id] },
        payload: { code: kind === ORGANIZATION ? "organization" : "device" },
      }]);
    });
    return;
  }
  throw problem(
    "refused",
    last === 0
      ? "Apple's service for Activation Lock cannot be reached. Try again later."
      : `Apple did not remove the Activation Lock: it answered ${last} to ${
        codes.length === 1 ? "the stored code" : `each of the ${codes.length} stored codes`
      }.`,
  );
}
