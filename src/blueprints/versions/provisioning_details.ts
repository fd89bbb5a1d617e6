/**
 * What the pages of in-house apps and of provisioning profiles say of each other.
 *
 * @module
 */

import type { Runtime } from "../../runtime.ts";
import { appNeed, type KnownProfile, provisioning } from "../provisioning.ts";
import type { Detail } from "./kind_page.ts";

const profileLine = ({ artifact, name, expiresAt }: KnownProfile) => ({
  text: artifact === null ? `${name} (in the app)` : artifact.name,
  artifactId: artifact?.id,
  until: expiresAt,
});

/** Returns the profiles that permit an app; nothing for an app of Macs. */
export async function appDetails({ sql, clock }: Runtime, artifactId: string): Promise<Detail[]> {
  const now = clock.now();
  const app = (await provisioning(sql, now)).apps.find((one) => one.artifactId === artifactId);
  if (app === undefined) return [];
  const need = appNeed(app, now);
  return [{
    name: "Provisioning profiles",
    lines: [
      ...(need === undefined ? [] : [{ text: `${need.sentence} ${need.cure}`, trouble: true }]),
      ...app.profiles.map(profileLine),
    ],
  }];
}

/** Returns until when a profile lasts, and the apps that it permits. */
export async function profileDetails({ sql, clock }: Runtime, artifactId: string): Promise<Detail[]> {
  const found = (await provisioning(sql, clock.now())).profiles.find((one) => one.artifactId === artifactId);
  if (found === undefined) return [];
  const { profile, apps } = found;
  return [
    { name: "Expires", lines: [{ text: "", until: profile.expiresAt }] },
    { name: "Application identifier", lines: [{ text: profile.applicationIdentifier || "none" }] },
    {
      name: "Apps that it permits",
      lines: apps.length === 0
        ? [{ text: "none here" }]
        : apps.map(({ artifactId, name }) => ({ text: name, artifactId })),
    },
  ];
}
