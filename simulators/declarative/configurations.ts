/**
 * The effects of configurations when they are activated, and their reversal when they are deactivated.
 *
 * How it differs from the real thing: legacy profiles, packages, apps of the App Store and tests have effects; all other
 * configurations are accepted if they are valid and their assets are available, but do not change the device's behavior.
 * Packages are fetched, checked, and installed at once; nobody installs an optional one.
 *
 * @module
 */

import { own } from "../../src/apple_schema/keys.ts";
import { asDict, parsePlist } from "../../src/protocol/plist.ts";
import type { Material } from "./assets.ts";
import type { Reason } from "../device/channel_state.ts";
import type { DeclarativeDevice, HeldDeclaration } from "./declarative_device.ts";
import { downloaded, DownloadFailed } from "./fetched_data.ts";
import { appsIn, downloadPackage, DownloadRefused } from "../device/installed_apps.ts";
import { type OpenedProfile, openProfile } from "../device/installed_profile.ts";
import { installByDeclaration, ProfileRefused, removeOfDeclaration } from "../device/channel_profiles.ts";
import { configurationCannotBeApplied } from "./reasons.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const INTERACTIVE = "com.apple.configuration.legacy.interactive";
const LEGACY: ReadonlySet<string> = new Set(["com.apple.configuration.legacy", INTERACTIVE]);
const PACKAGE = "com.apple.configuration.package";
const MANAGED_APP = "com.apple.configuration.app.managed";
const TEST = "com.apple.configuration.management.test";

/** The configurations that are applied, each for a token of it and of its assets. */
export class Configurations {
  readonly #applied = new Map<string, { key: string; reason: Reason | undefined }>();

  constructor(private readonly device: DeclarativeDevice) {}

  /** Drops failed configurations, to retry them. */
  renew(): void {
    for (const [identifier, { reason }] of this.#applied) {
      if (reason !== undefined) this.#applied.delete(identifier);
    }
  }

  /** Undoes configurations that are no longer activated. */
  release(on: ReadonlySet<string>): void {
    const { channel } = this.device;
    for (const profile of channel.profiles) {
      if (profile.by === "declaration" && !on.has(profile.declaration)) {
        removeOfDeclaration(channel, profile.declaration);
      }
    }
    channel.packages = channel.packages.filter(({ declaration, leaves }) => on.has(declaration) || !leaves);
    this.device.apps.keep(on);
    for (const identifier of this.#applied.keys()) {
      if (!on.has(identifier)) this.#applied.delete(identifier);
    }
  }

  /**
   * Applies a configuration, unless it is applied; `key` represents its dependencies. Returns the reason why it cannot
   * be applied.
   */
  async apply(
    configuration: HeldDeclaration,
    assets: ReadonlyMap<string, Material>,
    key: string,
  ): Promise<Reason | undefined> {
    const known = this.#applied.get(configuration.identifier);
    if (known?.key === key) return known.reason;
    const reason = await this.#do(configuration, assets);
    this.#applied.set(configuration.identifier, { key, reason });
    return reason;
  }

  async #do(configuration: HeldDeclaration, assets: ReadonlyMap<string, Material>): Promise<Reason | undefined> {
    if (configuration.mischief === "invalid") return configurationCannotBeApplied("It was told to fail.");
    const { type, payload } = configuration;
    if (type === TEST && own(payload, "ReturnStatus") === "Failed") {
      return configurationCannotBeApplied("An internal error has occurred.");
    }
    if (type === MANAGED_APP) {
      const reference = own(payload, "LegacyAppConfigAssetReference");
      const data = typeof reference === "string" ? assets.get(reference)?.data : undefined;
      const settings = data === undefined ? undefined : asDict(parsePlist(data));
      this.device.apps.follow(configuration.identifier, payload, settings);
      return undefined;
    }
    if (type === PACKAGE) return await this.#installPackage(configuration);
    return LEGACY.has(type) ? await this.#installProfile(configuration, assets) : undefined;
  }

  /** Fetches the package, checks and installs it. */
  async #installPackage({ identifier, payload }: HeldDeclaration): Promise<Reason | undefined> {
    if (own(own(payload, "InstallBehavior"), "Install") !== "Required") return undefined;
    const url = own(payload, "ManifestURL");
    try {
      const content = await downloadPackage(
        { download: (address) => this.device.download(address, "None") },
        String(url),
      );
      const leaves = own(own(payload, "UninstallBehavior"), "Remove") === true;
      const { channel } = this.device;
      const others = channel.packages.filter(({ declaration }) => declaration !== identifier);
      channel.packages = [...others, { declaration: identifier, apps: await appsIn(content), leaves }];
      return undefined;
    } catch (error) {
      if (error instanceof DownloadRefused) return configurationCannotBeApplied(error.message);
      throw error;
    }
  }

  async #installProfile(
    { identifier, payload }: HeldDeclaration,
    assets: ReadonlyMap<string, Material>,
  ): Promise<Reason | undefined> {
    const url = own(payload, "ProfileURL");
    const reference = own(payload, "ProfileAssetReference");
    let bytes: Bytes | undefined;
    try {
      if (typeof url === "string") bytes = (await downloaded(this.device, url, "MDM")).body;
      else if (typeof reference === "string") bytes = assets.get(reference)?.data;
    } catch (error) {
      if (error instanceof DownloadFailed) return configurationCannotBeApplied(error.message);
      throw error;
    }
    if (bytes === undefined) return configurationCannotBeApplied("The configuration names no profile.");
    let profile: OpenedProfile;
    try {
      profile = openProfile(bytes);
    } catch (error) {
      return configurationCannotBeApplied(error instanceof Error ? error.message : String(error));
    }
    try {
      installByDeclaration(this.device.channel, profile, identifier);
    } catch (error) {
      if (error instanceof ProfileRefused) return configurationCannotBeApplied(error.message);
      throw error;
    }
    return undefined;
  }
}
