/**
 * Words of the pages about secrets of Macs.
 *
 * @module
 */

import { counted } from "../parts/components.tsx";

/** A rotation interval in words. */
export const every = (days: number): string => days === 0 ? "never" : `every ${counted(days, "day")}`;

/** A delay after a reveal in words. */
export const minutesAfterReveal = (minutes: number): string =>
  minutes === 0 ? "no rotation after a reveal" : `rotated ${counted(minutes, "minute")} after a reveal`;
