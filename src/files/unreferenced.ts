/**
 * Removes unreferenced files, while files are added and removed.
 *
 * @module
 */

import { lockFile, unreferencedFiles } from "../../db/artifacts/stored_files.ts";
import type { Tx } from "../../db/open.ts";
import { deleteUnusedPackageFiles } from "../../db/packages/package_files.ts";
import { problem } from "../errors.ts";
import type { Runtime } from "../runtime.ts";
import type { ListedFile } from "./store.ts";

type Needs = Pick<Runtime, "sql" | "files" | "clock">;

/** Seconds between the upload of a file and the row that refers to it, at most. */
const GRACE_SECONDS = 86_400;
const BATCH = 500;

/**
 * Removes the files that were stored more than a day ago and that no row refers to, and the remains of broken uploads.
 * Returns the number of removed files. For housekeeping; may be stopped and repeated. Throws `signal.reason` when
 * aborted.
 */
export async function removeUnreferencedFiles(runtime: Needs, signal?: AbortSignal): Promise<number> {
  const { files } = runtime;
  const before = new Date(runtime.clock.now().getTime() - GRACE_SECONDS * 1000);
  await files.tidy(before);
  await deleteUnusedPackageFiles(runtime.sql, before);
  let removed = 0;
  let batch: ListedFile[] = [];
  const work = async () => {
    signal?.throwIfAborted();
    for (const sha256 of await unreferencedFiles(runtime.sql, batch.map(({ sha256 }) => sha256))) {
      if (await removeUnused(runtime, sha256, before)) removed++;
    }
    batch = [];
  };
  for await (const file of files.list()) {
    if (file.storedAt >= before) continue;
    batch.push(file);
    if (batch.length === BATCH) await work();
  }
  if (batch.length > 0) await work();
  return removed;
}

/** Removes one file, if it is still old and unused now that no other transaction can refer to it. */
async function removeUnused({ sql, files }: Needs, sha256: string, before: Date): Promise<boolean> {
  return await sql.begin(async (tx) => {
    await lockFile(tx, sha256, "alone");
    const [unused] = await unreferencedFiles(tx, [sha256]);
    const storedAt = unused === undefined ? undefined : await files.storedAt(sha256);
    if (storedAt === undefined || storedAt >= before) return false;
    await files.remove(sha256);
    return true;
  });
}

/**
 * Ensures that a file stays, for the transaction that writes a row which refers to it. Throws `conflict` if it was
 * removed since it was stored: the same content was old, and was removed at that moment.
 */
export async function holdFile(tx: Tx, runtime: Pick<Runtime, "files">, sha256: string): Promise<void> {
  await lockFile(tx, sha256, "with others");
  if (await runtime.files.storedAt(sha256) === undefined) {
    throw problem("conflict", "Cannot save: the file was removed in the meantime. Upload it again.");
  }
}
