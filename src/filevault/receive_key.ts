/**
 * A recovery key that a Mac reports: opened, checked and escrowed.
 *
 * @module
 */

import { findEndedEscrowed, findOpenEscrowed } from "../../db/devices/escrowed_secrets.ts";
import { isHardwareProven } from "../../db/filevault/filevault_facts.ts";
import type { EnrollmentId } from "../../db/ids.ts";
import type { Tx } from "../../db/open.ts";
import {
  endEscrow,
  endOthers,
  escrow,
  type EscrowCause,
  type EscrowOwner,
  escrowUnproven,
  openCandidates,
  opened,
  proveEscrowed,
} from "../escrow/escrow.ts";
import type { By } from "../events/by.ts";
import { recordEvents } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";
import { openEscrowKeys } from "./escrow_keys.ts";
import { ENVELOPE_BYTES, readRecoveryKey } from "./recovery_key.ts";

const KIND = "filevault_prk";
const UNREAD = "filevault_prk_unread";
/** Recovery keys of an enrollment that is not known to be this hardware. */
const MOST_UNPROVEN = 5;

/** The Mac that reports its key. */
export type KeyReporter = EscrowOwner & { enrollmentId: EnrollmentId };

/**
 * Escrows the recovery key in an envelope, if it is another one than the stored one. An envelope that does not open is
 * kept as it came, with an event, and nothing is replaced. Returns whether there was a key.
 *
 * The attack: an enrollment that only says it is this hardware reports a key. It is kept, but not as the key of the
 * Mac, until an operator has confirmed the hardware and the Mac reports it again.
 */
export async function receiveRecoveryKey(
  tx: Tx,
  runtime: Runtime,
  by: By,
  owner: KeyReporter,
  cms: Uint8Array,
  cause: EscrowCause,
): Promise<boolean> {
  const read = readRecoveryKey(cms, await openEscrowKeys(tx, runtime, owner.deviceId));
  if (!("key" in read)) {
    await keepUnread(tx, runtime, by, owner, cms, read.reason, cause);
    return false;
  }
  const { key } = read;
  const known = await openCandidates(tx, runtime, owner.deviceId, KIND);
  const same = known.find(({ secret }) => secret === key);
  if (!await isHardwareProven(tx, owner.enrollmentId)) {
    if (same === undefined && known.filter(({ proven }) => !proven).length < MOST_UNPROVEN) {
      await escrowUnproven(tx, runtime, owner, KIND, key, cause);
    }
    return true;
  }
  if (same === undefined && await wasReplaced(tx, runtime, owner, known.some(({ proven }) => proven), key)) {
    runtime.log.info("A Mac reports a FileVault recovery key that was replaced since", { device: owner.deviceId });
    return true;
  }
  if (same === undefined) await escrow(tx, runtime, by, owner, KIND, key, cause);
  else if (!same.proven) await proveEscrowed(tx, runtime, by, owner, { id: same.id, kind: KIND }, cause);
  await endOthers(tx, runtime, owner, UNREAD, null);
  return true;
}

/** Earlier keys that a reported one is compared with. */
const MOST_REPLACED = 50;

/**
 * Whether a key is one that another has replaced. No Mac returns to a key: what it encrypted before a rotation is out of
 * date, and would replace the key that works.
 */
async function wasReplaced(
  tx: Tx,
  runtime: Runtime,
  owner: EscrowOwner,
  hasCurrent: boolean,
  key: string,
): Promise<boolean> {
  if (!hasCurrent) return false;
  for (const row of await findEndedEscrowed(tx, owner.deviceId, KIND, MOST_REPLACED)) {
    if (row.proven && (await opened(runtime, row)).secret === key) return true;
  }
  return false;
}

/** Ends the recovery key of a Mac whose FileVault is off: it unlocks nothing any more. It stays in the history. */
export async function endRecoveryKey(
  tx: Tx,
  runtime: Runtime,
  by: By,
  owner: KeyReporter,
  command: EscrowCause["command"],
): Promise<void> {
  if (!await isHardwareProven(tx, owner.enrollmentId)) return;
  await endEscrow(tx, runtime, by, owner, KIND, { reason: "disabled", command });
}

/** Keeps an envelope that did not open, unless it is the one that is kept already. */
async function keepUnread(
  tx: Tx,
  runtime: Runtime,
  by: By,
  owner: KeyReporter,
  cms: Uint8Array,
  reason: string,
  cause: EscrowCause,
): Promise<void> {
  runtime.log.warn("Cannot open a FileVault recovery key", { device: owner.deviceId, reason });
  const [last] = await findOpenEscrowed(tx, owner.deviceId, UNREAD);
  const text = cms.length > ENVELOPE_BYTES ? "" : cms.toBase64();
  if (last !== undefined && (await opened(runtime, last)).secret === text) return;
  const id = await escrowUnproven(tx, runtime, owner, UNREAD, text, { ...cause, reason: "unreadable" });
  await endOthers(tx, runtime, owner, UNREAD, id);
  await recordEvents(tx, runtime, by, [{
    type: "filevault_prk_unreadable",
    serialNumber: owner.serialNumber,
    objects: { device: [owner.deviceId] },
    payload: { reason },
  }]);
}
