/**
 * The admin pages.
 *
 * @module
 */

import type { Hono } from "hono";
import type { AppEnv } from "../context.ts";
import { mountAccount } from "./accounts/account.tsx";
import { mountApprovals } from "./accounts/approvals.tsx";
import { mountRoles } from "./accounts/roles.tsx";
import { mountSignIn } from "./accounts/signin.tsx";
import { mountAccess } from "./accounts/users.tsx";
import { mountCommands } from "./activity/commands.tsx";
import { mountEvents } from "./activity/events.tsx";
import { mountJobs } from "./activity/jobs.tsx";
import { mountAsset } from "./apps/asset.tsx";
import { mountAppAssets } from "./apps/assets.tsx";
import { mountStoreApps } from "./apps/store_apps.tsx";
import { mountLocations } from "./apps/locations.tsx";
import { mountArtifacts } from "./artifacts/list.tsx";
import { mountPackages } from "./artifacts/packages.tsx";
import { mountBlueprints } from "./blueprints/blueprints.tsx";
import { mountFleetApps } from "./devices/apps.tsx";
import { mountDeviceArtifacts } from "./devices/artifacts.tsx";
import { mountBulkCommands } from "./devices/bulk.tsx";
import { mountClaims } from "./devices/claims.tsx";
import { mountDeviceDesired } from "./devices/desired.tsx";
import { mountDevice } from "./devices/device.tsx";
import { mountDeviceFeed } from "./devices/feed.tsx";
import { mountDevices } from "./devices/list.tsx";
import { mountGroups } from "./devices/tags.tsx";
import { mountDeviceValues } from "./devices/values.tsx";
import { mountAssignedDevice } from "./enrollment/assigned_device.tsx";
import { mountAssignedDevices } from "./enrollment/assigned_devices.tsx";
import { mountConnectServer } from "./enrollment/connect_server.tsx";
import { mountCustomViews } from "./enrollment/custom_views.tsx";
import { mountDepEnrollments } from "./enrollment/dep_enrollments.tsx";
import { mountEnrollments } from "./enrollment/enrollments.tsx";
import { mountPublicEnrollment } from "./enrollment/public_page.tsx";
import { mountPushCertificates } from "./enrollment/push_certificates.tsx";
import { mountScepIssuers } from "./enrollment/scep_issuers.tsx";
import { mountVirtualServer } from "./enrollment/virtual_server.tsx";
import { mountVirtualServers } from "./enrollment/virtual_servers.tsx";
import { mountOverview } from "./overview/overview.tsx";
import { mountAssets } from "./parts/assets.ts";
import { mountFilevaultConfigs } from "./secrets/filevault_configs.tsx";
import { mountRecoveryPasswordConfigs } from "./secrets/recovery_password_configs.tsx";
import { mountSoftwareUpdates } from "./updates/catalogue.tsx";
import { mountEnforcements } from "./updates/enforcements.tsx";
import { mountUpdateProgress } from "./updates/progress.tsx";

/** Mounts every page. */
export function mountAdmin(app: Hono<AppEnv>): void {
  for (
    const mount of [
      mountAssets,
      mountSignIn,
      mountOverview,
      mountDevices,
      mountDevice,
      mountFleetApps,
      mountDeviceArtifacts,
      mountDeviceDesired,
      mountDeviceValues,
      mountDeviceFeed,
      mountCommands,
      mountBulkCommands,
      mountBlueprints,
      mountArtifacts,
      mountPackages,
      mountAppAssets,
      mountAsset,
      mountStoreApps,
      mountLocations,
      mountUpdateProgress,
      mountSoftwareUpdates,
      mountEnforcements,
      mountFilevaultConfigs,
      mountRecoveryPasswordConfigs,
      mountGroups,
      mountEnrollments,
      mountDepEnrollments,
      mountCustomViews,
      mountPublicEnrollment,
      mountVirtualServers,
      mountConnectServer,
      mountVirtualServer,
      mountAssignedDevices,
      mountAssignedDevice,
      mountClaims,
      mountPushCertificates,
      mountScepIssuers,
      mountAccess,
      mountAccount,
      mountRoles,
      mountApprovals,
      mountEvents,
      mountJobs,
    ]
  ) mount(app);
}
