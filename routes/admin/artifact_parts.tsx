/**
 * What the pages of artifacts and blueprints show alike.
 *
 * @module
 */

import type { Child } from "hono/jsx";
import type { Permission } from "../../src/access/actor.ts";
import { ARTIFACT_TYPES, type ArtifactType, artifactType } from "../../src/blueprints/artifact_types.ts";
import { problem } from "../../src/errors.ts";
import { PLATFORMS } from "../../src/protocol/platform.ts";
import { Chip } from "./components.tsx";
import type { PageContext } from "./page.tsx";

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

/** A link that leads there for who may see it, the text alone for others. */
export function LinkFor(
  { context, needs, href, children }: { context: PageContext; needs: Permission; href: string; children?: Child },
) {
  return context.may(needs) ? <a href={href}>{children}</a> : <>{children}</>;
}

const STATUSES: Record<string, { text: string; tone?: "good" | "bad" | "warn" }> = {
  Installed: { text: "installed", tone: "good" },
  Acknowledged: { text: "acknowledged", tone: "good" },
  AwaitingConfirmation: { text: "in progress", tone: "warn" },
  ForceReinstall: { text: "to be reinstalled", tone: "warn" },
  Failed: { text: "failed", tone: "bad" },
  RemovalFailed: { text: "not removed", tone: "bad" },
  Uninstalled: { text: "not installed" },
};

/** On how many devices a version has which status; a chip leads to the devices for who may see them. */
export function StatusChips(
  { version, context }: {
    version: { id: string; artifactId: string; devices: Readonly<Record<string, number>> };
    context: PageContext;
  },
) {
  const known = Object.entries(STATUSES).filter(([status]) => (version.devices[status] ?? 0) > 0);
  if (known.length === 0) return <span class="faint">on no device</span>;
  return (
    <span class="chips">
      {known.map(([status, { text, tone }]) => (
        <LinkFor
          context={context}
          needs="mdm.view_enrolleddevice"
          href={status === "Failed" && context.may("mdm.view_artifactversion")
            ? `/artifacts/${version.artifactId}/versions/${version.id}/failures/`
            : `/devices/?state=enrolled&artifact=${version.artifactId}&version=${version.id}&status=${status}`}
        >
          <Chip {...(tone === undefined ? {} : { tone })}>{`${version.devices[status]} ${text}`}</Chip>
        </LinkFor>
      ))}
    </span>
  );
}

/** Whether a version spreads, and why not. */
export function RolloutState({ state, reason }: { state: "active" | "halted" | "withdrawn"; reason: string }) {
  const tone = state === "halted" ? "bad" as const : state === "withdrawn" ? "warn" as const : undefined;
  return (
    <>
      <Chip {...(tone === undefined ? {} : { tone })}>{state}</Chip>
      {state === "active" || reason === "" ? null : <div class="small faint">{reason}</div>}
    </>
  );
}

/** The version that devices get, and what became of a newer one. */
export function VersionInForce(
  { artifact: { latestVersion, versionInForce, halted } }: {
    artifact: { latestVersion: number | null; versionInForce: number | null; halted: boolean };
  },
) {
  const newer = latestVersion !== null && latestVersion !== versionInForce ? latestVersion : null;
  return (
    <>
      {versionInForce === null
        ? <Chip tone="warn">{latestVersion === null ? "no version" : "none in force"}</Chip>
        : String(versionInForce)} {newer === null
        ? null
        : halted
        ? <Chip tone="bad">{`version ${newer} halted`}</Chip>
        : <Chip tone="warn">{`version ${newer} withdrawn`}</Chip>}
    </>
  );
}
