/**
 * What a device that waits in Setup Assistant still lacks.
 *
 * @module
 */

import type { ChannelId } from "../../db/ids.ts";
import type { Db } from "../../db/open.ts";
import type { Runtime } from "../runtime.ts";
import { explainChannel } from "./explain.ts";
import type { Decision } from "./plan.ts";

const SCHEDULER = "setup-assistant";

/** Returns the gates that keep a device in Setup Assistant, with their reasons, as its plan has them. */
export async function closedGates(db: Db, runtime: Runtime, channelId: ChannelId): Promise<Decision[]> {
  const { decisions } = await explainChannel(db, runtime, channelId);
  // The first is about the release itself.
  const [, ...gates] = decisions.filter(({ scheduler }) => scheduler === SCHEDULER);
  return gates.filter(({ outcome }) => outcome === "waits");
}
