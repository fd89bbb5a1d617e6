/**
 * The delivery of the artifacts in scope to a channel: by command or by declaration; those that cannot be delivered;
 * those that still wait.
 *
 * Pure. An artifact that the target does not support is left out and listed with its reason, and so are those that
 * depend on it: one bad declaration never keeps the others from a device.
 *
 * @module
 */

import type { Json } from "../../db/open.ts";
import { artifactType, installCommand, isDeclarationOnly } from "../blueprints/artifact_types.ts";
import { type BlueprintContent, byName, type ContentVersion } from "../blueprints/content.ts";
import { isGivenUp, isPresent, isThere, type ObservedArtifact, type Via } from "../blueprints/observed_artifact.ts";
import { type InScope, type Resolution, resolve, type ResolveTarget } from "../blueprints/resolve.ts";
import type { CommandTarget } from "../commands/command.ts";
import { commandNamed } from "../commands/registry.ts";
import { declarationUnsupported } from "../apple_schema/declarations.ts";
import type { ArtifactFacts } from "./facts.ts";
import { valuesAwaited } from "./held.ts";

/** The facts of a channel that are checked. */
export type DeliveryTarget = CommandTarget & ResolveTarget;

/** The known state of declarative management on a channel. */
export type DeclarativeState = {
  /** Whether the device follows declarations already. */
  enabled: boolean;
  /** Whether the device refused the last sync. */
  refused: boolean;
  clientCapabilities: Json;
};

/** An artifact in scope and how it travels. */
export type Delivery = {
  resolution: InScope;
  /** How it travels; null when it cannot reach this target. */
  via: Via | null;
  /** Why it cannot reach this target. */
  impossible: string | null;
  /** The reason why it waits. */
  waits: string | null;
  /** Whether it waits for nothing but a licence. */
  lacksLicence: boolean;
};

/** The licences of a channel, as far as deliveries depend on them. */
export type LicenceTruth = Pick<ArtifactFacts, "licenceHolder" | "licences">;

const MANAGED_APP = "com.apple.configuration.app.managed";

const NO_LICENCES: LicenceTruth = { licenceHolder: { kind: "nobody", reason: "" }, licences: new Map() };

/** Returns why the licence of a version cannot be used now; null if it can, or if it needs none. */
function licenceAwaited({ licence }: ContentVersion, { licenceHolder, licences }: LicenceTruth): string | null {
  if (licence === undefined) return null;
  if (licenceHolder.kind === "nobody") return `waits for a licence: ${licenceHolder.reason}`;
  const held = licences.get(licence.asset);
  if (held === undefined) return "waits for a licence: it is reserved when the device connects";
  return held.usable ? null : `waits for a licence: ${held.sentence}`;
}

/** Everything about the artifacts of a channel. */
export type Deliveries = { deliveries: Delivery[]; outOfScope: Exclude<Resolution, InScope>[] };

/** Returns the declarations that a device says it supports; null where it has not said so. */
export function supportedTypes(clientCapabilities: Json): ReadonlySet<string> | null {
  let at: Json | undefined = clientCapabilities;
  for (const key of ["supported-payloads", "declarations"]) {
    if (typeof at !== "object" || at === null || Array.isArray(at)) return null;
    at = Reflect.get(at, key) as Json | undefined;
  }
  if (typeof at !== "object" || at === null) return null;
  const names = Object.values(at).flat().filter((name): name is string => typeof name === "string");
  return names.length === 0 ? null : new Set(names);
}

/**
 * Returns why a target has no declarative management; null when it has. Without activations nothing declared is ever
 * active.
 */
export function declarativeManagementMissing(target: CommandTarget): string | null {
  return commandNamed("DeclarativeManagement")?.invalidFor(target) ??
    declarationUnsupported("com.apple.activation.simple", { StandardConfigurations: [] }, target);
}

