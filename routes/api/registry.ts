/**
 * The one table of API endpoints. A resource adds its array here; nothing else has to know of it.
 *
 * @module
 */

import { API_TOKEN_ENDPOINTS } from "./api_tokens.ts";
import { ARTIFACT_VERSION_ENDPOINTS } from "./artifact_versions.ts";
import { ARTIFACT_ENDPOINTS } from "./artifacts.ts";
import { AUTHORITY_ENDPOINTS } from "./authority.ts";
import { BLUEPRINT_ARTIFACT_ENDPOINTS } from "./blueprint_artifacts.ts";
import { BLUEPRINT_ENDPOINTS } from "./blueprints.ts";
import { COMMAND_CATALOGUE_ENDPOINTS } from "./command_catalogue.ts";
import { DEP_DEVICE_ENDPOINTS } from "./dep_devices.ts";
import { DEP_VIRTUAL_SERVER_ENDPOINTS } from "./dep_virtual_servers.ts";
import { DEP_ENROLLMENT_CUSTOM_VIEW_ENDPOINTS } from "./dep_enrollment_custom_views.ts";
import { DEP_ENROLLMENT_ENDPOINTS } from "./dep_enrollments.ts";
import { DEVICE_ARTIFACT_ENDPOINTS } from "./device_artifacts.ts";
import { ACTIVATION_LOCK_ENDPOINTS } from "./activation_lock.ts";
import { DEVICE_COMMAND_ENDPOINTS } from "./device_commands.ts";
import { DEVICE_INVENTORY_ENDPOINTS } from "./device_inventory.ts";
import { DEVICE_SECRET_ENDPOINTS } from "./device_secrets.ts";
import { DEVICE_TAG_ENDPOINTS } from "./device_tags.ts";
import { DEVICE_VALUE_ENDPOINTS } from "./device_values.ts";
import { DEVICE_ENDPOINTS } from "./devices.ts";
import type { Endpoint } from "./endpoint.ts";
import { ENROLLMENT_CLAIM_ENDPOINTS } from "./enrollment_claims.ts";
import { ENROLLMENT_CUSTOM_VIEW_ENDPOINTS } from "./enrollment_custom_views.ts";
import { APPROVAL_ENDPOINTS } from "./approvals.ts";
import { BULK_COMMAND_ENDPOINTS } from "./bulk_commands.ts";
import { EVENT_ENDPOINTS } from "./events.ts";
import { FILEVAULT_CONFIG_ENDPOINTS } from "./filevault_configs.ts";
import { INSTALLED_APP_ENDPOINTS } from "./installed_apps.ts";
import { JOB_ENDPOINTS } from "./jobs.ts";
import { LOCATION_ASSET_ENDPOINTS } from "./location_assets.ts";
import { LOCATION_ENDPOINTS } from "./locations.ts";
import { META_BUSINESS_UNIT_ENDPOINTS } from "./meta_business_units.ts";
import { OTA_ENROLLMENT_ENDPOINTS } from "./ota_enrollments.ts";
import { PUSH_CERTIFICATE_ENDPOINTS } from "./push_certificates.ts";
import { RECOVERY_PASSWORD_CONFIG_ENDPOINTS } from "./recovery_password_configs.ts";
import { ROLE_ENDPOINTS } from "./roles.ts";
import { ROLLOUT_ENDPOINTS } from "./rollouts.ts";
import { SCEP_ISSUER_ENDPOINTS } from "./scep_issuers.ts";
import { SOFTWARE_UPDATE_ENFORCEMENT_ENDPOINTS } from "./software_update_enforcements.ts";
import { SOFTWARE_UPDATE_ENDPOINTS } from "./software_updates.ts";
import { STORE_APP_VIEW_ENDPOINTS } from "./store_app_views.ts";
import { TAG_ENDPOINTS } from "./tags.ts";
import { TASK_RESULT_ENDPOINTS } from "./task_results.ts";
import { TAXONOMY_ENDPOINTS } from "./taxonomies.ts";
import { USER_COMMAND_ENDPOINTS } from "./user_commands.ts";
import { USER_ENDPOINTS } from "./users.ts";
import { PACKAGE_ENDPOINTS } from "./packages.ts";
import { PACKAGE_FILE_ENDPOINTS } from "./package_files.ts";
import { VERSION_ENDPOINTS } from "./version_endpoints.ts";

/** Every endpoint of the API. */
export const ENDPOINTS: readonly Endpoint[] = [
  ...USER_ENDPOINTS,
  ...ROLE_ENDPOINTS,
  ...API_TOKEN_ENDPOINTS,
  ...META_BUSINESS_UNIT_ENDPOINTS,
  ...TAXONOMY_ENDPOINTS,
  ...SOFTWARE_UPDATE_ENDPOINTS,
  ...SOFTWARE_UPDATE_ENFORCEMENT_ENDPOINTS,
  ...TAG_ENDPOINTS,
  ...DEVICE_TAG_ENDPOINTS,
  ...PUSH_CERTIFICATE_ENDPOINTS,
  ...OTA_ENROLLMENT_ENDPOINTS,
  ...DEP_ENROLLMENT_ENDPOINTS,
  ...ENROLLMENT_CUSTOM_VIEW_ENDPOINTS,
  ...DEP_ENROLLMENT_CUSTOM_VIEW_ENDPOINTS,
  ...DEP_VIRTUAL_SERVER_ENDPOINTS,
  ...DEP_DEVICE_ENDPOINTS,
  ...ENROLLMENT_CLAIM_ENDPOINTS,
  ...DEVICE_ENDPOINTS,
  ...DEVICE_COMMAND_ENDPOINTS,
  ...ACTIVATION_LOCK_ENDPOINTS,
  ...USER_COMMAND_ENDPOINTS,
  ...COMMAND_CATALOGUE_ENDPOINTS,
  ...DEVICE_ARTIFACT_ENDPOINTS,
  ...DEVICE_VALUE_ENDPOINTS,
  ...DEVICE_INVENTORY_ENDPOINTS,
  ...DEVICE_SECRET_ENDPOINTS,
  ...BLUEPRINT_ENDPOINTS,
  ...ROLLOUT_ENDPOINTS,
  ...BLUEPRINT_ARTIFACT_ENDPOINTS,
  ...ARTIFACT_ENDPOINTS,
  ...ARTIFACT_VERSION_ENDPOINTS,
  ...VERSION_ENDPOINTS,
  ...LOCATION_ENDPOINTS,
  ...LOCATION_ASSET_ENDPOINTS,
  ...STORE_APP_VIEW_ENDPOINTS,
  ...PACKAGE_FILE_ENDPOINTS,
  ...PACKAGE_ENDPOINTS,
  ...FILEVAULT_CONFIG_ENDPOINTS,
  ...RECOVERY_PASSWORD_CONFIG_ENDPOINTS,
  ...SCEP_ISSUER_ENDPOINTS,
  ...AUTHORITY_ENDPOINTS,
  ...TASK_RESULT_ENDPOINTS,
  ...INSTALLED_APP_ENDPOINTS,
  ...JOB_ENDPOINTS,
  ...BULK_COMMAND_ENDPOINTS,
  ...APPROVAL_ENDPOINTS,
  ...EVENT_ENDPOINTS,
];
