/**
 * Profiles of a channel: the rules for installing, replacing and removing them.
 *
 * Source: Apple, "Legacy Profile", on the transition of profiles from commands to declarations: a declaration takes
 * over a profile from a command when both have the same structure, and then commands no longer change it.
 *
 * @module
 */

import { type PlistDict, str } from "../../src/protocol/plist.ts";
import type { ChannelState, ProfileHere } from "./channel_state.ts";
import { type OpenedProfile, payloadOf } from "./installed_profile.ts";

/** A profile that the device does not take, or keep away from. */
export class ProfileRefused extends Error {
  override readonly name = "ProfileRefused";
}

const SOURCE = "Declarative Device Management";

const namesOf = ({ identifier, uuid, displayName, payloads }: OpenedProfile) => ({
  identifier,
  uuid,
  displayName,
  payloads,
});

function put(channel: ChannelState, profile: ProfileHere): void {
  const others = channel.profiles.filter((one) => one.identifier !== profile.identifier);
  channel.profiles = [...others, profile];
}

const found = (channel: ChannelState, identifier: string) =>
  channel.profiles.find((one) => one.identifier === identifier);

/** The profile by which the device enrolled. */
export function putEnrollmentProfile(channel: ChannelState, profile: OpenedProfile): void {
  put(channel, { ...namesOf(profile), by: "enrollment" });
}

function mustBeComplete({ identifier, uuid }: OpenedProfile): void {
  if (identifier === "" || uuid === "") {
    throw new ProfileRefused("The profile has no PayloadIdentifier or PayloadUUID.");
  }
}

/** Installs the profile of an InstallProfile. Throws ProfileRefused. */
export function installByCommand(channel: ChannelState, profile: OpenedProfile): void {
  mustBeComplete(profile);
  const here = found(channel, profile.identifier);
  if (here?.by === "declaration") {
    throw new ProfileRefused(`The profile “${here.identifier}” is managed by the declaration “${here.declaration}”.`);
  }
  if (here?.by === "enrollment") throw new ProfileRefused(`The profile “${here.identifier}” is the enrollment's.`);
  put(channel, { ...namesOf(profile), by: "command" });
}

/** Removes by RemoveProfile. Throws ProfileRefused. */
export function removeByCommand(channel: ChannelState, identifier: string): void {
  const here = found(channel, identifier);
  if (here === undefined) throw new ProfileRefused(`The profile “${identifier}” is not installed.`);
  if (here.by === "declaration") {
    throw new ProfileRefused(`The profile “${identifier}” is managed by the declaration “${here.declaration}”.`);
  }
  channel.profiles = channel.profiles.filter((one) => one !== here);
}

const structure = ({ uuid, payloads }: Pick<ProfileHere, "uuid" | "payloads">): string =>
  JSON.stringify([
    uuid,
    payloads.map((payload: PlistDict) =>
      ["PayloadType", "PayloadIdentifier", "PayloadUUID"].map((key) => str(payload, key) ?? null)
    ),
  ]);

/** Installs, replaces or takes over by the declaration `declaration`. Throws ProfileRefused. */
export function installByDeclaration(channel: ChannelState, profile: OpenedProfile, declaration: string): void {
  mustBeComplete(profile);
  for (const type of ["com.apple.mdm", "com.apple.declarations"]) {
    if (payloadOf(profile, type) !== undefined) {
      throw new ProfileRefused(`A declared profile cannot hold a payload of the type ${type}.`);
    }
  }
  const here = found(channel, profile.identifier);
  if (here?.by === "enrollment") throw new ProfileRefused(`The profile “${here.identifier}” is the enrollment's.`);
  if (here?.by === "declaration" && here.declaration !== declaration) {
    throw new ProfileRefused(`The profile “${here.identifier}” is managed by the declaration “${here.declaration}”.`);
  }
  if (here?.by === "command" && structure(here) !== structure(profile)) {
    throw new ProfileRefused(
      `The profile “${here.identifier}” was installed by a command, and its UUID or its payloads are not the same.`,
    );
  }
  removeOfDeclaration(channel, declaration);
  put(channel, { ...namesOf(profile), by: "declaration", declaration });
}

/** Removes the profile of a declaration. */
export function removeOfDeclaration(channel: ChannelState, declaration: string): void {
  channel.profiles = channel.profiles.filter((one) => one.by !== "declaration" || one.declaration !== declaration);
}

/** Returns the profiles in the form of ProfileList. */
export function profileList(channel: ChannelState): PlistDict[] {
  return channel.profiles.map((profile) => ({
    PayloadIdentifier: profile.identifier,
    PayloadUUID: profile.uuid,
    PayloadDisplayName: profile.displayName,
    PayloadRemovalDisallowed: false,
    HasRemovalPasscode: false,
    IsEncrypted: false,
    IsManaged: true,
    ...(profile.by === "declaration" ? { Source: SOURCE } : {}),
    PayloadContent: profile.payloads.map((payload) =>
      Object.fromEntries(
        ["PayloadType", "PayloadIdentifier", "PayloadUUID", "PayloadDisplayName"].flatMap((key) => {
          const value = str(payload, key);
          return value === undefined ? [] : [[key, value]];
        }),
      )
    ),
  }));
}

/** Removes the profile of an enrollment that failed. */
export function takeEnrollmentProfileAway(channel: ChannelState): void {
  channel.profiles = channel.profiles.filter((one) => one.by !== "enrollment");
}
