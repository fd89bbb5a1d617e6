/**
 * The escrow drill: opens every sealed secret that unlocks hardware, and tells which do not open. Their values go nowhere.
 *
 * @module
 */

import { DRILL_COLUMNS, type DrillRow } from "../../db/devices/escrow_drill_views.ts";
import { isRecoveryKey } from "../filevault/recovery_key.ts";
import { parseCertificate } from "../pki/certificate.ts";
import { PkiError } from "../pki/errors.ts";
import { importPkcs8, keyMatches } from "../pki/keys.ts";
import type { Runtime } from "../runtime.ts";
import { SecretError } from "../secrets/key_ring.ts";

const BATCH = 500;

/** A secret that does not open, or is not what it should be. */
export type DrillFault = { table: string; id: number; kind: string; serialNumber: string; reason: string };

/** The result: how many secrets of each kind opened, and those that did not. */
export type Drill = { opened: Record<string, number>; faults: DrillFault[] };

/** Returns what is wrong with an opened secret, as a sentence without anything of it; null if it is what it should be. */
function faultOf(plain: Uint8Array<ArrayBuffer>, { kind, certificate }: DrillRow): string | null {
  if (certificate !== null) {
    return keyMatches(parseCertificate(Uint8Array.from(certificate)), importPkcs8(plain))
      ? null
      : "It is not the private key of its certificate.";
  }
  if (kind === "filevault_prk" && !isRecoveryKey(new TextDecoder().decode(plain))) {
    return "It is not in the form of a recovery key.";
  }
  // An envelope that was too long to be kept is an empty one.
  return plain.length === 0 && kind !== "filevault_prk_unread" ? "It is empty." : null;
}

async function reasonOf({ keys }: Pick<Runtime, "keys">, column: { table: string; column: string }, row: DrillRow) {
  try {
    return faultOf(await keys.open(row.sealed, { table: column.table, column: column.column, id: row.id }), row);
  } catch (error) {
    if (error instanceof SecretError || error instanceof PkiError) return error.message;
    throw error;
  }
}

/** Opens everything, in batches. Changes nothing. */
export async function drillEscrow(runtime: Pick<Runtime, "sql" | "keys">): Promise<Drill> {
  const drill: Drill = { opened: {}, faults: [] };
  for (const column of DRILL_COLUMNS) {
    for (let after = 0;;) {
      const rows = await column.page(runtime.sql, after, BATCH);
      for (const row of rows) {
        const reason = await reasonOf(runtime, column, row);
        if (reason === null) drill.opened[row.kind] = (drill.opened[row.kind] ?? 0) + 1;
        else {
          const { id, kind, serialNumber } = row;
          drill.faults.push({ table: column.table, id, kind, serialNumber, reason });
        }
      }
      const last = rows.at(-1);
      if (last === undefined) break;
      after = last.id;
    }
  }
  return drill;
}
