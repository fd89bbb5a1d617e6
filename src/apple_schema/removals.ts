/**
 * Commands that Apple has removed since the published files that the facts come from.
 *
 * Source: Apple's device management schema for the 27 releases (`mdm/commands/system.update.*.yaml`), which replaces
 * these commands by the software update declarations.
 *
 * @module
 */

import { type CommandFacts, type Support, type System, SYSTEMS } from "./types.ts";

/** Since when, on every system that has the command. */
const LATER: Readonly<Record<string, { deprecated: string; removed: string }>> = {
  AvailableOSUpdates: { deprecated: "26.0", removed: "27.0" },
  OSUpdateStatus: { deprecated: "26.0", removed: "27.0" },
  ScheduleOSUpdate: { deprecated: "26.0", removed: "27.0" },
  ScheduleOSUpdateScan: { deprecated: "26.0", removed: "27.0" },
};

/** Returns the facts with later removals; where the files state a removal, they take precedence. */
export function withRemovals(requestType: string, facts: CommandFacts): CommandFacts {
  if (!Object.hasOwn(LATER, requestType)) return facts;
  const systems: { [S in System]?: Support | false } = { ...facts.systems };
  for (const system of SYSTEMS) {
    const support = facts.systems[system];
    if (support) systems[system] = { ...LATER[requestType], ...support };
  }
  return { ...facts, systems };
}
