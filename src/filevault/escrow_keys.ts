/**
 * The key pairs that Macs encrypt their recovery keys to.
 *
 * @module
 */

import {
  type EscrowKeyPurpose,
  type EscrowKeyRow,
  findEscrowKeys,
  insertEscrowKey,
} from "../../db/filevault/escrow_keys.ts";
import type { DeviceId, EnrollmentId } from "../../db/ids.ts";
import { nextId } from "../../db/next_id.ts";
import type { Db } from "../../db/open.ts";
import { problem } from "../errors.ts";
import { createSelfSigned } from "../pki/ca.ts";
import { parseCertificate } from "../pki/certificate.ts";
import type { Recipient } from "../pki/cms/enveloped.ts";
import { exportPkcs8, importPkcs8 } from "../pki/keys.ts";
import type { Runtime } from "../runtime.ts";

/** Returns the purpose that a private key is encrypted for. */
const escrowKeyContext = (id: number) => ({
  table: "filevault_escrow_keys",
  column: "private_key_sealed",
  id,
});

/** The Mac that a key pair is for. */
export type KeyOwner = { deviceId: DeviceId; enrollmentId: EnrollmentId; serialNumber: string };

/**
 * Thrown within a conversation that needs a key pair which is not there yet. The conversation is rolled back, the key
 * is made outside of any transaction, and the conversation begins again: a fifth of a second of work holds neither a
 * connection of the database nor the lock of the channel.
 */
export class KeyWanted extends Error {
  override readonly name = "KeyWanted";
  constructor(readonly owner: KeyOwner, readonly purpose: EscrowKeyPurpose) {
    super(`A key pair for "${purpose}" is to be made`);
  }
}

const DAY_MS = 86_400_000;
/** Days before and after now that a certificate is valid: Macs do not look, but others may. */
const VALID: Record<EscrowKeyPurpose, { before: number; after: number }> = {
  escrow: { before: 1, after: 20 * 365 },
  reply: { before: 1, after: 1 },
};
const SUBJECT: Record<EscrowKeyPurpose, string> = {
  escrow: "FileVault PRK escrow key",
  reply: "FileVault PRK rotation",
};

/** Keys that are made at once, and the Macs that wait for one: others are told to come again. */
const MOST = { made: 2, waiting: 16 };
const makers = new WeakMap<Runtime["sql"], { busy: number; waiting: (() => void)[] }>();

/** Runs work of which few run at the same time. Throws `unavailable` if too much waits already. */
async function inTurn<T>({ sql }: Pick<Runtime, "sql">, work: () => Promise<T>): Promise<T> {
  const turns = makers.get(sql) ?? { busy: 0, waiting: [] };
  makers.set(sql, turns);
  if (turns.busy >= MOST.made) {
    if (turns.waiting.length >= MOST.waiting) {
      throw problem("unavailable", undefined, { reason: "too many keys for FileVault are being made" });
    }
    await new Promise<void>((resolve) => turns.waiting.push(resolve));
  }
  turns.busy++;
  try {
    return await work();
  } finally {
    turns.busy--;
    turns.waiting.shift()?.();
  }
}

/** Makes a key pair and stores it. */
export async function makeEscrowKey(runtime: Runtime, { owner, purpose }: KeyWanted): Promise<void> {
  const { sql, random, keys, clock } = runtime;
  const key = await inTurn(runtime, () => random.rsaKey());
  const now = clock.now();
  const { before, after } = VALID[purpose];
  const certificate = createSelfSigned({
    subject: [["CN", SUBJECT[purpose]], ["serialNumber", owner.serialNumber]],
    key,
    notBefore: new Date(now.getTime() - before * DAY_MS),
    notAfter: new Date(now.getTime() + after * DAY_MS),
  });
  const id = await nextId(sql, "filevault_escrow_keys");
  const privateKeySealed = await keys.seal(exportPkcs8(key), escrowKeyContext(id));
  const { deviceId, enrollmentId } = owner;
  await insertEscrowKey(sql, { id, deviceId, enrollmentId, purpose, certificate, privateKeySealed }, now);
}

/** Returns a key pair, opened. */
async function openEscrowKey(
  { keys }: Pick<Runtime, "keys">,
  row: Pick<EscrowKeyRow, "id" | "certificate" | "privateKeySealed">,
): Promise<Recipient> {
  return {
    certificate: parseCertificate(Uint8Array.from(row.certificate)),
    key: importPkcs8(await keys.open(row.privateKeySealed, escrowKeyContext(row.id))),
  };
}

/** A Mac that enrolls again and again, and rotates often, has more; the newest are what it encrypts to. */
const MOST_KEYS = 50;

/**
 * Returns the key pairs of a device, the newest first. One that does not open (its key is missing from the ring) is
 * reported and left out: the others are still tried.
 */
export async function openEscrowKeys(db: Db, runtime: Runtime, deviceId: DeviceId): Promise<Recipient[]> {
  const found = await Promise.all((await findEscrowKeys(db, deviceId, MOST_KEYS)).map(async (row) => {
    try {
      return [await openEscrowKey(runtime, row)];
    } catch (error) {
      runtime.log.error("Cannot open a key that a Mac escrows to", { device: deviceId, key: row.id, error });
      return [];
    }
  }));
  return found.flat();
}
