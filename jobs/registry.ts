/**
 * Every kind of job.
 *
 * @module
 */

import { adeAssign } from "./ade_assign.ts";
import { adeDefinitions } from "./ade_definitions.ts";
import { adeSync } from "./ade_sync.ts";
import { adeSyncDue } from "./ade_sync_due.ts";
import { appsBulk } from "./apps_bulk.ts";
import { appsCatalogue } from "./apps_catalogue.ts";
import { appsCheck } from "./apps_check.ts";
import { appsConfigure } from "./apps_configure.ts";
import { appsDue } from "./apps_due.ts";
import { appsLicences } from "./apps_licences.ts";
import { appsNotifications } from "./apps_notifications.ts";
import { appsSync } from "./apps_sync.ts";
import { authorityRenewal } from "./authority_renewal.ts";
import { bulkCommand } from "./bulk_command.ts";
import { fanOutJob } from "./fan_out.ts";
import { fileCleanup } from "./file_cleanup.ts";
import { fleetApps } from "./fleet_apps.ts";
import { housekeeping } from "./housekeeping.ts";
import type { AnyJob } from "./job.ts";
import { packageFetch } from "./package_fetch.ts";
import { provisioningProfiles } from "./provisioning_profiles.ts";
import { replanJob } from "./replan.ts";
import { rolloutHealth } from "./rollout_health.ts";
import { secretRotation } from "./secret_rotation.ts";
import { setupWatchdog } from "./setup_watchdog.ts";
import { softwareUpdatesDay } from "./software_updates_day.ts";
import { softwareUpdatesSync } from "./software_updates_sync.ts";
import { sweep } from "./sweep.ts";

export const JOBS: readonly AnyJob[] = [
  adeAssign,
  adeDefinitions,
  adeSync,
  adeSyncDue,
  appsBulk,
  appsCatalogue,
  appsCheck,
  appsConfigure,
  appsDue,
  appsLicences,
  appsNotifications,
  appsSync,
  authorityRenewal,
  bulkCommand,
  fanOutJob,
  fileCleanup,
  fleetApps,
  housekeeping,
  packageFetch,
  provisioningProfiles,
  replanJob,
  rolloutHealth,
  secretRotation,
  setupWatchdog,
  softwareUpdatesDay,
  softwareUpdatesSync,
  sweep,
];
