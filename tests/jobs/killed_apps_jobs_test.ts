import { testKilledJobs } from "../support/killed_jobs.ts";

testKilledJobs("apps");