/** Returns the type under which an artifact is declared, as the schema knows it. */
function declaredType({ artifact, version }: InScope): { type: string; payload: Json } | null {
  if (version.declaration !== null) return version.declaration;
  const { declaredAs } = artifactType(artifact.type);
  return declaredAs === null ? null : { type: declaredAs, payload: {} };
}

/**
 * Returns the reasons why versions that are not installed wait, by version id; and the same for those that would
 * replace a declaration.
 */
function awaitedBy(
  { artifacts }: BlueprintContent,
  observed: ReadonlyMap<string, ObservedArtifact>,
  values: ReadonlySet<string>,
): Record<"all" | "replacing", ReadonlyMap<string, string>> {
  const all = new Map<string, string>();
  const replacing = new Map<string, string>();
  const there = [...observed.values()].filter(isThere);
  const declared = new Set(there.filter(({ via }) => via === "declaration").map(({ artifactId }) => artifactId));
  const present = new Set(there.map(({ versionId }) => versionId));
  for (const artifact of artifacts.values()) {
    for (const version of artifact.versions) {
      const reason = present.has(version.id) ? null : valuesAwaited(artifact, version, values);
      if (reason === null) continue;
      all.set(version.id, reason);
      if (declared.has(artifact.id)) replacing.set(version.id, reason);
    }
  }
  return { all, replacing };
}

/**
 * Returns the deliveries of a channel, requirements first. `observed` is by version id; `values` are the names of the
 * variables that have one.
 */
