/**
 * Where the hashes of unused setup tokens are kept in the instance's settings.
 *
 * @module
 */

/** The key of that setting. */
export const SETUP_KEY = "setup_tokens";
