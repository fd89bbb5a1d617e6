import { testKilledJobs, testLostTransactions } from "../support/killed_jobs.ts";

testKilledJobs("others");
testLostTransactions();
