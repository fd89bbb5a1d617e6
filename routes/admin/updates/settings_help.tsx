/**
 * How updates are deferred and set up: an ordinary declaration, with an example.
 *
 * @module
 */

import type { PageContext } from "../parts/page.tsx";

/** Major updates a month late, others after a week; installed by themselves, security improvements included. */
export const SETTINGS_EXAMPLE = {
  Type: "com.apple.configuration.softwareupdate.settings",
  Identifier: "com.example.softwareupdate.settings",
  ServerToken: "1",
  Payload: {
    Deferrals: { CombinedPeriodInDays: 7, MajorPeriodInDays: 30, MinorPeriodInDays: 7 },
    AutomaticActions: { Download: "AlwaysOn", InstallOSUpdates: "Allowed", InstallSecurityUpdate: "AlwaysOn" },
    RapidSecurityResponse: { Enable: true, EnableRollback: false },
  },
};

/** The help on the page of enforcements. */
export function SettingsHelp({ context }: { context: PageContext }) {
  return (
    <details>
      <summary>Deferrals and update settings</summary>
      <p>
        Upload a declaration as an artifact to defer updates, or to set how they are installed. A deferral hides updates
        from users; it does not hide them from an enforcement. iPhones and iPads use{" "}
        <code>CombinedPeriodInDays</code>, Macs <code>MajorPeriodInDays</code>, <code>MinorPeriodInDays</code> and{" "}
        <code>SystemPeriodInDays</code>: leave out what is not for your devices.
      </p>
      <pre tabindex={0} class="content">{JSON.stringify(SETTINGS_EXAMPLE, null, 2)}</pre>
      {context.may("mdm.add_artifact") && context.may("mdm.add_artifactversion")
        ? (
          <p>
            <a href="/artifacts/new/">Upload a declaration</a>
          </p>
        )
        : null}
    </details>
  );
}
