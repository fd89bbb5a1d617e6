/**
 * Fetches a package from elsewhere without a request that waits: large ones take minutes.
 *
 * @module
 */

import { z } from "zod";
import { enqueueJob } from "../enqueue_job.ts";
import type { Runtime } from "../runtime.ts";
import { type FoundPackage, type PackageAddress, packageAt } from "./keep_package.ts";

/** The job that fetches. */
export const FETCH_JOB = "package-fetch";

/** Its payload. */
export const fetchPayload = z.object({ uri: z.string(), sha256: z.string() });

/** Queues the job. Returns its UUID. */
export const enqueueFetch = (runtime: Runtime, { uri, sha256 }: PackageAddress): Promise<string> =>
  enqueueJob(runtime.sql, runtime, { kind: FETCH_JOB, key: sha256, payload: { uri, sha256 }, maxAttempts: 3 });

/** Fetches the package, or finds that it is there. Throws as `packageAt`. */
export const fetchPackage = (runtime: Runtime, address: PackageAddress): Promise<FoundPackage> =>
  packageAt(runtime, address, "package_uri");
