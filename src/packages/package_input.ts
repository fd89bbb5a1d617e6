/**
 * The input for packages, as the API and pages check it.
 *
 * @module
 */

import { z } from "zod";
import { byteSize } from "../byte_size.ts";
import { blankableField, secretField, textField } from "../input_text.ts";
import { LARGEST_PACKAGE } from "./keep_package.ts";

/** A SHA-256 in hex. */
export const sha256Field = z.string().regex(/^[0-9a-f]{64}$/, {
  error: "This should be a SHA-256 digest: 64 hexadecimal digits in lower case.",
}).meta({ examples: ["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"] });

/** Where packages may come from. */
export const PACKAGE_URI_WORDS =
  "Location of the package: s3://bucket/key, an https URL of a host that the server may " +
  `read from, or the location that an upload answered. A .pkg or .ipa file of at most ${byteSize(LARGEST_PACKAGE)}.`;

/** The fields that can be changed. */
export const packageFields = z.object({ name: textField(256), description: blankableField(2000).default("") });

/** A new package. */
export const packageInput = packageFields.extend({
  source_uri: secretField(2048).describe(PACKAGE_URI_WORDS),
  sha256: sha256Field,
});

/** A change of a package. */
export const packageChange = packageFields.extend({
  source_uri: secretField(2048).optional(),
  sha256: sha256Field.optional(),
});
