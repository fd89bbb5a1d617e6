/**
 * The content of the demo's blueprint: two profiles, two declarations and FileVault, created through the API.
 *
 * @module
 */

import { z } from "zod";
import { buildPlist, type PlistDict } from "../../src/protocol/plist.ts";
import type { Platform } from "../../src/protocol/platform.ts";
import type { ApiClient } from "../api_client.ts";

/** One artifact: for which platforms, and its content. */
type DemoArtifact =
  & { name: string; platforms: readonly Platform[]; duringSetup?: true }
  & (
    | { payload: PlistDict }
    | { declaration: { type: string; payload: Record<string, unknown> } }
  );

const ARTIFACTS: readonly DemoArtifact[] = [
  {
    name: "Screen lock",
    platforms: ["macOS"],
    payload: {
      PayloadType: "com.apple.screensaver",
      askForPassword: true,
      askForPasswordDelay: 5,
      loginWindowIdleTime: 600,
    },
  },
  {
    name: "Restrictions",
    platforms: ["iOS", "iPadOS", "macOS"],
    duringSetup: true,
    payload: { PayloadType: "com.apple.applicationaccess", allowDiagnosticSubmission: false },
  },
  {
    name: "Passcode",
    platforms: ["iOS", "iPadOS", "macOS"],
    declaration: {
      type: "com.apple.configuration.passcode.settings",
      payload: { RequirePasscode: true, MinimumLength: 8, MaximumFailedAttempts: 10 },
    },
  },
  {
    name: "Software updates",
    platforms: ["iOS", "iPadOS", "macOS", "tvOS"],
    declaration: { type: "com.apple.configuration.softwareupdate.settings", payload: { Notifications: false } },
  },
];

const made = z.object({ id: z.string() });
const numbered = z.object({ id: z.int() });
const listed = z.array(z.unknown());

function mobileconfig(name: string, payload: PlistDict): string {
  const identifier = `com.example.demonstration.${name.toLowerCase().replaceAll(" ", "-")}`;
  const uuid = () => crypto.randomUUID().toUpperCase();
  return buildPlist({
    PayloadType: "Configuration",
    PayloadVersion: 1,
    PayloadIdentifier: identifier,
    PayloadUUID: uuid(),
    PayloadDisplayName: name,
    PayloadScope: "System",
    PayloadContent: [{
      PayloadVersion: 1,
      PayloadIdentifier: `${identifier}.1`,
      PayloadUUID: uuid(),
      PayloadDisplayName: name,
      ...payload,
    }],
  }).toBase64();
}

/** Creates a FileVault configuration, and adds it to the blueprint. */
export async function makeDemoFilevault({ call, json }: ApiClient, blueprint: number, run: string): Promise<void> {
  const { id } = await json(numbered, "POST", "/api/mdm/filevault_configs/", {
    name: `FileVault${run}`,
    escrow_location_display_name: "Example IT",
    at_login_only: true,
    bypass_attempts: 1,
    prk_rotation_interval_days: 90,
    prk_reveal_rotation_delay: 5,
  });
  const path = `/api/mdm/blueprints/${blueprint}/`;
  const current = await json(z.record(z.string(), z.unknown()), "GET", path);
  await call("PUT", path, { ...current, filevault_config: id });
}

/** Creates the artifacts, unless they exist, and adds them to the blueprint. */
export async function makeDemoArtifacts({ call, json }: ApiClient, blueprint: number): Promise<void> {
  for (const artifact of ARTIFACTS) {
    const { name, platforms } = artifact;
    const known = await json(listed, "GET", `/api/mdm/artifacts/?name=${encodeURIComponent(name)}`);
    if (known.length > 0) continue;
    const declared = "declaration" in artifact;
    const { id } = await json(made, "POST", "/api/mdm/artifacts/", {
      name,
      type: declared ? "Configuration" : "Profile",
      channel: "Device",
      platforms,
      install_during_setup_assistant: artifact.duringSetup ?? false,
    });
    const everywhere = Object.fromEntries(platforms.map((platform) => [platform.toLowerCase(), true]));
    await call("POST", declared ? "/api/mdm/declarations/" : "/api/mdm/profiles/", {
      artifact: id,
      version: 1,
      ...everywhere,
      source: declared
        ? {
          Type: artifact.declaration.type,
          Identifier: `com.example.demonstration.${id}`,
          ServerToken: crypto.randomUUID(),
          Payload: artifact.declaration.payload,
        }
        : mobileconfig(name, artifact.payload),
    });
    await call("POST", "/api/mdm/blueprint_artifacts/", { blueprint, artifact: id, ...everywhere });
  }
}
