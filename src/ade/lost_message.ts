/**
 * The message on a device that the organization has locked, for the API and for the page.
 *
 * @module
 */

import { blankableField } from "../input_text.ts";

/** What a person may write on it; "" for nothing. */
export const lostMessage = blankableField(255);
