/**
 * Facts about the answers to commands, of Apple's device management schema. Written by `deno task schema`: do not edit.
 *
 * @module
 */

import type { FactTable, ResponseFacts } from "../types.ts";

export const commandResponses: FactTable<ResponseFacts> = {
  ActivationLockBypassCode: { keys: [{ key: "ActivationLockBypassCode", type: "string", required: true }] },
  ActiveNSExtensions: {
    keys: [
      {
        key: "Extensions",
        type: "array",
        required: true,
        keys: [
          {
            key: "ExtensionsItem",
            type: "dictionary",
            keys: [
              { key: "Identifier", type: "string", required: true },
              { key: "ExtensionPoint", type: "string", required: true },
              { key: "DisplayName", type: "string", required: true },
              { key: "ContainerDisplayName", type: "string" },
              { key: "ContainerIdentifier", type: "string" },
              { key: "Path", type: "string", required: true },
              { key: "Version", type: "string", required: true },
              { key: "UserElection", type: "string", required: true, values: ["Default", "Use", "Ignore"] },
            ],
          },
        ],
      },
    ],
  },
  AvailableOSUpdates: {
    keys: [
      {
        key: "AvailableOSUpdates",
        type: "array",
        required: true,
        keys: [
          {
            key: "AvailableOSUpdatesItem",
            type: "dictionary",
            required: true,
            keys: [
              { key: "ProductKey", type: "string", required: true },
              { key: "HumanReadableName", type: "string", required: true },
              { key: "HumanReadableNameLocale", type: "string", required: true, systems: { iOS: false, tvOS: false } },
              { key: "MetadataURL", type: "string", required: true, systems: { iOS: false, tvOS: false } },
              { key: "ProductName", type: "string", required: true, systems: { macOS: false } },
              { key: "Version", type: "string", required: true },
              { key: "Build", type: "string", required: true },
              { key: "DownloadSize", type: "integer", required: true, systems: { macOS: { introduced: "10.12" } } },
              { key: "InstallSize", type: "integer", required: true, systems: { macOS: false } },
              {
                key: "AppIdentifiersToClose",
                type: "array",
                required: true,
                systems: { iOS: false, tvOS: false },
                keys: [{ key: "AppIdentifiersToCloseItem", type: "string" }],
              },
              { key: "IsCritical", type: "boolean", default: false },
              { key: "IsConfigDataUpdate", type: "boolean", systems: { iOS: false, tvOS: false }, default: false },
              { key: "IsFirmwareUpdate", type: "boolean", systems: { iOS: false, tvOS: false }, default: false },
              {
                key: "IsMajorOSUpdate",
                type: "boolean",
                systems: { iOS: false, macOS: { introduced: "10.11.4" }, tvOS: false },
                default: false,
              },
              { key: "RestartRequired", type: "boolean", default: false },
              { key: "AllowsInstallLater", type: "boolean", default: false },
              {
                key: "DeferredUntil",
                type: "date",
                systems: { iOS: false, macOS: { introduced: "10.12.4" }, tvOS: false },
              },
              {
                key: "RequiresBootstrapToken",
                type: "boolean",
                systems: { iOS: false, macOS: { introduced: "11.0" }, tvOS: false },
                default: false,
              },
              {
                key: "IsSecurityResponse",
                type: "boolean",
                required: true,
                systems: { iOS: { introduced: "16.2" }, macOS: { introduced: "13.1" }, tvOS: { introduced: "16.2" } },
              },
              {
                key: "SupplementalBuildVersion",
                type: "string",
                systems: { iOS: { introduced: "16.2" }, macOS: { introduced: "13.1" }, tvOS: { introduced: "16.2" } },
              },
              {
                key: "SupplementalOSVersionExtra",
                type: "string",
                systems: { iOS: { introduced: "16.2" }, macOS: { introduced: "13.1" }, tvOS: { introduced: "16.2" } },
              },
            ],
          },
        ],
      },
    ],
  },
  CertificateList: {
    keys: [
      {
        key: "CertificateList",
        type: "array",
        required: true,
        keys: [
          {
            key: "CertificateListItem",
            type: "dictionary",
            keys: [
              { key: "CommonName", type: "string", required: true },
              { key: "IsIdentity", type: "boolean", required: true },
              { key: "Data", type: "data", required: true },
            ],
          },
        ],
      },
    ],
  },
  ContentCachingInformation: {
    keys: [
      {
        key: "StatusResponse",
        type: "dictionary",
        required: true,
        keys: [
          { key: "Activated", type: "boolean", default: false },
          { key: "Active", type: "boolean", default: false },
          { key: "ActualCacheUsed", type: "integer" },
          {
            key: "AlertsForPeerFilterRanges",
            type: "dictionary",
            keys: [
              {
                key: "ANY",
                type: "dictionary",
                required: true,
                keys: [
                  {
                    key: "className",
                    type: "string",
                    required: true,
                    values: ["AssetCacheUnfriendlyPeersInFilterRangeAlert"],
                  },
                  { key: "postDate", type: "date", required: true },
                  { key: "peerFilterRangeIndex", type: "integer", required: true },
                  {
                    key: "addresses",
                    type: "array",
                    required: true,
                    keys: [{ key: "address", type: "string", required: true }],
                  },
                ],
              },
            ],
          },
          {
            key: "Alerts",
            type: "array",
            keys: [
              {
                key: "AlertsItem",
                type: "dictionary",
                required: true,
                keys: [
                  {
                    key: "className",
                    type: "string",
                    required: true,
                    values: [
                      "AssetCacheLowSpaceAlert",
                      "AssetCacheNoSpaceAlert",
                      "AssetCacheRegistrationRejectedAlert",
                      "AssetCacheRegistrationUnavailableAlert",
                      "AssetCacheResourceMissingAlert",
                    ],
                  },
                  { key: "postDate", type: "date", required: true },
                  { key: "cacheLimit", type: "integer" },
                  { key: "reservedVolumeSpace", type: "integer" },
                  { key: "resource", type: "string" },
                  { key: "pathPreventingAccess", type: "string" },
                ],
              },
            ],
          },
          {
            key: "CacheDetails",
            type: "dictionary",
            keys: [{ key: "Category Name", type: "integer", required: true }],
          },
          { key: "CacheFree", type: "integer" },
          { key: "CacheLimit", type: "integer" },
          { key: "CacheStatus", type: "string", values: ["LOWSPACE", "OK"] },
          { key: "CacheUsed", type: "integer" },
          { key: "DataMigrationCompleted", type: "boolean", default: false },
          {
            key: "DataMigrationError",
            type: "dictionary",
            keys: [
              { key: "domain", type: "string", required: true },
              { key: "code", type: "integer", required: true },
              { key: "userInfo", type: "dictionary", keys: [{ key: "ANY", type: "any" }] },
            ],
          },
          { key: "DataMigrationProgress", type: "real", range: { min: 0, max: 1 } },
          { key: "MaxCachePressureLast1Hour", type: "real", range: { min: 0, max: 1 } },
          {
            key: "Parents",
            type: "array",
            keys: [
              {
                key: "ParentsItem",
                type: "dictionary",
                keys: [
                  { key: "address", type: "string", required: true },
                  {
                    key: "alert",
                    type: "dictionary",
                    keys: [
                      {
                        key: "className",
                        type: "string",
                        required: true,
                        values: ["AssetCacheParentCycleAlert", "AssetCacheParentDepthAlert"],
                      },
                      { key: "postDate", type: "date", required: true },
                      {
                        key: "addresses",
                        type: "array",
                        required: true,
                        keys: [{ key: "address", type: "string", required: true }],
                      },
                    ],
                  },
                  {
                    key: "details",
                    type: "dictionary",
                    required: true,
                    keys: [
                      { key: "ac-power", type: "boolean", default: false },
                      { key: "cache-size", type: "integer" },
                      {
                        key: "capabilities",
                        type: "dictionary",
                        keys: [
                          { key: "im", type: "boolean", default: false },
                          { key: "ns", type: "boolean", default: false },
                          { key: "pc", type: "boolean", default: false },
                          { key: "query-parameters", type: "boolean", default: false },
                          { key: "sc", type: "boolean", default: false },
                          { key: "ur", type: "boolean", default: false },
                        ],
                      },
                      { key: "is-portable", type: "boolean", default: false },
                      {
                        key: "local-network",
                        type: "dictionary",
                        keys: [{ key: "speed", type: "integer" }, { key: "wired", type: "boolean", default: false }],
                      },
                    ],
                  },
                  { key: "guid", type: "string", required: true },
                  { key: "healthy", type: "boolean", required: true },
                  { key: "port", type: "integer", required: true },
                  { key: "version", type: "string", required: true },
                ],
              },
            ],
          },
          {
            key: "Peers",
            type: "array",
            keys: [
              {
                key: "PeersItem",
                type: "dictionary",
                keys: [
                  { key: "address", type: "string", required: true },
                  {
                    key: "alert",
                    type: "dictionary",
                    keys: [
                      {
                        key: "className",
                        type: "string",
                        required: true,
                        values: ["AssetCachePeerCycleAlert", "AssetCacheUnfriendlyPeerAlert"],
                      },
                      { key: "postDate", type: "date", required: true },
                      { key: "addresses", type: "array", keys: [{ key: "address", type: "string", required: true }] },
                      { key: "peerAddress", type: "string" },
                    ],
                  },
                  {
                    key: "details",
                    type: "dictionary",
                    required: true,
                    keys: [
                      { key: "ac-power", type: "boolean", default: false },
                      { key: "cache-size", type: "integer" },
                      {
                        key: "capabilities",
                        type: "dictionary",
                        keys: [
                          { key: "im", type: "boolean", default: false },
                          { key: "ns", type: "boolean", default: false },
                          { key: "pc", type: "boolean", default: false },
                          { key: "query-parameters", type: "boolean", default: false },
                          { key: "sc", type: "boolean", default: false },
                          { key: "ur", type: "boolean", default: false },
                        ],
                      },
                      { key: "is-portable", type: "boolean", default: false },
                      {
                        key: "local-network",
                        type: "dictionary",
                        keys: [{ key: "speed", type: "integer" }, { key: "wired", type: "boolean", default: false }],
                      },
                    ],
                  },
                  { key: "friendly", type: "boolean", required: true },
                  { key: "guid", type: "string", required: true },
                  { key: "healthy", type: "boolean", required: true },
                  { key: "port", type: "integer", required: true },
                  { key: "version", type: "string", required: true },
                ],
              },
            ],
          },
          { key: "PersonalCacheFree", type: "integer" },
          { key: "PersonalCacheLimit", type: "integer" },
          { key: "PersonalCacheUsed", type: "integer" },
          { key: "Port", type: "integer" },
          {
            key: "PrivateAddresses",
            type: "array",
            keys: [{ key: "PrivateAddressesItem", type: "string", required: true }],
          },
          { key: "PublicAddress", type: "string" },
          { key: "RegistrationError", type: "string" },
          { key: "RegistrationResponseCode", type: "integer" },
          { key: "RegistrationStarted", type: "date" },
          { key: "RegistrationStatus", type: "integer", values: [-1, 0, 1] },
          { key: "RestrictedMedia", type: "boolean", default: false },
          { key: "ServerGUID", type: "string" },
          { key: "StartupStatus", type: "string", values: ["FAILED", "MIGRATING_DATA", "OK", "PENDING"] },
          { key: "TetheratorStatus", type: "integer", values: [-1, 0, 1] },
          { key: "TotalBytesAreSince", type: "date" },
          { key: "TotalBytesDropped", type: "integer" },
          { key: "TotalBytesImported", type: "integer" },
          { key: "TotalBytesReturnedToChildren", type: "integer" },
          { key: "TotalBytesReturnedToClients", type: "integer" },
          { key: "TotalBytesReturnedToPeers", type: "integer" },
          { key: "TotalBytesStoredFromOrigin", type: "integer" },
          { key: "TotalBytesStoredFromParents", type: "integer" },
          { key: "TotalBytesStoredFromPeers", type: "integer" },
        ],
      },
    ],
  },
  DeviceInformation: {
    keys: [
      {
        key: "QueryResponses",
        type: "dictionary",
        required: true,
        keys: [
          { key: "UDID", type: "string" },
          {
            key: "ProvisioningUDID",
            type: "string",
            systems: {
              iOS: false,
              macOS: { introduced: "11.3", userEnrollment: "forbidden" },
              tvOS: false,
              visionOS: false,
              watchOS: false,
            },
          },
          {
            key: "OrganizationInfo",
            type: "dictionary",
            systems: { iOS: { introduced: "7.0" }, macOS: { introduced: "10.11" }, tvOS: { introduced: "9.0" } },
            keys: [
              { key: "OrganizationName", type: "string", required: true },
              { key: "OrganizationAddress", type: "string" },
              { key: "OrganizationPhone", type: "string" },
              { key: "OrganizationEmail", type: "string" },
              { key: "OrganizationMagic", type: "string" },
            ],
          },
          {
            key: "MDMOptions",
            type: "dictionary",
            systems: { iOS: { introduced: "7.0" }, macOS: { introduced: "11.0" }, tvOS: { introduced: "9.0" } },
            keys: [
              {
                key: "ActivationLockAllowedWhileSupervised",
                type: "boolean",
                systems: { visionOS: false, watchOS: false },
                default: false,
              },
              {
                key: "BootstrapTokenAllowed",
                type: "boolean",
                systems: { iOS: false, macOS: { introduced: "11.0" }, tvOS: false, visionOS: false, watchOS: false },
                default: false,
              },
              {
                key: "PromptUserToAllowBootstrapTokenForAuthentication",
                type: "boolean",
                systems: { iOS: false, macOS: { introduced: "11.0" }, tvOS: false, visionOS: false, watchOS: false },
                default: false,
              },
            ],
          },
          {
            key: "LastCloudBackupDate",
            type: "date",
            systems: { iOS: { introduced: "8.0" }, macOS: false, tvOS: false, watchOS: false },
          },
          {
            key: "AwaitingConfiguration",
            type: "boolean",
            systems: {
              iOS: { introduced: "9.0" },
              macOS: { introduced: "10.11" },
              tvOS: { introduced: "10.2" },
              visionOS: { introduced: "2.0" },
            },
          },
          {
            key: "iTunesStoreAccountIsActive",
            type: "boolean",
            systems: {
              iOS: { introduced: "7.0" },
              macOS: { introduced: "10.9" },
              tvOS: { introduced: "9.0" },
              visionOS: false,
            },
          },
          {
            key: "iTunesStoreAccountHash",
            type: "string",
            systems: {
              iOS: { introduced: "8.0" },
              macOS: { introduced: "10.10" },
              tvOS: { introduced: "9.0" },
              visionOS: false,
            },
          },
          { key: "DeviceName", type: "string" },
          { key: "OSVersion", type: "string" },
          {
            key: "SupplementalOSVersionExtra",
            type: "string",
            systems: { iOS: { introduced: "16.1" }, macOS: { introduced: "13.0" }, tvOS: { introduced: "16.1" } },
          },
          { key: "BuildVersion", type: "string" },
          {
            key: "SupplementalBuildVersion",
            type: "string",
            systems: { iOS: { introduced: "16.1" }, macOS: { introduced: "13.0" }, tvOS: { introduced: "16.1" } },
          },
          { key: "ModelName", type: "string" },
          { key: "Model", type: "string", systems: { visionOS: false } },
          { key: "ModelNumber", type: "string" },
          {
            key: "IsAppleSilicon",
            type: "boolean",
            systems: { iOS: false, macOS: { introduced: "12.0" }, tvOS: false, visionOS: false, watchOS: false },
          },
          { key: "ProductName", type: "string" },
          { key: "SerialNumber", type: "string" },
          { key: "DeviceCapacity", type: "real", systems: { tvOS: false } },
          { key: "AvailableDeviceCapacity", type: "real", systems: { tvOS: false } },
          {
            key: "IMEI",
            type: "string",
            systems: { iOS: { deprecated: "16.0" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
          },
          {
            key: "MEID",
            type: "string",
            systems: { iOS: { deprecated: "16.0" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
          },
          {
            key: "ModemFirmwareVersion",
            type: "string",
            systems: { macOS: false, tvOS: false, visionOS: false, watchOS: false },
          },
          {
            key: "CellularTechnology",
            type: "integer",
            systems: { iOS: { introduced: "4.2.6" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
            values: [0, 1, 2, 3],
          },
          {
            key: "BatteryLevel",
            type: "real",
            systems: { iOS: { introduced: "5.0" }, macOS: { introduced: "13.3" }, tvOS: false },
          },
          {
            key: "HasBattery",
            type: "boolean",
            systems: { iOS: false, macOS: { introduced: "13.3" }, tvOS: false, visionOS: false, watchOS: false },
          },
          {
            key: "IsSupervised",
            type: "boolean",
            systems: { iOS: { introduced: "6.0" }, macOS: { introduced: "10.15" }, tvOS: { introduced: "9.0" } },
          },
          {
            key: "IsMultiUser",
            type: "boolean",
            systems: { iOS: { introduced: "9.3" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
          },
          {
            key: "IsDeviceLocatorServiceEnabled",
            type: "boolean",
            systems: { iOS: { introduced: "7.0" }, macOS: false, tvOS: false },
          },
          {
            key: "IsActivationLockEnabled",
            type: "boolean",
            systems: {
              iOS: { introduced: "7.0", deprecated: "16.0" },
              macOS: { introduced: "10.9", deprecated: "13.0" },
              tvOS: false,
              visionOS: false,
              watchOS: { deprecated: "10.0" },
            },
          },
          {
            key: "IsActivationLockSupported",
            type: "boolean",
            systems: { iOS: false, macOS: { introduced: "10.9" }, tvOS: false, visionOS: false, watchOS: false },
          },
          {
            key: "IsDoNotDisturbInEffect",
            type: "boolean",
            systems: { iOS: { introduced: "7.0" }, macOS: false, tvOS: false },
          },
          {
            key: "SupportsLOMDevice",
            type: "boolean",
            systems: { iOS: false, macOS: { introduced: "11.0" }, tvOS: false, visionOS: false, watchOS: false },
          },
          {
            key: "DeviceID",
            type: "string",
            systems: { iOS: false, macOS: false, tvOS: { introduced: "9.0" }, visionOS: false, watchOS: false },
          },
          {
            key: "EASDeviceIdentifier",
            type: "string",
            systems: { iOS: { introduced: "7.0" }, macOS: false, tvOS: false, watchOS: false },
          },
          {
            key: "IsCloudBackupEnabled",
            type: "boolean",
            systems: { iOS: { introduced: "7.1" }, macOS: false, tvOS: false, watchOS: false },
          },
          {
            key: "ActiveManagedUsers",
            type: "array",
            systems: { iOS: false, macOS: { introduced: "10.11" }, tvOS: false, visionOS: false, watchOS: false },
            keys: [{ key: "ActiveManagedUsersItems", type: "string" }],
          },
          {
            key: "OSUpdateSettings",
            type: "dictionary",
            systems: { iOS: false, macOS: { introduced: "10.11" }, tvOS: false, visionOS: false, watchOS: false },
            keys: [
              { key: "CatalogURL", type: "string" },
              { key: "IsDefaultCatalog", type: "boolean" },
              { key: "PreviousScanDate", type: "date" },
              {
                key: "PreviousScanResult",
                type: "string",
                systems: { macOS: { deprecated: "11.0", removed: "15.0" } },
              },
              { key: "PerformPeriodicCheck", type: "boolean" },
              { key: "AutoCheckEnabled", type: "boolean" },
              { key: "BackgroundDownloadEnabled", type: "boolean" },
              { key: "AutomaticAppInstallationEnabled", type: "boolean" },
              { key: "AutomaticOSInstallationEnabled", type: "boolean" },
              { key: "AutomaticSecurityUpdatesEnabled", type: "boolean" },
            ],
          },
          {
            key: "LocalHostName",
            type: "string",
            systems: { iOS: false, macOS: { introduced: "10.11" }, tvOS: false, visionOS: false, watchOS: false },
          },
          {
            key: "HostName",
            type: "string",
            systems: { iOS: false, macOS: { introduced: "10.11" }, tvOS: false, visionOS: false, watchOS: false },
          },
          {
            key: "AutoSetupAdminAccounts",
            type: "array",
            systems: { iOS: false, macOS: { introduced: "10.11" }, tvOS: false, visionOS: false, watchOS: false },
            keys: [
              {
                key: "AutoSetupAdminAccountsItem",
                type: "dictionary",
                keys: [{ key: "GUID", type: "string" }, { key: "shortName", type: "string" }],
              },
            ],
          },
          {
            key: "SystemIntegrityProtectionEnabled",
            type: "boolean",
            systems: { iOS: false, macOS: { introduced: "10.12" }, tvOS: false, visionOS: false, watchOS: false },
          },
          {
            key: "IsMDMLostModeEnabled",
            type: "boolean",
            systems: { iOS: { introduced: "9.3" }, macOS: false, tvOS: false, visionOS: false },
          },
          {
            key: "MaximumResidentUsers",
            type: "integer",
            systems: { iOS: { introduced: "9.3" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
          },
          {
            key: "EstimatedResidentUsers",
            type: "integer",
            systems: { iOS: { introduced: "14.0" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
          },
          {
            key: "QuotaSize",
            type: "integer",
            systems: { iOS: { introduced: "13.4" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
          },
          {
            key: "ResidentUsers",
            type: "integer",
            systems: { iOS: { introduced: "13.4" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
          },
          {
            key: "UserSessionTimeout",
            type: "integer",
            systems: { iOS: { introduced: "14.5" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
          },
          {
            key: "TemporarySessionTimeout",
            type: "integer",
            systems: { iOS: { introduced: "14.5" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
          },
          {
            key: "TemporarySessionOnly",
            type: "boolean",
            systems: { iOS: { introduced: "14.5" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
          },
          {
            key: "ManagedAppleIDDefaultDomains",
            type: "array",
            systems: { iOS: { introduced: "16.0" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
            keys: [{ key: "AppleID domain", type: "string" }],
          },
          {
            key: "OnlineAuthenticationGracePeriod",
            type: "integer",
            systems: { iOS: { introduced: "16.0" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
          },
          {
            key: "SkipLanguageAndLocaleSetupForNewUsers",
            type: "boolean",
            systems: { iOS: { introduced: "16.2" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
          },
          {
            key: "PushToken",
            type: "data",
            systems: {
              iOS: { introduced: "9.3" },
              macOS: { introduced: "10.12" },
              tvOS: false,
              visionOS: false,
              watchOS: false,
            },
          },
          {
            key: "DiagnosticSubmissionEnabled",
            type: "boolean",
            systems: { iOS: { introduced: "9.3" }, macOS: false, tvOS: false },
          },
          {
            key: "AppAnalyticsEnabled",
            type: "boolean",
            systems: { iOS: { introduced: "9.3" }, macOS: false, tvOS: false },
          },
          {
            key: "TimeZone",
            type: "string",
            systems: { iOS: { introduced: "14.0" }, macOS: false, tvOS: { introduced: "14.0" } },
          },
          {
            key: "ICCID",
            type: "string",
            systems: { iOS: { deprecated: "16.0" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
          },
          { key: "BluetoothMAC", type: "string", systems: { watchOS: false } },
          { key: "WiFiMAC", type: "string" },
          { key: "EthernetMAC", type: "string", systems: { iOS: false, tvOS: false, visionOS: false, watchOS: false } },
          {
            key: "CurrentCarrierNetwork",
            type: "string",
            systems: { iOS: { deprecated: "16.0" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
          },
          {
            key: "SIMCarrierNetwork",
            type: "string",
            systems: { iOS: { removed: "5.0" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
          },
          {
            key: "SubscriberCarrierNetwork",
            type: "string",
            systems: {
              iOS: { introduced: "5.0", deprecated: "16.0" },
              macOS: false,
              tvOS: false,
              visionOS: false,
              watchOS: false,
            },
          },
          {
            key: "CarrierSettingsVersion",
            type: "string",
            systems: { iOS: { deprecated: "16.0" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
          },
          {
            key: "PhoneNumber",
            type: "string",
            systems: { iOS: { deprecated: "16.0" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
          },
          {
            key: "DataRoamingEnabled",
            type: "boolean",
            systems: { iOS: { introduced: "5.0" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
          },
          {
            key: "VoiceRoamingEnabled",
            type: "boolean",
            systems: {
              iOS: { introduced: "5.0", deprecated: "16.0" },
              macOS: false,
              tvOS: false,
              visionOS: false,
              watchOS: false,
            },
          },
          {
            key: "PersonalHotspotEnabled",
            type: "boolean",
            systems: { iOS: { introduced: "7.0" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
          },
          {
            key: "IsNetworkTethered",
            type: "boolean",
            systems: { iOS: { introduced: "10.3" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
          },
          {
            key: "IsRoaming",
            type: "boolean",
            systems: {
              iOS: { introduced: "4.2", deprecated: "16.0" },
              macOS: false,
              tvOS: false,
              visionOS: false,
              watchOS: false,
            },
          },
          {
            key: "SIMMCC",
            type: "string",
            systems: { iOS: { removed: "4.2.6" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
          },
          {
            key: "SIMMNC",
            type: "string",
            systems: { iOS: { removed: "4.2.6" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
          },
          {
            key: "SubscriberMCC",
            type: "string",
            systems: {
              iOS: { introduced: "4.2.6", deprecated: "16.0" },
              macOS: false,
              tvOS: false,
              visionOS: false,
              watchOS: false,
            },
          },
          {
            key: "SubscriberMNC",
            type: "string",
            systems: {
              iOS: { introduced: "4.2.6", deprecated: "16.0" },
              macOS: false,
              tvOS: false,
              visionOS: false,
              watchOS: false,
            },
          },
          {
            key: "CurrentMCC",
            type: "string",
            systems: { iOS: { deprecated: "16.0" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
          },
          {
            key: "CurrentMNC",
            type: "string",
            systems: { iOS: { deprecated: "16.0" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
          },
          {
            key: "ServiceSubscriptions",
            type: "array",
            systems: { iOS: { introduced: "12.0" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
            keys: [
              {
                key: "ServiceSubscriptionProperty",
                type: "dictionary",
                keys: [
                  { key: "CarrierSettingsVersion", type: "string" },
                  { key: "CurrentCarrierNetwork", type: "string" },
                  { key: "CurrentMCC", type: "string" },
                  { key: "CurrentMNC", type: "string" },
                  { key: "ICCID", type: "string" },
                  { key: "EID", type: "string", systems: { iOS: { introduced: "14.0" }, macOS: false, tvOS: false } },
                  { key: "IMEI", type: "string" },
                  { key: "IsDataPreferred", type: "boolean" },
                  { key: "IsRoaming", type: "boolean" },
                  { key: "IsVoicePreferred", type: "boolean" },
                  { key: "Label", type: "string" },
                  { key: "LabelID", type: "string" },
                  { key: "MEID", type: "string" },
                  { key: "PhoneNumber", type: "string" },
                  { key: "Slot", type: "string" },
                  {
                    key: "SubscriberCarrierNetwork",
                    type: "string",
                    systems: { iOS: { introduced: "16.0" }, macOS: false, tvOS: false },
                  },
                ],
              },
            ],
          },
          {
            key: "PINRequiredForEraseDevice",
            type: "boolean",
            systems: { iOS: false, macOS: { introduced: "11.0" }, tvOS: false, visionOS: false, watchOS: false },
          },
          {
            key: "PINRequiredForDeviceLock",
            type: "boolean",
            systems: { iOS: false, macOS: { introduced: "11.0" }, tvOS: false, visionOS: false, watchOS: false },
          },
          {
            key: "SupportsiOSAppInstalls",
            type: "boolean",
            systems: { iOS: false, macOS: { introduced: "11.0" }, tvOS: false, visionOS: false, watchOS: false },
          },
          {
            key: "SoftwareUpdateDeviceID",
            type: "string",
            systems: {
              iOS: { introduced: "15.0", userEnrollment: "forbidden" },
              macOS: { introduced: "12.0", userEnrollment: "forbidden" },
              tvOS: false,
              visionOS: { userEnrollment: "forbidden" },
              watchOS: false,
            },
          },
          {
            key: "SoftwareUpdateSettings",
            type: "dictionary",
            systems: {
              iOS: { introduced: "14.5", userEnrollment: "forbidden" },
              macOS: false,
              tvOS: false,
              visionOS: false,
              watchOS: false,
            },
            keys: [{ key: "RecommendationsCadence", type: "integer" }],
          },
          {
            key: "AccessibilitySettings",
            type: "dictionary",
            systems: {
              iOS: {
                introduced: "16.0",
                supervised: true,
                sharedIpad: { mode: "allowed", deviceChannel: false },
                userEnrollment: "forbidden",
              },
              macOS: false,
              tvOS: false,
              visionOS: false,
              watchOS: { supervised: true },
            },
            keys: [
              { key: "BoldTextEnabled", type: "boolean" },
              { key: "IncreaseContrastEnabled", type: "boolean", systems: { watchOS: false } },
              { key: "ReduceMotionEnabled", type: "boolean" },
              { key: "ReduceTransparencyEnabled", type: "boolean" },
              { key: "TextSize", type: "integer", values: [-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] },
              { key: "TouchAccommodationsEnabled", type: "boolean" },
              { key: "VoiceOverEnabled", type: "boolean" },
              { key: "ZoomEnabled", type: "boolean" },
              { key: "GrayscaleEnabled", type: "boolean", systems: { iOS: false } },
            ],
          },
          {
            key: "DevicePropertiesAttestation",
            type: "array",
            systems: {
              iOS: { introduced: "16.0", userEnrollment: "allowed" },
              macOS: { introduced: "14.0" },
              tvOS: { introduced: "16.0" },
              visionOS: { userEnrollment: "allowed" },
            },
            keys: [{ key: "AttestationCertificate", type: "data" }],
          },
          {
            key: "EACSPreflight",
            type: "string",
            systems: {
              iOS: false,
              macOS: { introduced: "13.3", userEnrollment: "forbidden" },
              tvOS: false,
              visionOS: false,
              watchOS: false,
            },
          },
        ],
      },
    ],
  },
  DeviceLocation: {
    keys: [
      { key: "Latitude", type: "real", required: true },
      { key: "Longitude", type: "real", required: true },
      { key: "HorizontalAccuracy", type: "real", required: true, systems: { iOS: { introduced: "10.3" } } },
      { key: "VerticalAccuracy", type: "real", required: true, systems: { iOS: { introduced: "10.3" } } },
      { key: "Altitude", type: "real", required: true, systems: { iOS: { introduced: "10.3" } } },
      { key: "Speed", type: "real", required: true, systems: { iOS: { introduced: "10.3" } } },
      { key: "Course", type: "real", required: true, systems: { iOS: { introduced: "10.3" } } },
      { key: "Timestamp", type: "string", required: true, systems: { iOS: { introduced: "10.3" } } },
    ],
  },
  DeviceLock: { keys: [{ key: "MessageResult", type: "string" }] },
  InstallApplication: {
    keys: [
      { key: "Identifier", type: "string" },
      {
        key: "State",
        type: "string",
        values: [
          "Queued",
          "NeedsRedemption",
          "Redeeming",
          "Prompting",
          "PromptingForLogin",
          "ValidatingPurchase",
          "Installing",
          "Managed",
          "ManagedButUninstalled",
          "UserInstalledApp",
          "UserRejected",
          "PromptingForUpdate",
          "PromptingForUpdateLogin",
          "ValidatingUpdate",
          "Updating",
          "UpdateRejected",
          "PromptingForManagement",
          "ManagementRejected",
          "Failed",
          "Unknown",
        ],
      },
      {
        key: "RejectionReason",
        type: "string",
        values: [
          "AppAlreadyInstalled",
          "AppAlreadyQueued",
          "AppStoreDisabled",
          "CouldNotVerifyAppID",
          "ManagementChangeNotSupported",
          "NotAnApp",
          "NotSupported",
          "Other",
          "PurchaseMethodNotSupported",
          "PurchaseMethodNotSupportedInMultiUser",
        ],
      },
    ],
  },
  InstallMedia: {
    keys: [
      { key: "iTunesStoreID", type: "integer" },
      { key: "MediaURL", type: "string", systems: { macOS: false } },
      { key: "PersistentID", type: "string", systems: { macOS: false } },
      { key: "MediaType", type: "string" },
      {
        key: "State",
        type: "string",
        values: [
          "Queued",
          "PromptingForLogin",
          "Updating",
          "Installing",
          "Managed",
          "ManagedButUninstalled",
          "Installed",
          "Uninstalled",
          "Failed",
          "Unknown",
        ],
      },
      {
        key: "RejectionReason",
        type: "string",
        values: [
          "CouldNotVerifyITunesStoreID",
          "PurchaseNotFound",
          "AppStoreDisabled",
          "WrongMediaType",
          "DownloadInvalid",
          "EnterpriseBooksNotSupportedInMultiUser",
        ],
      },
    ],
  },
  InstalledApplicationList: {
    keys: [
      {
        key: "InstalledApplicationList",
        type: "array",
        required: true,
        keys: [
          {
            key: "InstalledApplicationListItem",
            type: "dictionary",
            keys: [
              { key: "Identifier", type: "string" },
              {
                key: "ExternalVersionIdentifier",
                type: "integer",
                systems: { iOS: { introduced: "11.0" }, macOS: { introduced: "10.13" }, tvOS: { introduced: "11.0" } },
              },
              {
                key: "DistributorIdentifier",
                type: "string",
                systems: { iOS: { introduced: "17.4" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
              },
              { key: "Version", type: "string" },
              { key: "ShortVersion", type: "string", systems: { iOS: { introduced: "5.0" } } },
              { key: "Name", type: "string" },
              { key: "BundleSize", type: "integer", systems: { macOS: { introduced: "10.7" } } },
              { key: "DynamicSize", type: "integer", systems: { iOS: { introduced: "5.0" }, macOS: false } },
              { key: "IsValidated", type: "boolean", systems: { iOS: { introduced: "9.2" }, macOS: false } },
              { key: "Installing", type: "boolean" },
              {
                key: "AppStoreVendable",
                type: "boolean",
                systems: { iOS: { introduced: "11.3" }, macOS: false, tvOS: { introduced: "11.3" } },
              },
              {
                key: "DeviceBasedVPP",
                type: "boolean",
                systems: { iOS: { introduced: "11.3" }, macOS: false, tvOS: { introduced: "11.3" } },
              },
              {
                key: "BetaApp",
                type: "boolean",
                systems: { iOS: { introduced: "11.3" }, macOS: false, tvOS: { introduced: "11.3" } },
              },
              {
                key: "AdHocCodeSigned",
                type: "boolean",
                systems: { iOS: { introduced: "11.3" }, macOS: false, tvOS: { introduced: "11.3" } },
              },
              {
                key: "HasUpdateAvailable",
                type: "boolean",
                systems: { iOS: { introduced: "11.3" }, macOS: { introduced: "10.13.4" } },
              },
              { key: "DownloadFailed", type: "boolean", default: false },
              { key: "DownloadWaiting", type: "boolean", default: false },
              { key: "DownloadPaused", type: "boolean", default: false },
              { key: "DownloadCancelled", type: "boolean", default: false },
              {
                key: "IsAppClip",
                type: "boolean",
                systems: { iOS: { introduced: "16.0" }, macOS: false, tvOS: false, watchOS: false },
                default: false,
              },
              {
                key: "Source",
                type: "string",
                systems: { iOS: { introduced: "17.2" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
              },
            ],
          },
        ],
      },
    ],
  },
  InviteToProgram: {
    keys: [
      {
        key: "InvitationResult",
        type: "string",
        required: true,
        values: ["Acknowledged", "InvalidProgramID", "InvalidInvitationURL"],
      },
    ],
  },
  LOMDeviceRequest: {
    keys: [
      {
        key: "ResponseList",
        type: "array",
        required: true,
        keys: [
          {
            key: "ResponseListItem",
            type: "dictionary",
            required: true,
            keys: [
              { key: "DeviceRequestSuccess", type: "boolean", required: true },
              { key: "DeviceRequestUUID", type: "string", required: true },
              { key: "DeviceRequestReturnError", type: "string" },
            ],
          },
        ],
      },
    ],
  },
  LOMSetupRequest: {
    keys: [
      {
        key: "PrimaryIPv6AddressList",
        type: "array",
        required: true,
        keys: [{ key: "PrimaryIPv6AddressListItem", type: "string", required: true }],
      },
      {
        key: "SecondaryIPv6AddressList",
        type: "array",
        required: true,
        keys: [{ key: "SecondaryIPv6AddressListItem", type: "string", required: true }],
      },
      { key: "LOMProtocolVersion", type: "integer", required: true },
    ],
  },
  ManagedApplicationAttributes: {
    keys: [
      {
        key: "ApplicationAttributes",
        type: "array",
        required: true,
        keys: [
          {
            key: "ApplicationAttributesItem",
            type: "dictionary",
            keys: [
              { key: "Identifier", type: "string", required: true },
              {
                key: "Attributes",
                type: "dictionary",
                keys: [
                  { key: "VPNUUID", type: "string", systems: { tvOS: false } },
                  {
                    key: "ContentFilterUUID",
                    type: "string",
                    systems: { iOS: { introduced: "16.0" }, tvOS: false, watchOS: false },
                  },
                  {
                    key: "DNSProxyUUID",
                    type: "string",
                    systems: { iOS: { introduced: "16.0" }, tvOS: false, watchOS: false },
                  },
                  {
                    key: "RelayUUID",
                    type: "string",
                    systems: { iOS: { introduced: "17.0" }, tvOS: false, watchOS: false },
                  },
                  {
                    key: "AssociatedDomains",
                    type: "array",
                    systems: { iOS: { introduced: "13.0" }, tvOS: false },
                    keys: [{ key: "AssociatedDomain", type: "string" }],
                  },
                  {
                    key: "AssociatedDomainsEnableDirectDownloads",
                    type: "boolean",
                    systems: { iOS: { introduced: "14.0" }, tvOS: false },
                    default: false,
                  },
                  {
                    key: "Removable",
                    type: "boolean",
                    systems: { iOS: { introduced: "14.0" }, tvOS: { introduced: "14.0" } },
                    default: true,
                  },
                  {
                    key: "TapToPayScreenLock",
                    type: "boolean",
                    systems: { iOS: { introduced: "16.4" }, tvOS: false, visionOS: false, watchOS: false },
                    default: false,
                  },
                  {
                    key: "CellularSliceUUID",
                    type: "string",
                    systems: { iOS: { introduced: "17.0" }, tvOS: false, visionOS: false, watchOS: false },
                  },
                  {
                    key: "Hideable",
                    type: "boolean",
                    systems: { iOS: { introduced: "18.1" }, tvOS: false, visionOS: false, watchOS: false },
                    default: true,
                  },
                  {
                    key: "Lockable",
                    type: "boolean",
                    systems: { iOS: { introduced: "18.1" }, tvOS: false, visionOS: false, watchOS: false },
                    default: true,
                  },
                ],
              },
            ],
          },
        ],
      },
    ],
  },
  ManagedApplicationConfiguration: {
    keys: [
      {
        key: "ApplicationConfigurations",
        type: "array",
        required: true,
        keys: [
          {
            key: "ApplicationConfigurationsItem",
            type: "dictionary",
            keys: [
              { key: "Identifier", type: "string", required: true },
              { key: "Configuration", type: "dictionary", keys: [{ key: "ANY", type: "any" }] },
            ],
          },
        ],
      },
    ],
  },
  ManagedApplicationFeedback: {
    keys: [
      {
        key: "ManagedApplicationFeedback",
        type: "array",
        required: true,
        keys: [
          {
            key: "ManagedApplicationFeedbackItem",
            type: "dictionary",
            keys: [
              { key: "Identifier", type: "string", required: true },
              { key: "Feedback", type: "dictionary", keys: [{ key: "ANY", type: "any" }] },
            ],
          },
        ],
      },
    ],
  },
  ManagedApplicationList: {
    keys: [
      {
        key: "ManagedApplicationList",
        type: "dictionary",
        required: true,
        keys: [
          {
            key: "ANY",
            type: "dictionary",
            required: true,
            keys: [
              {
                key: "Status",
                type: "string",
                required: true,
                values: [
                  "Queued",
                  "NeedsRedemption",
                  "Redeeming",
                  "Prompting",
                  "PromptingForLogin",
                  "ValidatingPurchase",
                  "PromptingForUpdate",
                  "PromptingForUpdateLogin",
                  "PromptingForManagement",
                  "ValidatingUpdate",
                  "Updating",
                  "Installing",
                  "Managed",
                  "ManagedButUninstalled",
                  "Unknown",
                  "UserInstalledApp",
                  "UserRejected",
                  "UpdateRejected",
                  "ManagementRejected",
                  "Failed",
                ],
              },
              { key: "ManagementFlags", type: "integer", required: true },
              { key: "UnusedRedemptionCode", type: "string", required: true, systems: { macOS: false, tvOS: false } },
              {
                key: "HasConfiguration",
                type: "boolean",
                required: true,
                systems: { iOS: { introduced: "7.0" }, macOS: { introduced: "11.0" } },
              },
              {
                key: "HasFeedback",
                type: "boolean",
                required: true,
                systems: { iOS: { introduced: "7.0" }, macOS: { introduced: "11.3", deviceChannel: false } },
              },
              {
                key: "IsValidated",
                type: "boolean",
                required: true,
                systems: { iOS: { introduced: "9.2" }, macOS: false },
              },
              {
                key: "ExternalVersionIdentifier",
                type: "integer",
                required: true,
                systems: { iOS: { introduced: "10.3" }, macOS: { introduced: "11.3" }, tvOS: { introduced: "10.2" } },
              },
            ],
          },
        ],
      },
    ],
  },
  ManagedMediaList: {
    keys: [
      {
        key: "Books",
        type: "array",
        required: true,
        keys: [
          {
            key: "BooksItem",
            type: "dictionary",
            keys: [
              { key: "iTunesStoreID", type: "integer", required: true },
              { key: "State", type: "string" },
              { key: "PersistentID", type: "string" },
              { key: "Kind", type: "string" },
              { key: "Version", type: "string" },
              { key: "Author", type: "string" },
              { key: "Title", type: "string" },
            ],
          },
        ],
      },
    ],
  },
  NSExtensionMappings: {
    keys: [
      {
        key: "Extensions",
        type: "array",
        required: true,
        keys: [
          {
            key: "ExtensionsItem",
            type: "dictionary",
            keys: [
              { key: "Identifier", type: "string", required: true },
              { key: "ExtensionPoint", type: "string", required: true },
              { key: "DisplayName", type: "string", required: true },
            ],
          },
        ],
      },
    ],
  },
  OSUpdateStatus: {
    keys: [
      {
        key: "OSUpdateStatus",
        type: "array",
        required: true,
        keys: [
          {
            key: "OSUpdateStatusItem",
            type: "dictionary",
            required: true,
            keys: [
              { key: "ProductKey", type: "string", required: true },
              { key: "IsDownloaded", type: "boolean", required: true },
              { key: "DownloadPercentComplete", type: "real", required: true },
              { key: "Status", type: "string", required: true },
              {
                key: "MaxDeferrals",
                type: "integer",
                systems: { iOS: false, macOS: { introduced: "12.3" }, tvOS: false },
              },
              {
                key: "DeferralsRemaining",
                type: "integer",
                systems: { iOS: false, macOS: { introduced: "12.3" }, tvOS: false },
              },
              {
                key: "NextScheduledInstall",
                type: "date",
                systems: { iOS: false, macOS: { introduced: "12.3" }, tvOS: false },
              },
              {
                key: "PastNotifications",
                type: "array",
                systems: { iOS: false, macOS: { introduced: "12.3" }, tvOS: false },
                keys: [{ key: "PastNotificationDate", type: "date" }],
              },
            ],
          },
        ],
      },
    ],
  },
  ProfileList: {
    keys: [
      {
        key: "ProfileList",
        type: "array",
        required: true,
        keys: [
          {
            key: "ProfileListItem",
            type: "dictionary",
            keys: [
              { key: "PayloadUUID", type: "string", required: true },
              { key: "PayloadIdentifier", type: "string", required: true },
              { key: "PayloadVersion", type: "integer" },
              { key: "PayloadDisplayName", type: "string" },
              { key: "PayloadOrganization", type: "string" },
              { key: "PayloadDescription", type: "string" },
              { key: "PayloadRemovalDisallowed", type: "boolean", default: false },
              { key: "HasRemovalPasscode", type: "boolean", default: false },
              { key: "IsEncrypted", type: "boolean", default: false },
              { key: "SignerCertificates", type: "array", keys: [{ key: "CertificateItem", type: "data" }] },
              { key: "IsManaged", type: "boolean", systems: { macOS: false }, default: false },
              {
                key: "Source",
                type: "string",
                systems: {
                  iOS: { introduced: "18.0" },
                  macOS: { introduced: "15.0" },
                  tvOS: { introduced: "18.0" },
                  visionOS: { introduced: "2.0" },
                  watchOS: { introduced: "11.0" },
                },
              },
              {
                key: "PayloadContent",
                type: "array",
                keys: [
                  {
                    key: "PayloadContentItem",
                    type: "dictionary",
                    keys: [
                      { key: "PayloadType", type: "string", required: true },
                      { key: "PayloadVersion", type: "integer", required: true },
                      { key: "PayloadIdentifier", type: "string", required: true },
                      {
                        key: "PayloadUUID",
                        type: "string",
                        required: true,
                        systems: {
                          iOS: { introduced: "17.0" },
                          macOS: { introduced: "14.0" },
                          tvOS: { introduced: "17.0" },
                        },
                      },
                      { key: "PayloadDisplayName", type: "string" },
                      { key: "PayloadDescription", type: "string" },
                      { key: "PayloadOrganization", type: "string" },
                    ],
                  },
                ],
              },
            ],
          },
        ],
      },
    ],
  },
  ProvisioningProfileList: {
    keys: [
      {
        key: "ProvisioningProfileList",
        type: "array",
        required: true,
        keys: [
          {
            key: "ProvisioningProfileListItem",
            type: "dictionary",
            keys: [
              { key: "Name", type: "string", required: true },
              { key: "UUID", type: "string", required: true },
              { key: "ExpiryDate", type: "date" },
            ],
          },
        ],
      },
    ],
  },
  RequestMirroring: { keys: [{ key: "MirroringResult", type: "string" }] },
  RequestUnlockToken: { keys: [{ key: "UnlockToken", type: "data", required: true }] },
  Restrictions: {
    shapes: {
      RestrictionsDictionary: [
        {
          key: "restrictedBool",
          type: "dictionary",
          keys: [{ key: "ANY", type: "dictionary", keys: [{ key: "value", type: "boolean", required: true }] }],
        },
        {
          key: "restrictedValue",
          type: "dictionary",
          keys: [{ key: "ANY", type: "dictionary", keys: [{ key: "value", type: "integer", required: true }] }],
        },
        {
          key: "intersection",
          type: "dictionary",
          keys: [
            {
              key: "ANY",
              type: "dictionary",
              keys: [{ key: "values", type: "array", required: true, keys: [{ key: "valuesItem", type: "string" }] }],
            },
          ],
        },
        {
          key: "union",
          type: "dictionary",
          keys: [
            {
              key: "ANY",
              type: "dictionary",
              keys: [{ key: "values", type: "array", required: true, keys: [{ key: "valuesItem", type: "string" }] }],
            },
          ],
        },
      ],
    },
    keys: [
      { key: "GlobalRestrictions", type: "dictionary", required: true, shape: "RestrictionsDictionary" },
      {
        key: "ProfileRestrictions",
        type: "dictionary",
        required: true,
        keys: [{ key: "ANY", type: "dictionary", shape: "RestrictionsDictionary" }],
      },
    ],
  },
  RotateFileVaultKey: {
    keys: [{ key: "RotateResult", type: "dictionary", keys: [{ key: "EncryptedNewRecoveryKey", type: "data" }] }],
  },
  ScheduleOSUpdate: {
    keys: [
      {
        key: "UpdateResults",
        type: "array",
        required: true,
        keys: [
          {
            key: "UpdateResultsItem",
            type: "dictionary",
            required: true,
            keys: [
              { key: "ProductKey", type: "string", required: true },
              {
                key: "InstallAction",
                type: "string",
                required: true,
                values: ["Error", "DownloadOnly", "InstallASAP", "NotifyOnly", "InstallLater", "InstallForceRestart"],
              },
              {
                key: "Status",
                type: "string",
                required: true,
                values: [
                  "Idle",
                  "Downloading",
                  "DownloadFailed",
                  "DownloadRequiresComputer",
                  "DownloadInsufficientSpace",
                  "DownloadInsufficientPower",
                  "DownloadInsufficientNetwork",
                  "Installing",
                  "InstallInsufficientSpace",
                  "InstallInsufficientPower",
                  "InstallPhoneCallInProgress",
                  "InstallFailed",
                ],
              },
              {
                key: "ErrorChain",
                type: "array",
                keys: [
                  { key: "ErrorChainItem", type: "dictionary", keys: [{ key: "ANY", type: "any", required: true }] },
                ],
              },
            ],
          },
        ],
      },
    ],
  },
  ScheduleOSUpdateScan: { keys: [{ key: "ScanInitiated", type: "boolean", required: true }] },
  SecurityInfo: {
    keys: [
      {
        key: "SecurityInfo",
        type: "dictionary",
        required: true,
        keys: [
          { key: "HardwareEncryptionCaps", type: "integer", systems: { macOS: false } },
          {
            key: "PasscodePresent",
            type: "boolean",
            systems: { iOS: { userEnrollment: "forbidden" }, macOS: false, visionOS: { userEnrollment: "forbidden" } },
          },
          { key: "PasscodeCompliant", type: "boolean", systems: { macOS: false } },
          {
            key: "PasscodeCompliantWithProfiles",
            type: "boolean",
            systems: { iOS: { userEnrollment: "forbidden" }, macOS: false, visionOS: { userEnrollment: "forbidden" } },
          },
          {
            key: "PasscodeLockGracePeriod",
            type: "integer",
            systems: {
              iOS: { introduced: "9.3.2", userEnrollment: "forbidden" },
              macOS: false,
              visionOS: { userEnrollment: "forbidden" },
            },
          },
          {
            key: "PasscodeLockGracePeriodEnforced",
            type: "integer",
            systems: {
              iOS: { introduced: "9.3.2", userEnrollment: "forbidden" },
              macOS: false,
              visionOS: { userEnrollment: "forbidden" },
            },
          },
          {
            key: "AutoLockTime",
            type: "integer",
            systems: {
              iOS: { introduced: "17.0", sharedIpad: { mode: "required" }, userEnrollment: "forbidden" },
              macOS: false,
              tvOS: false,
              visionOS: false,
              watchOS: false,
            },
          },
          {
            key: "FDE_Enabled",
            type: "boolean",
            systems: {
              iOS: false,
              macOS: { introduced: "10.9", userChannel: false },
              tvOS: false,
              visionOS: false,
              watchOS: false,
            },
          },
          {
            key: "FDE_HasPersonalRecoveryKey",
            type: "boolean",
            systems: {
              iOS: false,
              macOS: { introduced: "10.9", userChannel: false, userEnrollment: "forbidden" },
              tvOS: false,
              visionOS: false,
              watchOS: false,
            },
          },
          {
            key: "FDE_HasInstitutionalRecoveryKey",
            type: "boolean",
            systems: {
              iOS: false,
              macOS: { introduced: "10.9", userChannel: false, userEnrollment: "forbidden" },
              tvOS: false,
              visionOS: false,
              watchOS: false,
            },
          },
          {
            key: "FDE_PersonalRecoveryKeyCMS",
            type: "data",
            systems: {
              iOS: false,
              macOS: { introduced: "10.13", userChannel: false, userEnrollment: "forbidden" },
              tvOS: false,
              visionOS: false,
              watchOS: false,
            },
          },
          {
            key: "FDE_PersonalRecoveryKeyDeviceKey",
            type: "string",
            systems: {
              iOS: false,
              macOS: { introduced: "10.13", userChannel: false, userEnrollment: "forbidden" },
              tvOS: false,
              visionOS: false,
              watchOS: false,
            },
          },
          {
            key: "SystemIntegrityProtectionEnabled",
            type: "boolean",
            systems: {
              iOS: false,
              macOS: { introduced: "10.12", userChannel: false },
              tvOS: false,
              visionOS: false,
              watchOS: false,
            },
          },
          {
            key: "FirewallSettings",
            type: "dictionary",
            systems: {
              iOS: false,
              macOS: { introduced: "10.12", userChannel: false },
              tvOS: false,
              visionOS: false,
              watchOS: false,
            },
            keys: [
              { key: "FirewallEnabled", type: "boolean" },
              { key: "BlockAllIncoming", type: "boolean" },
              { key: "StealthMode", type: "boolean" },
              {
                key: "Applications",
                type: "array",
                systems: { macOS: { introduced: "10.12", userEnrollment: "forbidden" } },
                keys: [
                  {
                    key: "ApplicationsItem",
                    type: "dictionary",
                    keys: [
                      { key: "Allowed", type: "boolean" },
                      { key: "BundleID", type: "string" },
                      { key: "Name", type: "string" },
                    ],
                  },
                ],
              },
              { key: "LoggingEnabled", type: "boolean", systems: { macOS: { introduced: "12.0" } } },
              {
                key: "LoggingOption",
                type: "string",
                systems: { macOS: { introduced: "12.0" } },
                values: ["throttled", "brief", "detail"],
              },
            ],
          },
          {
            key: "FirmwarePasswordStatus",
            type: "dictionary",
            systems: {
              iOS: false,
              macOS: { introduced: "10.13", userChannel: false },
              tvOS: false,
              visionOS: false,
              watchOS: false,
            },
            keys: [
              { key: "PasswordExists", type: "boolean" },
              { key: "ChangePending", type: "boolean" },
              { key: "AllowOroms", type: "boolean" },
            ],
          },
          {
            key: "ManagementStatus",
            type: "dictionary",
            systems: { iOS: { introduced: "13.0" }, macOS: { introduced: "10.13.2" }, tvOS: { introduced: "13.0" } },
            keys: [
              {
                key: "EnrolledViaDEP",
                type: "boolean",
                systems: { iOS: false, tvOS: false, visionOS: false, watchOS: false },
              },
              {
                key: "UserApprovedEnrollment",
                type: "boolean",
                systems: { iOS: false, tvOS: false, visionOS: false, watchOS: false },
              },
              { key: "IsUserEnrollment", type: "boolean", systems: { macOS: { introduced: "10.15" } } },
              {
                key: "IsActivationLockManageable",
                type: "boolean",
                systems: { iOS: false, macOS: { introduced: "10.15" }, tvOS: false, visionOS: false, watchOS: false },
              },
            ],
          },
          {
            key: "SecureBoot",
            type: "dictionary",
            systems: {
              iOS: false,
              macOS: { introduced: "10.15", userChannel: false },
              tvOS: false,
              visionOS: false,
              watchOS: false,
            },
            keys: [
              { key: "SecureBootLevel", type: "string", values: ["off", "medium", "full", "not supported"] },
              { key: "ExternalBootLevel", type: "string", values: ["allowed", "disallowed", "not supported"] },
              {
                key: "ReducedSecurity",
                type: "array",
                systems: { macOS: { introduced: "11.0" } },
                keys: [
                  {
                    key: "ReducedSecurityItems",
                    type: "string",
                    keys: [
                      { key: "AllowsAnyAppleSignedOS", type: "string" },
                      { key: "AllowsUserKextApproval", type: "string" },
                      { key: "AllowsMDM", type: "string" },
                    ],
                  },
                ],
              },
            ],
          },
          {
            key: "RemoteDesktopEnabled",
            type: "boolean",
            systems: {
              iOS: false,
              macOS: { introduced: "10.14.4", userChannel: false, userEnrollment: "forbidden" },
              tvOS: false,
              visionOS: false,
              watchOS: false,
            },
          },
          {
            key: "AuthenticatedRootVolumeEnabled",
            type: "boolean",
            systems: {
              iOS: false,
              macOS: { introduced: "11.0", userChannel: false },
              tvOS: false,
              visionOS: false,
              watchOS: false,
            },
          },
          {
            key: "BootstrapTokenAllowedForAuthentication",
            type: "string",
            systems: {
              iOS: false,
              macOS: { introduced: "11.0", userChannel: false, userEnrollment: "forbidden" },
              tvOS: false,
              visionOS: false,
              watchOS: false,
            },
            values: ["allowed", "disallowed", "not supported"],
          },
          {
            key: "BootstrapTokenRequiredForSoftwareUpdate",
            type: "boolean",
            systems: {
              iOS: false,
              macOS: { introduced: "11.0", userChannel: false, userEnrollment: "forbidden" },
              tvOS: false,
              visionOS: false,
              watchOS: false,
            },
          },
          {
            key: "BootstrapTokenRequiredForKernelExtensionApproval",
            type: "boolean",
            systems: {
              iOS: false,
              macOS: { introduced: "11.0", userChannel: false, userEnrollment: "forbidden" },
              tvOS: false,
              visionOS: false,
              watchOS: false,
            },
          },
          {
            key: "IsRecoveryLockEnabled",
            type: "boolean",
            systems: {
              iOS: false,
              macOS: { introduced: "11.5", userChannel: false, userEnrollment: "forbidden" },
              tvOS: false,
              visionOS: false,
              watchOS: false,
            },
          },
        ],
      },
    ],
  },
  SetFirmwarePassword: {
    keys: [
      {
        key: "SetFirmwarePassword",
        type: "dictionary",
        required: true,
        keys: [{ key: "PasswordChanged", type: "boolean", required: true }],
      },
    ],
  },
  Settings: {
    keys: [
      {
        key: "Settings",
        type: "dictionary",
        keys: [
          { key: "Status", type: "string", required: true },
          {
            key: "ErrorChain",
            type: "array",
            keys: [{ key: "ErrorChainItem", type: "dictionary", keys: [{ key: "ANY", type: "any", required: true }] }],
          },
          {
            key: "Identifier",
            type: "string",
            systems: { iOS: { introduced: "7.0" }, macOS: false, tvOS: { introduced: "10.2" } },
          },
        ],
      },
    ],
  },
  UserList: {
    keys: [
      {
        key: "Users",
        type: "array",
        required: true,
        keys: [
          {
            key: "UsersItem",
            type: "dictionary",
            required: true,
            keys: [
              { key: "UserName", type: "string", required: true },
              { key: "FullName", type: "string", required: true, systems: { iOS: false } },
              { key: "UID", type: "integer", required: true, systems: { iOS: false } },
              { key: "UserGUID", type: "string", required: true, systems: { iOS: false } },
              { key: "IsLoggedIn", type: "boolean", required: true },
              { key: "HasDataToSync", type: "boolean", required: true, systems: { macOS: false } },
              { key: "DataQuota", type: "integer", required: true, systems: { macOS: false } },
              { key: "DataUsed", type: "integer", required: true, systems: { macOS: false } },
              { key: "MobileAccount", type: "boolean", required: true, systems: { iOS: false } },
              {
                key: "HasSecureToken",
                type: "boolean",
                required: true,
                systems: { iOS: false, macOS: { introduced: "11.0" } },
              },
            ],
          },
        ],
      },
    ],
  },
  VerifyFirmwarePassword: {
    keys: [
      {
        key: "VerifyFirmwarePassword",
        type: "dictionary",
        required: true,
        keys: [{ key: "PasswordVerified", type: "boolean", required: true }],
      },
    ],
  },
  VerifyRecoveryLock: { keys: [{ key: "PasswordVerified", type: "boolean", required: true }] },
};
