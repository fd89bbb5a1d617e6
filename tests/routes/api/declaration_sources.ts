/**
 * Declarations for tests.
 *
 * @module
 */

import { artifact, bodyOf, OPEN_FILTER } from "./artifacts_support.ts";
import type { Caller } from "./support.ts";

const ALL = "/api/mdm/declarations/";

/** A passcode policy. */
export const passcode = (payload: unknown = { MinimumLength: 8 }, change: Record<string, unknown> = {}) => ({
  Type: "com.apple.configuration.passcode.settings",
  Identifier: "com.example.passcode",
  ServerToken: "passcode-1",
  Payload: payload,
  ...change,
});

/** The body of a version. */
export const bodyWith = (artifactId: string, source: unknown, version = 1) => ({
  artifact: artifactId,
  version,
  ...OPEN_FILTER,
  source,
});

/** Creates an artifact with a first version; returns the artifact's id. */
export async function declared(call: Caller, values: Record<string, unknown>, source: unknown): Promise<string> {
  const id = await artifact(call, { type: "Configuration", ...values });
  bodyOf(await call("POST", ALL, bodyWith(id, source)), 201);
  return id;
}

/** A person, whom accounts refer to. */
export const useridentity = (name: string, payload: unknown = { FullName: "x" }) => ({
  Type: "com.apple.asset.useridentity",
  Identifier: `com.example.${name}`,
  ServerToken: `token ${name}`,
  Payload: payload,
});
/** A configuration that refers to credentials. */
export const contacts = (reference: string, name = "contacts") => ({
  Type: "com.apple.configuration.account.carddav",
  Identifier: `com.example.${name}`,
  ServerToken: `token ${name}`,
  Payload: { HostName: "contacts.example.com", AuthenticationCredentialsAssetReference: reference },
});
/** An activation of configurations. */
export const activation = (references: string[], name = "activation") => ({
  Type: "com.apple.activation.simple",
  Identifier: `com.example.${name}`,
  ServerToken: `token ${name}`,
  Payload: { StandardConfigurations: references, Predicate: "TRUEPREDICATE" },
});
/** A configuration that refers to an identity. */
export const identity = (reference: string, name = "identity") => ({
  Type: "com.apple.configuration.security.identity",
  Identifier: `com.example.${name}`,
  ServerToken: `token ${name}`,
  Payload: { CredentialAssetReference: reference },
});
/** A configuration that refers to an archive. */
export const files = (reference: string, name = "files") => ({
  Type: "com.apple.configuration.services.configuration-files",
  Identifier: `com.example.${name}`,
  ServerToken: `token ${name}`,
  Payload: { ServiceType: "com.apple.sudo", DataAssetReference: reference },
});
