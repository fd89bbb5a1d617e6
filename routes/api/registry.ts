/**
 * The one table of API endpoints. A resource adds its array here; nothing else has to know of it.
 *
 * @module
 */

import type { Endpoint } from "./endpoint.ts";

/** Every endpoint of the API. */
export const ENDPOINTS: readonly Endpoint[] = [];
