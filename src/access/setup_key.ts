/**
 * The key of the hashes of unused setup tokens in the instance's settings.
 *
 * @module
 */

/** The key of that setting. */
export const SETUP_KEY = "setup_tokens";
