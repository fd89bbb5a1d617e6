/**
 * The reasons for the states of declarations, in Apple's codes.
 *
 * How it differs from the real thing: the codes and the keys of their details are published, the sentences are ours but for
 * a few; which code a device picks where several fit is a guess.
 *
 * Source: Apple, "DeclarationBase", its reasons.
 *
 * @module
 */

import type { JsonObject } from "../../src/protocol/plist_json.ts";
import type { Reason } from "../device/channel_state.ts";

/** Which declaration is meant. */
type Named = { identifier: string; token: string };

const details = ({ identifier, token }: Named): JsonObject => ({ Identifier: identifier, ServerToken: token });
const named = ({ identifier, token }: Named): string => `“${identifier}:${token}”`;

/** Returns the reasons of an invalid declaration. */
export const unknownType = (type: string): Reason => ({
  code: "Error.UnknownDeclarationType",
  description: "Unknown declaration type",
  details: { UnknownDeclarationType: type },
});

export const unknownKeys = (keys: readonly string[]): Reason => ({
  code: "Error.UnknownPayloadKeys",
  description: "Unknown payload keys",
  details: { UnknownPayloadKeys: [...keys] },
});

export const invalidPayload = (declaration: Named, error: string): Reason => ({
  code: "Error.InvalidPayload",
  description: `Declaration ${named(declaration)} has an invalid payload.`,
  details: { ...details(declaration), Error: error },
});

export const configurationInvalid = (error: string): Reason => ({
  code: "Error.ConfigurationIsInvalid",
  description: "Configuration is invalid",
  details: { Error: error },
});

export const configurationNotSupported = (declaration: Named, error: string): Reason => ({
  code: "Error.ConfigurationNotSupported",
  description: `Configuration ${named(declaration)} is not supported.`,
  details: { ...details(declaration), Error: error },
});

export const configurationCannotBeApplied = (error: string): Reason => ({
  code: "Error.ConfigurationCannotBeApplied",
  description: "Configuration cannot be applied",
  details: { Error: error },
});

export const unsupportedSettings = (settings: readonly string[]): Reason => ({
  code: "Info.UnsupportedSettings",
  description: "Unsupported settings",
  details: { Settings: [...settings] },
});

/** Returns the reasons that lie in other declarations. */
export const missingAssets = (configuration: Named, identifiers: readonly string[]): Reason => ({
  code: "Error.MissingAssets",
  description: `Configuration ${named(configuration)} is missing assets.`,
  details: { ...details(configuration), AssetIdentifiers: [...identifiers] },
});

export const missingConfigurations = (activation: Named, identifiers: readonly string[]): Reason => ({
  code: "Error.MissingConfigurations",
  description: `Activation ${named(activation)} is missing configurations.`,
  details: { ...details(activation), ConfigurationIdentifiers: [...identifiers] },
});

export const activationFailed = (activation: Named): Reason => ({
  code: "Error.ActivationFailed",
  description: `Activation ${named(activation)} failed.`,
  details: details(activation),
});

export const configurationFailed = (configuration: Named): Reason => ({
  code: "Error.ConfigurationFailed",
  description: `Configuration ${named(configuration)} failed.`,
  details: details(configuration),
});

export const notReferencedByActivation = (configuration: Named): Reason => ({
  code: "Info.NotReferencedByActivation",
  description: `Configuration ${named(configuration)} is not referenced by an activation.`,
  details: details(configuration),
});

export const notReferencedByConfiguration = (asset: Named): Reason => ({
  code: "Info.NotReferencedByConfiguration",
  description: `Asset ${named(asset)} is not referenced by a configuration.`,
  details: details(asset),
});

/** Returns the result of a predicate. */
export const predicateFalse = (activation: Named, predicate: string): Reason => ({
  code: "Info.Predicate",
  description: `Activation ${named(activation)} has a predicate that is false.`,
  details: { ...details(activation), Predicate: predicate },
});

export const predicateUnreadable = (activation: Named, predicate: string, error: string): Reason => ({
  code: "Error.UnableToParsePredicate",
  description: error,
  details: { ...details(activation), Predicate: predicate },
});

export const predicateFailed = (activation: Named, predicate: string, error: string): Reason => ({
  code: "Error.UnableToEvaluatePredicate",
  description: error,
  details: { ...details(activation), Predicate: predicate },
});

/** Returns the result for an asset's data. */
export const assetCannotBeDownloaded = (error: string): Reason => ({
  code: "Error.AssetCannotBeDownloaded",
  description: "Asset cannot be downloaded",
  details: { Error: error },
});

export const assetCannotBeVerified = (error: string): Reason => ({
  code: "Error.AssetCannotBeVerified",
  description: "Asset cannot be verified",
  details: { Error: error },
});

export const assetCannotBeDeserialized = (error: string): Reason => ({
  code: "Error.AssetCannotBeDeserialized",
  description: "Asset cannot be deserialized",
  details: { Error: error },
});
