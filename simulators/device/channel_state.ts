/**
 * The state of a device's channel: its own, or that of a user of a Mac.
 *
 * @module
 */

import type { JsonObject } from "../../src/protocol/plist_json.ts";
import type { DeclarationKind } from "../../src/apple_schema/types.ts";
import type { DeviceIdentity } from "./identity.ts";
import type { OpenedProfile } from "./installed_profile.ts";
import type { SimulatedApp } from "./models.ts";
import type { ProvisioningProfile } from "./provisioning_profile.ts";

/** An installed profile, and its origin. */
export type ProfileHere =
  & Pick<OpenedProfile, "identifier" | "uuid" | "displayName" | "payloads">
  & (
    | { by: "enrollment" | "command" }
    /** `declaration` is the identifier of its configuration. */
    | { by: "declaration"; declaration: string }
  );

/** The reasons for a declaration's state, in the terms of a status report. */
export type Reason = { code: string; description: string; details?: JsonObject };

/** A declaration as the device reports it. */
export type DeclarationState = {
  kind: DeclarationKind;
  type: string;
  /** The server's token of the device's declarations. */
  token: string;
  active: boolean;
  valid: "valid" | "invalid" | "unknown";
  reasons: Reason[];
};

/** A package that a declaration installed. */
export type PackageHere = {
  /** The identifier of its configuration. */
  declaration: string;
  /** Its apps. */
  apps: SimulatedApp[];
  /** Whether it is removed with the declaration. */
  leaves: boolean;
};

/** The state that commands and declarations change. */
export type ChannelState = {
  profiles: ProfileHere[];
  provisioningProfiles: ProvisioningProfile[];
  packages: PackageHere[];
  /** By identifier. */
  declarations: ReadonlyMap<string, DeclarationState>;
  /** Certificates that active declarations asked for, by the identifier of their asset. */
  identities: Map<string, DeviceIdentity>;
};

/** Returns a channel that has nothing. */
export const emptyChannel = (): ChannelState => ({
  profiles: [],
  provisioningProfiles: [],
  packages: [],
  declarations: new Map(),
  identities: new Map(),
});
