/**
 * The declarations of a channel: the set announced to its device, with the token that represents all of it.
 *
 * Pure: the same blueprint, target and observations give the same set.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { Json } from "../../db/open.ts";
import { artifactType } from "../blueprints/artifact_types.ts";
import { configurationIdentifier } from "../blueprints/configuration_identifier.ts";
import { builtInIdentifier, declarationIdentifier } from "../blueprints/identifiers.ts";
import type { InScope } from "../blueprints/resolve.ts";

/** The section of a declaration in a device's list. */
export type Section = "Activations" | "Assets" | "Configurations" | "Management";

/** A declaration of the set: of an artifact's version, or the blueprint's own with its content. */
export type SetItem =
  & { section: Section; identifier: string; serverToken: string }
  & (
    | { artifact: { id: string; versionId: string } }
    | { builtIn: { Type: string; Payload: Json } }
  );

/** All declarations of a channel, and the token that changes when any of them does. */
export type DeclarationSet = { items: SetItem[]; token: string };

/** The type of the subscription to status items. */
export const STATUS_SUBSCRIPTIONS = "com.apple.configuration.management.status-subscriptions";

/** The type of the enforcement of one update. */
export const UPDATE_ENFORCEMENT = "com.apple.configuration.softwareupdate.enforcement.specific";

/** The payload of the enforcement of one update. */
export type UpdateEnforcement = { readonly [key: string]: string };

const sha1 = (text: string) => createHash("sha1").update(text, "utf8").digest("hex");

/** Status items to subscribe to if the device has not reported its capabilities. */
const FALLBACK_STATUS_ITEMS = [
  "device.identifier.serial-number",
  "device.identifier.udid",
  "device.model.family",
  "device.model.identifier",
  "device.model.marketing-name",
  "device.operating-system.build-version",
  "device.operating-system.family",
  "device.operating-system.marketing-name",
  "device.operating-system.version",
  "management.client-capabilities",
  "management.declarations",
];

/** Returns the status items to subscribe to: those of the device's capabilities, without Apple's own test items. */
function subscribedStatusItems(clientCapabilities: Json): string[] {
  const at = (value: Json | undefined, key: string): Json | undefined =>
    typeof value === "object" && value !== null && !Array.isArray(value) && Object.hasOwn(value, key)
      ? (value as { readonly [key: string]: Json | undefined })[key]
      : undefined;
  const payloads = at(clientCapabilities, "supported-payloads");
  const names = at(payloads, "status-items");
  const known = Array.isArray(names)
    ? names.filter((name): name is string => typeof name === "string" && !name.startsWith("test."))
    : [];
  return [...new Set(known.length === 0 ? FALLBACK_STATUS_ITEMS : known)].sort();
}

/** Returns the set's token over its items. */
function declarationsToken(items: readonly Pick<SetItem, "section" | "identifier" | "serverToken">[]): string {
  const lines = items.map((item) => [item.section, item.identifier, item.serverToken] as const);
  lines.sort((one, other) => {
    for (let n = 0; n < 3; n++) {
      const [a = "", b = ""] = [one[n], other[n]];
      if (a !== b) return a < b ? -1 : 1;
    }
    return 0;
  });
  return sha1(lines.map((line) => line.join("")).join(""));
}

/**
 * Returns the set of a blueprint's artifacts that are delivered by declaration, each with its server token; with the
 * activation of its configurations and, where the target can have one, the subscription to status items. Without a
 * blueprint the set is empty: the device removes all declarations.
 */
export function declarationSet(
  blueprintId: number | null,
  artifacts: readonly { resolution: InScope; serverToken: string }[],
  clientCapabilities: Json,
  prefix: string,
  options: { subscribes: boolean; update?: UpdateEnforcement | undefined } = { subscribes: true },
): DeclarationSet {
  if (blueprintId === null) return { items: [], token: declarationsToken([]) };
  const items: SetItem[] = artifacts.flatMap(({ resolution: { artifact, version }, serverToken }): SetItem[] => {
    const { section } = artifactType(artifact.type);
    if (section === null) return [];
    const identifier = declarationIdentifier(prefix, artifact.type, artifact.id);
    const common = { serverToken, artifact: { id: artifact.id, versionId: version.id } };
    return [
      { section, identifier, ...common },
      // A declared app has its configuration as an asset.
      ...(version.licence?.configured === true
        ? [{
          section: "Assets" as const,
          identifier: configurationIdentifier(prefix, artifactType(artifact.type).path, artifact.id),
          ...common,
        }]
        : []),
    ];
  });
  const names = subscribedStatusItems(clientCapabilities);
  const subscriptions = builtInIdentifier(prefix, blueprintId, "management-status-subscriptions");
  const enforcement = builtInIdentifier(prefix, blueprintId, "softwareupdate-enforcement-specific");
  const configurations = [
    ...(options.subscribes ? [subscriptions] : []),
    ...(options.update === undefined ? [] : [enforcement]),
    ...artifacts.filter(({ resolution }) => artifactType(resolution.artifact.type).activated)
      .map(({ resolution: { artifact } }) => declarationIdentifier(prefix, artifact.type, artifact.id)),
  ].sort();
  items.push({
    section: "Activations",
    identifier: builtInIdentifier(prefix, blueprintId, "activation"),
    serverToken: sha1(configurations.join("")),
    builtIn: { Type: "com.apple.activation.simple", Payload: { StandardConfigurations: configurations } },
  });
  if (options.subscribes) {
    items.push({
      section: "Configurations",
      identifier: subscriptions,
      serverToken: sha1(names.join("")),
      builtIn: { Type: STATUS_SUBSCRIPTIONS, Payload: { StatusItems: names.map((name) => ({ Name: name })) } },
    });
  }
  if (options.update !== undefined) {
    items.push({
      section: "Configurations",
      identifier: enforcement,
      // Only what the device is told counts: a catalogue that was fetched again changes nothing by itself.
      serverToken: sha1(Object.entries(options.update).sort().flat().join("")),
      builtIn: { Type: UPDATE_ENFORCEMENT, Payload: options.update },
    });
  }
  return { items, token: declarationsToken(items) };
}
