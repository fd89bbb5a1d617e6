/**
 * A worker that runs the jobs named on its standard input, and freezes each at a statement of its run. It prints a line when
 * one is frozen, and waits for the next or to be killed.
 *
 * Arguments: the key ring, and as JSON the settings that say where the simulated services are. On standard input a line of JSON
 * for each job: see `FrozenJob`.
 */
import { createInterface } from "node:readline";
import process from "node:process";
import { z } from "zod";
import { openDatabase } from "../../db/open.ts";
import { drain } from "../../jobs/queue.ts";
import { JOBS } from "../../jobs/registry.ts";
import { FolderStore } from "../../src/files/folder.ts";
import { systemNetwork, systemRandom } from "../../src/runtime.ts";
import { parseKeyRing } from "../../src/secrets/key_ring.ts";
import { losing } from "../support/lost_statements.ts";
import { testRuntime } from "../support/runtime.ts";

const frozenJob = z.object({
  /** The database's address. */
  url: z.string(),
  kind: z.string(),
  /** The number of the statement. */
  at: z.number(),
  time: z.string(),
  /** The folder of files. */
  folder: z.string(),
});

/** A job to freeze. */
export type FrozenJob = z.infer<typeof frozenJob>;

const [ring = "", settings = "{}"] = Deno.args;

async function freeze({ url, kind, at, time, folder }: FrozenJob): Promise<"frozen" | "ended"> {
  const { promise: frozen, resolve } = Promise.withResolvers<"frozen">();
  const { sql } = losing(openDatabase(url, { max: 2 }), at, "frozen", () => resolve("frozen"));
  const runtime = await testRuntime(sql, url, JSON.parse(settings));
  runtime.clock.set(time);
  const run = drain(
    {
      ...runtime,
      network: systemNetwork,
      keys: await parseKeyRing(ring, systemRandom),
      files: new FolderStore(folder, runtime.random),
    },
    JOBS.filter((job) => job.kind === kind),
    new AbortController().signal,
  );
  return await Promise.race([frozen, run.then(() => "ended" as const)]);
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(await freeze(frozenJob.parse(JSON.parse(line))));
}
