/**
 * A worker that takes the jobs of one kind, and freezes at a statement of its run: it says so and waits to be killed.
 *
 * Arguments: the database's address, the kind, the number of the statement, the time, the key ring, the folder of files,
 * and as JSON the settings that say where the simulated services are.
 */
import { openDatabase } from "../../db/open.ts";
import { drain } from "../../jobs/queue.ts";
import { JOBS } from "../../jobs/registry.ts";
import { FolderStore } from "../../src/files/folder.ts";
import { systemNetwork, systemRandom } from "../../src/runtime.ts";
import { parseKeyRing } from "../../src/secrets/key_ring.ts";
import { losing } from "../support/lost_statements.ts";
import { testRuntime } from "../support/runtime.ts";

const [url = "", kind, at, time = "", ring = "", folder = "", settings = "{}"] = Deno.args;
const { sql } = losing(openDatabase(url, { max: 2 }), Number(at), "frozen", () => console.log("frozen"));
const runtime = await testRuntime(sql, url, JSON.parse(settings));
runtime.clock.set(time);
await drain(
  {
    ...runtime,
    network: systemNetwork,
    keys: await parseKeyRing(ring, systemRandom),
    files: new FolderStore(folder, runtime.random),
  },
  JOBS.filter((job) => job.kind === kind),
  new AbortController().signal,
);
console.log("ended");
Deno.exit(0);
