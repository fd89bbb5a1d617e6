/**
 * The update that a device is told to have, where it can be told.
 *
 * Pure.
 *
 * @module
 */

import type { Json } from "../../db/open.ts";
import { declarationUnsupported } from "../apple_schema/declarations.ts";
import type { BlueprintContent } from "../blueprints/content.ts";
import type { CommandTarget } from "../commands/command.ts";
import { UPDATE_ENFORCEMENT } from "../declarations/set.ts";
import { decideUpdate, enforcementPayload, type UpdateDecision } from "../updates/enforcement.ts";
import { supportedTypes } from "./delivery.ts";

/** The facts of a device that decide about its update. */
export type UpdateFacts = {
  blueprint: Pick<BlueprintContent, "enforcements" | "releases"> | null;
  target: CommandTarget;
  artifacts: {
    tags: ReadonlySet<number>;
    update: { build: string; softwareUpdateDeviceId: string };
    declarative: { clientCapabilities: Json };
  };
};

/** Returns the update that the device of a channel is told to have, or why there is none. */
export function updateFor({ blueprint, target, artifacts }: UpdateFacts, now: Date): UpdateDecision {
  const none = (reason: string): UpdateDecision => ({ target: null, reason, until: null });
  if (target.channel !== "Device") return none("updates are the device's, not a user's");
  if (blueprint === null) return none("the device has no blueprint");
  const decision = decideUpdate(
    blueprint.enforcements,
    { platform: target.platform, tags: artifacts.tags, osVersion: target.osVersion, ...artifacts.update },
    blueprint.releases,
    now.toISOString().slice(0, 10),
  );
  if (decision.target === null) return decision;
  const missing = declarationUnsupported(UPDATE_ENFORCEMENT, enforcementPayload(decision.target), target);
  if (missing !== null) return none(missing);
  if (supportedTypes(artifacts.declarative.clientCapabilities)?.has(UPDATE_ENFORCEMENT) === false) {
    return none(`the device does not list ${UPDATE_ENFORCEMENT} among what it supports`);
  }
  return decision;
}
