/**
 * A worker that takes the job `slow`, reports that, and never ends it; with the argument "dies" it ends its process
 * with code 7 instead. Its clock is the tests' clock, at the given time.
 */
import { openDatabase } from "../../db/open.ts";
import { z } from "zod";
import { defineJob } from "../../jobs/job.ts";
import { drain } from "../../jobs/queue.ts";
import { testRuntime } from "../support/runtime.ts";

const [url = "", what, time] = Deno.args;
const sql = openDatabase(url, { max: 2 });
const slow = defineJob({
  kind: "slow",
  payload: z.unknown(),
  leaseSeconds: 30,
  run: () => {
    if (what === "dies") Deno.exit(7);
    console.log("running");
    return new Promise(() => {});
  },
});
const runtime = await testRuntime(sql, url);
if (time !== undefined) runtime.clock.set(time);
await drain(runtime, [slow], new AbortController().signal);
Deno.exit(0);
