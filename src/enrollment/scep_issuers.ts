/**
 * Who issues device identities.
 *
 * @module
 */

/** The id of the built-in authority among the SCEP issuers; the schema makes it. */
export const BUILT_IN_ISSUER = "00000000-0000-4000-8000-000000000001";
