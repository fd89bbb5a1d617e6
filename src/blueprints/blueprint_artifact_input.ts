/**
 * The input for an artifact of a blueprint, for the API and for the pages.
 *
 * @module
 */

import { z } from "zod";
import { pkField, uuidField } from "../input_fields.ts";
import { filterOfFields } from "./filter_fields.ts";
import { filterBody } from "./filter_input.ts";

/** Which artifact, which blueprint, and for which devices. */
export const blueprintArtifactInput = z.object({ blueprint: pkField, artifact: uuidField, ...filterBody }).transform(
  ({ blueprint, artifact, ...filter }) => ({
    blueprintId: blueprint,
    artifactId: artifact,
    filter: filterOfFields(filter),
  }),
);
