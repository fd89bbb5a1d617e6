/** A worker that takes the job `slow`, says so, and never ends it. Its clock is the tests' clock. */
import { openDatabase } from "../../db/open.ts";
import { z } from "zod";
import { defineJob } from "../../jobs/job.ts";
import { drain } from "../../jobs/queue.ts";
import { testRuntime } from "../support/runtime.ts";

const [url = ""] = Deno.args;
const sql = openDatabase(url, { max: 2 });
const slow = defineJob({
  kind: "slow",
  payload: z.unknown(),
  leaseSeconds: 30,
  run: () => {
    console.log("running");
    return new Promise(() => {});
  },
});
await drain(await testRuntime(sql, url), [slow], new AbortController().signal);
