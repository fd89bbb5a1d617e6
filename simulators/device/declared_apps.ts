/**
 * Apps of the App Store that a simulated device has as declarations, and what it says of them.
 *
 * How it differs from the real thing: an optional app is installed at once, as if its user had asked for it.
 *
 * @module
 */

import { own } from "../../src/apple_schema/keys.ts";
import type { PlistDict } from "../../src/protocol/plist.ts";
import type { Json, JsonObject } from "../../src/protocol/plist_json.ts";
import type { DeviceState } from "./device_state.ts";
import { type AppHabits, managedStatus, withApps } from "./installed_apps.ts";

/** The apps of a device that it has as declarations. */
export type DeclaredApps = {
  /** Takes a declaration: the app is installed, or managed by it from then on. */
  follow(identifier: string, payload: JsonObject, configuration: PlistDict | undefined): void;
  /** Removes the apps of other declarations than these. */
  keep(identifiers: ReadonlySet<string>): void;
  /** The value of `app.managed.list`. */
  list(): Json;
};

const STATES: Readonly<Record<string, string>> = {
  Queued: "queued",
  Installing: "installing",
  Updating: "installing",
  Managed: "managed",
  ManagedButUninstalled: "managed-but-uninstalled",
  PromptingForLogin: "prompting-for-login",
  PromptingForUpdateLogin: "prompting-for-login",
};

/** Returns those of a device. */
export function declaredAppsOf(state: DeviceState, habits: AppHabits): DeclaredApps {
  return {
    follow(declaration, payload, configuration) {
      if (!habits.hasStore) return;
      const adamId = String(own(payload, "AppStoreID") ?? "");
      const { app, error } = habits.store(adamId);
      const here = state.apps ?? [];
      const now = habits.now().getTime();
      if (error !== undefined) {
        const failed = {
          Identifier: `unknown.${adamId}`,
          Name: "",
          Version: "",
          ShortVersion: "",
          BundleSize: 0,
          managed: true,
          declaration,
          startsAt: now,
          readyAt: now,
          mischief: "fail" as const,
          reason: error.code === 9610 ? "Error.LicenseNotFound" : "Error.InvalidAppID",
        };
        state.apps = [...here.filter((one) => one.declaration !== declaration), failed];
        return;
      }
      const known = here.find((one) => one.Identifier === app.bundleId && one.mischief === undefined);
      if (known !== undefined) {
        state.apps = here.map((one) => one === known ? { ...one, managed: true, declaration, configuration } : one);
        return;
      }
      const simulated = {
        Identifier: app.bundleId,
        Name: app.name,
        Version: app.version,
        ShortVersion: app.version,
        BundleSize: 10_000_000,
      };
      const others = here.filter((one) => one.declaration !== declaration);
      state.apps = withApps(
        others,
        [simulated],
        { managed: true, configuration, externalVersion: app.externalVersion },
        habits,
      )
        .map((one) => one.Identifier === app.bundleId ? { ...one, declaration } : one);
    },
    keep(identifiers) {
      state.apps = (state.apps ?? []).filter(({ declaration }) =>
        declaration === undefined || identifiers.has(declaration)
      );
    },
    list() {
      return (state.apps ?? []).flatMap((app): Json[] => {
        if (app.declaration === undefined) return [];
        const status = managedStatus(app, habits.now());
        const code = app.reason ?? (app.mischief === "decline" ? "Error.UserRejected" : "Error.InstallFailed");
        return [{
          identifier: app.Identifier,
          "declaration-identifier": app.declaration,
          name: app.Name,
          "external-version-id": app.externalVersion ?? 0,
          version: app.Version,
          "short-version": app.ShortVersion,
          state: STATES[status] ?? "failed",
          ...(STATES[status] === undefined ? { reasons: [{ code, description: `The app said ${code}.` }] } : {}),
        }];
      });
    },
  };
}
