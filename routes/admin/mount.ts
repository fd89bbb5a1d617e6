/**
 * The admin pages.
 *
 * @module
 */

import type { Hono } from "hono";
import type { AppEnv } from "../context.ts";
import { mountAccess } from "./access.tsx";
import { mountAccount } from "./account.tsx";
import { mountArtifacts } from "./artifacts.tsx";
import { mountAssets } from "./assets.ts";
import { mountBlueprints } from "./blueprints.tsx";
import { mountClaims } from "./claims.tsx";
import { mountCommands } from "./commands.tsx";
import { mountDevice } from "./device.tsx";
import { mountDeviceArtifacts } from "./device_artifacts.tsx";
import { mountDeviceDesired } from "./device_desired.tsx";
import { mountDeviceFeed } from "./device_feed.tsx";
import { mountDeviceValues } from "./device_values.tsx";
import { mountDevices } from "./devices.tsx";
import { mountEnrollments } from "./enrollments.tsx";
import { mountEvents } from "./events.tsx";
import { mountJobs } from "./jobs.tsx";
import { mountGroups } from "./groups.tsx";
import { mountOverview } from "./overview.tsx";
import { mountPublicEnrollment } from "./public_enrollment.tsx";
import { mountPushCertificates } from "./push_certificates.tsx";
import { mountRoles } from "./roles.tsx";
import { mountScepIssuers } from "./scep_issuers.tsx";
import { mountSignIn } from "./signin.tsx";

/** Mounts every page. */
export function mountAdmin(app: Hono<AppEnv>): void {
  for (
    const mount of [
      mountAssets,
      mountSignIn,
      mountOverview,
      mountDevices,
      mountDevice,
      mountDeviceArtifacts,
      mountDeviceDesired,
      mountDeviceValues,
      mountDeviceFeed,
      mountCommands,
      mountBlueprints,
      mountArtifacts,
      mountGroups,
      mountEnrollments,
      mountPublicEnrollment,
      mountClaims,
      mountPushCertificates,
      mountScepIssuers,
      mountAccess,
      mountAccount,
      mountRoles,
      mountEvents,
      mountJobs,
    ]
  ) mount(app);
}
