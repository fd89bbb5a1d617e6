/**
 * Files in a folder: `ab/cd/abcd…`, each readable by the server alone.
 *
 * @module
 */

import { join } from "node:path";
import type { Random } from "../runtime.ts";
import { GivenPieces } from "./given_pieces.ts";
import { spool } from "./spool.ts";
import { type ByteRange, type FileStore, isDigest } from "./store.ts";

const TEMPORARY = "tmp";

/** Returns `work`'s result, or undefined when the file is not there. */
async function ifThere<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function* entries(path: string): AsyncGenerator<Deno.DirEntry> {
  try {
    yield* Deno.readDir(path);
  } catch (error) {
    // The folder is created with its first file.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function* folders(path: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of entries(path)) if (isDirectory) yield name;
}

/** Bytes that are read at once. */
const PIECE = 64 * 1024;

/** Returns the bytes of an open file as a stream, which closes it. */
async function part(
  file: Deno.FsFile,
  { start, end }: ByteRange,
  sent: boolean,
): Promise<ReadableStream<Uint8Array>> {
  const given = sent ? new GivenPieces() : undefined;
  await file.seek(start, Deno.SeekMode.Start);
  let left = end - start;
  if (left === 0) {
    file.close();
    return new Blob([]).stream();
  }
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const piece = new Uint8Array(Math.min(PIECE, left));
        given?.give(piece);
        const read = await file.read(piece);
        if (read === null) throw new Error("Cannot read a file: it is shorter than it was");
        left -= read;
        controller.enqueue(piece.subarray(0, read));
        if (left > 0) return;
        file.close();
        controller.close();
      } catch (error) {
        file.close();
        throw error;
      }
    },
    cancel: () => file.close(),
  }, { highWaterMark: 0 });
}

/** Keeps files in the folder at `root`, which is created when needed. Several processes may share it. */
export class FolderStore implements FileStore {
  constructor(private readonly root: string, private readonly random: Random) {}

  async put(content: ReadableStream<Uint8Array> | Uint8Array, limit: number) {
    const temporary = join(this.root, TEMPORARY, this.random.uuid());
    await Deno.mkdir(join(this.root, TEMPORARY), { recursive: true, mode: 0o700 });
    const stored = await spool(content, limit, temporary);
    await Deno.mkdir(this.#folder(stored.sha256), { recursive: true, mode: 0o700 });
    // Also over a file of the same content: it counts as new, so that the removal of old files leaves it.
    await Deno.rename(temporary, this.#path(stored.sha256));
    return stored;
  }

  async get(sha256: string, range?: ByteRange, use?: "sent") {
    if (!isDigest(sha256)) return undefined;
    return await ifThere(async () => {
      const file = await Deno.open(this.#path(sha256));
      const { start, end } = range ?? { start: 0, end: (await file.stat()).size };
      return { body: await part(file, { start, end }, use === "sent"), size: end - start };
    });
  }

  address(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async storedAt(sha256: string) {
    if (!isDigest(sha256)) return undefined;
    return (await ifThere(() => Deno.stat(this.#path(sha256))))?.mtime ?? undefined;
  }

  async remove(sha256: string) {
    if (isDigest(sha256)) await ifThere(() => Deno.remove(this.#path(sha256)));
  }

  async *list() {
    for await (const first of folders(this.root)) {
      if (first === TEMPORARY) continue;
      for await (const second of folders(join(this.root, first))) {
        for await (const { name } of entries(join(this.root, first, second))) {
          const storedAt = await this.storedAt(name);
          if (storedAt !== undefined) yield { sha256: name, storedAt };
        }
      }
    }
  }

  async tidy(before: Date) {
    let removed = 0;
    for await (const { name } of entries(join(this.root, TEMPORARY))) {
      const path = join(this.root, TEMPORARY, name);
      const written = (await ifThere(() => Deno.stat(path)))?.mtime;
      if (written === undefined || written === null || written >= before) continue;
      await ifThere(() => Deno.remove(path));
      removed++;
    }
    return removed;
  }

  close() {}

  #folder(sha256: string): string {
    return join(this.root, sha256.slice(0, 2), sha256.slice(2, 4));
  }

  #path(sha256: string): string {
    return join(this.#folder(sha256), sha256);
  }
}
