/**
 * In-house apps and the provisioning profiles that permit them: who needs which, and which end.
 *
 * @module
 */

import { takeProvisioningAlert } from "../../db/artifacts/provisioning_alerts.ts";
import {
  type InHouseAppRow,
  listInHouseApps,
  listProvisioningArtifacts,
  type ProvisioningArtifactRow,
} from "../../db/artifacts/provisioning_views.ts";
import type { Db } from "../../db/open.ts";
import type { By } from "../events/by.ts";
import { recordEvents } from "../events/record.ts";
import {
  expiryOf,
  expirySentence,
  permits,
  type Profile,
  type Provisioning,
  provisioningOf,
  stateOfExpiry,
} from "../packages/provisioning.ts";
import type { Runtime } from "../runtime.ts";

/** A profile, and the artifact that delivers it; null for one in an app. */
export type KnownProfile = Profile & { artifact: { id: string; name: string } | null };

/** An app with its profiles. */
export type ProvisionedApp = Provisioning<KnownProfile> & Pick<InHouseAppRow, "artifactId" | "name" | "blueprintIds">;

/** A profile that is an artifact, with the apps that it permits. */
export type NeededProfile = {
  artifactId: string;
  name: string;
  blueprintIds: number[];
  profile: Profile;
  apps: { artifactId: string; name: string }[];
};

const ofArtifact = (row: ProvisioningArtifactRow): KnownProfile & { blueprintIds: number[] } => ({
  name: row.profileName,
  uuid: row.uuid,
  applicationIdentifier: row.applicationIdentifier,
  expiresAt: expiryOf(row.expiresAt),
  artifact: { id: row.artifactId, name: row.name },
  blueprintIds: row.blueprintIds,
});

/** Returns the apps and the profiles, as they are at a time. */
export async function provisioning(db: Db, now: Date): Promise<{ apps: ProvisionedApp[]; profiles: NeededProfile[] }> {
  const [apps, rows] = await Promise.all([listInHouseApps(db), listProvisioningArtifacts(db)]);
  const artifacts = rows.map(ofArtifact);
  return {
    apps: apps.map(({ artifactId, name, blueprintIds, bundleId, profile }) => ({
      artifactId,
      name,
      blueprintIds,
      ...provisioningOf<KnownProfile>(
        {
          bundleId,
          blueprintIds,
          profile: profile === null ? null : { ...profile, expiresAt: expiryOf(profile.expiresAt), artifact: null },
        },
        artifacts,
        now,
      ),
    })),
    profiles: rows.map((row, index) => {
      const profile = artifacts[index] ?? ofArtifact(row);
      return {
        artifactId: row.artifactId,
        name: row.name,
        blueprintIds: row.blueprintIds,
        profile,
        apps: apps.filter(({ bundleId, profile: embedded }) =>
          permits(profile, { bundleId, embedded: embedded?.applicationIdentifier ?? "" })
        ).map(({ artifactId, name }) => ({ artifactId, name })),
      };
    }),
  };
}

/** Something that ends, or lacks its profile. */
export type ProvisioningNeed = {
  artifactId: string;
  name: string;
  /** Whether devices cannot open the app now. */
  urgent: boolean;
  sentence: string;
  cure: string;
  /** The profile that ends; null if there is none. */
  profile: Profile | null;
};

const RENEW =
  "Upload a new version of the app with a new profile, or a new version of a provisioning profile that permits it.";

/** Returns what is wrong with an app; undefined if nothing is. */
export function appNeed(app: ProvisionedApp, now: Date): ProvisioningNeed | undefined {
  const { artifactId, name, state, decides } = app;
  if (state === "ok") return undefined;
  return {
    artifactId,
    name,
    urgent: state !== "expiring",
    sentence: decides === undefined
      ? `"${name}" has no provisioning profile on some devices: they do not open it.`
      : `${expirySentence(decides, now)} "${name}" ${state === "expired" ? "does not open" : "then does not open"}.`,
    cure: RENEW,
    profile: decides ?? null,
  };
}

/** Returns what needs attention: apps and profiles in blueprints. A profile that an app needs is named with the app. */
export async function provisioningNeeds(db: Db, now: Date): Promise<ProvisioningNeed[]> {
  const { apps, profiles } = await provisioning(db, now);
  const used = apps.filter(({ blueprintIds }) => blueprintIds.length > 0);
  return [
    ...used.flatMap((app) => appNeed(app, now) ?? []),
    ...profiles.flatMap(({ artifactId, name, blueprintIds, profile, apps }): ProvisioningNeed[] => {
      const state = stateOfExpiry(profile.expiresAt, now);
      if (blueprintIds.length === 0 || apps.length > 0 || state === "ok") return [];
      return [{
        artifactId,
        name,
        urgent: state === "expired",
        sentence: expirySentence(profile, now),
        cure: "Upload a new version of it.",
        profile,
      }];
    }),
  ];
}

/** Records an event for each profile that ends within 30 days, once. Returns how many. */
export async function recordProvisioningExpiries(runtime: Runtime, by: By): Promise<number> {
  const { sql, clock } = runtime;
  const now = clock.now();
  let recorded = 0;
  for (const { artifactId, name, sentence, cure, profile } of await provisioningNeeds(sql, now)) {
    const expiresAt = profile?.expiresAt;
    if (profile === null || expiresAt === null || expiresAt === undefined) continue;
    await sql.begin(async (tx) => {
      if (!await takeProvisioningAlert(tx, artifactId, expiresAt, now)) return;
      await recordEvents(tx, runtime, by, [{
        type: "mdm_provisioning_profile_expiry",
        tags: ["mdm"],
        objects: { mdm_artifact: [artifactId] },
        payload: {
          artifact: { pk: artifactId, name },
          provisioning_profile: { name: profile.name, uuid: profile.uuid, expires_at: expiresAt.toISOString() },
          sentence,
          cure,
        },
      }]);
      recorded++;
    });
  }
  return recorded;
}
