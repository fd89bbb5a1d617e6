/**
 * What follows from revealing a secret, by kind: the device is told to replace it after a delay.
 *
 * @module
 */

import type { Tx } from "../../db/open.ts";
import type { Runtime } from "../runtime.ts";
import type { EscrowOwner } from "./escrow.ts";
import type { LiveKind } from "./kinds.ts";

/** Queues the replacement where the settings want one, at most one; returns when it is due, or null. */
export type AfterReveal = (tx: Tx, runtime: Runtime, owner: EscrowOwner) => Promise<Date | null>;

/** The kinds that are replaced. Adding one is adding a line. */
export const AFTER_REVEAL: Readonly<Partial<Record<LiveKind, AfterReveal>>> = {};
