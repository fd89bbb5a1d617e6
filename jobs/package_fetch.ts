/**
 * Fetches a package from where an operator said that it is. A repeated run finds the package stored.
 *
 * @module
 */

import { Problem } from "../src/errors.ts";
import { FETCH_JOB, fetchPackage, fetchPayload } from "../src/packages/fetch.ts";
import { defineJob, FinalJobError } from "./job.ts";

export const packageFetch = defineJob({
  kind: FETCH_JOB,
  payload: fetchPayload,
  leaseSeconds: 60,
  async run({ runtime, payload }) {
    try {
      const found = await fetchPackage(runtime, payload);
      if (found.refusal !== undefined) throw new FinalJobError(found.refusal);
      const { facts } = found;
      return {
        package_uri: payload.uri,
        package_sha256: facts.sha256,
        package_size: facts.size,
        title: facts.title,
        product_id: facts.productId,
        product_version: facts.productVersion,
        warnings: facts.warnings,
      };
    } catch (error) {
      // Another digest, or an address that is not permitted: another attempt would end the same way.
      if (error instanceof Problem && error.code === "invalid") {
        throw new FinalJobError(error.details.fields?.package_uri?.join(" ") ?? error.message);
      }
      throw error;
    }
  },
});
