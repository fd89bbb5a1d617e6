/**
 * Commands that Apple has added since the published files that the facts come from.
 *
 * Source: Apple's device management schema for the 27 releases (`mdm/commands/trigger.enhanced.log.collection.yaml`,
 * `cancel.enhanced.log.collection.yaml`) and Apple, "Trigger Enhanced Log Collection"
 * (developer.apple.com/documentation/devicemanagement/trigger-enhanced-log-collection-command). When the generated
 * tables have them, these lines go.
 *
 * @module
 */

import type { CommandFacts, CommandWords, FactTable, Systems } from "./types.ts";

/** A Mac collects logs for a user who consents: the user's channel takes the commands. */
const SUPERVISED_27: Systems = {
  iOS: {
    introduced: "27.0",
    supervised: true,
    sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
    userEnrollment: "forbidden",
  },
  macOS: {
    introduced: "27.0",
    deviceChannel: false,
    userChannel: true,
    supervised: true,
    userEnrollment: "forbidden",
  },
  tvOS: { introduced: "27.0", supervised: true },
  visionOS: false,
  watchOS: false,
};

/** Their facts. */
export const LATER_COMMANDS: FactTable<CommandFacts> = {
  CancelEnhancedLogCollection: { systems: SUPERVISED_27, keys: [] },
  TriggerEnhancedLogCollection: {
    systems: SUPERVISED_27,
    keys: [{ key: "AppleCareToken", type: "string", required: true }],
  },
};

/** Their words. */
export const LATER_WORDS: FactTable<CommandWords> = {
  CancelEnhancedLogCollection: {
    title: "Cancel Enhanced Log Collection",
    description: "Cancel enhanced log collection on the device.",
  },
  TriggerEnhancedLogCollection: {
    title: "Trigger Enhanced Log Collection",
    description: "Trigger enhanced log collection on the device.",
    keys: {
      AppleCareToken: "The AppleCare token the device uses for authorizing the enhanced log collection session.",
    },
  },
};