export function deliver(
  content: BlueprintContent,
  target: DeliveryTarget,
  observed: ReadonlyMap<string, ObservedArtifact>,
  values: ReadonlySet<string>,
  declarative: DeclarativeState,
  truth: LicenceTruth = NO_LICENCES,
): Deliveries {
  const here = new Map<string, "present" | "on its way">();
  for (const row of observed.values()) {
    if (isThere(row)) here.set(row.artifactId, "present");
    else if (row.status === "AwaitingConfirmation" && !here.has(row.artifactId)) here.set(row.artifactId, "on its way");
  }
  const awaited = awaitedBy(content, observed, values);
  const noDeclarations = declarativeManagementMissing(target);
  const supported = supportedTypes(declarative.clientCapabilities);
  const byId = new Map<string, Delivery>();
  const commanded = new Map(
    [...observed.values()].filter(({ via, status }) => via === "command" && isPresent(status))
      .map((row) => [row.artifactId, row]),
  );

  const declared = new Set(
    [...observed.values()].filter(({ via, status }) =>
      via === "declaration" && (isPresent(status) || status === "AwaitingConfirmation")
    ).map(({ artifactId }) => artifactId),
  );
  const runs = (type: string, payload: Json): string | null =>
    declarationUnsupported(type, payload, target) ??
      (supported === null || supported.has(type) ? null : `the device does not support ${type}`);
  const legacy = "com.apple.configuration.legacy";
  const declaresApps = noDeclarations === null && (declarative.enabled || !declarative.refused) &&
    runs(MANAGED_APP, {}) === null;
  const declaresConfigurations = runs(MANAGED_APP, { LegacyAppConfigAssetReference: "asset" }) === null &&
    runs("com.apple.asset.data", {}) === null;
  const declaresProfiles = content.legacyProfilesViaDdm && noDeclarations === null &&
    (declarative.enabled || !declarative.refused) && runs(legacy, {}) === null;
  const resolutions = resolve(content, target, observed, {
    // Where there are no declarations at all an older one is no help.
    refusal: ({ id, declaration }) => {
      const reason = noDeclarations !== null || declaration === null
        ? null
        : runs(declaration.type, declaration.payload);
      // A waiting version does not remove the declared version that is installed. A version by command replaces nothing
      // yet.
      return reason ?? awaited.replacing.get(id) ?? null;
    },
    stays: ({ via, type }) =>
      via === "command" || isDeclarationOnly(type) ||
      (artifactType(type).declaredAs === MANAGED_APP ? declaresApps : declaresProfiles),
  });
  const byDeclaration = (resolution: InScope): string | null => {
    if (noDeclarations !== null) return noDeclarations;
    const declared = declaredType(resolution);
    if (declared === null) return "its declaration is missing";
    return runs(declared.type, declared.payload);
  };
  const byCommand = ({ artifact, version: { runsOn, licence } }: InScope): string | null => {
    const install = installCommand(artifact.type, target.platform);
    if (install === null) return "no command installs it";
    const { platform } = target;
    return runsOn === undefined || platform === null || runsOn.includes(platform)
      ? commandNamed(install)?.invalidFor(target) ?? null
      : `the ${licence === undefined ? "package" : "app"} is for ${runsOn.join(", ")}`;
  };
  const travels = (resolution: InScope): Pick<Delivery, "via" | "impossible"> => {
    const { type } = resolution.artifact;
    if (isDeclarationOnly(type)) {
      const impossible = byDeclaration(resolution);
      return { via: impossible === null ? "declaration" : null, impossible };
    }
    const { licence } = resolution.version;
    if (licence !== undefined) {
      // An app that the device has by declaration would be removed with it, so that it stays one. A declaration takes over
      // an app that a command has installed.
      const declares = declaresApps && (!licence.configured || declaresConfigurations) &&
        (licence.declarative || declared.has(resolution.artifact.id));
      const impossible = declares ? null : byCommand(resolution);
      return { via: declares ? "declaration" : impossible === null ? "command" : null, impossible };
    }
    // A declaration takes over a profile from a command only if it is identical: until then, the command updates it.
    const row = commanded.get(resolution.artifact.id);
    const same = row === undefined ||
      (row.versionId === resolution.version.id && row.contentRevision === resolution.version.contentRevision);
    // Where declarations cannot bring a profile the command still can.
    if (artifactType(type).section !== null && declaresProfiles && same) {
      return { via: "declaration", impossible: null };
    }
    const impossible = byCommand(resolution);
    return { via: impossible === null ? "command" : null, impossible };
  };

  const outOfScope: Exclude<Resolution, InScope>[] = [];
  for (const resolution of resolutions) {
    if (resolution.reason !== "in scope") {
      outOfScope.push(resolution);
      continue;
    }
    const { artifact, version } = resolution;
    const delivery: Delivery = { resolution, waits: null, lacksLicence: false, ...travels(resolution) };
    const needed = (ids: readonly string[]) =>
      ids.flatMap((id) => byId.get(id) ?? []).sort((one, other) =>
        byName(one.resolution.artifact, other.resolution.artifact)
      );
    const [requires, references] = [needed(artifact.requires), needed(version.references)];
    // An installed artifact is not removed because its requirement can no longer be delivered.
    const broken = [...(here.has(artifact.id) ? [] : requires), ...references]
      .find(({ impossible }) => impossible !== null);
    if (broken !== undefined && delivery.impossible === null) {
      delivery.via = null;
      delivery.impossible = `needs "${broken.resolution.artifact.name}": ${broken.impossible}`;
    }
    if (delivery.impossible === null) {
      const first = requires.find((one) => here.get(one.resolution.artifact.id) !== "present");
      const held = references.find(({ waits }) => waits !== null);
      const value = awaited.all.get(version.id);
      if (value !== undefined) {
        delivery.waits = value;
      } else if (first !== undefined && !here.has(artifact.id)) {
        delivery.waits = `waits for "${first.resolution.artifact.name}"`;
      } else if (held !== undefined) {
        delivery.waits = `needs "${held.resolution.artifact.name}", which ${held.waits}`;
      } else if (!here.has(artifact.id) && !(delivery.via === "command" && isGivenUp(observed.get(version.id)))) {
        delivery.waits = licenceAwaited(version, truth);
        delivery.lacksLicence = delivery.waits !== null;
      }
    }
    byId.set(artifact.id, delivery);
  }
  return { deliveries: [...byId.values()], outOfScope };
}
