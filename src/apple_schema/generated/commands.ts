/**
 * Facts about commands, of Apple's device management schema. Written by `deno task schema`: do not edit.
 *
 * @module
 */

import type { CommandFacts, FactTable } from "../types.ts";

export const commands: FactTable<CommandFacts> = {
  AccountConfiguration: {
    systems: {
      iOS: false,
      macOS: {
        introduced: "10.11",
        deviceChannel: true,
        userChannel: false,
        automatedEnrollment: true,
        userEnrollment: "forbidden",
      },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [
      { key: "SkipPrimarySetupAccountCreation", type: "boolean", default: false },
      { key: "SetPrimarySetupAccountAsRegularUser", type: "boolean", default: false },
      { key: "PrimaryAccountFullName", type: "string", systems: { macOS: { introduced: "10.15" } } },
      { key: "PrimaryAccountUserName", type: "string", systems: { macOS: { introduced: "10.15" } } },
      {
        key: "DontAutoPopulatePrimaryAccountInfo",
        type: "boolean",
        systems: { macOS: { introduced: "10.15" } },
        default: false,
      },
      { key: "LockPrimaryAccountInfo", type: "boolean", systems: { macOS: { introduced: "10.15" } }, default: false },
      {
        key: "AutoSetupAdminAccounts",
        type: "array",
        keys: [
          {
            key: "AutoSetupAdminAccountItem",
            type: "dictionary",
            keys: [
              { key: "shortName", type: "string", required: true },
              { key: "fullName", type: "string" },
              { key: "passwordHash", type: "data" },
              { key: "hidden", type: "boolean", default: false },
            ],
          },
        ],
      },
      { key: "ManagedLocalUserShortName", type: "string", systems: { macOS: { introduced: "11.0" } } },
    ],
  },
  ActivationLockBypassCode: {
    systems: {
      iOS: { introduced: "7.1", supervised: true, sharedIpad: { mode: "forbidden" }, userEnrollment: "forbidden" },
      macOS: {
        introduced: "10.15",
        deviceChannel: true,
        userChannel: false,
        supervised: true,
        userEnrollment: "forbidden",
      },
      tvOS: false,
      visionOS: { introduced: "2.0", supervised: true, userEnrollment: "forbidden" },
      watchOS: false,
    },
    keys: [],
  },
  ActiveNSExtensions: {
    systems: {
      iOS: false,
      macOS: { introduced: "10.13", deviceChannel: false, userChannel: true, userEnrollment: "forbidden" },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [
      { key: "FilterExtensionPoints", type: "array", keys: [{ key: "FilterExtensionPointsItem", type: "string" }] },
    ],
  },
  ApplyRedemptionCode: {
    systems: {
      iOS: { introduced: "5.0", supervised: false, sharedIpad: { mode: "forbidden" }, userEnrollment: "forbidden" },
      macOS: false,
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [
      { key: "Identifier", type: "string", required: true },
      { key: "RedemptionCode", type: "string", required: true },
    ],
  },
  AvailableOSUpdates: {
    systems: {
      iOS: {
        introduced: "9.0",
        supervised: true,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
        userEnrollment: "forbidden",
      },
      macOS: { introduced: "10.11", deviceChannel: true, userChannel: false, userEnrollment: "forbidden" },
      tvOS: { introduced: "12.0", deviceChannel: true, supervised: true },
      visionOS: false,
      watchOS: false,
    },
    keys: [],
  },
  CertificateList: {
    systems: {
      iOS: {
        introduced: "4.0",
        supervised: false,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
        userEnrollment: "allowed",
      },
      macOS: { introduced: "10.7", deviceChannel: true, userChannel: true, userEnrollment: "allowed" },
      tvOS: { introduced: "9.0", supervised: false },
      visionOS: { introduced: "1.1", supervised: false, userEnrollment: "allowed" },
      watchOS: { introduced: "10.0", supervised: false },
    },
    keys: [
      {
        key: "ManagedOnly",
        type: "boolean",
        systems: { iOS: { introduced: "13.0" }, macOS: { introduced: "10.15" }, tvOS: { introduced: "13.0" } },
        default: false,
      },
    ],
  },
  ClearActivationLockBypassCode: {
    systems: {
      iOS: { introduced: "7.1", supervised: true, sharedIpad: { mode: "forbidden" }, userEnrollment: "forbidden" },
      macOS: {
        introduced: "10.15",
        deviceChannel: true,
        userChannel: false,
        supervised: true,
        userEnrollment: "forbidden",
      },
      tvOS: false,
      visionOS: { introduced: "2.0", supervised: true, userEnrollment: "forbidden" },
      watchOS: false,
    },
    keys: [],
  },
  ClearPasscode: {
    systems: {
      iOS: { introduced: "4.0", supervised: false, sharedIpad: { mode: "forbidden" }, userEnrollment: "forbidden" },
      macOS: false,
      tvOS: false,
      visionOS: { introduced: "1.1", supervised: false, userEnrollment: "forbidden" },
      watchOS: { introduced: "10.0", supervised: false },
    },
    keys: [{ key: "UnlockToken", type: "data", required: true }],
  },
  ClearRestrictionsPassword: {
    systems: {
      iOS: { introduced: "8.0", supervised: true, sharedIpad: { mode: "forbidden" }, userEnrollment: "forbidden" },
      macOS: false,
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [],
  },
  ContentCachingInformation: {
    systems: {
      iOS: false,
      macOS: { introduced: "10.15.4", deviceChannel: true, userChannel: false, userEnrollment: "forbidden" },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [],
  },
  DeclarativeManagement: {
    systems: {
      iOS: {
        introduced: "15.0",
        supervised: false,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: true },
        userEnrollment: "allowed",
      },
      macOS: {
        introduced: "13.0",
        deviceChannel: true,
        userChannel: true,
        supervised: false,
        userEnrollment: "allowed",
      },
      tvOS: { introduced: "16.0", supervised: false },
      visionOS: { introduced: "1.1", supervised: false, userEnrollment: "allowed" },
      watchOS: { introduced: "10.0", supervised: false },
    },
    keys: [{ key: "Data", type: "data" }],
  },
  DeleteUser: {
    systems: {
      iOS: {
        introduced: "9.3",
        supervised: false,
        sharedIpad: { mode: "required", deviceChannel: true, userChannel: false },
        userEnrollment: "forbidden",
      },
      macOS: {
        introduced: "10.13",
        deviceChannel: true,
        userChannel: false,
        supervised: true,
        userEnrollment: "forbidden",
      },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [
      { key: "UserName", type: "string" },
      { key: "ForceDeletion", type: "boolean", systems: { macOS: false }, default: false },
      {
        key: "DeleteAllUsers",
        type: "boolean",
        systems: { iOS: { introduced: "14.0" }, macOS: false },
        default: false,
      },
    ],
  },
  DeviceConfigured: {
    systems: {
      iOS: {
        introduced: "9.0",
        supervised: true,
        automatedEnrollment: true,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
        userEnrollment: "forbidden",
      },
      macOS: {
        introduced: "10.11",
        deviceChannel: true,
        userChannel: false,
        automatedEnrollment: true,
        userEnrollment: "forbidden",
      },
      tvOS: { introduced: "10.2", supervised: true },
      visionOS: { introduced: "2.0", supervised: true, automatedEnrollment: true, userEnrollment: "forbidden" },
      watchOS: false,
    },
    keys: [],
  },
  DeviceInformation: {
    systems: {
      iOS: {
        introduced: "4.0",
        supervised: false,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: true },
        userEnrollment: "allowed",
      },
      macOS: { introduced: "10.7", deviceChannel: true, userChannel: true, userEnrollment: "allowed" },
      tvOS: { introduced: "9.0", supervised: false },
      visionOS: { introduced: "1.1", supervised: false, userEnrollment: "allowed" },
      watchOS: { introduced: "10.0", supervised: false },
    },
    keys: [
      {
        key: "Queries",
        type: "array",
        required: true,
        keys: [
          {
            key: "QueriesItem",
            type: "string",
            keys: [
              {
                key: "UDID",
                type: "string",
                systems: {
                  iOS: { userEnrollment: "forbidden" },
                  macOS: { userEnrollment: "forbidden" },
                  visionOS: { userEnrollment: "forbidden" },
                },
              },
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
                type: "string",
                systems: { iOS: { introduced: "7.0" }, macOS: { introduced: "10.11" }, tvOS: { introduced: "9.0" } },
              },
              {
                key: "MDMOptions",
                type: "string",
                systems: {
                  iOS: { introduced: "7.0" },
                  macOS: { introduced: "11.0" },
                  tvOS: { introduced: "9.0" },
                  watchOS: { introduced: "10.0" },
                },
              },
              {
                key: "LastCloudBackupDate",
                type: "string",
                systems: {
                  iOS: { introduced: "8.0", userEnrollment: "forbidden" },
                  macOS: false,
                  tvOS: false,
                  visionOS: { userEnrollment: "forbidden" },
                  watchOS: false,
                },
              },
              {
                key: "AwaitingConfiguration",
                type: "string",
                systems: {
                  iOS: { introduced: "9.0", userEnrollment: "forbidden" },
                  macOS: { introduced: "10.11", userEnrollment: "forbidden" },
                  tvOS: { introduced: "10.2" },
                  visionOS: { introduced: "2.0", userEnrollment: "forbidden" },
                },
              },
              {
                key: "iTunesStoreAccountIsActive",
                type: "string",
                systems: {
                  iOS: { introduced: "7.0", userEnrollment: "forbidden" },
                  macOS: { introduced: "10.9", userEnrollment: "forbidden" },
                  tvOS: { introduced: "9.0" },
                  visionOS: false,
                },
              },
              {
                key: "iTunesStoreAccountHash",
                type: "string",
                systems: {
                  iOS: { introduced: "8.0", userEnrollment: "forbidden" },
                  macOS: { introduced: "10.10", userEnrollment: "forbidden" },
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
              {
                key: "ModelNumber",
                type: "string",
                systems: { iOS: { introduced: "16.4" }, macOS: { introduced: "13.3" }, tvOS: { introduced: "16.4" } },
              },
              {
                key: "IsAppleSilicon",
                type: "string",
                systems: { iOS: false, macOS: { introduced: "12.0" }, tvOS: false, visionOS: false, watchOS: false },
              },
              { key: "ProductName", type: "string" },
              {
                key: "SerialNumber",
                type: "string",
                systems: {
                  iOS: { userEnrollment: "forbidden" },
                  macOS: { userEnrollment: "forbidden" },
                  visionOS: { userEnrollment: "forbidden" },
                },
              },
              { key: "DeviceCapacity", type: "string", systems: { tvOS: false } },
              { key: "AvailableDeviceCapacity", type: "string", systems: { tvOS: false } },
              {
                key: "IMEI",
                type: "string",
                systems: {
                  iOS: { deprecated: "16.0", userEnrollment: "forbidden" },
                  macOS: false,
                  tvOS: false,
                  visionOS: false,
                  watchOS: false,
                },
              },
              {
                key: "MEID",
                type: "string",
                systems: {
                  iOS: { deprecated: "16.0", userEnrollment: "forbidden" },
                  macOS: false,
                  tvOS: false,
                  visionOS: false,
                  watchOS: false,
                },
              },
              {
                key: "ModemFirmwareVersion",
                type: "string",
                systems: {
                  iOS: { userEnrollment: "forbidden" },
                  macOS: false,
                  tvOS: false,
                  visionOS: false,
                  watchOS: false,
                },
              },
              {
                key: "CellularTechnology",
                type: "string",
                systems: { iOS: { introduced: "4.2.6" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
              },
              {
                key: "BatteryLevel",
                type: "string",
                systems: { iOS: { introduced: "5.0" }, macOS: { introduced: "13.3" }, tvOS: false },
              },
              {
                key: "HasBattery",
                type: "string",
                systems: { iOS: false, macOS: { introduced: "13.3" }, tvOS: false, visionOS: false, watchOS: false },
              },
              {
                key: "IsSupervised",
                type: "string",
                systems: { iOS: { introduced: "6.0" }, macOS: { introduced: "10.15" }, tvOS: { introduced: "9.0" } },
              },
              {
                key: "IsMultiUser",
                type: "string",
                systems: { iOS: { introduced: "9.3" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
              },
              {
                key: "IsDeviceLocatorServiceEnabled",
                type: "string",
                systems: { iOS: { introduced: "7.0" }, macOS: false, tvOS: false },
              },
              {
                key: "IsActivationLockEnabled",
                type: "string",
                systems: {
                  iOS: { introduced: "7.0", deprecated: "16.0", userEnrollment: "forbidden" },
                  macOS: { introduced: "10.15", deprecated: "13.0", userEnrollment: "forbidden" },
                  tvOS: false,
                  visionOS: false,
                  watchOS: { deprecated: "10.0" },
                },
              },
              {
                key: "IsActivationLockSupported",
                type: "string",
                systems: {
                  iOS: false,
                  macOS: { introduced: "10.15", userEnrollment: "forbidden" },
                  tvOS: false,
                  visionOS: false,
                  watchOS: false,
                },
              },
              {
                key: "IsDoNotDisturbInEffect",
                type: "string",
                systems: {
                  iOS: { introduced: "7.0", userEnrollment: "forbidden" },
                  macOS: false,
                  tvOS: false,
                  visionOS: { userEnrollment: "forbidden" },
                },
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
                type: "string",
                systems: {
                  iOS: { introduced: "7.1", userEnrollment: "forbidden" },
                  macOS: false,
                  tvOS: false,
                  visionOS: { userEnrollment: "forbidden" },
                  watchOS: false,
                },
              },
              {
                key: "ActiveManagedUsers",
                type: "string",
                systems: {
                  iOS: false,
                  macOS: { introduced: "10.11", userChannel: false },
                  tvOS: false,
                  visionOS: false,
                  watchOS: false,
                },
              },
              {
                key: "OSUpdateSettings",
                type: "string",
                systems: {
                  iOS: false,
                  macOS: { introduced: "10.11", userEnrollment: "forbidden" },
                  tvOS: false,
                  visionOS: false,
                  watchOS: false,
                },
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
                type: "string",
                systems: {
                  iOS: false,
                  macOS: { introduced: "10.11", automatedEnrollment: true, userEnrollment: "forbidden" },
                  tvOS: false,
                  visionOS: false,
                  watchOS: false,
                },
              },
              {
                key: "SystemIntegrityProtectionEnabled",
                type: "string",
                systems: { iOS: false, macOS: { introduced: "10.12" }, tvOS: false, visionOS: false, watchOS: false },
              },
              {
                key: "SupportsLOMDevice",
                type: "string",
                systems: { iOS: false, macOS: { introduced: "11.0" }, tvOS: false, visionOS: false, watchOS: false },
              },
              {
                key: "IsMDMLostModeEnabled",
                type: "string",
                systems: {
                  iOS: { introduced: "9.3", userEnrollment: "forbidden" },
                  macOS: false,
                  tvOS: false,
                  visionOS: false,
                },
              },
              {
                key: "MaximumResidentUsers",
                type: "string",
                systems: {
                  iOS: {
                    introduced: "9.3",
                    supervised: true,
                    automatedEnrollment: true,
                    sharedIpad: { mode: "required", deviceChannel: true, userChannel: false },
                    userEnrollment: "forbidden",
                  },
                  macOS: false,
                  tvOS: false,
                  visionOS: false,
                  watchOS: false,
                },
              },
              {
                key: "EstimatedResidentUsers",
                type: "string",
                systems: {
                  iOS: {
                    introduced: "14.0",
                    supervised: true,
                    automatedEnrollment: true,
                    sharedIpad: { mode: "required", deviceChannel: true, userChannel: false },
                    userEnrollment: "forbidden",
                  },
                  macOS: false,
                  tvOS: false,
                  visionOS: false,
                  watchOS: false,
                },
              },
              {
                key: "QuotaSize",
                type: "string",
                systems: {
                  iOS: {
                    introduced: "13.4",
                    supervised: true,
                    automatedEnrollment: true,
                    sharedIpad: { mode: "required", deviceChannel: true, userChannel: false },
                    userEnrollment: "forbidden",
                  },
                  macOS: false,
                  tvOS: false,
                  visionOS: false,
                  watchOS: false,
                },
              },
              {
                key: "ResidentUsers",
                type: "string",
                systems: {
                  iOS: {
                    introduced: "13.4",
                    supervised: true,
                    automatedEnrollment: true,
                    sharedIpad: { mode: "required", deviceChannel: true, userChannel: false },
                    userEnrollment: "forbidden",
                  },
                  macOS: false,
                  tvOS: false,
                  visionOS: false,
                  watchOS: false,
                },
              },
              {
                key: "UserSessionTimeout",
                type: "string",
                systems: {
                  iOS: {
                    introduced: "14.5",
                    supervised: true,
                    automatedEnrollment: true,
                    sharedIpad: { mode: "required", deviceChannel: true, userChannel: false },
                    userEnrollment: "forbidden",
                  },
                  macOS: false,
                  tvOS: false,
                  visionOS: false,
                  watchOS: false,
                },
              },
              {
                key: "TemporarySessionTimeout",
                type: "string",
                systems: {
                  iOS: {
                    introduced: "14.5",
                    supervised: true,
                    automatedEnrollment: true,
                    sharedIpad: { mode: "required", deviceChannel: true, userChannel: false },
                    userEnrollment: "forbidden",
                  },
                  macOS: false,
                  tvOS: false,
                  visionOS: false,
                  watchOS: false,
                },
              },
              {
                key: "TemporarySessionOnly",
                type: "string",
                systems: {
                  iOS: {
                    introduced: "14.5",
                    supervised: true,
                    automatedEnrollment: true,
                    sharedIpad: { mode: "required", deviceChannel: true, userChannel: false },
                    userEnrollment: "forbidden",
                  },
                  macOS: false,
                  tvOS: false,
                  visionOS: false,
                  watchOS: false,
                },
              },
              {
                key: "ManagedAppleIDDefaultDomains",
                type: "string",
                systems: {
                  iOS: {
                    introduced: "16.0",
                    supervised: true,
                    automatedEnrollment: true,
                    sharedIpad: { mode: "required", deviceChannel: true, userChannel: false },
                    userEnrollment: "forbidden",
                  },
                  macOS: false,
                  tvOS: false,
                  visionOS: false,
                  watchOS: false,
                },
              },
              {
                key: "OnlineAuthenticationGracePeriod",
                type: "string",
                systems: {
                  iOS: {
                    introduced: "16.0",
                    supervised: true,
                    automatedEnrollment: true,
                    sharedIpad: { mode: "required", deviceChannel: true, userChannel: false },
                    userEnrollment: "forbidden",
                  },
                  macOS: false,
                  tvOS: false,
                  visionOS: false,
                  watchOS: false,
                },
              },
              {
                key: "SkipLanguageAndLocaleSetupForNewUsers",
                type: "string",
                systems: {
                  iOS: {
                    introduced: "16.2",
                    supervised: true,
                    automatedEnrollment: true,
                    sharedIpad: { mode: "required", deviceChannel: true, userChannel: false },
                    userEnrollment: "forbidden",
                  },
                  macOS: false,
                  tvOS: false,
                  visionOS: false,
                  watchOS: false,
                },
              },
              {
                key: "PushToken",
                type: "string",
                systems: {
                  iOS: { introduced: "9.3", sharedIpad: { deviceChannel: false }, userEnrollment: "forbidden" },
                  macOS: { introduced: "10.12" },
                  tvOS: false,
                  visionOS: false,
                  watchOS: false,
                },
              },
              {
                key: "DiagnosticSubmissionEnabled",
                type: "string",
                systems: { iOS: { introduced: "9.3" }, macOS: false, tvOS: false },
              },
              {
                key: "AppAnalyticsEnabled",
                type: "string",
                systems: { iOS: { introduced: "9.3" }, macOS: false, tvOS: false },
              },
              {
                key: "TimeZone",
                type: "string",
                systems: {
                  iOS: { introduced: "14.0" },
                  macOS: false,
                  tvOS: { introduced: "14.0" },
                  visionOS: { introduced: "2.0" },
                },
              },
              {
                key: "ICCID",
                type: "string",
                systems: {
                  iOS: { deprecated: "16.0", userEnrollment: "forbidden" },
                  macOS: false,
                  tvOS: false,
                  visionOS: false,
                  watchOS: false,
                },
              },
              {
                key: "BluetoothMAC",
                type: "string",
                systems: {
                  iOS: { userEnrollment: "forbidden" },
                  macOS: { userEnrollment: "forbidden" },
                  visionOS: { userEnrollment: "forbidden" },
                  watchOS: false,
                },
              },
              {
                key: "WiFiMAC",
                type: "string",
                systems: {
                  iOS: { userEnrollment: "forbidden" },
                  macOS: { userEnrollment: "forbidden" },
                  visionOS: { userEnrollment: "forbidden" },
                },
              },
              {
                key: "EthernetMAC",
                type: "string",
                systems: {
                  iOS: false,
                  macOS: { userEnrollment: "forbidden" },
                  tvOS: false,
                  visionOS: false,
                  watchOS: false,
                },
              },
              {
                key: "CurrentCarrierNetwork",
                type: "string",
                systems: {
                  iOS: { deprecated: "16.0", userEnrollment: "forbidden" },
                  macOS: false,
                  tvOS: false,
                  visionOS: false,
                  watchOS: false,
                },
              },
              {
                key: "SIMCarrierNetwork",
                type: "string",
                systems: {
                  iOS: { removed: "5.0", userEnrollment: "forbidden" },
                  macOS: false,
                  tvOS: false,
                  visionOS: false,
                  watchOS: false,
                },
              },
              {
                key: "SubscriberCarrierNetwork",
                type: "string",
                systems: {
                  iOS: { introduced: "5.0", deprecated: "16.0", userEnrollment: "forbidden" },
                  macOS: false,
                  tvOS: false,
                  visionOS: false,
                  watchOS: false,
                },
              },
              {
                key: "CarrierSettingsVersion",
                type: "string",
                systems: {
                  iOS: { deprecated: "16.0", userEnrollment: "forbidden" },
                  macOS: false,
                  tvOS: false,
                  visionOS: false,
                  watchOS: false,
                },
              },
              {
                key: "PhoneNumber",
                type: "string",
                systems: {
                  iOS: { deprecated: "16.0", userEnrollment: "forbidden" },
                  macOS: false,
                  tvOS: false,
                  visionOS: false,
                  watchOS: false,
                },
              },
              {
                key: "DataRoamingEnabled",
                type: "string",
                systems: {
                  iOS: { introduced: "5.0", userEnrollment: "forbidden" },
                  macOS: false,
                  tvOS: false,
                  visionOS: false,
                  watchOS: false,
                },
              },
              {
                key: "VoiceRoamingEnabled",
                type: "string",
                systems: {
                  iOS: { introduced: "5.0", deprecated: "16.0", userEnrollment: "forbidden" },
                  macOS: false,
                  tvOS: false,
                  visionOS: false,
                  watchOS: false,
                },
              },
              {
                key: "PersonalHotspotEnabled",
                type: "string",
                systems: {
                  iOS: { introduced: "7.0", userEnrollment: "forbidden" },
                  macOS: false,
                  tvOS: false,
                  visionOS: false,
                  watchOS: false,
                },
              },
              {
                key: "IsNetworkTethered",
                type: "string",
                systems: { iOS: { introduced: "10.3" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
              },
              {
                key: "IsRoaming",
                type: "string",
                systems: {
                  iOS: { introduced: "4.2", userEnrollment: "forbidden" },
                  macOS: false,
                  tvOS: false,
                  visionOS: false,
                  watchOS: false,
                },
              },
              {
                key: "SubscriberMCC",
                type: "string",
                systems: {
                  iOS: { introduced: "4.2.6", deprecated: "16.0", userEnrollment: "forbidden" },
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
                  iOS: { introduced: "4.2.6", deprecated: "16.0", userEnrollment: "forbidden" },
                  macOS: false,
                  tvOS: false,
                  visionOS: false,
                  watchOS: false,
                },
              },
              {
                key: "CurrentMCC",
                type: "string",
                systems: {
                  iOS: { deprecated: "16.0", userEnrollment: "forbidden" },
                  macOS: false,
                  tvOS: false,
                  visionOS: false,
                  watchOS: false,
                },
              },
              {
                key: "CurrentMNC",
                type: "string",
                systems: {
                  iOS: { deprecated: "16.0", userEnrollment: "forbidden" },
                  macOS: false,
                  tvOS: false,
                  visionOS: false,
                  watchOS: false,
                },
              },
              {
                key: "ServiceSubscriptions",
                type: "string",
                systems: {
                  iOS: { introduced: "12.0", userEnrollment: "forbidden" },
                  macOS: false,
                  tvOS: false,
                  visionOS: false,
                  watchOS: false,
                },
              },
              {
                key: "PINRequiredForEraseDevice",
                type: "string",
                systems: {
                  iOS: false,
                  macOS: { introduced: "11.0", userEnrollment: "forbidden" },
                  tvOS: false,
                  visionOS: false,
                  watchOS: false,
                },
              },
              {
                key: "PINRequiredForDeviceLock",
                type: "string",
                systems: {
                  iOS: false,
                  macOS: { introduced: "11.0", userEnrollment: "forbidden" },
                  tvOS: false,
                  visionOS: false,
                  watchOS: false,
                },
              },
              {
                key: "SupportsiOSAppInstalls",
                type: "string",
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
                type: "string",
                systems: {
                  iOS: { introduced: "14.5", userEnrollment: "forbidden" },
                  macOS: false,
                  tvOS: false,
                  visionOS: false,
                  watchOS: false,
                },
              },
              {
                key: "AccessibilitySettings",
                type: "string",
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
              },
              {
                key: "DevicePropertiesAttestation",
                type: "string",
                systems: {
                  iOS: { introduced: "16.0", userEnrollment: "allowed" },
                  macOS: { introduced: "14.0" },
                  tvOS: { introduced: "16.0" },
                  visionOS: { userEnrollment: "allowed" },
                },
              },
              {
                key: "EACSPreflight",
                type: "string",
                systems: {
                  iOS: false,
                  macOS: { introduced: "13.3", userChannel: false, userEnrollment: "forbidden" },
                  tvOS: false,
                  visionOS: false,
                  watchOS: false,
                },
              },
            ],
          },
        ],
      },
      {
        key: "DeviceAttestationNonce",
        type: "data",
        systems: {
          iOS: { introduced: "16.0", userEnrollment: "allowed" },
          macOS: { introduced: "14.0" },
          tvOS: { introduced: "16.0" },
          visionOS: { userEnrollment: "allowed" },
        },
      },
    ],
  },
  DeviceLocation: {
    systems: {
      iOS: {
        introduced: "9.3",
        supervised: true,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
        userEnrollment: "forbidden",
      },
      macOS: false,
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [],
  },
  DeviceLock: {
    systems: {
      iOS: {
        introduced: "4.0",
        supervised: false,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
        userEnrollment: "allowed",
      },
      macOS: { introduced: "10.7", deviceChannel: true, userChannel: false, userEnrollment: "forbidden" },
      tvOS: false,
      visionOS: { introduced: "2.0", supervised: false, userEnrollment: "allowed" },
      watchOS: { introduced: "10.0", supervised: false },
    },
    keys: [
      {
        key: "Message",
        type: "string",
        systems: {
          iOS: { introduced: "7.0", sharedIpad: { mode: "ignored" } },
          macOS: { introduced: "10.14" },
          visionOS: false,
        },
      },
      {
        key: "PhoneNumber",
        type: "string",
        systems: {
          iOS: { introduced: "7.0", sharedIpad: { mode: "ignored" } },
          macOS: { introduced: "11.5" },
          visionOS: false,
        },
      },
      {
        key: "PIN",
        type: "string",
        systems: { iOS: false, macOS: { introduced: "10.8" }, visionOS: false, watchOS: false },
      },
    ],
  },
  DisableLostMode: {
    systems: {
      iOS: {
        introduced: "9.3",
        supervised: true,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
        userEnrollment: "forbidden",
      },
      macOS: false,
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [],
  },
  DisableRemoteDesktop: {
    systems: {
      iOS: false,
      macOS: {
        introduced: "10.14.4",
        deviceChannel: true,
        userChannel: false,
        supervised: true,
        userEnrollment: "forbidden",
      },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [],
  },
  EnableLostMode: {
    systems: {
      iOS: {
        introduced: "9.3",
        supervised: true,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
        userEnrollment: "forbidden",
      },
      macOS: false,
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [
      { key: "Message", type: "string" },
      { key: "PhoneNumber", type: "string" },
      { key: "Footnote", type: "string" },
    ],
  },
  EnableRemoteDesktop: {
    systems: {
      iOS: false,
      macOS: {
        introduced: "10.14.4",
        deviceChannel: true,
        userChannel: false,
        supervised: true,
        userEnrollment: "forbidden",
      },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [],
  },
  EraseDevice: {
    systems: {
      iOS: {
        introduced: "4.0",
        supervised: false,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
        userEnrollment: "forbidden",
      },
      macOS: { introduced: "10.7", deviceChannel: true, userChannel: false, userEnrollment: "forbidden" },
      tvOS: { introduced: "10.2", supervised: false },
      visionOS: { introduced: "1.1", supervised: false, userEnrollment: "forbidden" },
      watchOS: { introduced: "10.0", supervised: false },
    },
    keys: [
      {
        key: "PreserveDataPlan",
        type: "boolean",
        systems: { iOS: { introduced: "11.0" }, macOS: false, tvOS: false, visionOS: false },
        default: false,
      },
      {
        key: "DisallowProximitySetup",
        type: "boolean",
        systems: {
          iOS: { introduced: "11.3", sharedIpad: { mode: "forbidden" } },
          macOS: false,
          tvOS: false,
          visionOS: false,
          watchOS: false,
        },
        default: false,
      },
      {
        key: "PIN",
        type: "string",
        systems: { iOS: false, macOS: { introduced: "10.8" }, tvOS: false, visionOS: false, watchOS: false },
      },
      {
        key: "ObliterationBehavior",
        type: "string",
        systems: { iOS: false, macOS: { introduced: "12.0" }, tvOS: false, visionOS: false, watchOS: false },
        values: ["Default", "DoNotObliterate", "ObliterateWithWarning", "Always"],
      },
      {
        key: "ReturnToService",
        type: "dictionary",
        systems: {
          iOS: { introduced: "17.0" },
          macOS: false,
          tvOS: { introduced: "18.0" },
          visionOS: false,
          watchOS: false,
        },
        keys: [
          { key: "Enabled", type: "boolean", required: true },
          { key: "WiFiProfileData", type: "data" },
          { key: "MDMProfileData", type: "data" },
        ],
      },
    ],
  },
  InstallApplication: {
    systems: {
      iOS: {
        introduced: "5.0",
        supervised: false,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
        userEnrollment: "allowed",
      },
      macOS: { introduced: "10.9", deviceChannel: true, userChannel: true, userEnrollment: "allowed" },
      tvOS: { introduced: "10.2", supervised: false },
      visionOS: { introduced: "1.1", supervised: false, userEnrollment: "allowed" },
      watchOS: { introduced: "10.0", supervised: false },
    },
    keys: [
      { key: "iTunesStoreID", type: "integer" },
      { key: "Identifier", type: "string", systems: { iOS: { introduced: "7.0" } } },
      {
        key: "Options",
        type: "dictionary",
        systems: { iOS: { introduced: "7.0" } },
        keys: [{ key: "PurchaseMethod", type: "integer", values: [0, 1], default: 0 }],
      },
      { key: "ManifestURL", type: "string", systems: { iOS: { introduced: "7.0" } } },
      {
        key: "ManagementFlags",
        type: "integer",
        systems: { macOS: { introduced: "11.0", userEnrollment: "forbidden" } },
        values: [1, 4, 5],
      },
      {
        key: "Configuration",
        type: "dictionary",
        systems: { iOS: { introduced: "7.0" }, macOS: { introduced: "11.0" } },
        keys: [{ key: "ANY", type: "any" }],
      },
      {
        key: "Attributes",
        type: "dictionary",
        systems: { iOS: { introduced: "7.0" }, macOS: false },
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
          { key: "RelayUUID", type: "string", systems: { iOS: { introduced: "17.0" }, tvOS: false, watchOS: false } },
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
      {
        key: "ChangeManagementState",
        type: "string",
        systems: {
          iOS: { introduced: "9.0", userEnrollment: "forbidden" },
          macOS: { introduced: "11.0", userEnrollment: "forbidden" },
          visionOS: { userEnrollment: "forbidden" },
        },
        values: ["Managed"],
      },
      {
        key: "InstallAsManaged",
        type: "boolean",
        systems: {
          iOS: false,
          macOS: { introduced: "11.0", userEnrollment: "forbidden" },
          tvOS: false,
          visionOS: false,
          watchOS: false,
        },
        default: false,
      },
      {
        key: "iOSApp",
        type: "boolean",
        systems: { iOS: false, macOS: { introduced: "11.0" }, tvOS: false, visionOS: false, watchOS: false },
        default: false,
      },
    ],
  },
  InstallEnterpriseApplication: {
    systems: {
      iOS: false,
      macOS: { introduced: "10.13.6", deviceChannel: true, userChannel: false, userEnrollment: "allowed" },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [
      { key: "Manifest", type: "dictionary", keys: [{ key: "ANY", type: "any" }] },
      { key: "ManifestURL", type: "string" },
      {
        key: "ManifestURLPinningCerts",
        type: "array",
        keys: [{ key: "ManifestURLPinningCertsItem", type: "data", required: true }],
      },
      { key: "PinningRevocationCheckRequired", type: "boolean", default: false },
      {
        key: "InstallAsManaged",
        type: "boolean",
        systems: { macOS: { introduced: "11.0", userEnrollment: "forbidden" } },
        default: false,
      },
      {
        key: "ManagementFlags",
        type: "integer",
        systems: { macOS: { introduced: "11.0", userEnrollment: "forbidden" } },
        values: [1],
      },
      {
        key: "Configuration",
        type: "dictionary",
        systems: { macOS: { introduced: "11.0" } },
        keys: [{ key: "ANY", type: "any" }],
      },
      {
        key: "ChangeManagementState",
        type: "string",
        systems: { macOS: { introduced: "11.0", userEnrollment: "forbidden" } },
        values: ["Managed"],
      },
      {
        key: "iOSApp",
        type: "boolean",
        systems: { iOS: false, macOS: { introduced: "11.0" }, tvOS: false },
        default: false,
      },
    ],
  },
  InstallMedia: {
    systems: {
      iOS: {
        introduced: "8.0",
        supervised: false,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
        userEnrollment: "allowed",
      },
      macOS: { introduced: "10.9", deviceChannel: false, userChannel: true, userEnrollment: "forbidden" },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [
      { key: "iTunesStoreID", type: "integer" },
      { key: "MediaURL", type: "string", systems: { macOS: false } },
      { key: "MediaType", type: "string", required: true, values: ["Book"] },
      { key: "PersistentID", type: "string", systems: { macOS: false } },
      { key: "Kind", type: "string", systems: { macOS: false }, values: ["pdf", "epub", "ibooks"] },
      { key: "Version", type: "string", systems: { macOS: false } },
      { key: "Author", type: "string", systems: { macOS: false } },
      { key: "Title", type: "string", systems: { macOS: false } },
    ],
  },
  InstallProfile: {
    systems: {
      iOS: {
        introduced: "4.0",
        supervised: false,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: true },
        userEnrollment: "allowed",
      },
      macOS: { introduced: "10.7", deviceChannel: true, userChannel: true, userEnrollment: "allowed" },
      tvOS: { introduced: "9.0", supervised: false },
      visionOS: { introduced: "1.1", supervised: false, userEnrollment: "allowed" },
      watchOS: { introduced: "10.0", supervised: false },
    },
    keys: [{ key: "Payload", type: "data", required: true }],
  },
  InstallProvisioningProfile: {
    systems: {
      iOS: {
        introduced: "4.0",
        supervised: false,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
        userEnrollment: "allowed",
      },
      macOS: { introduced: "11.0", deviceChannel: true, userChannel: false, userEnrollment: "allowed" },
      tvOS: { introduced: "10.2", supervised: false },
      visionOS: { introduced: "1.1", supervised: false, userEnrollment: "allowed" },
      watchOS: { introduced: "10.0", supervised: false },
    },
    keys: [{ key: "ProvisioningProfile", type: "data", required: true }],
  },
  InstalledApplicationList: {
    systems: {
      iOS: {
        introduced: "5.0",
        supervised: false,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
        userEnrollment: "allowed",
      },
      macOS: { introduced: "10.7", deviceChannel: true, userChannel: true, userEnrollment: "forbidden" },
      tvOS: { introduced: "10.2", supervised: false },
      visionOS: { introduced: "1.1", supervised: false, userEnrollment: "allowed" },
      watchOS: { introduced: "10.0", supervised: false },
    },
    keys: [
      {
        key: "Identifiers",
        type: "array",
        systems: { iOS: { introduced: "7.0" }, macOS: { introduced: "10.15" } },
        keys: [{ key: "IdentifiersItem", type: "string" }],
      },
      {
        key: "ManagedAppsOnly",
        type: "boolean",
        systems: { iOS: { introduced: "7.0" }, macOS: { introduced: "10.15" } },
        default: false,
      },
      {
        key: "Items",
        type: "array",
        systems: { iOS: { introduced: "14.0" }, macOS: false, tvOS: { introduced: "14.0" } },
        keys: [
          {
            key: "ItemsItem",
            type: "string",
            values: [
              "AdHocCodeSigned",
              "AppStoreVendable",
              "BetaApp",
              "BundleSize",
              "DeviceBasedVPP",
              "DistributorIdentifier",
              "DynamicSize",
              "ExternalVersionIdentifier",
              "HasUpdateAvailable",
              "Identifier",
              "Installing",
              "IsAppClip",
              "IsValidated",
              "Name",
              "ShortVersion",
              "Version",
            ],
          },
        ],
      },
    ],
  },
  InviteToProgram: {
    systems: {
      iOS: {
        introduced: "7.0",
        supervised: false,
        sharedIpad: { mode: "allowed", deviceChannel: false, userChannel: true },
        userEnrollment: "forbidden",
      },
      macOS: { introduced: "10.9", deviceChannel: false, userChannel: true, userEnrollment: "forbidden" },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [
      { key: "ProgramID", type: "string", required: true, values: ["com.apple.cloudvpp"] },
      { key: "InvitationURL", type: "string", required: true },
    ],
  },
  LOMDeviceRequest: {
    systems: {
      iOS: false,
      macOS: { introduced: "11.0", deviceChannel: true, userChannel: false, userEnrollment: "forbidden" },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [
      {
        key: "RequestList",
        type: "array",
        required: true,
        keys: [
          {
            key: "RequestListItem",
            type: "dictionary",
            required: true,
            keys: [
              { key: "DeviceRequestType", type: "string", required: true, values: ["PowerON", "PowerOFF", "Reset"] },
              { key: "DeviceRequestUUID", type: "string", required: true },
              { key: "DeviceDNSName", type: "string", required: true },
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
        ],
      },
    ],
  },
  LOMSetupRequest: {
    systems: {
      iOS: false,
      macOS: { introduced: "11.0", deviceChannel: true, userChannel: false, userEnrollment: "forbidden" },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [],
  },
  LogOutUser: {
    systems: {
      iOS: {
        introduced: "9.3",
        supervised: false,
        sharedIpad: { mode: "required", deviceChannel: true, userChannel: false },
        userEnrollment: "forbidden",
      },
      macOS: false,
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [],
  },
  ManagedApplicationAttributes: {
    systems: {
      iOS: {
        introduced: "7.0",
        supervised: false,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
        userEnrollment: "allowed",
      },
      macOS: false,
      tvOS: { introduced: "10.2", supervised: false },
      visionOS: { introduced: "1.1", supervised: false, userEnrollment: "allowed" },
      watchOS: { introduced: "10.0", supervised: false },
    },
    keys: [{ key: "Identifiers", type: "array", required: true, keys: [{ key: "IdentifiersItem", type: "string" }] }],
  },
  ManagedApplicationConfiguration: {
    systems: {
      iOS: {
        introduced: "7.0",
        supervised: false,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
        userEnrollment: "allowed",
      },
      macOS: { introduced: "10.15", deviceChannel: true, userChannel: false, userEnrollment: "allowed" },
      tvOS: { introduced: "10.2", supervised: false },
      visionOS: { introduced: "1.1", supervised: false, userEnrollment: "allowed" },
      watchOS: { introduced: "10.0", supervised: false },
    },
    keys: [{ key: "Identifiers", type: "array", required: true, keys: [{ key: "IdentifiersItem", type: "string" }] }],
  },
  ManagedApplicationFeedback: {
    systems: {
      iOS: {
        introduced: "7.0",
        supervised: false,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
        userEnrollment: "allowed",
      },
      macOS: { introduced: "11.0", deviceChannel: false, userChannel: true, userEnrollment: "forbidden" },
      tvOS: { introduced: "10.2", supervised: false },
      visionOS: { introduced: "1.1", supervised: false, userEnrollment: "allowed" },
      watchOS: false,
    },
    keys: [
      { key: "Identifiers", type: "array", required: true, keys: [{ key: "IdentifiersItem", type: "string" }] },
      { key: "DeleteFeedback", type: "boolean", default: false },
    ],
  },
  ManagedApplicationList: {
    systems: {
      iOS: {
        introduced: "5.0",
        supervised: false,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
        userEnrollment: "allowed",
      },
      macOS: { introduced: "11.0", deviceChannel: true, userChannel: true, userEnrollment: "allowed" },
      tvOS: { introduced: "10.2", supervised: false },
      visionOS: { introduced: "1.1", supervised: false, userEnrollment: "allowed" },
      watchOS: { introduced: "10.0", supervised: false },
    },
    keys: [
      {
        key: "Identifiers",
        type: "array",
        systems: { iOS: { introduced: "7.0" } },
        keys: [{ key: "IdentifiersItem", type: "string" }],
      },
    ],
  },
  ManagedMediaList: {
    systems: {
      iOS: {
        introduced: "8.0",
        supervised: false,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
        userEnrollment: "allowed",
      },
      macOS: false,
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [],
  },
  NSExtensionMappings: {
    systems: {
      iOS: false,
      macOS: { introduced: "10.13", deviceChannel: false, userChannel: true, userEnrollment: "forbidden" },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [],
  },
  OSUpdateStatus: {
    systems: {
      iOS: {
        introduced: "9.0",
        supervised: true,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
        userEnrollment: "forbidden",
      },
      macOS: {
        introduced: "10.11.5",
        deviceChannel: true,
        userChannel: false,
        supervised: true,
        userEnrollment: "forbidden",
      },
      tvOS: { introduced: "12.0", deviceChannel: true, supervised: true },
      visionOS: false,
      watchOS: false,
    },
    keys: [],
  },
  PlayLostModeSound: {
    systems: {
      iOS: {
        introduced: "10.3",
        supervised: true,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
        userEnrollment: "forbidden",
      },
      macOS: false,
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [],
  },
  ProfileList: {
    systems: {
      iOS: {
        introduced: "4.0",
        supervised: false,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: true },
        userEnrollment: "allowed",
      },
      macOS: { introduced: "10.7", deviceChannel: true, userChannel: true, userEnrollment: "allowed" },
      tvOS: { introduced: "9.0", supervised: false },
      visionOS: { introduced: "1.1", supervised: false, userEnrollment: "allowed" },
      watchOS: { introduced: "10.0", supervised: false },
    },
    keys: [
      {
        key: "ManagedOnly",
        type: "boolean",
        systems: { iOS: { introduced: "13.0" }, macOS: { introduced: "10.15" }, tvOS: { introduced: "13.0" } },
        default: false,
      },
    ],
  },
  ProvisioningProfileList: {
    systems: {
      iOS: {
        introduced: "4.0",
        supervised: false,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
        userEnrollment: "allowed",
      },
      macOS: { introduced: "11.0", deviceChannel: true, userChannel: false, userEnrollment: "allowed" },
      tvOS: { introduced: "10.2", supervised: false },
      visionOS: { introduced: "1.1", supervised: false, userEnrollment: "allowed" },
      watchOS: { introduced: "10.0", supervised: false },
    },
    keys: [
      {
        key: "ManagedOnly",
        type: "boolean",
        systems: { iOS: { introduced: "13.0" }, tvOS: { introduced: "13.0" } },
        default: false,
      },
    ],
  },
  RefreshCellularPlans: {
    systems: {
      iOS: {
        introduced: "13.0",
        supervised: false,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
        userEnrollment: "forbidden",
      },
      macOS: false,
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [{ key: "eSIMServerURL", type: "string", required: true }],
  },
  RemoveApplication: {
    systems: {
      iOS: {
        introduced: "5.0",
        supervised: false,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
        userEnrollment: "allowed",
      },
      macOS: { introduced: "11.0", deviceChannel: true, userChannel: false, userEnrollment: "forbidden" },
      tvOS: { introduced: "10.2", supervised: false },
      visionOS: { introduced: "1.1", supervised: false, userEnrollment: "allowed" },
      watchOS: { introduced: "10.0", supervised: false },
    },
    keys: [{ key: "Identifier", type: "string", required: true }],
  },
  RemoveMedia: {
    systems: {
      iOS: {
        introduced: "8.0",
        supervised: false,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
        userEnrollment: "allowed",
      },
      macOS: false,
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [
      { key: "MediaType", type: "string", required: true, values: ["Book"] },
      { key: "iTunesStoreID", type: "string" },
      { key: "PersistentID", type: "string" },
    ],
  },
  RemoveProfile: {
    systems: {
      iOS: {
        introduced: "4.0",
        supervised: false,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: true },
        userEnrollment: "allowed",
      },
      macOS: { introduced: "10.7", deviceChannel: true, userChannel: true, userEnrollment: "allowed" },
      tvOS: { introduced: "9.0", supervised: false },
      visionOS: { introduced: "1.1", supervised: false, userEnrollment: "allowed" },
      watchOS: { introduced: "10.0", supervised: false },
    },
    keys: [{ key: "Identifier", type: "string", required: true }],
  },
  RemoveProvisioningProfile: {
    systems: {
      iOS: {
        introduced: "4.0",
        supervised: false,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
        userEnrollment: "allowed",
      },
      macOS: { introduced: "11.0", deviceChannel: true, userChannel: false, userEnrollment: "allowed" },
      tvOS: { introduced: "10.2", supervised: false },
      visionOS: { introduced: "1.1", supervised: false, userEnrollment: "allowed" },
      watchOS: { introduced: "10.0", supervised: false },
    },
    keys: [{ key: "UUID", type: "string", required: true }],
  },
  RequestMirroring: {
    systems: {
      iOS: {
        introduced: "7.0",
        supervised: false,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
        userEnrollment: "allowed",
      },
      macOS: { introduced: "10.10", deviceChannel: true, userChannel: false, userEnrollment: "allowed" },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [
      { key: "DestinationName", type: "string" },
      { key: "DestinationDeviceID", type: "string" },
      { key: "ScanTime", type: "integer" },
      { key: "Password", type: "string" },
    ],
  },
  RequestUnlockToken: {
    systems: {
      iOS: {
        introduced: "5.0",
        deprecated: "6.1.6",
        supervised: true,
        sharedIpad: { mode: "forbidden" },
        userEnrollment: "forbidden",
      },
      macOS: false,
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [],
  },
  RestartDevice: {
    systems: {
      iOS: {
        introduced: "10.3",
        supervised: true,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
        userEnrollment: "forbidden",
      },
      macOS: { introduced: "10.13", deviceChannel: true, userChannel: false, userEnrollment: "forbidden" },
      tvOS: { introduced: "10.2", supervised: true },
      visionOS: false,
      watchOS: false,
    },
    keys: [
      {
        key: "RebuildKernelCache",
        type: "boolean",
        systems: { iOS: false, macOS: { introduced: "11.0" }, tvOS: false },
        default: false,
      },
      {
        key: "KextPaths",
        type: "array",
        systems: { iOS: false, macOS: { introduced: "11.0" }, tvOS: false },
        keys: [{ key: "KextPathsItem", type: "string" }],
      },
      {
        key: "NotifyUser",
        type: "boolean",
        systems: { iOS: false, macOS: { introduced: "11.4" }, tvOS: false },
        default: false,
      },
    ],
  },
  Restrictions: {
    systems: {
      iOS: {
        introduced: "4.0",
        supervised: false,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: true },
        userEnrollment: "forbidden",
      },
      macOS: false,
      tvOS: { introduced: "9.0", supervised: false },
      visionOS: { introduced: "1.1", supervised: false, userEnrollment: "forbidden" },
      watchOS: { introduced: "10.0", supervised: false },
    },
    keys: [{ key: "ProfileRestrictions", type: "boolean", default: false }],
  },
  RotateFileVaultKey: {
    systems: {
      iOS: false,
      macOS: { introduced: "10.9", deviceChannel: true, userChannel: false, userEnrollment: "forbidden" },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [
      { key: "KeyType", type: "string", required: true, values: ["personal", "institutional"] },
      {
        key: "FileVaultUnlock",
        type: "dictionary",
        required: true,
        keys: [
          { key: "Password", type: "string" },
          { key: "PrivateKeyExport", type: "data", systems: { macOS: { deprecated: "10.15" } } },
          { key: "PrivateKeyExportPassword", type: "string", systems: { macOS: { deprecated: "10.15" } } },
        ],
      },
      { key: "NewCertificate", type: "data" },
      { key: "ReplyEncryptionCertificate", type: "data" },
    ],
  },
  ScheduleOSUpdate: {
    systems: {
      iOS: {
        introduced: "9.0",
        supervised: true,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
        userEnrollment: "forbidden",
      },
      macOS: {
        introduced: "10.11",
        deviceChannel: true,
        userChannel: false,
        supervised: true,
        userEnrollment: "forbidden",
      },
      tvOS: { introduced: "12.0", deviceChannel: true, supervised: true },
      visionOS: false,
      watchOS: false,
    },
    keys: [
      {
        key: "Updates",
        type: "array",
        required: true,
        keys: [
          {
            key: "UpdatesItem",
            type: "dictionary",
            required: true,
            keys: [
              { key: "ProductKey", type: "string" },
              {
                key: "ProductVersion",
                type: "string",
                systems: { iOS: { introduced: "11.3" }, macOS: { introduced: "12.0" }, tvOS: { introduced: "12.2" } },
              },
              {
                key: "InstallAction",
                type: "string",
                required: true,
                values: ["Default", "DownloadOnly", "InstallASAP", "NotifyOnly", "InstallLater", "InstallForceRestart"],
              },
              {
                key: "MaxUserDeferrals",
                type: "integer",
                systems: { iOS: false, macOS: { introduced: "12.0" }, tvOS: false },
              },
              {
                key: "Priority",
                type: "string",
                systems: { iOS: false, macOS: { introduced: "12.3" }, tvOS: false },
                values: ["Low", "High"],
                default: "Low",
              },
            ],
          },
        ],
      },
    ],
  },
  ScheduleOSUpdateScan: {
    systems: {
      iOS: false,
      macOS: {
        introduced: "10.11",
        deviceChannel: true,
        userChannel: false,
        supervised: true,
        userEnrollment: "forbidden",
      },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [{ key: "Force", type: "boolean", default: false }],
  },
  SecurityInfo: {
    systems: {
      iOS: {
        introduced: "4.0",
        supervised: false,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
        userEnrollment: "allowed",
      },
      macOS: { introduced: "10.7", deviceChannel: true, userChannel: true, userEnrollment: "allowed" },
      tvOS: { introduced: "9.0", supervised: false },
      visionOS: { introduced: "1.1", supervised: false, userEnrollment: "allowed" },
      watchOS: { introduced: "10.0", supervised: false },
    },
    keys: [],
  },
  SetAutoAdminPassword: {
    systems: {
      iOS: false,
      macOS: {
        introduced: "10.11",
        deviceChannel: true,
        userChannel: false,
        automatedEnrollment: true,
        userEnrollment: "forbidden",
      },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [{ key: "GUID", type: "string", required: true }, { key: "passwordHash", type: "data", required: true }],
  },
  SetFirmwarePassword: {
    systems: {
      iOS: false,
      macOS: { introduced: "10.13", deviceChannel: true, userChannel: false, userEnrollment: "forbidden" },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [
      { key: "CurrentPassword", type: "string" },
      { key: "NewPassword", type: "string", required: true },
      { key: "AllowOroms", type: "boolean", default: false },
    ],
  },
  SetRecoveryLock: {
    systems: {
      iOS: false,
      macOS: { introduced: "11.5", deviceChannel: true, userChannel: false, userEnrollment: "forbidden" },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [{ key: "CurrentPassword", type: "string" }, { key: "NewPassword", type: "string", required: true }],
  },
  Settings: {
    systems: {
      iOS: {
        introduced: "5.0",
        supervised: false,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: true },
        userEnrollment: "allowed",
      },
      macOS: { introduced: "10.9", deviceChannel: true, userChannel: true, userEnrollment: "allowed" },
      tvOS: { introduced: "9.0", supervised: false },
      visionOS: { introduced: "1.1", supervised: false, userEnrollment: "allowed" },
      watchOS: { introduced: "10.0", supervised: false },
    },
    keys: [
      {
        key: "Settings",
        type: "array",
        required: true,
        keys: [
          {
            key: "Wallpaper",
            type: "dictionary",
            systems: {
              iOS: {
                introduced: "8.0",
                supervised: true,
                sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
                userEnrollment: "forbidden",
              },
              macOS: false,
              tvOS: false,
              visionOS: false,
              watchOS: false,
            },
            keys: [
              { key: "Item", type: "string", required: true, values: ["Wallpaper"] },
              { key: "Image", type: "data", required: true },
              { key: "Where", type: "integer", required: true, values: [1, 2, 3] },
            ],
          },
          {
            key: "DataRoaming",
            type: "dictionary",
            systems: {
              iOS: {
                sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
                userEnrollment: "forbidden",
              },
              macOS: false,
              tvOS: false,
              visionOS: false,
              watchOS: false,
            },
            keys: [
              { key: "Item", type: "string", required: true, values: ["DataRoaming"] },
              { key: "Enabled", type: "boolean", required: true },
            ],
          },
          {
            key: "VoiceRoaming",
            type: "dictionary",
            systems: {
              iOS: {
                deprecated: "16.0",
                sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
                userEnrollment: "forbidden",
              },
              macOS: false,
              tvOS: false,
              visionOS: false,
              watchOS: false,
            },
            keys: [
              { key: "Item", type: "string", required: true, values: ["VoiceRoaming"] },
              { key: "Enabled", type: "boolean", required: true },
            ],
          },
          {
            key: "PersonalHotspot",
            type: "dictionary",
            systems: {
              iOS: {
                sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
                userEnrollment: "forbidden",
              },
              macOS: false,
              tvOS: false,
              visionOS: false,
              watchOS: false,
            },
            keys: [
              { key: "Item", type: "string", required: true, values: ["PersonalHotspot"] },
              { key: "Enabled", type: "boolean", required: true },
            ],
          },
          {
            key: "Bluetooth",
            type: "dictionary",
            systems: {
              iOS: {
                introduced: "11.3",
                supervised: true,
                sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
                userEnrollment: "forbidden",
              },
              macOS: { introduced: "10.13.4", userEnrollment: "forbidden" },
              tvOS: false,
              visionOS: false,
              watchOS: false,
            },
            keys: [
              { key: "Item", type: "string", required: true, values: ["Bluetooth"] },
              { key: "Enabled", type: "boolean", required: true },
            ],
          },
          {
            key: "ApplicationConfiguration",
            type: "dictionary",
            systems: {
              iOS: { introduced: "7.0", sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false } },
              macOS: { introduced: "10.15", userChannel: false },
              tvOS: { introduced: "10.2" },
            },
            keys: [
              { key: "Item", type: "string", required: true, values: ["ApplicationConfiguration"] },
              { key: "Identifier", type: "string", required: true },
              { key: "Configuration", type: "dictionary", keys: [{ key: "ANY", type: "any" }] },
            ],
          },
          {
            key: "ApplicationAttributes",
            type: "dictionary",
            systems: {
              iOS: { introduced: "7.0", sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false } },
              macOS: false,
              tvOS: { introduced: "10.2" },
            },
            keys: [
              { key: "Item", type: "string", required: true, values: ["ApplicationAttributes"] },
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
          {
            key: "DeviceName",
            type: "dictionary",
            systems: {
              iOS: {
                supervised: true,
                sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
                userEnrollment: "forbidden",
              },
              macOS: { introduced: "10.10", userEnrollment: "forbidden" },
              visionOS: { introduced: "2.0", supervised: true, userEnrollment: "forbidden" },
              watchOS: false,
            },
            keys: [
              { key: "Item", type: "string", required: true, values: ["DeviceName"] },
              { key: "DeviceName", type: "string", required: true },
            ],
          },
          {
            key: "HostName",
            type: "dictionary",
            systems: {
              iOS: false,
              macOS: { introduced: "10.11", userEnrollment: "forbidden" },
              tvOS: false,
              visionOS: false,
              watchOS: false,
            },
            keys: [
              { key: "Item", type: "string", required: true, values: ["HostName"] },
              { key: "HostName", type: "string", required: true },
            ],
          },
          {
            key: "OrganizationInfo",
            type: "dictionary",
            systems: {
              iOS: { sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false } },
              macOS: { introduced: "10.9" },
            },
            keys: [
              { key: "Item", type: "string", required: true, values: ["OrganizationInfo"] },
              {
                key: "OrganizationInfo",
                type: "dictionary",
                keys: [
                  { key: "OrganizationName", type: "string", required: true },
                  {
                    key: "OrganizationShortName",
                    type: "string",
                    systems: {
                      iOS: { introduced: "13.0" },
                      macOS: { introduced: "10.15" },
                      tvOS: { introduced: "13.0" },
                    },
                  },
                  { key: "OrganizationAddress", type: "string" },
                  { key: "OrganizationPhone", type: "string" },
                  { key: "OrganizationEmail", type: "string" },
                  { key: "OrganizationMagic", type: "string" },
                ],
              },
            ],
          },
          {
            key: "MDMOptions",
            type: "dictionary",
            systems: {
              iOS: { introduced: "7.0", sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false } },
              macOS: { introduced: "10.15", userEnrollment: "forbidden" },
              tvOS: false,
              visionOS: { introduced: "2.0" },
              watchOS: false,
            },
            keys: [
              { key: "Item", type: "string", required: true, values: ["MDMOptions"] },
              {
                key: "MDMOptions",
                type: "dictionary",
                required: true,
                keys: [
                  { key: "ActivationLockAllowedWhileSupervised", type: "boolean", default: false },
                  {
                    key: "BootstrapTokenAllowed",
                    type: "boolean",
                    systems: {
                      iOS: false,
                      macOS: { introduced: "10.15", deprecated: "11.0", userEnrollment: "forbidden" },
                      tvOS: false,
                      visionOS: false,
                      watchOS: false,
                    },
                    default: false,
                  },
                  {
                    key: "PromptUserToAllowBootstrapTokenForAuthentication",
                    type: "boolean",
                    systems: {
                      iOS: false,
                      macOS: { introduced: "11.0" },
                      tvOS: false,
                      visionOS: false,
                      watchOS: false,
                    },
                    default: false,
                  },
                ],
              },
            ],
          },
          {
            key: "MaximumResidentUsers",
            type: "dictionary",
            systems: {
              iOS: {
                introduced: "9.3",
                deprecated: "13.4",
                sharedIpad: { mode: "required", deviceChannel: true, userChannel: false },
                userEnrollment: "forbidden",
              },
              macOS: false,
              tvOS: false,
              visionOS: false,
              watchOS: false,
            },
            keys: [
              { key: "Item", type: "string", required: true, values: ["MaximumResidentUsers"] },
              { key: "MaximumResidentUsers", type: "integer", required: true },
            ],
          },
          {
            key: "SharedDeviceConfiguration",
            type: "dictionary",
            systems: {
              iOS: {
                introduced: "13.4",
                sharedIpad: { mode: "required", deviceChannel: true, userChannel: false },
                userEnrollment: "forbidden",
              },
              macOS: false,
              tvOS: false,
              visionOS: false,
              watchOS: false,
            },
            keys: [
              { key: "Item", type: "string", required: true, values: ["SharedDeviceConfiguration"] },
              { key: "QuotaSize", type: "integer" },
              { key: "ResidentUsers", type: "integer" },
              { key: "UserSessionTimeout", type: "integer", systems: { iOS: { introduced: "14.5" } } },
              { key: "TemporarySessionTimeout", type: "integer", systems: { iOS: { introduced: "14.5" } } },
              {
                key: "TemporarySessionOnly",
                type: "boolean",
                systems: { iOS: { introduced: "14.5" } },
                default: false,
              },
              {
                key: "ManagedAppleIDDefaultDomains",
                type: "array",
                systems: { iOS: { introduced: "16.0" } },
                keys: [{ key: "AppleID domain", type: "string" }],
              },
              { key: "OnlineAuthenticationGracePeriod", type: "integer", systems: { iOS: { introduced: "16.0" } } },
              {
                key: "SkipLanguageAndLocaleSetupForNewUsers",
                type: "boolean",
                systems: { iOS: { introduced: "16.2" } },
                default: false,
              },
              {
                key: "AwaitUserConfiguration",
                type: "dictionary",
                systems: { iOS: { introduced: "17.0" } },
                keys: [{ key: "Enabled", type: "boolean", required: true }],
              },
              {
                key: "PasscodePolicy",
                type: "dictionary",
                systems: { iOS: { introduced: "17.0" } },
                keys: [
                  { key: "PasscodeLockGracePeriod", type: "integer", values: [0, 60, 300, 900, 3600, 14400] },
                  { key: "AutoLockTime", type: "integer" },
                ],
              },
            ],
          },
          {
            key: "DiagnosticSubmission",
            type: "dictionary",
            systems: {
              iOS: {
                introduced: "9.3",
                sharedIpad: { mode: "required", deviceChannel: true, userChannel: false },
                userEnrollment: "forbidden",
              },
              macOS: false,
              tvOS: false,
              visionOS: false,
              watchOS: false,
            },
            keys: [
              { key: "Item", type: "string", required: true, values: ["DiagnosticSubmission"] },
              { key: "Enabled", type: "boolean", required: true },
            ],
          },
          {
            key: "AppAnalytics",
            type: "dictionary",
            systems: {
              iOS: {
                introduced: "9.3.2",
                sharedIpad: { mode: "required", deviceChannel: true, userChannel: false },
                userEnrollment: "forbidden",
              },
              macOS: false,
              tvOS: false,
              visionOS: false,
              watchOS: false,
            },
            keys: [
              { key: "Item", type: "string", required: true, values: ["AppAnalytics"] },
              { key: "Enabled", type: "boolean", required: true },
            ],
          },
          {
            key: "PasscodeLockGracePeriod",
            type: "dictionary",
            systems: {
              iOS: {
                introduced: "9.3.2",
                deprecated: "17.0",
                sharedIpad: { mode: "required", deviceChannel: true, userChannel: false },
                userEnrollment: "forbidden",
              },
              macOS: false,
              tvOS: false,
              visionOS: false,
              watchOS: false,
            },
            keys: [
              { key: "Item", type: "string", required: true, values: ["PasscodeLockGracePeriod"] },
              {
                key: "PasscodeLockGracePeriod",
                type: "integer",
                required: true,
                values: [0, 60, 300, 900, 3600, 14400],
              },
            ],
          },
          {
            key: "TimeZone",
            type: "dictionary",
            systems: {
              iOS: {
                introduced: "14.0",
                supervised: true,
                sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
                userEnrollment: "forbidden",
              },
              macOS: false,
              tvOS: { introduced: "14.0", supervised: true },
              visionOS: { introduced: "2.0", supervised: true, userEnrollment: "forbidden" },
              watchOS: false,
            },
            keys: [
              { key: "Item", type: "string", required: true, values: ["TimeZone"] },
              { key: "TimeZone", type: "string", required: true },
            ],
          },
          {
            key: "SoftwareUpdateSettings",
            type: "dictionary",
            systems: {
              iOS: {
                introduced: "14.5",
                supervised: true,
                sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
                userEnrollment: "forbidden",
              },
              macOS: false,
              tvOS: false,
              visionOS: false,
              watchOS: false,
            },
            keys: [
              { key: "Item", type: "string", required: true, values: ["SoftwareUpdateSettings"] },
              { key: "RecommendationCadence", type: "integer", required: true, values: [0, 1, 2] },
            ],
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
              { key: "Item", type: "string", required: true, values: ["AccessibilitySettings"] },
              { key: "BoldTextEnabled", type: "boolean", default: false },
              { key: "IncreaseContrastEnabled", type: "boolean", systems: { watchOS: false }, default: false },
              { key: "ReduceMotionEnabled", type: "boolean", default: false },
              { key: "ReduceTransparencyEnabled", type: "boolean", default: false },
              { key: "TextSize", type: "integer", values: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], default: 4 },
              { key: "TouchAccommodationsEnabled", type: "boolean", default: false },
              { key: "VoiceOverEnabled", type: "boolean", default: false },
              { key: "ZoomEnabled", type: "boolean", default: false },
              { key: "GrayscaleEnabled", type: "boolean", systems: { iOS: false, watchOS: false }, default: false },
            ],
          },
        ],
      },
    ],
  },
  ShutDownDevice: {
    systems: {
      iOS: {
        introduced: "10.3",
        supervised: true,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
        userEnrollment: "forbidden",
      },
      macOS: { introduced: "10.13", deviceChannel: true, userChannel: false, userEnrollment: "forbidden" },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [],
  },
  StopMirroring: {
    systems: {
      iOS: {
        introduced: "7.0",
        supervised: true,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
        userEnrollment: "forbidden",
      },
      macOS: { introduced: "10.10", deviceChannel: true, userChannel: false, userEnrollment: "forbidden" },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [],
  },
  UnlockUserAccount: {
    systems: {
      iOS: false,
      macOS: { introduced: "10.13", deviceChannel: true, userChannel: false, userEnrollment: "forbidden" },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [{ key: "UserName", type: "string", required: true }],
  },
  UserConfigured: {
    systems: {
      iOS: {
        introduced: "17.0",
        supervised: true,
        automatedEnrollment: true,
        sharedIpad: { mode: "allowed", deviceChannel: false, userChannel: true },
        userEnrollment: "forbidden",
      },
      macOS: false,
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [],
  },
  UserList: {
    systems: {
      iOS: {
        introduced: "9.3",
        supervised: false,
        sharedIpad: { mode: "required", deviceChannel: true, userChannel: false },
        userEnrollment: "forbidden",
      },
      macOS: {
        introduced: "10.13",
        deviceChannel: true,
        userChannel: false,
        supervised: true,
        userEnrollment: "forbidden",
      },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [],
  },
  ValidateApplications: {
    systems: {
      iOS: {
        introduced: "9.2",
        supervised: false,
        sharedIpad: { mode: "allowed", deviceChannel: true, userChannel: false },
        userEnrollment: "allowed",
      },
      macOS: false,
      tvOS: { introduced: "10.2", supervised: false },
      visionOS: { introduced: "1.1", supervised: false, userEnrollment: "allowed" },
      watchOS: false,
    },
    keys: [{ key: "Identifiers", type: "array", keys: [{ key: "IdentifiersItem", type: "string" }] }],
  },
  VerifyFirmwarePassword: {
    systems: {
      iOS: false,
      macOS: { introduced: "10.13", deviceChannel: true, userChannel: false, userEnrollment: "forbidden" },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [{ key: "Password", type: "string", required: true }],
  },
  VerifyRecoveryLock: {
    systems: {
      iOS: false,
      macOS: { introduced: "11.5", deviceChannel: true, userChannel: false, userEnrollment: "forbidden" },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [{ key: "Password", type: "string", required: true }],
  },
};
