/**
 * The common parts of the pages of artifacts and blueprints.
 *
 * @module
 */

import type { Child } from "hono/jsx";
import type { Permission } from "../../../src/access/actor.ts";
import { ARTIFACT_TYPES, type ArtifactType, artifactType } from "../../../src/blueprints/artifact_types.ts";
import { problem } from "../../../src/errors.ts";
import { PLATFORMS } from "../../../src/protocol/platform.ts";
import { inSentence, INSTALL_WORDS, ROLLOUT_WORDS } from "../../state_words.ts";
import { Chip, StateChip } from "../parts/components.tsx";
import type { PageContext } from "../parts/page.tsx";

/** The channels. */
export const CHANNELS = [["Device", "Device"], ["User", "User"]] as const;

/** The types that a blueprint may name. */
export const LINKABLE_TYPES: readonly ArtifactType[] = ARTIFACT_TYPES.filter((type) => artifactType(type).linkable);

/** Platforms in words. */
export const platformNames = (platforms: readonly string[]): string =>
  platforms.length === PLATFORMS.length ? "all" : platforms.join(", ");

/** Throws `permission-denied` unless the person holds all of the permissions. */
export function mustMay(context: PageContext, ...permissions: Permission[]): void {
  if (!permissions.every((permission) => context.may(permission))) throw problem("permission-denied");
}

/** A link for users who may see the target, only the text for others. */
export function LinkFor(
  { context, needs, href, children }: { context: PageContext; needs: Permission; href: string; children?: Child },
) {
  return context.may(needs) ? <a href={href}>{children}</a> : <>{children}</>;
}

/** The number of devices by status of a version; a chip leads to the devices for users who may see them. */
export function StatusChips(
  { version, context }: {
    version: { id: string; artifactId: string; devices: Readonly<Record<string, number>> };
    context: PageContext;
  },
) {
  const known = Object.entries(INSTALL_WORDS).filter(([status]) => (version.devices[status] ?? 0) > 0);
  if (known.length === 0) return <span class="faint">on no device</span>;
  return (
    <span class="chips">
      {known.map(([status, word]) => (
        <LinkFor
          context={context}
          needs="mdm.view_enrolleddevice"
          href={status === "Failed" && context.may("mdm.view_artifactversion")
            ? `/artifacts/${version.artifactId}/versions/${version.id}/failures/`
            : `/devices/?state=enrolled&artifact=${version.artifactId}&version=${version.id}&status=${status}`}
        >
          <StateChip word={word}>{`${version.devices[status]} ${inSentence(word)}`}</StateChip>
        </LinkFor>
      ))}
    </span>
  );
}

/** Whether a version spreads, and why not. */
export function RolloutState({ state, reason }: { state: "active" | "halted" | "withdrawn"; reason: string }) {
  return (
    <>
      <StateChip word={ROLLOUT_WORDS[state]} />
      {state === "active" || reason === "" ? null : <div class="small faint">{reason}</div>}
    </>
  );
}

/** The version that devices get, and the state of a newer one. */
export function VersionInForce(
  { artifact: { latestVersion, versionInForce, halted } }: {
    artifact: { latestVersion: number | null; versionInForce: number | null; halted: boolean };
  },
) {
  const word = ROLLOUT_WORDS[halted ? "halted" : "withdrawn"];
  const newer = latestVersion !== null && latestVersion !== versionInForce ? latestVersion : null;
  return (
    <>
      {versionInForce === null
        ? <Chip tone="warn">{latestVersion === null ? "No version" : "No active version"}</Chip>
        : String(versionInForce)}{" "}
      {newer === null ? null : <StateChip word={word}>{`Version ${newer} ${inSentence(word)}`}</StateChip>}
    </>
  );
}
