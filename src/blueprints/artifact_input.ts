/**
 * The input for an artifact, for the API and for the pages.
 *
 * @module
 */

import { z } from "zod";
import { uuidField } from "../input_fields.ts";
import { textField } from "../input_text.ts";
import { PLATFORMS } from "../protocol/platform.ts";
import { ARTIFACT_TYPES } from "./artifact_types.ts";

/** Whose channel an artifact is for. */
export const CHANNELS = ["Device", "User"] as const;

/** Which updates of the system have an artifact installed again. */
export const REINSTALL_AFTER = ["No", "Major", "Minor", "Patch"] as const;

/** The fields of an artifact. */
export const artifactFields = z.object({
  name: textField(256),
  type: z.enum(ARTIFACT_TYPES),
  channel: z.enum(CHANNELS),
  platforms: z.array(z.enum(PLATFORMS)).min(1).transform((given) => PLATFORMS.filter((one) => given.includes(one)))
    .default([...PLATFORMS]),
  requires: z.array(uuidField).transform((ids) => [...new Set(ids)]).default([]),
  install_during_setup_assistant: z.boolean().default(false),
  auto_update: z.boolean().default(true).describe("Whether devices are updated to newer versions automatically."),
  reinstall_interval: z.int().min(0).max(366).default(0).describe("Days; 0 is never."),
  reinstall_on_os_update: z.enum(REINSTALL_AFTER).default("No"),
  halt_percent: z.int().min(0).max(100).nullable().optional().describe(
    "The percentage of failed installations that halts the rollout of a new version; 0: never; null: the server's setting. If absent: unchanged.",
  ),
  hold_without_values: z.boolean().optional().describe(
    "Whether installation waits until every variable has a value for the device. If absent: unchanged; false for a new artifact.",
  ),
});

/** An artifact as an operator sends it. */
export const artifactInput = artifactFields.transform((given) => ({
  name: given.name,
  type: given.type,
  channel: given.channel,
  platforms: given.platforms,
  requires: given.requires,
  installDuringSetupAssistant: given.install_during_setup_assistant,
  autoUpdate: given.auto_update,
  reinstallInterval: given.reinstall_interval,
  reinstallOnOsUpdate: given.reinstall_on_os_update,
  haltPercent: given.halt_percent,
  holdWithoutValues: given.hold_without_values,
}));
