/**
 * Facts about declarations, of Apple's device management schema. Written by `deno task schema`: do not edit.
 *
 * @module
 */

import type { DeclarationFacts, FactTable } from "../types.ts";

export const declarations: FactTable<DeclarationFacts> = {
  "com.apple.activation.simple": {
    kind: "activation",
    systems: {
      iOS: { introduced: "15.0" },
      macOS: { introduced: "13.0" },
      tvOS: { introduced: "16.0" },
      visionOS: { introduced: "1.1" },
      watchOS: { introduced: "10.0" },
    },
    keys: [
      {
        key: "StandardConfigurations",
        type: "array",
        required: true,
        keys: [{ key: "StandardConfigurationsItems", type: "string" }],
      },
      { key: "Predicate", type: "string" },
    ],
  },
  "com.apple.asset.credential.acme": {
    kind: "asset",
    systems: {
      iOS: { introduced: "17.0" },
      macOS: { introduced: "14.0" },
      tvOS: { introduced: "17.0" },
      visionOS: { introduced: "1.1" },
      watchOS: { introduced: "10.0" },
    },
    keys: [
      {
        key: "Reference",
        type: "dictionary",
        required: true,
        contentTypes: ["application/json"],
        keys: [
          { key: "DataURL", type: "string", required: true },
          { key: "ContentType", type: "string" },
          { key: "Size", type: "integer" },
          { key: "Hash-SHA-256", type: "string" },
        ],
      },
      {
        key: "Authentication",
        type: "dictionary",
        keys: [{ key: "Type", type: "string", required: true, values: ["MDM", "None"] }],
      },
      { key: "Accessible", type: "string", values: ["Default", "AfterFirstUnlock"], default: "Default" },
    ],
  },
  "com.apple.asset.credential.certificate": {
    kind: "asset",
    systems: {
      iOS: { introduced: "17.0" },
      macOS: { introduced: "14.0" },
      tvOS: { introduced: "17.0" },
      visionOS: { introduced: "1.1" },
      watchOS: { introduced: "10.0" },
    },
    keys: [
      {
        key: "Reference",
        type: "dictionary",
        required: true,
        contentTypes: ["application/pkcs1", "application/pem"],
        keys: [
          { key: "DataURL", type: "string", required: true },
          { key: "ContentType", type: "string" },
          { key: "Size", type: "integer" },
          { key: "Hash-SHA-256", type: "string" },
        ],
      },
      {
        key: "Authentication",
        type: "dictionary",
        keys: [{ key: "Type", type: "string", required: true, values: ["MDM", "None"] }],
      },
    ],
  },
  "com.apple.asset.credential.identity": {
    kind: "asset",
    systems: {
      iOS: { introduced: "17.0" },
      macOS: { introduced: "14.0" },
      tvOS: { introduced: "17.0" },
      visionOS: { introduced: "1.1" },
      watchOS: { introduced: "10.0" },
    },
    keys: [
      {
        key: "Reference",
        type: "dictionary",
        required: true,
        contentTypes: ["application/json"],
        keys: [
          { key: "DataURL", type: "string", required: true },
          { key: "ContentType", type: "string" },
          { key: "Size", type: "integer" },
          { key: "Hash-SHA-256", type: "string" },
        ],
      },
      {
        key: "Authentication",
        type: "dictionary",
        keys: [{ key: "Type", type: "string", required: true, values: ["MDM", "None"] }],
      },
      { key: "Accessible", type: "string", values: ["Default", "AfterFirstUnlock"], default: "Default" },
    ],
  },
  "com.apple.asset.credential.scep": {
    kind: "asset",
    systems: {
      iOS: { introduced: "17.0" },
      macOS: { introduced: "14.0" },
      tvOS: { introduced: "17.0" },
      visionOS: { introduced: "1.1" },
      watchOS: { introduced: "10.0" },
    },
    keys: [
      {
        key: "Reference",
        type: "dictionary",
        required: true,
        contentTypes: ["application/json"],
        keys: [
          { key: "DataURL", type: "string", required: true },
          { key: "ContentType", type: "string" },
          { key: "Size", type: "integer" },
          { key: "Hash-SHA-256", type: "string" },
        ],
      },
      {
        key: "Authentication",
        type: "dictionary",
        keys: [{ key: "Type", type: "string", required: true, values: ["MDM", "None"] }],
      },
      { key: "Accessible", type: "string", values: ["Default", "AfterFirstUnlock"], default: "Default" },
    ],
  },
  "com.apple.asset.credential.userpassword": {
    kind: "asset",
    systems: {
      iOS: { introduced: "15.0" },
      macOS: { introduced: "13.0" },
      tvOS: { introduced: "16.0" },
      visionOS: { introduced: "1.1" },
      watchOS: { introduced: "10.0" },
    },
    keys: [
      {
        key: "Reference",
        type: "dictionary",
        required: true,
        contentTypes: ["application/json"],
        keys: [
          { key: "DataURL", type: "string", required: true },
          { key: "ContentType", type: "string" },
          { key: "Size", type: "integer" },
          { key: "Hash-SHA-256", type: "string" },
        ],
      },
      {
        key: "Authentication",
        type: "dictionary",
        systems: {
          iOS: { introduced: "17.0" },
          macOS: { introduced: "14.0" },
          tvOS: { introduced: "17.0" },
          watchOS: { introduced: "10.0" },
        },
        keys: [{ key: "Type", type: "string", required: true, values: ["MDM", "None"] }],
      },
    ],
  },
  "com.apple.asset.data": {
    kind: "asset",
    systems: {
      iOS: { introduced: "17.0" },
      macOS: { introduced: "14.0" },
      tvOS: { introduced: "17.0" },
      visionOS: { introduced: "1.1" },
      watchOS: { introduced: "10.0" },
    },
    keys: [
      {
        key: "Reference",
        type: "dictionary",
        required: true,
        keys: [
          { key: "DataURL", type: "string", required: true },
          { key: "ContentType", type: "string" },
          { key: "Size", type: "integer" },
          { key: "Hash-SHA-256", type: "string" },
        ],
      },
      {
        key: "Authentication",
        type: "dictionary",
        keys: [{ key: "Type", type: "string", required: true, values: ["MDM", "None"] }],
      },
    ],
  },
  "com.apple.asset.useridentity": {
    kind: "asset",
    systems: {
      iOS: { introduced: "15.0" },
      macOS: { introduced: "13.0" },
      tvOS: { introduced: "16.0" },
      visionOS: { introduced: "1.1" },
      watchOS: { introduced: "10.0" },
    },
    keys: [{ key: "FullName", type: "string" }, { key: "EmailAddress", type: "string" }],
  },
  "com.apple.configuration.account.caldav": {
    kind: "configuration",
    apply: "multiple",
    systems: {
      iOS: {
        introduced: "15.0",
        enrollments: ["supervised", "device", "user", "local"],
        scopes: ["system"],
        sharedIpad: { scopes: ["user"] },
      },
      macOS: { introduced: "13.0", enrollments: ["supervised", "user", "local"], scopes: ["user"] },
      tvOS: false,
      visionOS: { introduced: "1.1", enrollments: ["supervised", "device", "user", "local"], scopes: ["system"] },
      watchOS: false,
    },
    keys: [
      { key: "VisibleName", type: "string" },
      { key: "HostName", type: "string", required: true },
      { key: "Port", type: "integer" },
      { key: "Path", type: "string" },
      {
        key: "AuthenticationCredentialsAssetReference",
        type: "string",
        assetTypes: ["com.apple.asset.credential.userpassword"],
      },
    ],
  },
  "com.apple.configuration.account.carddav": {
    kind: "configuration",
    apply: "multiple",
    systems: {
      iOS: {
        introduced: "15.0",
        enrollments: ["supervised", "device", "user", "local"],
        scopes: ["system"],
        sharedIpad: { scopes: ["user"] },
      },
      macOS: { introduced: "13.0", enrollments: ["supervised", "user", "local"], scopes: ["user"] },
      tvOS: false,
      visionOS: { introduced: "1.1", enrollments: ["supervised", "device", "user", "local"], scopes: ["system"] },
      watchOS: false,
    },
    keys: [
      { key: "VisibleName", type: "string" },
      { key: "HostName", type: "string", required: true },
      { key: "Port", type: "integer" },
      { key: "Path", type: "string" },
      {
        key: "AuthenticationCredentialsAssetReference",
        type: "string",
        assetTypes: ["com.apple.asset.credential.userpassword"],
      },
    ],
  },
  "com.apple.configuration.account.exchange": {
    kind: "configuration",
    apply: "multiple",
    systems: {
      iOS: {
        introduced: "15.0",
        enrollments: ["supervised", "device", "user", "local"],
        scopes: ["system"],
        sharedIpad: { scopes: ["user"] },
      },
      macOS: { introduced: "13.0", enrollments: ["supervised", "user", "local"], scopes: ["user"] },
      tvOS: false,
      visionOS: { introduced: "1.1", enrollments: ["supervised", "device", "user", "local"], scopes: ["system"] },
      watchOS: false,
    },
    keys: [
      { key: "VisibleName", type: "string" },
      {
        key: "EnabledProtocolTypes",
        type: "array",
        required: true,
        keys: [{ key: "EnabledProtocolTypesItem", type: "string", required: true, values: ["EAS", "EWS"] }],
      },
      { key: "UserIdentityAssetReference", type: "string", assetTypes: ["com.apple.asset.useridentity"] },
      { key: "HostName", type: "string" },
      { key: "Port", type: "integer", systems: { iOS: false, visionOS: false } },
      { key: "Path", type: "string", systems: { iOS: false, visionOS: false } },
      { key: "ExternalHostName", type: "string", systems: { iOS: false, visionOS: false } },
      { key: "ExternalPort", type: "integer", systems: { iOS: false, visionOS: false } },
      { key: "External Path", type: "string", systems: { iOS: false, visionOS: false } },
      {
        key: "OAuth",
        type: "dictionary",
        keys: [
          { key: "Enabled", type: "boolean", required: true },
          { key: "SignInURL", type: "string" },
          { key: "TokenRequestURL", type: "string", systems: { macOS: false } },
        ],
      },
      {
        key: "AuthenticationCredentialsAssetReference",
        type: "string",
        assetTypes: ["com.apple.asset.credential.userpassword"],
      },
      {
        key: "AuthenticationIdentityAssetReference",
        type: "string",
        assetTypes: [
          "com.apple.asset.credential.acme",
          "com.apple.asset.credential.identity",
          "com.apple.asset.credential.scep",
        ],
      },
      {
        key: "SMIME",
        type: "dictionary",
        systems: { iOS: { introduced: "17.0" }, macOS: false },
        keys: [
          {
            key: "Signing",
            type: "dictionary",
            keys: [
              { key: "Enabled", type: "boolean", required: true },
              {
                key: "IdentityAssetReference",
                type: "string",
                assetTypes: [
                  "com.apple.asset.credential.acme",
                  "com.apple.asset.credential.identity",
                  "com.apple.asset.credential.scep",
                ],
              },
              { key: "UserOverrideable", type: "boolean", default: false },
              { key: "IdentityUserOverrideable", type: "boolean", default: false },
            ],
          },
          {
            key: "Encryption",
            type: "dictionary",
            keys: [
              { key: "Enabled", type: "boolean", required: true },
              {
                key: "IdentityAssetReference",
                type: "string",
                assetTypes: [
                  "com.apple.asset.credential.acme",
                  "com.apple.asset.credential.identity",
                  "com.apple.asset.credential.scep",
                ],
              },
              { key: "UserOverrideable", type: "boolean", default: false },
              { key: "IdentityUserOverrideable", type: "boolean", default: false },
              { key: "PerMessageSwitchEnabled", type: "boolean", default: false },
            ],
          },
        ],
      },
      { key: "MailServiceActive", type: "boolean", default: true },
      { key: "LockMailService", type: "boolean", systems: { macOS: false }, default: false },
      { key: "ContactsServiceActive", type: "boolean", default: true },
      { key: "LockContactsService", type: "boolean", systems: { macOS: false }, default: false },
      { key: "CalendarServiceActive", type: "boolean", default: true },
      { key: "LockCalendarService", type: "boolean", systems: { macOS: false }, default: false },
      { key: "RemindersServiceActive", type: "boolean", default: true },
      { key: "LockRemindersService", type: "boolean", systems: { macOS: false }, default: false },
      { key: "NotesServiceActive", type: "boolean", default: true },
      { key: "LockNotesService", type: "boolean", systems: { macOS: false }, default: false },
    ],
  },
  "com.apple.configuration.account.google": {
    kind: "configuration",
    apply: "multiple",
    systems: {
      iOS: {
        introduced: "15.0",
        enrollments: ["supervised", "device", "user", "local"],
        scopes: ["system"],
        sharedIpad: { scopes: ["user"] },
      },
      macOS: { introduced: "13.0", enrollments: ["supervised", "user", "local"], scopes: ["user"] },
      tvOS: false,
      visionOS: { introduced: "1.1", enrollments: ["supervised", "device", "user", "local"], scopes: ["system"] },
      watchOS: false,
    },
    keys: [
      { key: "VisibleName", type: "string" },
      {
        key: "UserIdentityAssetReference",
        type: "string",
        required: true,
        assetTypes: ["com.apple.asset.useridentity"],
      },
    ],
  },
  "com.apple.configuration.account.ldap": {
    kind: "configuration",
    apply: "multiple",
    systems: {
      iOS: {
        introduced: "15.0",
        enrollments: ["supervised", "device", "user", "local"],
        scopes: ["system"],
        sharedIpad: { scopes: ["user"] },
      },
      macOS: { introduced: "13.0", enrollments: ["supervised", "user", "local"], scopes: ["user"] },
      tvOS: false,
      visionOS: { introduced: "1.1", enrollments: ["supervised", "device", "user", "local"], scopes: ["system"] },
      watchOS: false,
    },
    keys: [
      { key: "VisibleName", type: "string" },
      { key: "HostName", type: "string", required: true },
      { key: "Port", type: "integer" },
      {
        key: "AuthenticationCredentialsAssetReference",
        type: "string",
        assetTypes: ["com.apple.asset.credential.userpassword"],
      },
      {
        key: "SearchSettings",
        type: "array",
        keys: [
          {
            key: "SearchSettingsItem",
            type: "dictionary",
            keys: [
              { key: "VisibleDescription", type: "string" },
              { key: "SearchBase", type: "string", required: true },
              { key: "Scope", type: "string", values: ["Base", "OneLevel", "Subtree"], default: "Subtree" },
            ],
          },
        ],
      },
    ],
  },
  "com.apple.configuration.account.mail": {
    kind: "configuration",
    apply: "multiple",
    systems: {
      iOS: {
        introduced: "15.0",
        enrollments: ["supervised", "device", "user", "local"],
        scopes: ["system"],
        sharedIpad: { scopes: ["user"] },
      },
      macOS: { introduced: "13.0", enrollments: ["supervised", "user", "local"], scopes: ["user"] },
      tvOS: false,
      visionOS: { introduced: "1.1", enrollments: ["supervised", "device", "user", "local"], scopes: ["system"] },
      watchOS: false,
    },
    keys: [
      { key: "VisibleName", type: "string" },
      { key: "UserIdentityAssetReference", type: "string", assetTypes: ["com.apple.asset.useridentity"] },
      {
        key: "IncomingServer",
        type: "dictionary",
        required: true,
        keys: [
          { key: "ServerType", type: "string", required: true, values: ["IMAP", "POP"] },
          { key: "HostName", type: "string", required: true },
          { key: "Port", type: "integer" },
          {
            key: "AuthenticationMethod",
            type: "string",
            required: true,
            values: ["None", "Password", "CRAMMD5", "NTLM", "HTTPMD5"],
          },
          {
            key: "AuthenticationCredentialsAssetReference",
            type: "string",
            assetTypes: ["com.apple.asset.credential.userpassword"],
          },
          { key: "IMAPPathPrefix", type: "string" },
        ],
      },
      {
        key: "OutgoingServer",
        type: "dictionary",
        required: true,
        keys: [
          { key: "HostName", type: "string", required: true },
          { key: "Port", type: "integer" },
          {
            key: "AuthenticationMethod",
            type: "string",
            required: true,
            values: ["None", "Password", "CRAMMD5", "NTLM", "HTTPMD5"],
          },
          {
            key: "AuthenticationCredentialsAssetReference",
            type: "string",
            assetTypes: ["com.apple.asset.credential.userpassword"],
          },
        ],
      },
      {
        key: "SMIME",
        type: "dictionary",
        systems: { iOS: { introduced: "17.0" }, macOS: false },
        keys: [
          {
            key: "Signing",
            type: "dictionary",
            keys: [
              { key: "Enabled", type: "boolean", required: true },
              {
                key: "IdentityAssetReference",
                type: "string",
                assetTypes: [
                  "com.apple.asset.credential.acme",
                  "com.apple.asset.credential.identity",
                  "com.apple.asset.credential.scep",
                ],
              },
              { key: "UserOverrideable", type: "boolean", default: false },
              { key: "IdentityUserOverrideable", type: "boolean", default: false },
            ],
          },
          {
            key: "Encryption",
            type: "dictionary",
            keys: [
              { key: "Enabled", type: "boolean", required: true },
              {
                key: "IdentityAssetReference",
                type: "string",
                assetTypes: [
                  "com.apple.asset.credential.acme",
                  "com.apple.asset.credential.identity",
                  "com.apple.asset.credential.scep",
                ],
              },
              { key: "UserOverrideable", type: "boolean", default: false },
              { key: "IdentityUserOverrideable", type: "boolean", default: false },
              { key: "PerMessageSwitchEnabled", type: "boolean", default: false },
            ],
          },
        ],
      },
    ],
  },
  "com.apple.configuration.account.subscribed-calendar": {
    kind: "configuration",
    apply: "multiple",
    systems: {
      iOS: {
        introduced: "15.0",
        enrollments: ["supervised", "device", "user", "local"],
        scopes: ["system"],
        sharedIpad: { scopes: ["user"] },
      },
      macOS: { introduced: "14.0", enrollments: ["supervised", "user", "local"], scopes: ["user"] },
      tvOS: false,
      visionOS: { introduced: "1.1", enrollments: ["supervised", "device", "user", "local"], scopes: ["system"] },
      watchOS: false,
    },
    keys: [
      { key: "VisibleName", type: "string" },
      { key: "CalendarURL", type: "string", required: true },
      {
        key: "AuthenticationCredentialsAssetReference",
        type: "string",
        assetTypes: ["com.apple.asset.credential.userpassword"],
      },
    ],
  },
  "com.apple.configuration.app.managed": {
    kind: "configuration",
    apply: "multiple",
    systems: {
      iOS: {
        introduced: "17.2",
        enrollments: ["supervised", "device", "user"],
        scopes: ["system"],
        sharedIpad: { scopes: ["system"] },
      },
      macOS: { introduced: "26.0", enrollments: ["supervised", "user"], scopes: ["system", "user"] },
      tvOS: false,
      visionOS: { introduced: "2.4", enrollments: ["supervised", "device", "user"], scopes: ["system"] },
      watchOS: false,
    },
    shapes: {
      AppConfigDictionary: [
        {
          key: "DataAssetReference",
          type: "string",
          assetTypes: ["com.apple.asset.data"],
          contentTypes: ["application/plist", "application/x-plist", "application/xml", "text/xml"],
        },
        {
          key: "Passwords",
          type: "array",
          keys: [
            {
              key: "PasswordAppConfigItem",
              type: "dictionary",
              required: true,
              keys: [
                { key: "Identifier", type: "string", required: true },
                {
                  key: "AssetReference",
                  type: "string",
                  required: true,
                  assetTypes: ["com.apple.asset.credential.userpassword"],
                },
              ],
            },
          ],
        },
        {
          key: "Identities",
          type: "array",
          keys: [
            {
              key: "IdentityAppConfigItem",
              type: "dictionary",
              required: true,
              keys: [
                { key: "Identifier", type: "string", required: true },
                {
                  key: "AssetReference",
                  type: "string",
                  required: true,
                  assetTypes: [
                    "com.apple.asset.credential.identity",
                    "com.apple.asset.credential.scep",
                    "com.apple.asset.credential.acme",
                  ],
                },
              ],
            },
          ],
        },
        {
          key: "Certificates",
          type: "array",
          keys: [
            {
              key: "CertificateAppConfigItem",
              type: "dictionary",
              required: true,
              keys: [
                { key: "Identifier", type: "string", required: true },
                {
                  key: "AssetReference",
                  type: "string",
                  required: true,
                  assetTypes: ["com.apple.asset.credential.certificate"],
                },
              ],
            },
          ],
        },
      ],
    },
    keys: [
      { key: "AppStoreID", type: "string" },
      { key: "BundleID", type: "string" },
      { key: "ManifestURL", type: "string", systems: { macOS: false } },
      {
        key: "AppComposedIdentifier",
        type: "string",
        systems: { iOS: false, macOS: { introduced: "26.0" }, visionOS: false },
      },
      {
        key: "iOSApp",
        type: "boolean",
        systems: { iOS: false, macOS: { introduced: "26.0" }, visionOS: false },
        default: false,
      },
      {
        key: "InstallBehavior",
        type: "dictionary",
        keys: [
          { key: "Install", type: "string", values: ["Optional", "Required"], default: "Optional" },
          {
            key: "License",
            type: "dictionary",
            keys: [
              { key: "Assignment", type: "string", values: ["Device", "User"] },
              {
                key: "VPPType",
                type: "string",
                systems: { iOS: { removed: "18.0" }, macOS: false, visionOS: false },
                values: ["Device", "User"],
              },
            ],
          },
          {
            key: "Version",
            type: "integer",
            systems: { iOS: { introduced: "26.0" }, macOS: { introduced: "26.0" }, visionOS: { introduced: "26.0" } },
          },
          {
            key: "AllowDownloadsOverCellular",
            type: "string",
            systems: { iOS: { introduced: "26.0", enrollments: ["supervised"] }, macOS: false, visionOS: false },
            values: ["AlwaysOn", "AlwaysOff", "StoreSettings"],
            default: "StoreSettings",
          },
        ],
      },
      {
        key: "UpdateBehavior",
        type: "dictionary",
        systems: { iOS: { introduced: "26.0" }, macOS: { introduced: "26.0" }, visionOS: { introduced: "26.0" } },
        keys: [
          {
            key: "AutomaticAppUpdates",
            type: "string",
            required: true,
            values: ["AlwaysOn", "AlwaysOff", "StoreSettings"],
          },
        ],
      },
      { key: "IncludeInBackup", type: "boolean", systems: { macOS: false }, default: true },
      {
        key: "Attributes",
        type: "dictionary",
        systems: { macOS: false },
        keys: [
          { key: "AssociatedDomains", type: "array", keys: [{ key: "Domain", type: "string", required: true }] },
          { key: "AssociatedDomainsEnableDirectDownloads", type: "boolean", default: false },
          { key: "CellularSliceUUID", type: "string", systems: { visionOS: false } },
          { key: "ContentFilterUUID", type: "string" },
          { key: "DNSProxyUUID", type: "string" },
          {
            key: "Hideable",
            type: "boolean",
            systems: { iOS: { introduced: "18.1" }, visionOS: false },
            default: true,
          },
          {
            key: "Lockable",
            type: "boolean",
            systems: { iOS: { introduced: "18.1" }, visionOS: false },
            default: true,
          },
          { key: "RelayUUID", type: "string" },
          { key: "TapToPayScreenLock", type: "boolean", systems: { visionOS: false }, default: false },
          { key: "VPNUUID", type: "string" },
        ],
      },
      {
        key: "AppConfig",
        type: "dictionary",
        systems: { iOS: { introduced: "18.4" }, macOS: { introduced: "27.0" } },
        shape: "AppConfigDictionary",
      },
      {
        key: "ExtensionConfigs",
        type: "dictionary",
        systems: { iOS: { introduced: "18.4" }, macOS: { introduced: "27.0" } },
        keys: [{ key: "ANY", type: "dictionary", shape: "AppConfigDictionary" }],
      },
      {
        key: "LegacyAppConfigAssetReference",
        type: "string",
        systems: { iOS: { introduced: "18.4" }, macOS: { introduced: "27.0" } },
        assetTypes: ["com.apple.asset.data"],
        contentTypes: ["application/plist", "application/x-plist", "application/xml", "text/xml"],
      },
    ],
  },
  "com.apple.configuration.app.settings": {
    kind: "configuration",
    apply: "combined",
    systems: {
      iOS: { introduced: "27.0", enrollments: ["supervised"], scopes: ["system"], sharedIpad: { scopes: ["user"] } },
      macOS: { introduced: "27.0", enrollments: ["supervised"], scopes: ["system", "user"] },
      tvOS: { introduced: "27.0", enrollments: ["supervised"], scopes: ["system"] },
      visionOS: { introduced: "27.0", enrollments: ["supervised"], scopes: ["system"] },
      watchOS: false,
    },
    shapes: {
      AllowedApps: [{ key: "AppIdentifier", type: "string", required: true }],
      AllowedBinaries: [
        {
          key: "BinaryIdentifier",
          type: "dictionary",
          required: true,
          keys: [
            { key: "CDHash", type: "string" },
            { key: "SigningID", type: "string" },
            { key: "TeamID", type: "string" },
            { key: "PathPrefix", type: "string" },
            {
              key: "SigningState",
              type: "string",
              values: ["All", "TestFlight", "DeveloperID", "Enterprise", "AppStore", "Apple"],
              default: "All",
              combine: "enum-last",
            },
          ],
        },
      ],
    },
    keys: [
      {
        key: "Allowed",
        type: "dictionary",
        keys: [
          {
            key: "AllowedApps",
            type: "array",
            systems: { macOS: false },
            combine: "set-intersection",
            shape: "AllowedApps",
          },
          { key: "DeniedApps", type: "array", systems: { macOS: false }, combine: "set-union", shape: "AllowedApps" },
          {
            key: "AllowedBinaries",
            type: "array",
            systems: { iOS: false, macOS: { scopes: ["system"] }, tvOS: false, visionOS: false, watchOS: false },
            combine: "set-intersection",
            shape: "AllowedBinaries",
          },
          {
            key: "DeniedBinaries",
            type: "array",
            systems: { iOS: false, macOS: { scopes: ["system"] }, tvOS: false, visionOS: false, watchOS: false },
            combine: "set-union",
            shape: "AllowedBinaries",
          },
          {
            key: "AlwaysAllowManagedApps",
            type: "boolean",
            systems: { iOS: false, macOS: { scopes: ["system"] }, tvOS: false, visionOS: false },
            default: false,
            combine: "boolean-or",
          },
        ],
      },
      {
        key: "Privacy",
        type: "dictionary",
        systems: { macOS: { scopes: ["user"] }, tvOS: false, visionOS: false, watchOS: false },
        keys: [
          {
            key: "PermissionDefaults",
            type: "dictionary",
            keys: [
              {
                key: "ANY",
                type: "dictionary",
                keys: [
                  { key: "OrganizationJustification", type: "string", required: true },
                  {
                    key: "Accessibility",
                    type: "string",
                    systems: { iOS: false },
                    values: ["None", "Allow"],
                    combine: "enum-last",
                  },
                  { key: "Bluetooth", type: "string", values: ["None", "Allow"], combine: "enum-last" },
                  { key: "Camera", type: "string", values: ["None", "Allow"], combine: "enum-last" },
                  { key: "Dictation", type: "string", values: ["None", "Allow"], combine: "enum-last" },
                  { key: "LocalNetwork", type: "string", values: ["None", "Allow"], combine: "enum-last" },
                  { key: "Location", type: "string", values: ["None", "WhileUsing", "Always"], combine: "enum-last" },
                  {
                    key: "LocationAccuracy",
                    type: "string",
                    systems: { macOS: false },
                    values: ["None", "Approximate", "Precise"],
                    combine: "enum-last",
                  },
                  { key: "Microphone", type: "string", values: ["None", "Allow"], combine: "enum-last" },
                ],
              },
            ],
          },
        ],
      },
    ],
  },
  "com.apple.configuration.audio-accessory.settings": {
    kind: "configuration",
    apply: "combined",
    systems: {
      iOS: { introduced: "26.0", enrollments: ["supervised"], scopes: ["system"], sharedIpad: { scopes: ["system"] } },
      macOS: false,
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [
      {
        key: "TemporaryPairing",
        type: "dictionary",
        keys: [
          { key: "Disabled", type: "boolean", default: false, combine: "boolean-or" },
          {
            key: "Configuration",
            type: "dictionary",
            combine: "first",
            keys: [
              {
                key: "UnpairingTime",
                type: "dictionary",
                required: true,
                keys: [
                  { key: "Policy", type: "string", required: true, values: ["None", "Hour"] },
                  { key: "Hour", type: "integer", range: { min: 0, max: 23 } },
                ],
              },
            ],
          },
        ],
      },
    ],
  },
  "com.apple.configuration.content-cache.settings": {
    kind: "configuration",
    apply: "single",
    systems: {
      iOS: false,
      macOS: { introduced: "27.0", enrollments: ["supervised", "local"], scopes: ["system"] },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    shapes: {
      RangesItem: [
        {
          key: "RangesItem",
          type: "dictionary",
          keys: [
            { key: "type", type: "string", values: ["IPv4", "IPv6"], default: "IPv4" },
            { key: "first", type: "string", required: true },
            { key: "last", type: "string", required: true },
          ],
        },
      ],
    },
    keys: [
      { key: "AllowCacheDelete", type: "boolean", default: true },
      { key: "AllowPersonalCaching", type: "boolean", default: true },
      { key: "AllowSharedCaching", type: "boolean", default: true },
      { key: "AutoActivation", type: "boolean", default: false },
      { key: "AutoEnableTetheredCaching", type: "boolean", default: false },
      { key: "CacheLimit", type: "integer", default: 0 },
      { key: "DataPath", type: "string", default: "/Library/Application Support/Apple/AssetCache/Data" },
      { key: "DenyActivation", type: "boolean", default: false },
      { key: "DenyTetheredCaching", type: "boolean", default: false },
      { key: "DeclarativeStatusInterval", type: "integer", range: { min: 300, max: 86400 }, default: 0 },
      { key: "DisplayAlerts", type: "boolean", default: false },
      { key: "KeepAwake", type: "boolean", default: false },
      { key: "ListenRanges", type: "array", shape: "RangesItem" },
      { key: "ListenRangesOnly", type: "boolean", default: false },
      { key: "ListenWithPeersAndParents", type: "boolean", default: true },
      { key: "LocalSubnetsOnly", type: "boolean", default: true },
      { key: "LogClientIdentity", type: "boolean", default: false },
      { key: "Parents", type: "array", keys: [{ key: "ParentsItem", type: "string", required: true }] },
      {
        key: "ParentSelectionPolicy",
        type: "string",
        values: ["first-available", "url-path-hash", "random", "round-robin", "sticky-available"],
        default: "round-robin",
      },
      { key: "PeerFilterRanges", type: "array", shape: "RangesItem" },
      { key: "PeerListenRanges", type: "array", shape: "RangesItem" },
      { key: "PeerLocalSubnetsOnly", type: "boolean", default: true },
      { key: "PersonalCacheLimit", type: "integer", default: 0 },
      { key: "Port", type: "integer", default: 0 },
      { key: "PublicRanges", type: "array", shape: "RangesItem" },
      { key: "ManagementStatusTarget", type: "string" },
      {
        key: "ManagementSecurityConfig",
        type: "string",
        values: ["no-cert", "signedByCACert", "specificServerCert"],
        default: "no-cert",
      },
      { key: "ManagementReportingInterval", type: "integer", range: { min: 60, max: 86400 }, default: 300 },
      {
        key: "ManagementStatusCertificateReference",
        type: "string",
        assetTypes: ["com.apple.asset.credential.certificate"],
      },
    ],
  },
  "com.apple.configuration.diskmanagement.settings": {
    kind: "configuration",
    apply: "combined",
    systems: {
      iOS: false,
      macOS: { introduced: "15.0", enrollments: ["supervised", "local"], scopes: ["system"] },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [
      {
        key: "Restrictions",
        type: "dictionary",
        keys: [
          {
            key: "ExternalStorage",
            type: "string",
            values: ["Allowed", "ReadOnly", "Disallowed"],
            combine: "enum-last",
          },
          {
            key: "NetworkStorage",
            type: "string",
            values: ["Allowed", "ReadOnly", "Disallowed"],
            combine: "enum-last",
          },
        ],
      },
    ],
  },
  "com.apple.configuration.extensible-sso": {
    kind: "configuration",
    apply: "multiple",
    systems: {
      iOS: {
        introduced: "27.0",
        enrollments: ["supervised", "device", "user"],
        scopes: ["system"],
        sharedIpad: { scopes: ["user"] },
      },
      macOS: { introduced: "27.0", enrollments: ["supervised", "user"], scopes: ["system", "user"] },
      tvOS: false,
      visionOS: { introduced: "27.0", enrollments: ["supervised", "device", "user"], scopes: ["system"] },
      watchOS: false,
    },
    keys: [
      { key: "ExtensionComposedIdentifier", type: "string", required: true },
      { key: "Type", type: "string", required: true, values: ["Credential", "Redirect"] },
      { key: "Realm", type: "string" },
      { key: "ExtensionData", type: "dictionary", keys: [{ key: "ANY", type: "any" }] },
      { key: "URLs", type: "array", keys: [{ key: "URL", type: "string", required: true }] },
      { key: "Hosts", type: "array", keys: [{ key: "hostname", type: "string", required: true }] },
      {
        key: "DeniedBundleIdentifiers",
        type: "array",
        keys: [{ key: "bundleIdentifier", type: "string", required: true }],
      },
      { key: "ScreenLockedBehavior", type: "string", values: ["Cancel", "DoNotHandle"], default: "Cancel" },
      {
        key: "PlatformSSO",
        type: "dictionary",
        systems: { iOS: false, visionOS: false },
        keys: [
          {
            key: "AuthenticationMethod",
            type: "string",
            values: ["Password", "UserSecureEnclaveKey", "SmartCard", "OpenID"],
          },
          { key: "RegistrationToken", type: "string", systems: { iOS: false, visionOS: false } },
          { key: "UseSharedDeviceKeys", type: "boolean", systems: { macOS: { scopes: ["system"] } }, default: false },
          { key: "LoginFrequency", type: "integer", range: { min: 3600 }, default: 64800 },
          { key: "AllowDeviceIdentifiersInAttestation", type: "boolean", default: false },
          {
            key: "Account",
            type: "dictionary",
            keys: [
              { key: "DisplayName", type: "string" },
              { key: "SynchronizeProfilePicture", type: "boolean", default: false },
            ],
          },
          {
            key: "UserCreation",
            type: "dictionary",
            keys: [
              { key: "EnableAtLogin", type: "boolean", default: false },
              { key: "EnableFirstUserDuringSetup", type: "boolean", default: true },
              { key: "EnableRegistrationDuringSetup", type: "boolean", default: false },
              {
                key: "NewUserAuthenticationMethods",
                type: "array",
                keys: [
                  {
                    key: "NewUserAuthenticationMethod",
                    type: "string",
                    values: ["Password", "SmartCard", "AccessKey", "OpenID"],
                  },
                ],
              },
              { key: "NewUserAuthorizationMode", type: "string", values: ["Standard", "Admin", "Groups", "Temporary"] },
              {
                key: "TokenToUserMapping",
                type: "dictionary",
                keys: [{ key: "AccountName", type: "string" }, { key: "FullName", type: "string" }],
              },
              { key: "TemporarySessionQuickLogin", type: "boolean", default: false },
            ],
          },
          {
            key: "Authorization",
            type: "dictionary",
            keys: [
              { key: "EnableIdentityProviderAccounts", type: "boolean", default: false },
              { key: "UserAuthorizationMode", type: "string", values: ["Standard", "Admin", "Groups"] },
              { key: "AdministratorGroups", type: "array", keys: [{ key: "Group", type: "string" }] },
              { key: "AdditionalGroups", type: "array", keys: [{ key: "Group", type: "string" }] },
              { key: "AuthorizationGroups", type: "dictionary", keys: [{ key: "ANY", type: "string" }] },
            ],
          },
          {
            key: "AccessKey",
            type: "dictionary",
            keys: [
              { key: "ReaderGroupIdentifier", type: "data" },
              {
                key: "TerminalIdentityAssetReference",
                type: "string",
                assetTypes: [
                  "com.apple.asset.credential.identity",
                  "com.apple.asset.credential.scep",
                  "com.apple.asset.credential.acme",
                ],
              },
              {
                key: "ReaderIssuerCertificateAssetReference",
                type: "string",
                assetTypes: ["com.apple.asset.credential.certificate"],
              },
              { key: "AllowExpressMode", type: "boolean", default: false },
            ],
          },
          {
            key: "Policies",
            type: "dictionary",
            keys: [
              {
                key: "FileVault",
                type: "array",
                keys: [
                  {
                    key: "policy",
                    type: "string",
                    required: true,
                    values: [
                      "AttemptAuthentication",
                      "RequireAuthentication",
                      "AllowOfflineGracePeriod",
                      "AllowAuthenticationGracePeriod",
                      "RequireTouchID",
                      "RequireTouchIDOrWatch",
                      "AllowOpenIDForTouchIDFallback",
                    ],
                  },
                ],
              },
              {
                key: "Login",
                type: "array",
                keys: [
                  {
                    key: "policy",
                    type: "string",
                    required: true,
                    values: [
                      "AttemptAuthentication",
                      "RequireAuthentication",
                      "AllowOfflineGracePeriod",
                      "AllowAuthenticationGracePeriod",
                      "RequireTouchID",
                      "RequireTouchIDOrWatch",
                      "AllowOpenIDForTouchIDFallback",
                    ],
                  },
                ],
              },
              {
                key: "Unlock",
                type: "array",
                keys: [
                  {
                    key: "policy",
                    type: "string",
                    required: true,
                    values: [
                      "AttemptAuthentication",
                      "RequireAuthentication",
                      "AllowOfflineGracePeriod",
                      "AllowAuthenticationGracePeriod",
                      "AllowTouchIDOrWatchForUnlock",
                      "RequireTouchID",
                      "RequireTouchIDOrWatch",
                      "AllowOpenIDForTouchIDFallback",
                    ],
                  },
                ],
              },
              { key: "OfflineGracePeriod", type: "integer" },
              { key: "AuthenticationGracePeriod", type: "integer" },
              {
                key: "NonPlatformSSOAccounts",
                type: "array",
                keys: [{ key: "username", type: "string", required: true }],
              },
            ],
          },
          {
            key: "WebAuthentication",
            type: "dictionary",
            systems: { macOS: { introduced: "27.0" } },
            keys: [
              { key: "URLAllowList", type: "array", keys: [{ key: "Hosts", type: "string" }] },
              { key: "AllowPasswordSync", type: "boolean", default: false },
            ],
          },
        ],
      },
    ],
  },
  "com.apple.configuration.external-intelligence.settings": {
    kind: "configuration",
    apply: "combined",
    systems: {
      iOS: { introduced: "26.4", enrollments: ["supervised"], scopes: ["system"], sharedIpad: { scopes: [] } },
      macOS: { introduced: "26.4", enrollments: ["supervised"], scopes: ["system", "user"] },
      tvOS: false,
      visionOS: { introduced: "26.4", enrollments: ["supervised"], scopes: ["system"] },
      watchOS: false,
    },
    keys: [
      { key: "Enabled", type: "boolean", default: true, combine: "boolean-and" },
      { key: "AllowSignIn", type: "boolean", default: true, combine: "boolean-and" },
      {
        key: "AllowedWorkspaceIDs",
        type: "array",
        combine: "set-intersection",
        keys: [{ key: "workspaceID", type: "string" }],
      },
    ],
  },
  "com.apple.configuration.intelligence.settings": {
    kind: "configuration",
    apply: "combined",
    systems: {
      iOS: { introduced: "26.4", enrollments: ["supervised"], scopes: ["system"], sharedIpad: { scopes: [] } },
      macOS: { introduced: "26.4", enrollments: ["supervised"], scopes: ["system", "user"] },
      tvOS: false,
      visionOS: { introduced: "26.4", enrollments: ["supervised"], scopes: ["system"] },
      watchOS: false,
    },
    keys: [
      { key: "AllowAppleIntelligenceReport", type: "boolean", default: true, combine: "boolean-and" },
      { key: "AllowGenmoji", type: "boolean", default: true, combine: "boolean-and" },
      { key: "AllowImagePlayground", type: "boolean", default: true, combine: "boolean-and" },
      { key: "AllowImageWand", type: "boolean", systems: { macOS: false }, default: true, combine: "boolean-and" },
      {
        key: "AllowPersonalizedHandwritingResults",
        type: "boolean",
        systems: { macOS: false, visionOS: false },
        default: true,
        combine: "boolean-and",
      },
      {
        key: "AllowVisualIntelligenceSummary",
        type: "boolean",
        systems: { macOS: false, visionOS: false },
        default: true,
        combine: "boolean-and",
      },
      { key: "AllowWritingTools", type: "boolean", default: true, combine: "boolean-and" },
      {
        key: "Apps",
        type: "dictionary",
        keys: [
          {
            key: "Calendar",
            type: "dictionary",
            systems: { iOS: { introduced: "27.0" }, macOS: { introduced: "27.0" }, visionOS: { introduced: "27.0" } },
            keys: [{ key: "AllowNaturalLanguageEditing", type: "boolean", default: true, combine: "boolean-and" }],
          },
          {
            key: "Mail",
            type: "dictionary",
            keys: [
              { key: "AllowSmartReplies", type: "boolean", default: true, combine: "boolean-and" },
              { key: "AllowSummary", type: "boolean", default: true, combine: "boolean-and" },
            ],
          },
          {
            key: "Notes",
            type: "dictionary",
            keys: [
              {
                key: "AllowTranscription",
                type: "boolean",
                systems: { visionOS: false },
                default: true,
                combine: "boolean-and",
              },
              {
                key: "AllowTranscriptionSummary",
                type: "boolean",
                systems: { visionOS: false },
                default: true,
                combine: "boolean-and",
              },
            ],
          },
          {
            key: "Safari",
            type: "dictionary",
            keys: [{ key: "AllowSummary", type: "boolean", default: true, combine: "boolean-and" }],
          },
        ],
      },
      { key: "ForceOnDeviceOnlyDictation", type: "boolean", default: false, combine: "boolean-or" },
      {
        key: "ForceOnDeviceOnlyTranslation",
        type: "boolean",
        systems: { macOS: false, visionOS: false },
        default: false,
        combine: "boolean-or",
      },
    ],
  },
  "com.apple.configuration.keyboard.settings": {
    kind: "configuration",
    apply: "combined",
    systems: {
      iOS: { introduced: "26.4", enrollments: ["supervised"], scopes: ["system"], sharedIpad: { scopes: ["user"] } },
      macOS: { introduced: "26.4", enrollments: ["supervised"], scopes: ["system", "user"] },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [
      { key: "AllowAutoCorrection", type: "boolean", systems: { macOS: false }, default: true, combine: "boolean-and" },
      { key: "AllowDefinitionLookup", type: "boolean", default: true, combine: "boolean-and" },
      { key: "AllowDictation", type: "boolean", default: true, combine: "boolean-and" },
      { key: "AllowMathKeyboardSuggestions", type: "boolean", default: true, combine: "boolean-and" },
      { key: "AllowPredictiveText", type: "boolean", systems: { macOS: false }, default: true, combine: "boolean-and" },
      { key: "AllowSlideToType", type: "boolean", systems: { macOS: false }, default: true, combine: "boolean-and" },
      { key: "AllowSpellCheck", type: "boolean", systems: { macOS: false }, default: true, combine: "boolean-and" },
      {
        key: "AllowTextReplacement",
        type: "boolean",
        systems: { macOS: false },
        default: true,
        combine: "boolean-and",
      },
    ],
  },
  "com.apple.configuration.legacy": {
    kind: "configuration",
    apply: "multiple",
    systems: {
      iOS: {
        introduced: "15.0",
        enrollments: ["supervised", "device", "user", "local"],
        scopes: ["system"],
        sharedIpad: { scopes: ["system", "user"] },
      },
      macOS: { introduced: "13.0", enrollments: ["supervised", "user", "local"], scopes: ["system", "user"] },
      tvOS: { introduced: "16.0", enrollments: ["supervised", "device", "local"], scopes: ["system"] },
      visionOS: { introduced: "1.1", enrollments: ["supervised", "device", "user", "local"], scopes: ["system"] },
      watchOS: { introduced: "10.0", enrollments: ["supervised", "local"], scopes: ["system"] },
    },
    keys: [
      { key: "ProfileURL", type: "string" },
      {
        key: "ProfileAssetReference",
        type: "string",
        systems: {
          iOS: { introduced: "27.0" },
          macOS: { introduced: "27.0" },
          tvOS: { introduced: "27.0" },
          visionOS: { introduced: "27.0" },
          watchOS: { introduced: "27.0" },
        },
        assetTypes: ["com.apple.asset.data"],
        contentTypes: ["application/plist", "application/x-plist", "application/xml", "text/xml"],
      },
    ],
  },
  "com.apple.configuration.legacy.interactive": {
    kind: "configuration",
    apply: "multiple",
    systems: {
      iOS: {
        introduced: "15.0",
        enrollments: ["supervised", "device", "user"],
        scopes: ["system"],
        sharedIpad: { scopes: [] },
      },
      macOS: { introduced: "13.0", enrollments: ["supervised", "user"], scopes: ["system", "user"] },
      tvOS: { introduced: "16.0", enrollments: ["supervised", "device"], scopes: ["system"] },
      visionOS: { introduced: "1.1", enrollments: ["supervised", "device", "user"], scopes: ["system"] },
      watchOS: false,
    },
    keys: [
      { key: "ProfileURL", type: "string" },
      {
        key: "ProfileAssetReference",
        type: "string",
        systems: {
          iOS: { introduced: "27.0" },
          macOS: { introduced: "27.0" },
          tvOS: { introduced: "27.0" },
          visionOS: { introduced: "27.0" },
        },
        assetTypes: ["com.apple.asset.data"],
        contentTypes: ["application/plist", "application/x-plist", "application/xml", "text/xml"],
      },
      { key: "VisibleName", type: "string", required: true },
    ],
  },
  "com.apple.configuration.management.status-subscriptions": {
    kind: "configuration",
    apply: "combined",
    systems: {
      iOS: {
        introduced: "15.0",
        enrollments: ["supervised", "device", "user"],
        scopes: ["system"],
        sharedIpad: { scopes: ["system", "user"] },
      },
      macOS: { introduced: "13.0", enrollments: ["supervised", "user"], scopes: ["system", "user"] },
      tvOS: { introduced: "16.0", enrollments: ["supervised", "device"], scopes: ["system"] },
      visionOS: { introduced: "1.1", enrollments: ["supervised", "device", "user"], scopes: ["system"] },
      watchOS: { introduced: "10.0", enrollments: ["supervised"], scopes: ["system"] },
    },
    keys: [
      {
        key: "StatusItems",
        type: "array",
        required: true,
        combine: "set-union",
        keys: [{ key: "StatusItem", type: "dictionary", keys: [{ key: "Name", type: "string", required: true }] }],
      },
    ],
  },
  "com.apple.configuration.management.test": {
    kind: "configuration",
    apply: "multiple",
    systems: {
      iOS: {
        introduced: "15.0",
        enrollments: ["supervised", "device", "user", "local"],
        scopes: ["system"],
        sharedIpad: { scopes: ["system", "user"] },
      },
      macOS: { introduced: "13.0", enrollments: ["supervised", "user", "local"], scopes: ["system", "user"] },
      tvOS: { introduced: "16.0", enrollments: ["supervised", "device", "local"], scopes: ["system"] },
      visionOS: { introduced: "1.1", enrollments: ["supervised", "device", "user", "local"], scopes: ["system"] },
      watchOS: { introduced: "10.0", enrollments: ["supervised", "local"], scopes: ["system"] },
    },
    keys: [
      { key: "Echo", type: "string", required: true },
      {
        key: "EchoDataAssetReference",
        type: "string",
        systems: { iOS: { introduced: "17.0" }, macOS: { introduced: "14.0" }, tvOS: { introduced: "17.0" } },
        assetTypes: ["com.apple.asset.data"],
      },
      { key: "ReturnStatus", type: "string", values: ["Installed", "Failed", "Unlocked"], default: "Installed" },
    ],
  },
  "com.apple.configuration.math.settings": {
    kind: "configuration",
    apply: "combined",
    systems: {
      iOS: { introduced: "18.0", enrollments: ["supervised"], scopes: ["system"], sharedIpad: { scopes: ["user"] } },
      macOS: { introduced: "15.0", enrollments: ["supervised"], scopes: ["user"] },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [
      {
        key: "Calculator",
        type: "dictionary",
        keys: [
          {
            key: "BasicMode",
            type: "dictionary",
            keys: [{ key: "AddSquareRoot", type: "boolean", required: true, combine: "boolean-or" }],
          },
          {
            key: "ScientificMode",
            type: "dictionary",
            keys: [{ key: "Enabled", type: "boolean", required: true, combine: "boolean-and" }],
          },
          {
            key: "ProgrammerMode",
            type: "dictionary",
            systems: { iOS: false },
            keys: [{ key: "Enabled", type: "boolean", required: true, combine: "boolean-and" }],
          },
          {
            key: "MathNotesMode",
            type: "dictionary",
            keys: [{ key: "Enabled", type: "boolean", required: true, combine: "boolean-and" }],
          },
          {
            key: "InputModes",
            type: "dictionary",
            keys: [
              { key: "UnitConversion", type: "boolean", required: true, combine: "boolean-and" },
              { key: "RPN", type: "boolean", required: true, systems: { iOS: false }, combine: "boolean-and" },
            ],
          },
        ],
      },
      {
        key: "SystemBehavior",
        type: "dictionary",
        keys: [
          { key: "KeyboardSuggestions", type: "boolean", required: true, combine: "boolean-and" },
          { key: "MathNotes", type: "boolean", required: true, combine: "boolean-and" },
        ],
      },
    ],
  },
  "com.apple.configuration.migration-assistant.settings": {
    kind: "configuration",
    apply: "combined",
    systems: {
      iOS: false,
      macOS: { introduced: "26.4", enrollments: ["supervised"], scopes: ["system"] },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [
      { key: "ShouldDoManagedMigration", type: "boolean", required: true, combine: "boolean-or" },
      { key: "ExcludedAccounts", type: "array", combine: "set-union", keys: [{ key: "_Accounts", type: "string" }] },
      { key: "ExcludedPaths", type: "array", combine: "set-union", keys: [{ key: "_ExcludedPaths", type: "string" }] },
      { key: "RequiredPaths", type: "array", combine: "set-union", keys: [{ key: "_RequiredPaths", type: "string" }] },
      { key: "ShouldMigrateSecurityPrivacySettings", type: "boolean", required: true, combine: "boolean-or" },
    ],
  },
  "com.apple.configuration.network.dns-proxy": {
    kind: "configuration",
    apply: "multiple",
    systems: {
      iOS: {
        introduced: "27.0",
        enrollments: ["supervised", "device", "user"],
        scopes: ["system"],
        sharedIpad: { scopes: ["system"] },
      },
      macOS: { introduced: "27.0", enrollments: ["supervised", "local"], scopes: ["system"] },
      tvOS: false,
      visionOS: { introduced: "27.0", enrollments: ["supervised", "device", "user"], scopes: ["system"] },
      watchOS: false,
    },
    keys: [
      { key: "VisibleName", type: "string", required: true },
      { key: "AppBundleIdentifier", type: "string", required: true },
      { key: "ProviderComposedIdentifier", type: "string" },
      { key: "ProviderConfiguration", type: "dictionary", keys: [{ key: "ANY", type: "any" }] },
      { key: "DNSProxyUUID", type: "string", systems: { macOS: false } },
    ],
  },
  "com.apple.configuration.network.dns-settings": {
    kind: "configuration",
    apply: "multiple",
    systems: {
      iOS: {
        introduced: "27.0",
        enrollments: ["supervised", "device", "local"],
        scopes: ["system"],
        sharedIpad: { scopes: ["system"] },
      },
      macOS: { introduced: "27.0", enrollments: ["supervised", "local"], scopes: ["system"] },
      tvOS: false,
      visionOS: { introduced: "27.0", enrollments: ["supervised", "device", "local"], scopes: ["system"] },
      watchOS: false,
    },
    keys: [
      { key: "VisibleName", type: "string", required: true },
      {
        key: "DNSSettings",
        type: "dictionary",
        required: true,
        keys: [
          { key: "DNSProtocol", type: "string", required: true, values: ["HTTPS", "TLS"] },
          { key: "ServerURL", type: "string" },
          { key: "ServerName", type: "string" },
          { key: "ServerAddresses", type: "array", keys: [{ key: "ServerAddressesElement", type: "string" }] },
          { key: "AllowFailover", type: "boolean", default: false },
          {
            key: "IdentityAssetReference",
            type: "string",
            assetTypes: [
              "com.apple.asset.credential.identity",
              "com.apple.asset.credential.scep",
              "com.apple.asset.credential.acme",
            ],
          },
          {
            key: "SupplementalMatchDomains",
            type: "array",
            keys: [{ key: "SupplementalMatchDomainsElement", type: "string" }],
          },
        ],
      },
      {
        key: "OnDemandRules",
        type: "array",
        keys: [
          {
            key: "OnDemandRulesElement",
            type: "dictionary",
            keys: [
              {
                key: "Action",
                type: "string",
                required: true,
                values: ["Connect", "Disconnect", "EvaluateConnection"],
              },
              {
                key: "ActionParameters",
                type: "array",
                keys: [
                  {
                    key: "ActionParameter",
                    type: "dictionary",
                    keys: [
                      {
                        key: "Domains",
                        type: "array",
                        required: true,
                        keys: [{ key: "DomainsElement", type: "string" }],
                      },
                      {
                        key: "DomainAction",
                        type: "string",
                        required: true,
                        values: ["NeverConnect", "ConnectIfNeeded"],
                      },
                    ],
                  },
                ],
              },
              { key: "DNSDomainMatch", type: "array", keys: [{ key: "DNSDomainMatchElement", type: "string" }] },
              {
                key: "DNSServerAddressMatch",
                type: "array",
                keys: [{ key: "DNSServerAddressMatchElement", type: "string" }],
              },
              { key: "InterfaceTypeMatch", type: "string", values: ["Ethernet", "WiFi", "Cellular"] },
              { key: "SSIDMatch", type: "array", keys: [{ key: "SSIDMatchElement", type: "string" }] },
              { key: "URLStringProbe", type: "string" },
            ],
          },
        ],
      },
      {
        key: "ProhibitDisablement",
        type: "boolean",
        systems: {
          iOS: { enrollments: ["supervised"] },
          macOS: { enrollments: ["supervised"] },
          visionOS: { enrollments: ["supervised"] },
        },
        default: false,
      },
    ],
  },
  "com.apple.configuration.network.relay": {
    kind: "configuration",
    apply: "multiple",
    systems: {
      iOS: {
        introduced: "27.0",
        enrollments: ["supervised", "device", "user"],
        scopes: ["system"],
        sharedIpad: { scopes: ["user"] },
      },
      macOS: { introduced: "27.0", enrollments: ["supervised", "user"], scopes: ["system"] },
      tvOS: false,
      visionOS: { introduced: "27.0", enrollments: ["supervised", "device", "user"], scopes: ["system"] },
      watchOS: false,
    },
    keys: [
      { key: "VisibleName", type: "string", required: true },
      {
        key: "Relays",
        type: "array",
        required: true,
        keys: [
          {
            key: "Relay",
            type: "dictionary",
            keys: [
              { key: "HTTP3RelayURL", type: "string" },
              { key: "HTTP2RelayURL", type: "string" },
              {
                key: "AdditionalHTTPHeaderFields",
                type: "dictionary",
                keys: [{ key: "ANY", type: "string", required: true }],
              },
              {
                key: "CredentialAssetReference",
                type: "string",
                assetTypes: [
                  "com.apple.asset.credential.identity",
                  "com.apple.asset.credential.scep",
                  "com.apple.asset.credential.acme",
                ],
              },
              {
                key: "PublicKeyData",
                type: "array",
                assetTypes: ["com.apple.asset.data"],
                keys: [{ key: "PublicKeyDataAssetReference", type: "string" }],
              },
            ],
          },
        ],
      },
      { key: "MatchDomains", type: "array", keys: [{ key: "MatchDomainsElement", type: "string" }] },
      { key: "ExcludedDomains", type: "array", keys: [{ key: "ExcludedDomainsElement", type: "string" }] },
      { key: "MatchFQDNs", type: "array", keys: [{ key: "MatchFQDNsElement", type: "string" }] },
      { key: "ExcludedFQDNs", type: "array", keys: [{ key: "ExcludedFQDNsElement", type: "string" }] },
      { key: "RelayUUID", type: "string", systems: { macOS: false } },
      { key: "UIToggleEnabled", type: "boolean", default: true },
      { key: "AllowDNSFailover", type: "boolean", default: false },
    ],
  },
  "com.apple.configuration.network.vpn.always-on": {
    kind: "configuration",
    apply: "single",
    systems: {
      iOS: {
        introduced: "27.0",
        enrollments: ["supervised", "device", "local"],
        scopes: ["system"],
        sharedIpad: { scopes: ["system"] },
      },
      macOS: false,
      tvOS: false,
      visionOS: { introduced: "27.0", enrollments: ["supervised", "device", "local"], scopes: ["system"] },
      watchOS: false,
    },
    shapes: {
      SecurityAssociationParameters: [
        {
          key: "EncryptionAlgorithm",
          type: "string",
          values: ["AES-128", "AES-256", "AES-128-GCM", "AES-256-GCM", "ChaCha20Poly1305"],
          default: "AES-256",
        },
        {
          key: "IntegrityAlgorithm",
          type: "string",
          values: ["SHA2-256", "SHA2-384", "SHA2-512"],
          default: "SHA2-256",
        },
        { key: "DiffieHellmanGroup", type: "integer", values: [14, 15, 16, 17, 18, 19, 20, 21, 31, 32], default: 14 },
        {
          key: "PostQuantumKeyExchangeMethods",
          type: "array",
          keys: [{ key: "PostQuantumKeyExchangeMethod", type: "integer", values: [0, 36, 37] }],
        },
        { key: "LifeTimeInMinutes", type: "integer", range: { min: 10, max: 1440 }, default: 1440 },
      ],
      SupplementalMatchDomains: [{ key: "SupplementalMatchDomainsElement", type: "string" }],
    },
    keys: [
      { key: "VisibleName", type: "string", required: true },
      { key: "UIToggleEnabled", type: "boolean", default: false },
      {
        key: "TunnelConfigurations",
        type: "array",
        required: true,
        keys: [
          {
            key: "TunnelConfigurationElement",
            type: "dictionary",
            keys: [
              { key: "ProtocolType", type: "string", required: true, values: ["IKEv2"] },
              {
                key: "Interfaces",
                type: "array",
                keys: [{ key: "InterfacesElement", type: "string", values: ["Cellular", "WiFi"] }],
              },
              {
                key: "IKEV2",
                type: "dictionary",
                keys: [
                  { key: "HostName", type: "string", required: true },
                  { key: "LocalIdentifier", type: "string", required: true },
                  { key: "RemoteIdentifier", type: "string", required: true },
                  {
                    key: "Authentication",
                    type: "dictionary",
                    required: true,
                    keys: [
                      {
                        key: "Method",
                        type: "string",
                        required: true,
                        values: ["None", "SharedSecret", "Certificate"],
                      },
                      {
                        key: "CredentialsAssetReference",
                        type: "string",
                        assetTypes: ["com.apple.asset.credential.userpassword"],
                      },
                      {
                        key: "IdentityCertificateType",
                        type: "string",
                        values: ["RSA", "ECDSA256", "ECDSA384", "ECDSA521", "RSA-PSS"],
                        default: "RSA",
                      },
                      {
                        key: "IdentityAssetReference",
                        type: "string",
                        assetTypes: [
                          "com.apple.asset.credential.acme",
                          "com.apple.asset.credential.identity",
                          "com.apple.asset.credential.scep",
                        ],
                      },
                      {
                        key: "ExtendedAuth",
                        type: "dictionary",
                        keys: [
                          { key: "Enabled", type: "boolean", default: false },
                          {
                            key: "CredentialsAssetReference",
                            type: "string",
                            assetTypes: ["com.apple.asset.credential.userpassword"],
                          },
                          { key: "ServerCertificateIssuerCommonName", type: "string" },
                          { key: "ServerCertificateCommonName", type: "string" },
                          {
                            key: "TLSMinimumVersion",
                            type: "string",
                            values: ["1.0", "1.1", "1.2", "1.3"],
                            default: "1.0",
                          },
                          {
                            key: "TLSMaximumVersion",
                            type: "string",
                            values: ["1.0", "1.1", "1.2", "1.3"],
                            default: "1.2",
                          },
                        ],
                      },
                    ],
                  },
                  {
                    key: "Provider",
                    type: "dictionary",
                    keys: [
                      { key: "Type", type: "string", values: ["packet-tunnel", "app-proxy"], default: "packet-tunnel" },
                      { key: "ComposedIdentifier", type: "string" },
                    ],
                  },
                  {
                    key: "NetworkRouting",
                    type: "dictionary",
                    systems: { tvOS: false },
                    keys: [
                      { key: "EnforceRoutes", type: "boolean", default: false },
                      { key: "IncludeAllNetworks", type: "boolean", default: false },
                      { key: "ExcludeLocalNetworks", type: "boolean" },
                      { key: "ExcludeCellularServices", type: "boolean", default: true },
                      { key: "ExcludeAPNs", type: "boolean", default: true },
                      { key: "ExcludeDeviceCommunication", type: "boolean", default: true },
                    ],
                  },
                  {
                    key: "Idle",
                    type: "dictionary",
                    keys: [
                      { key: "Disconnect", type: "boolean", default: false },
                      { key: "Timer", type: "integer" },
                      {
                        key: "DeadPeerDetectionRate",
                        type: "string",
                        values: ["None", "Low", "Medium", "High"],
                        default: "Medium",
                      },
                    ],
                  },
                  {
                    key: "OnDemand",
                    type: "dictionary",
                    keys: [
                      { key: "Enabled", type: "boolean", default: false },
                      { key: "DisableUserOverride", type: "boolean", systems: { macOS: false }, default: false },
                      {
                        key: "Rules",
                        type: "array",
                        keys: [
                          {
                            key: "RulesElement",
                            type: "dictionary",
                            keys: [
                              {
                                key: "Action",
                                type: "string",
                                required: true,
                                values: ["Allow", "Connect", "Disconnect", "EvaluateConnection", "Ignore"],
                              },
                              {
                                key: "ActionParameters",
                                type: "array",
                                keys: [
                                  {
                                    key: "ActionParameter",
                                    type: "dictionary",
                                    keys: [
                                      {
                                        key: "Domains",
                                        type: "array",
                                        required: true,
                                        keys: [{ key: "DomainsElement", type: "string" }],
                                      },
                                      {
                                        key: "DomainAction",
                                        type: "string",
                                        required: true,
                                        values: ["ConnectIfNeeded", "NeverConnect"],
                                      },
                                      {
                                        key: "RequiredDNSServers",
                                        type: "array",
                                        keys: [{ key: "RequiredDNSServersElement", type: "string" }],
                                      },
                                      { key: "RequiredURLStringProbe", type: "string" },
                                    ],
                                  },
                                ],
                              },
                              {
                                key: "DNSDomainMatch",
                                type: "array",
                                keys: [{ key: "DNSDomainMatchElement", type: "string" }],
                              },
                              {
                                key: "DNSServerAddressMatch",
                                type: "array",
                                keys: [{ key: "DNSServerAddressMatchElement", type: "string" }],
                              },
                              { key: "InterfaceTypeMatch", type: "string", values: ["Ethernet", "WiFi", "Cellular"] },
                              { key: "SSIDMatch", type: "array", keys: [{ key: "SSIDMatchElement", type: "string" }] },
                              { key: "URLStringProbe", type: "string" },
                            ],
                          },
                        ],
                      },
                    ],
                  },
                  { key: "UseConfigurationAttributeInternalIPSubnet", type: "boolean", default: false },
                  { key: "DisableMOBIKE", type: "boolean", default: false },
                  { key: "DisableRedirect", type: "boolean", default: false },
                  { key: "EnableNATKeepAliveOffload", type: "boolean", default: true },
                  { key: "NATKeepAliveInterval", type: "integer", default: 20 },
                  { key: "EnablePFS", type: "boolean", default: false },
                  { key: "EnableCertificateRevocationCheck", type: "boolean", default: false },
                  { key: "EnableFallback", type: "boolean", systems: { macOS: false }, default: false },
                  { key: "MTU", type: "integer", range: { min: 1280, max: 1400 }, default: 1280 },
                  { key: "EnforceStrictAlgorithmSelection", type: "boolean", default: false },
                  {
                    key: "PostQuantumKeyExchange",
                    type: "dictionary",
                    keys: [
                      { key: "PPK", type: "data" },
                      { key: "PPKIdentifier", type: "string" },
                      { key: "PPKMandatory", type: "boolean", default: true },
                      { key: "AllowFallback", type: "boolean", default: false },
                    ],
                  },
                  {
                    key: "IKESecurityAssociationParameters",
                    type: "dictionary",
                    shape: "SecurityAssociationParameters",
                  },
                  {
                    key: "ChildSecurityAssociationParameters",
                    type: "dictionary",
                    shape: "SecurityAssociationParameters",
                  },
                ],
              },
            ],
          },
        ],
      },
      {
        key: "ServiceExceptions",
        type: "array",
        keys: [
          {
            key: "ServiceExceptionElement",
            type: "dictionary",
            keys: [
              {
                key: "ServiceName",
                type: "string",
                required: true,
                values: ["VoiceMail", "AirPrint", "CellularServices", "DeviceCommunication"],
              },
              { key: "Action", type: "string", required: true, values: ["Allow", "Drop"] },
            ],
          },
        ],
      },
      {
        key: "ApplicationExceptions",
        type: "array",
        keys: [
          {
            key: "ApplicationExceptionElement",
            type: "dictionary",
            keys: [
              { key: "BundleIdentifier", type: "string", required: true },
              {
                key: "LimitToProtocols",
                type: "array",
                keys: [{ key: "LimitToProtocolElement", type: "string", values: ["UDP"] }],
              },
            ],
          },
        ],
      },
      { key: "AllowCaptiveWebSheet", type: "boolean", default: false },
      { key: "AllowAllCaptiveNetworkPlugins", type: "boolean", default: false },
      {
        key: "AllowedCaptiveNetworkPlugins",
        type: "array",
        keys: [
          {
            key: "AllowedCaptiveNetworkPluginElement",
            type: "dictionary",
            keys: [{ key: "BundleIdentifier", type: "string", required: true }],
          },
        ],
      },
      {
        key: "DNS",
        type: "dictionary",
        keys: [
          { key: "Protocol", type: "string", required: true, values: ["Cleartext", "HTTPS", "TLS"] },
          { key: "ServerURL", type: "string" },
          { key: "ServerName", type: "string" },
          {
            key: "ServerAddresses",
            type: "array",
            required: true,
            keys: [{ key: "ServerAddressesElement", type: "string" }],
          },
          { key: "SearchDomains", type: "array", keys: [{ key: "SearchDomainsElement", type: "string" }] },
          { key: "DomainName", type: "string" },
          { key: "SupplementalMatchDomains", type: "array", shape: "SupplementalMatchDomains" },
          { key: "SupplementalMatchDomainsNoSearch", type: "boolean", default: false },
          {
            key: "IdentityAssetReference",
            type: "string",
            assetTypes: [
              "com.apple.asset.credential.acme",
              "com.apple.asset.credential.identity",
              "com.apple.asset.credential.scep",
            ],
          },
        ],
      },
      {
        key: "Proxies",
        type: "dictionary",
        keys: [
          { key: "AutoConfigEnable", type: "boolean", default: false },
          { key: "AutoDiscoveryEnable", type: "boolean", default: true },
          { key: "AutoConfigURLString", type: "string" },
          { key: "SupplementalMatchDomains", type: "array", shape: "SupplementalMatchDomains" },
          {
            key: "Protocol",
            type: "dictionary",
            keys: [
              {
                key: "HTTP",
                type: "dictionary",
                keys: [
                  { key: "Enable", type: "boolean", default: false },
                  { key: "HostName", type: "string" },
                  { key: "Port", type: "integer", range: { min: 0, max: 65535 } },
                ],
              },
              {
                key: "HTTPS",
                type: "dictionary",
                keys: [
                  { key: "Enable", type: "boolean", default: false },
                  { key: "HostName", type: "string" },
                  { key: "Port", type: "integer", range: { min: 0, max: 65535 } },
                ],
              },
              {
                key: "CredentialsAssetReference",
                type: "string",
                assetTypes: ["com.apple.asset.credential.userpassword"],
              },
            ],
          },
        ],
      },
    ],
  },
  "com.apple.configuration.network.vpn.ikev2": {
    kind: "configuration",
    apply: "multiple",
    systems: {
      iOS: {
        introduced: "27.0",
        enrollments: ["supervised", "device", "local"],
        scopes: ["system"],
        sharedIpad: { scopes: ["system"] },
      },
      macOS: { introduced: "27.0", enrollments: ["supervised", "local"], scopes: ["system", "user"] },
      tvOS: { introduced: "27.0", enrollments: ["supervised", "device", "local"], scopes: ["system"] },
      visionOS: { introduced: "27.0", enrollments: ["supervised", "device", "local"], scopes: ["system"] },
      watchOS: false,
    },
    shapes: {
      SecurityAssociationParameters: [
        {
          key: "EncryptionAlgorithm",
          type: "string",
          values: ["AES-128", "AES-256", "AES-128-GCM", "AES-256-GCM", "ChaCha20Poly1305"],
          default: "AES-256",
        },
        {
          key: "IntegrityAlgorithm",
          type: "string",
          values: ["SHA2-256", "SHA2-384", "SHA2-512"],
          default: "SHA2-256",
        },
        { key: "DiffieHellmanGroup", type: "integer", values: [14, 15, 16, 17, 18, 19, 20, 21, 31, 32], default: 14 },
        {
          key: "PostQuantumKeyExchangeMethods",
          type: "array",
          keys: [{ key: "PostQuantumKeyExchangeMethod", type: "integer", values: [0, 36, 37] }],
        },
        { key: "LifeTimeInMinutes", type: "integer", range: { min: 10, max: 1440 }, default: 1440 },
      ],
      SupplementalMatchDomains: [{ key: "SupplementalMatchDomainsElement", type: "string" }],
    },
    keys: [
      { key: "VisibleName", type: "string", required: true },
      { key: "HostName", type: "string", required: true },
      { key: "LocalIdentifier", type: "string", required: true },
      { key: "RemoteIdentifier", type: "string", required: true },
      {
        key: "Authentication",
        type: "dictionary",
        required: true,
        keys: [
          { key: "Method", type: "string", required: true, values: ["None", "SharedSecret", "Certificate"] },
          { key: "CredentialsAssetReference", type: "string", assetTypes: ["com.apple.asset.credential.userpassword"] },
          {
            key: "IdentityCertificateType",
            type: "string",
            values: ["RSA", "ECDSA256", "ECDSA384", "ECDSA521", "RSA-PSS"],
            default: "RSA",
          },
          {
            key: "IdentityAssetReference",
            type: "string",
            assetTypes: [
              "com.apple.asset.credential.acme",
              "com.apple.asset.credential.identity",
              "com.apple.asset.credential.scep",
            ],
          },
          {
            key: "ExtendedAuth",
            type: "dictionary",
            keys: [
              { key: "Enabled", type: "boolean", default: false },
              {
                key: "CredentialsAssetReference",
                type: "string",
                assetTypes: ["com.apple.asset.credential.userpassword"],
              },
              { key: "ServerCertificateIssuerCommonName", type: "string" },
              { key: "ServerCertificateCommonName", type: "string" },
              { key: "TLSMinimumVersion", type: "string", values: ["1.0", "1.1", "1.2", "1.3"], default: "1.0" },
              { key: "TLSMaximumVersion", type: "string", values: ["1.0", "1.1", "1.2", "1.3"], default: "1.2" },
            ],
          },
        ],
      },
      {
        key: "Provider",
        type: "dictionary",
        keys: [
          { key: "Type", type: "string", values: ["packet-tunnel", "app-proxy"], default: "packet-tunnel" },
          { key: "ComposedIdentifier", type: "string" },
        ],
      },
      {
        key: "NetworkRouting",
        type: "dictionary",
        systems: { tvOS: false },
        keys: [
          { key: "EnforceRoutes", type: "boolean", default: false },
          { key: "IncludeAllNetworks", type: "boolean", default: false },
          { key: "ExcludeLocalNetworks", type: "boolean" },
          { key: "ExcludeCellularServices", type: "boolean", default: true },
          { key: "ExcludeAPNs", type: "boolean", default: true },
          { key: "ExcludeDeviceCommunication", type: "boolean", default: true },
        ],
      },
      {
        key: "Idle",
        type: "dictionary",
        keys: [
          { key: "Disconnect", type: "boolean", default: false },
          { key: "Timer", type: "integer" },
          {
            key: "DeadPeerDetectionRate",
            type: "string",
            values: ["None", "Low", "Medium", "High"],
            default: "Medium",
          },
        ],
      },
      {
        key: "OnDemand",
        type: "dictionary",
        keys: [
          { key: "Enabled", type: "boolean", default: false },
          { key: "DisableUserOverride", type: "boolean", systems: { macOS: false }, default: false },
          {
            key: "Rules",
            type: "array",
            keys: [
              {
                key: "RulesElement",
                type: "dictionary",
                keys: [
                  {
                    key: "Action",
                    type: "string",
                    required: true,
                    values: ["Allow", "Connect", "Disconnect", "EvaluateConnection", "Ignore"],
                  },
                  {
                    key: "ActionParameters",
                    type: "array",
                    keys: [
                      {
                        key: "ActionParameter",
                        type: "dictionary",
                        keys: [
                          {
                            key: "Domains",
                            type: "array",
                            required: true,
                            keys: [{ key: "DomainsElement", type: "string" }],
                          },
                          {
                            key: "DomainAction",
                            type: "string",
                            required: true,
                            values: ["ConnectIfNeeded", "NeverConnect"],
                          },
                          {
                            key: "RequiredDNSServers",
                            type: "array",
                            keys: [{ key: "RequiredDNSServersElement", type: "string" }],
                          },
                          { key: "RequiredURLStringProbe", type: "string" },
                        ],
                      },
                    ],
                  },
                  { key: "DNSDomainMatch", type: "array", keys: [{ key: "DNSDomainMatchElement", type: "string" }] },
                  {
                    key: "DNSServerAddressMatch",
                    type: "array",
                    keys: [{ key: "DNSServerAddressMatchElement", type: "string" }],
                  },
                  { key: "InterfaceTypeMatch", type: "string", values: ["Ethernet", "WiFi", "Cellular"] },
                  { key: "SSIDMatch", type: "array", keys: [{ key: "SSIDMatchElement", type: "string" }] },
                  { key: "URLStringProbe", type: "string" },
                ],
              },
            ],
          },
        ],
      },
      { key: "UseConfigurationAttributeInternalIPSubnet", type: "boolean", default: false },
      { key: "DisableMOBIKE", type: "boolean", default: false },
      { key: "DisableRedirect", type: "boolean", default: false },
      { key: "EnableNATKeepAliveOffload", type: "boolean", default: true },
      { key: "NATKeepAliveInterval", type: "integer", default: 20 },
      { key: "EnablePFS", type: "boolean", default: false },
      { key: "EnableCertificateRevocationCheck", type: "boolean", default: false },
      { key: "EnableFallback", type: "boolean", systems: { macOS: false }, default: false },
      { key: "MTU", type: "integer", range: { min: 1280, max: 1400 }, default: 1280 },
      { key: "EnforceStrictAlgorithmSelection", type: "boolean", default: false },
      {
        key: "PostQuantumKeyExchange",
        type: "dictionary",
        keys: [
          { key: "PPK", type: "data" },
          { key: "PPKIdentifier", type: "string" },
          { key: "PPKMandatory", type: "boolean", default: true },
          { key: "AllowFallback", type: "boolean", default: false },
        ],
      },
      { key: "IKESecurityAssociationParameters", type: "dictionary", shape: "SecurityAssociationParameters" },
      { key: "ChildSecurityAssociationParameters", type: "dictionary", shape: "SecurityAssociationParameters" },
      {
        key: "DNS",
        type: "dictionary",
        keys: [
          { key: "Protocol", type: "string", required: true, values: ["Cleartext", "HTTPS", "TLS"] },
          { key: "ServerURL", type: "string" },
          { key: "ServerName", type: "string" },
          {
            key: "ServerAddresses",
            type: "array",
            required: true,
            keys: [{ key: "ServerAddressesElement", type: "string" }],
          },
          { key: "SearchDomains", type: "array", keys: [{ key: "SearchDomainsElement", type: "string" }] },
          { key: "DomainName", type: "string" },
          { key: "SupplementalMatchDomains", type: "array", shape: "SupplementalMatchDomains" },
          { key: "SupplementalMatchDomainsNoSearch", type: "boolean", default: false },
          {
            key: "IdentityAssetReference",
            type: "string",
            assetTypes: [
              "com.apple.asset.credential.acme",
              "com.apple.asset.credential.identity",
              "com.apple.asset.credential.scep",
            ],
          },
        ],
      },
      {
        key: "Proxies",
        type: "dictionary",
        keys: [
          { key: "AutoConfigEnable", type: "boolean", default: false },
          { key: "AutoDiscoveryEnable", type: "boolean", default: true },
          { key: "AutoConfigURLString", type: "string" },
          { key: "SupplementalMatchDomains", type: "array", shape: "SupplementalMatchDomains" },
          {
            key: "Protocol",
            type: "dictionary",
            keys: [
              {
                key: "HTTP",
                type: "dictionary",
                keys: [
                  { key: "Enable", type: "boolean", default: false },
                  { key: "HostName", type: "string" },
                  { key: "Port", type: "integer", range: { min: 0, max: 65535 } },
                ],
              },
              {
                key: "HTTPS",
                type: "dictionary",
                keys: [
                  { key: "Enable", type: "boolean", default: false },
                  { key: "HostName", type: "string" },
                  { key: "Port", type: "integer", range: { min: 0, max: 65535 } },
                ],
              },
              {
                key: "CredentialsAssetReference",
                type: "string",
                assetTypes: ["com.apple.asset.credential.userpassword"],
              },
            ],
          },
        ],
      },
    ],
  },
  "com.apple.configuration.network.vpn.ipsec": {
    kind: "configuration",
    apply: "multiple",
    systems: {
      iOS: {
        introduced: "27.0",
        enrollments: ["supervised", "device", "local"],
        scopes: ["system"],
        sharedIpad: { scopes: ["system"] },
      },
      macOS: { introduced: "27.0", enrollments: ["supervised", "local"], scopes: ["system"] },
      tvOS: false,
      visionOS: { introduced: "27.0", enrollments: ["supervised", "device", "local"], scopes: ["system"] },
      watchOS: false,
    },
    shapes: { SupplementalMatchDomains: [{ key: "SupplementalMatchDomainsElement", type: "string" }] },
    keys: [
      { key: "VisibleName", type: "string", required: true },
      { key: "HostName", type: "string", required: true },
      { key: "OverridePrimary", type: "boolean", default: false },
      {
        key: "Authentication",
        type: "dictionary",
        required: true,
        keys: [
          { key: "Method", type: "string", required: true, values: ["SharedSecret", "Certificate"] },
          { key: "CredentialsAssetReference", type: "string", assetTypes: ["com.apple.asset.credential.userpassword"] },
          {
            key: "IdentityAssetReference",
            type: "string",
            assetTypes: [
              "com.apple.asset.credential.acme",
              "com.apple.asset.credential.identity",
              "com.apple.asset.credential.scep",
            ],
          },
          { key: "LocalIdentifier", type: "string" },
          { key: "LocalIdentifierType", type: "string", values: ["KeyID"], default: "KeyID" },
          { key: "PromptForVPNPIN", type: "boolean", default: false },
          {
            key: "XAuth",
            type: "dictionary",
            keys: [
              { key: "Enabled", type: "boolean", required: true },
              {
                key: "CredentialsAssetReference",
                type: "string",
                assetTypes: ["com.apple.asset.credential.userpassword"],
              },
              { key: "PasswordEncryption", type: "string", values: ["Prompt"] },
            ],
          },
        ],
      },
      {
        key: "Idle",
        type: "dictionary",
        keys: [{ key: "Disconnect", type: "boolean", default: false }, { key: "Timer", type: "integer" }],
      },
      {
        key: "OnDemand",
        type: "dictionary",
        keys: [
          { key: "Enabled", type: "boolean", default: false },
          { key: "DisableUserOverride", type: "boolean", systems: { macOS: false }, default: false },
          {
            key: "Rules",
            type: "array",
            keys: [
              {
                key: "RulesElement",
                type: "dictionary",
                keys: [
                  {
                    key: "Action",
                    type: "string",
                    required: true,
                    values: ["Allow", "Connect", "Disconnect", "EvaluateConnection", "Ignore"],
                  },
                  {
                    key: "ActionParameters",
                    type: "array",
                    keys: [
                      {
                        key: "ActionParameter",
                        type: "dictionary",
                        keys: [
                          {
                            key: "Domains",
                            type: "array",
                            required: true,
                            keys: [{ key: "DomainsElement", type: "string" }],
                          },
                          {
                            key: "DomainAction",
                            type: "string",
                            required: true,
                            values: ["ConnectIfNeeded", "NeverConnect"],
                          },
                          {
                            key: "RequiredDNSServers",
                            type: "array",
                            keys: [{ key: "RequiredDNSServersElement", type: "string" }],
                          },
                          { key: "RequiredURLStringProbe", type: "string" },
                        ],
                      },
                    ],
                  },
                  { key: "DNSDomainMatch", type: "array", keys: [{ key: "DNSDomainMatchElement", type: "string" }] },
                  {
                    key: "DNSServerAddressMatch",
                    type: "array",
                    keys: [{ key: "DNSServerAddressMatchElement", type: "string" }],
                  },
                  { key: "InterfaceTypeMatch", type: "string", values: ["Ethernet", "WiFi", "Cellular"] },
                  { key: "SSIDMatch", type: "array", keys: [{ key: "SSIDMatchElement", type: "string" }] },
                  { key: "URLStringProbe", type: "string" },
                ],
              },
            ],
          },
        ],
      },
      {
        key: "DNS",
        type: "dictionary",
        keys: [
          { key: "Protocol", type: "string", required: true, values: ["Cleartext", "HTTPS", "TLS"] },
          { key: "ServerURL", type: "string" },
          { key: "ServerName", type: "string" },
          {
            key: "ServerAddresses",
            type: "array",
            required: true,
            keys: [{ key: "ServerAddressesElement", type: "string" }],
          },
          { key: "SearchDomains", type: "array", keys: [{ key: "SearchDomainsElement", type: "string" }] },
          { key: "DomainName", type: "string" },
          { key: "SupplementalMatchDomains", type: "array", shape: "SupplementalMatchDomains" },
          { key: "SupplementalMatchDomainsNoSearch", type: "boolean", default: false },
          {
            key: "IdentityAssetReference",
            type: "string",
            assetTypes: [
              "com.apple.asset.credential.acme",
              "com.apple.asset.credential.identity",
              "com.apple.asset.credential.scep",
            ],
          },
        ],
      },
      {
        key: "Proxies",
        type: "dictionary",
        keys: [
          { key: "AutoConfigEnable", type: "boolean", default: false },
          { key: "AutoDiscoveryEnable", type: "boolean", default: true },
          { key: "AutoConfigURLString", type: "string" },
          { key: "SupplementalMatchDomains", type: "array", shape: "SupplementalMatchDomains" },
          {
            key: "Protocol",
            type: "dictionary",
            keys: [
              {
                key: "HTTP",
                type: "dictionary",
                keys: [
                  { key: "Enable", type: "boolean", default: false },
                  { key: "HostName", type: "string" },
                  { key: "Port", type: "integer", range: { min: 0, max: 65535 } },
                ],
              },
              {
                key: "HTTPS",
                type: "dictionary",
                keys: [
                  { key: "Enable", type: "boolean", default: false },
                  { key: "HostName", type: "string" },
                  { key: "Port", type: "integer", range: { min: 0, max: 65535 } },
                ],
              },
              {
                key: "CredentialsAssetReference",
                type: "string",
                assetTypes: ["com.apple.asset.credential.userpassword"],
              },
            ],
          },
        ],
      },
    ],
  },
  "com.apple.configuration.network.vpn.vpn-plugin": {
    kind: "configuration",
    apply: "multiple",
    systems: {
      iOS: {
        introduced: "27.0",
        enrollments: ["supervised", "device", "local"],
        scopes: ["system"],
        sharedIpad: { scopes: ["system"] },
      },
      macOS: { introduced: "27.0", enrollments: ["supervised", "local"], scopes: ["system"] },
      tvOS: { introduced: "27.0", enrollments: ["supervised", "device", "local"], scopes: ["system"] },
      visionOS: { introduced: "27.0", enrollments: ["supervised", "device", "local"], scopes: ["system"] },
      watchOS: false,
    },
    shapes: { SupplementalMatchDomains: [{ key: "SupplementalMatchDomainsElement", type: "string" }] },
    keys: [
      { key: "VisibleName", type: "string", required: true },
      { key: "HostName", type: "string", required: true },
      { key: "SubType", type: "string", required: true },
      {
        key: "VendorConfig",
        type: "dictionary",
        keys: [
          { key: "Realm", type: "string" },
          { key: "Role", type: "string" },
          { key: "Group", type: "string" },
          { key: "LoginGroupOrDomain", type: "string" },
        ],
      },
      {
        key: "Authentication",
        type: "dictionary",
        required: true,
        keys: [
          {
            key: "Method",
            type: "string",
            required: true,
            values: ["Password", "Certificate", "Password+Certificate"],
          },
          { key: "CredentialsAssetReference", type: "string", assetTypes: ["com.apple.asset.credential.userpassword"] },
          {
            key: "IdentityAssetReference",
            type: "string",
            assetTypes: [
              "com.apple.asset.credential.acme",
              "com.apple.asset.credential.identity",
              "com.apple.asset.credential.scep",
            ],
          },
        ],
      },
      {
        key: "Provider",
        type: "dictionary",
        keys: [
          { key: "Type", type: "string", values: ["packet-tunnel", "app-proxy"], default: "packet-tunnel" },
          { key: "ComposedIdentifier", type: "string" },
        ],
      },
      {
        key: "NetworkRouting",
        type: "dictionary",
        systems: { tvOS: false },
        keys: [
          { key: "EnforceRoutes", type: "boolean", default: false },
          { key: "IncludeAllNetworks", type: "boolean", default: false },
          { key: "ExcludeLocalNetworks", type: "boolean" },
          { key: "ExcludeCellularServices", type: "boolean", default: true },
          { key: "ExcludeAPNs", type: "boolean", default: true },
          { key: "ExcludeDeviceCommunication", type: "boolean", default: true },
        ],
      },
      {
        key: "Idle",
        type: "dictionary",
        keys: [{ key: "Disconnect", type: "boolean", default: false }, { key: "Timer", type: "integer" }],
      },
      {
        key: "OnDemand",
        type: "dictionary",
        keys: [
          { key: "Enabled", type: "boolean", default: false },
          { key: "DisableUserOverride", type: "boolean", systems: { macOS: false }, default: false },
          {
            key: "Rules",
            type: "array",
            keys: [
              {
                key: "RulesElement",
                type: "dictionary",
                keys: [
                  {
                    key: "Action",
                    type: "string",
                    required: true,
                    values: ["Allow", "Connect", "Disconnect", "EvaluateConnection", "Ignore"],
                  },
                  {
                    key: "ActionParameters",
                    type: "array",
                    keys: [
                      {
                        key: "ActionParameter",
                        type: "dictionary",
                        keys: [
                          {
                            key: "Domains",
                            type: "array",
                            required: true,
                            keys: [{ key: "DomainsElement", type: "string" }],
                          },
                          {
                            key: "DomainAction",
                            type: "string",
                            required: true,
                            values: ["ConnectIfNeeded", "NeverConnect"],
                          },
                          {
                            key: "RequiredDNSServers",
                            type: "array",
                            keys: [{ key: "RequiredDNSServersElement", type: "string" }],
                          },
                          { key: "RequiredURLStringProbe", type: "string" },
                        ],
                      },
                    ],
                  },
                  { key: "DNSDomainMatch", type: "array", keys: [{ key: "DNSDomainMatchElement", type: "string" }] },
                  {
                    key: "DNSServerAddressMatch",
                    type: "array",
                    keys: [{ key: "DNSServerAddressMatchElement", type: "string" }],
                  },
                  { key: "InterfaceTypeMatch", type: "string", values: ["Ethernet", "WiFi", "Cellular"] },
                  { key: "SSIDMatch", type: "array", keys: [{ key: "SSIDMatchElement", type: "string" }] },
                  { key: "URLStringProbe", type: "string" },
                ],
              },
            ],
          },
        ],
      },
      {
        key: "DNS",
        type: "dictionary",
        keys: [
          { key: "Protocol", type: "string", required: true, values: ["Cleartext", "HTTPS", "TLS"] },
          { key: "ServerURL", type: "string" },
          { key: "ServerName", type: "string" },
          {
            key: "ServerAddresses",
            type: "array",
            required: true,
            keys: [{ key: "ServerAddressesElement", type: "string" }],
          },
          { key: "SearchDomains", type: "array", keys: [{ key: "SearchDomainsElement", type: "string" }] },
          { key: "DomainName", type: "string" },
          { key: "SupplementalMatchDomains", type: "array", shape: "SupplementalMatchDomains" },
          { key: "SupplementalMatchDomainsNoSearch", type: "boolean", default: false },
          {
            key: "IdentityAssetReference",
            type: "string",
            assetTypes: [
              "com.apple.asset.credential.acme",
              "com.apple.asset.credential.identity",
              "com.apple.asset.credential.scep",
            ],
          },
        ],
      },
      {
        key: "Proxies",
        type: "dictionary",
        keys: [
          { key: "AutoConfigEnable", type: "boolean", default: false },
          { key: "AutoDiscoveryEnable", type: "boolean", default: true },
          { key: "AutoConfigURLString", type: "string" },
          { key: "SupplementalMatchDomains", type: "array", shape: "SupplementalMatchDomains" },
          {
            key: "Protocol",
            type: "dictionary",
            keys: [
              {
                key: "HTTP",
                type: "dictionary",
                keys: [
                  { key: "Enable", type: "boolean", default: false },
                  { key: "HostName", type: "string" },
                  { key: "Port", type: "integer", range: { min: 0, max: 65535 } },
                ],
              },
              {
                key: "HTTPS",
                type: "dictionary",
                keys: [
                  { key: "Enable", type: "boolean", default: false },
                  { key: "HostName", type: "string" },
                  { key: "Port", type: "integer", range: { min: 0, max: 65535 } },
                ],
              },
              {
                key: "CredentialsAssetReference",
                type: "string",
                assetTypes: ["com.apple.asset.credential.userpassword"],
              },
            ],
          },
        ],
      },
    ],
  },
  "com.apple.configuration.package": {
    kind: "configuration",
    apply: "multiple",
    systems: {
      iOS: false,
      macOS: { introduced: "26.0", enrollments: ["supervised"], scopes: ["system"] },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [
      { key: "ManifestURL", type: "string", required: true },
      {
        key: "InstallBehavior",
        type: "dictionary",
        keys: [{ key: "Install", type: "string", values: ["Optional", "Required"], default: "Optional" }],
      },
      {
        key: "UninstallBehavior",
        type: "dictionary",
        systems: { macOS: { introduced: "27.0" } },
        keys: [{ key: "Remove", type: "boolean", default: false }],
      },
    ],
  },
  "com.apple.configuration.passcode.settings": {
    kind: "configuration",
    apply: "combined",
    systems: {
      iOS: {
        introduced: "15.0",
        enrollments: ["supervised", "device", "user", "local"],
        scopes: ["system"],
        sharedIpad: { scopes: [] },
      },
      macOS: { introduced: "13.0", enrollments: ["supervised", "local"], scopes: ["system", "user"] },
      tvOS: false,
      visionOS: { introduced: "2.0", enrollments: ["supervised", "device", "user", "local"], scopes: ["system"] },
      watchOS: { introduced: "10.0", enrollments: ["supervised", "local"], scopes: ["system"] },
    },
    keys: [
      { key: "RequirePasscode", type: "boolean", default: false, combine: "boolean-or" },
      {
        key: "RequireAlphanumericPasscode",
        type: "boolean",
        systems: { iOS: { introduced: "16.2" }, macOS: { introduced: "13.1" }, watchOS: false },
        default: false,
        combine: "boolean-or",
      },
      { key: "RequireComplexPasscode", type: "boolean", default: false, combine: "boolean-or" },
      { key: "MinimumLength", type: "integer", range: { min: 0, max: 16 }, default: 0, combine: "number-max" },
      {
        key: "MinimumComplexCharacters",
        type: "integer",
        systems: { iOS: { introduced: "16.2" }, macOS: { introduced: "13.1" }, watchOS: false },
        range: { min: 0, max: 4 },
        default: 0,
        combine: "number-max",
      },
      { key: "MaximumFailedAttempts", type: "integer", range: { min: 2, max: 11 }, default: 11, combine: "number-min" },
      {
        key: "FailedAttemptsResetInMinutes",
        type: "integer",
        systems: { iOS: false, macOS: { introduced: "13.1" }, visionOS: false, watchOS: false },
        combine: "number-min",
      },
      { key: "MaximumGracePeriodInMinutes", type: "integer", combine: "number-min" },
      { key: "MaximumInactivityInMinutes", type: "integer", range: { min: 0, max: 15 }, combine: "number-min" },
      {
        key: "MaximumPasscodeAgeInDays",
        type: "integer",
        systems: { iOS: { introduced: "16.2" }, macOS: { introduced: "13.1" } },
        range: { min: 0, max: 730 },
        combine: "number-min",
      },
      { key: "PasscodeReuseLimit", type: "integer", range: { min: 1, max: 50 }, combine: "number-min" },
      {
        key: "ChangeAtNextAuth",
        type: "boolean",
        systems: { iOS: false, macOS: { introduced: "13.1" }, visionOS: false, watchOS: false },
        default: false,
        combine: "boolean-or",
      },
      {
        key: "CustomRegex",
        type: "dictionary",
        systems: { iOS: false, macOS: { introduced: "14.0" }, visionOS: false, watchOS: false },
        keys: [
          { key: "Regex", type: "string", required: true },
          { key: "Description", type: "dictionary", keys: [{ key: "ANY", type: "string" }] },
        ],
      },
    ],
  },
  "com.apple.configuration.safari.bookmarks": {
    kind: "configuration",
    apply: "combined",
    systems: {
      iOS: {
        introduced: "26.0",
        enrollments: ["supervised", "device"],
        scopes: ["system"],
        sharedIpad: { scopes: ["user"] },
      },
      macOS: { introduced: "26.0", enrollments: ["supervised"], scopes: ["user"] },
      tvOS: false,
      visionOS: { introduced: "26.0", enrollments: ["supervised", "device"], scopes: ["system"] },
      watchOS: false,
    },
    shapes: {
      "bookmarks-item": [
        { key: "Title", type: "string", required: true },
        { key: "URL", type: "string" },
        {
          key: "Folder",
          type: "array",
          keys: [{ key: "folder-item", type: "dictionary", required: true, shape: "bookmarks-item" }],
        },
      ],
    },
    keys: [
      {
        key: "ManagedBookmarks",
        type: "array",
        keys: [
          {
            key: "BookmarkGroup",
            type: "dictionary",
            required: true,
            keys: [
              { key: "GroupIdentifier", type: "string", required: true },
              { key: "Title", type: "string", required: true },
              {
                key: "Bookmarks",
                type: "array",
                required: true,
                combine: "array-append",
                keys: [{ key: "bookmarks-item", type: "dictionary", required: true, shape: "bookmarks-item" }],
              },
            ],
          },
        ],
      },
    ],
  },
  "com.apple.configuration.safari.extensions.settings": {
    kind: "configuration",
    apply: "combined",
    systems: {
      iOS: { introduced: "18.0", enrollments: ["supervised"], scopes: ["system"], sharedIpad: { scopes: ["user"] } },
      macOS: { introduced: "15.0", enrollments: ["supervised"], scopes: ["user"] },
      tvOS: false,
      visionOS: { introduced: "26.0", enrollments: ["supervised"], scopes: ["system"] },
      watchOS: false,
    },
    keys: [
      {
        key: "ManagedExtensions",
        type: "dictionary",
        keys: [
          {
            key: "ANY",
            type: "dictionary",
            keys: [
              { key: "State", type: "string", values: ["Allowed", "AlwaysOn", "AlwaysOff"], combine: "enum-last" },
              {
                key: "PrivateBrowsing",
                type: "string",
                values: ["Allowed", "AlwaysOn", "AlwaysOff"],
                combine: "enum-last",
              },
              { key: "AllowedDomains", type: "array", combine: "set-union", keys: [{ key: "Domain", type: "string" }] },
              { key: "DeniedDomains", type: "array", combine: "set-union", keys: [{ key: "Domain", type: "string" }] },
            ],
          },
        ],
      },
    ],
  },
  "com.apple.configuration.safari.settings": {
    kind: "configuration",
    apply: "combined",
    systems: {
      iOS: {
        introduced: "26.0",
        enrollments: ["supervised", "device"],
        scopes: ["system"],
        sharedIpad: { scopes: ["user"] },
      },
      macOS: { introduced: "26.0", enrollments: ["supervised"], scopes: ["user"] },
      tvOS: false,
      visionOS: { introduced: "26.0", enrollments: ["supervised", "device"], scopes: ["system"] },
      watchOS: false,
    },
    keys: [
      {
        key: "AcceptCookies",
        type: "string",
        systems: { iOS: { enrollments: ["supervised"] }, macOS: false, visionOS: false },
        values: ["Never", "CurrentWebsite", "VisitedWebsites", "Always"],
        default: "Always",
        combine: "enum-first",
      },
      {
        key: "AllowDisablingFraudWarning",
        type: "boolean",
        systems: { iOS: { enrollments: ["supervised"] }, macOS: false, visionOS: false },
        default: true,
        combine: "boolean-and",
      },
      {
        key: "AllowHistoryClearing",
        type: "boolean",
        systems: { iOS: { enrollments: ["supervised"] }, visionOS: { enrollments: ["supervised"] } },
        default: true,
        combine: "boolean-and",
      },
      {
        key: "AllowJavaScript",
        type: "boolean",
        systems: { iOS: { enrollments: ["supervised"] }, macOS: false, visionOS: false },
        default: true,
        combine: "boolean-and",
      },
      {
        key: "AllowPrivateBrowsing",
        type: "boolean",
        systems: { iOS: { enrollments: ["supervised"] }, visionOS: { enrollments: ["supervised"] } },
        default: true,
        combine: "boolean-and",
      },
      {
        key: "AllowPopups",
        type: "boolean",
        systems: { iOS: { enrollments: ["supervised"] }, macOS: false, visionOS: false },
        default: true,
        combine: "boolean-and",
      },
      {
        key: "AllowSummary",
        type: "boolean",
        systems: { iOS: { enrollments: ["supervised"] }, visionOS: { enrollments: ["supervised"] } },
        default: true,
        combine: "boolean-and",
      },
      {
        key: "NewTabStartPage",
        type: "dictionary",
        keys: [
          { key: "PageType", type: "string", required: true, values: ["Start", "Home", "Extension"] },
          { key: "HomepageURL", type: "string" },
          { key: "ExtensionIdentifier", type: "string" },
        ],
      },
      {
        key: "Privacy",
        type: "dictionary",
        systems: {
          iOS: {
            introduced: "27.0",
            enrollments: ["supervised"],
            scopes: ["system"],
            sharedIpad: { scopes: ["user"] },
          },
          macOS: { introduced: "27.0", enrollments: ["supervised"], scopes: ["user"] },
          visionOS: false,
        },
        keys: [
          {
            key: "PermissionDefaults",
            type: "dictionary",
            keys: [
              {
                key: "ANY",
                type: "dictionary",
                keys: [
                  { key: "OrganizationJustification", type: "string", required: true },
                  { key: "Camera", type: "string", values: ["None", "Allow"], combine: "enum-last" },
                  { key: "Microphone", type: "string", values: ["None", "Allow"], combine: "enum-last" },
                ],
              },
            ],
          },
        ],
      },
    ],
  },
  "com.apple.configuration.screensharing.connection": {
    kind: "configuration",
    apply: "multiple",
    systems: {
      iOS: false,
      macOS: { introduced: "14.0", enrollments: ["supervised", "user", "local"], scopes: ["system", "user"] },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [
      { key: "ConnectionUUID", type: "string", required: true },
      { key: "DisplayName", type: "string", required: true },
      { key: "HostName", type: "string", required: true },
      { key: "Port", type: "integer" },
      {
        key: "DisplayConfiguration",
        type: "dictionary",
        required: true,
        keys: [{ key: "DisplayType", type: "string", required: true, values: ["Virtual1", "Virtual2"] }],
      },
      {
        key: "AuthenticationCredentialsAssetReference",
        type: "string",
        assetTypes: ["com.apple.asset.credential.userpassword"],
      },
    ],
  },
  "com.apple.configuration.screensharing.connection.group": {
    kind: "configuration",
    apply: "multiple",
    systems: {
      iOS: false,
      macOS: { introduced: "14.0", enrollments: ["supervised", "user", "local"], scopes: ["system", "user"] },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [
      { key: "ConnectionGroupUUID", type: "string", required: true },
      { key: "GroupName", type: "string", required: true },
      { key: "Members", type: "array", required: true, keys: [{ key: "ConnectionUUID", type: "string" }] },
    ],
  },
  "com.apple.configuration.screensharing.host.settings": {
    kind: "configuration",
    apply: "single",
    systems: {
      iOS: false,
      macOS: { introduced: "14.0", enrollments: ["supervised", "local"], scopes: ["system"] },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [
      { key: "MaximumVirtualDisplays", type: "integer", range: { min: 0, max: 2 } },
      { key: "PortBase", type: "integer", range: { min: 1024, max: 65535 } },
      { key: "PreventCopyFilesFromHost", type: "boolean", default: false },
      { key: "PreventCopyFilesToHost", type: "boolean", default: false },
      { key: "PreventHighPerformanceConnections", type: "boolean", default: false },
    ],
  },
  "com.apple.configuration.security.certificate": {
    kind: "configuration",
    apply: "multiple",
    systems: {
      iOS: {
        introduced: "17.0",
        enrollments: ["supervised", "device", "user", "local"],
        scopes: ["system"],
        sharedIpad: { scopes: ["system", "user"] },
      },
      macOS: { introduced: "14.0", enrollments: ["supervised", "user", "local"], scopes: ["system", "user"] },
      tvOS: { introduced: "17.0", enrollments: ["supervised", "device", "local"], scopes: ["system"] },
      visionOS: { introduced: "1.1", enrollments: ["supervised", "device", "user", "local"], scopes: ["system"] },
      watchOS: { introduced: "10.0", enrollments: ["supervised", "local"], scopes: ["system"] },
    },
    keys: [
      {
        key: "CredentialAssetReference",
        type: "string",
        required: true,
        assetTypes: ["com.apple.asset.credential.certificate"],
      },
    ],
  },
  "com.apple.configuration.security.identity": {
    kind: "configuration",
    apply: "multiple",
    systems: {
      iOS: {
        introduced: "17.0",
        enrollments: ["supervised", "device", "user", "local"],
        scopes: ["system"],
        sharedIpad: { scopes: ["system", "user"] },
      },
      macOS: { introduced: "14.0", enrollments: ["supervised", "user", "local"], scopes: ["system", "user"] },
      tvOS: { introduced: "17.0", enrollments: ["supervised", "device", "local"], scopes: ["system"] },
      visionOS: { introduced: "1.1", enrollments: ["supervised", "device", "user", "local"], scopes: ["system"] },
      watchOS: { introduced: "10.0", enrollments: ["supervised", "local"], scopes: ["system"] },
    },
    keys: [
      {
        key: "CredentialAssetReference",
        type: "string",
        required: true,
        assetTypes: [
          "com.apple.asset.credential.identity",
          "com.apple.asset.credential.scep",
          "com.apple.asset.credential.acme",
        ],
      },
      {
        key: "AllowAllAppsAccess",
        type: "boolean",
        systems: { iOS: false, tvOS: false, visionOS: false, watchOS: false },
        default: false,
      },
      {
        key: "KeyIsExtractable",
        type: "boolean",
        systems: { iOS: false, tvOS: false, visionOS: false, watchOS: false },
        default: true,
      },
    ],
  },
  "com.apple.configuration.security.passkey.attestation": {
    kind: "configuration",
    apply: "multiple",
    systems: {
      iOS: {
        introduced: "17.0",
        enrollments: ["supervised", "device"],
        scopes: ["system"],
        sharedIpad: { scopes: [] },
      },
      macOS: { introduced: "14.0", enrollments: ["supervised"], scopes: ["user"] },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [
      {
        key: "AttestationIdentityAssetReference",
        type: "string",
        required: true,
        assetTypes: [
          "com.apple.asset.credential.identity",
          "com.apple.asset.credential.scep",
          "com.apple.asset.credential.acme",
        ],
      },
      { key: "AttestationIdentityKeyIsExtractable", type: "boolean", systems: { iOS: false }, default: true },
      { key: "RelyingParties", type: "array", required: true, keys: [{ key: "RelyingParty", type: "string" }] },
    ],
  },
  "com.apple.configuration.services.background-tasks": {
    kind: "configuration",
    apply: "multiple",
    systems: {
      iOS: false,
      macOS: { introduced: "15.0", enrollments: ["supervised"], scopes: ["system"] },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [
      { key: "TaskType", type: "string", required: true },
      { key: "TaskDescription", type: "string" },
      {
        key: "ExecutableAssetReference",
        type: "string",
        assetTypes: ["com.apple.asset.data"],
        contentTypes: ["application/zip"],
      },
      {
        key: "LaunchdConfigurations",
        type: "array",
        keys: [
          {
            key: "launchd-item",
            type: "dictionary",
            required: true,
            keys: [
              {
                key: "FileAssetReference",
                type: "string",
                required: true,
                assetTypes: ["com.apple.asset.data"],
                contentTypes: ["application/plist", "application/x-plist", "application/xml", "text/xml"],
              },
              { key: "Context", type: "string", required: true, values: ["daemon", "agent"] },
            ],
          },
        ],
      },
    ],
  },
  "com.apple.configuration.services.configuration-files": {
    kind: "configuration",
    apply: "multiple",
    systems: {
      iOS: false,
      macOS: { introduced: "14.0", enrollments: ["supervised"], scopes: ["system"] },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [
      { key: "ServiceType", type: "string", required: true },
      {
        key: "DataAssetReference",
        type: "string",
        required: true,
        assetTypes: ["com.apple.asset.data"],
        contentTypes: ["application/zip"],
      },
    ],
  },
  "com.apple.configuration.siri.settings": {
    kind: "configuration",
    apply: "combined",
    systems: {
      iOS: { introduced: "26.4", enrollments: ["supervised"], scopes: ["system"], sharedIpad: { scopes: ["user"] } },
      macOS: { introduced: "26.4", enrollments: ["supervised"], scopes: ["system", "user"] },
      tvOS: { introduced: "27.0", enrollments: ["supervised"], scopes: ["system"] },
      visionOS: { introduced: "26.4", enrollments: ["supervised"], scopes: ["system"] },
      watchOS: { introduced: "26.4", enrollments: ["supervised"], scopes: ["system"] },
    },
    keys: [
      { key: "Enabled", type: "boolean", systems: { watchOS: false }, default: true, combine: "boolean-and" },
      {
        key: "AllowUserGeneratedContent",
        type: "boolean",
        systems: { macOS: false, tvOS: false, visionOS: false },
        default: true,
        combine: "boolean-and",
      },
      {
        key: "AllowWhileLocked",
        type: "boolean",
        systems: { macOS: false, tvOS: false, visionOS: false },
        default: true,
        combine: "boolean-and",
      },
      {
        key: "ForceProfanityFilter",
        type: "boolean",
        systems: { tvOS: false, visionOS: false, watchOS: false },
        default: false,
        combine: "boolean-or",
      },
    ],
  },
  "com.apple.configuration.softwareupdate.enforcement.specific": {
    kind: "configuration",
    apply: "multiple",
    systems: {
      iOS: {
        introduced: "17.0",
        enrollments: ["supervised", "device"],
        scopes: ["system"],
        sharedIpad: { scopes: ["system"] },
      },
      macOS: { introduced: "14.0", enrollments: ["supervised"], scopes: ["system"] },
      tvOS: { introduced: "18.4", enrollments: ["supervised", "device"], scopes: ["system"] },
      visionOS: { introduced: "26.0", enrollments: ["supervised", "device"], scopes: ["system"] },
      watchOS: false,
    },
    keys: [
      { key: "TargetOSVersion", type: "string", required: true },
      { key: "TargetBuildVersion", type: "string" },
      { key: "TargetLocalDateTime", type: "string", required: true },
      { key: "DetailsURL", type: "string" },
    ],
  },
  "com.apple.configuration.softwareupdate.settings": {
    kind: "configuration",
    apply: "combined",
    systems: {
      iOS: {
        introduced: "18.0",
        enrollments: ["supervised", "device"],
        scopes: ["system"],
        sharedIpad: { scopes: ["system"] },
      },
      macOS: { introduced: "15.0", enrollments: ["supervised"], scopes: ["system"] },
      tvOS: { introduced: "18.4", enrollments: ["supervised", "device"], scopes: ["system"] },
      visionOS: { introduced: "26.0", enrollments: ["supervised", "device"], scopes: ["system"] },
      watchOS: false,
    },
    keys: [
      { key: "Notifications", type: "boolean", default: true, combine: "boolean-and" },
      {
        key: "Deferrals",
        type: "dictionary",
        systems: {
          iOS: { enrollments: ["supervised"] },
          tvOS: { enrollments: ["supervised"] },
          visionOS: { enrollments: ["supervised"] },
        },
        keys: [
          {
            key: "CombinedPeriodInDays",
            type: "integer",
            systems: { macOS: false },
            range: { min: 1, max: 90 },
            combine: "number-max",
          },
          {
            key: "MajorPeriodInDays",
            type: "integer",
            systems: { iOS: false, tvOS: false, visionOS: false },
            range: { min: 1, max: 90 },
            combine: "number-max",
          },
          {
            key: "MinorPeriodInDays",
            type: "integer",
            systems: { iOS: false, tvOS: false, visionOS: false },
            range: { min: 1, max: 90 },
            combine: "number-max",
          },
          {
            key: "SystemPeriodInDays",
            type: "integer",
            systems: { iOS: false, tvOS: false, visionOS: false },
            range: { min: 1, max: 90 },
            combine: "number-max",
          },
        ],
      },
      {
        key: "RecommendedCadence",
        type: "string",
        systems: { macOS: false, tvOS: false },
        values: ["All", "Oldest", "Newest"],
        combine: "enum-last",
      },
      {
        key: "AutomaticActions",
        type: "dictionary",
        systems: {
          iOS: { enrollments: ["supervised"] },
          tvOS: { enrollments: ["supervised"] },
          visionOS: { enrollments: ["supervised"] },
        },
        keys: [
          {
            key: "Download",
            type: "string",
            systems: { tvOS: false },
            values: ["Allowed", "AlwaysOn", "AlwaysOff"],
            default: "Allowed",
            combine: "enum-last",
          },
          {
            key: "InstallOSUpdates",
            type: "string",
            values: ["Allowed", "AlwaysOn", "AlwaysOff"],
            default: "Allowed",
            combine: "enum-last",
          },
          {
            key: "InstallSecurityUpdate",
            type: "string",
            systems: { tvOS: false },
            values: ["Allowed", "AlwaysOn", "AlwaysOff"],
            default: "Allowed",
            combine: "enum-last",
          },
        ],
      },
      {
        key: "RapidSecurityResponse",
        type: "dictionary",
        systems: { iOS: { enrollments: ["supervised"] }, tvOS: false, visionOS: false },
        keys: [
          { key: "Enable", type: "boolean", default: true, combine: "boolean-and" },
          { key: "EnableRollback", type: "boolean", default: true, combine: "boolean-and" },
        ],
      },
      {
        key: "AllowStandardUserOSUpdates",
        type: "boolean",
        systems: { iOS: false, tvOS: false, visionOS: false },
        default: true,
        combine: "boolean-and",
      },
      {
        key: "Beta",
        type: "dictionary",
        systems: {
          macOS: { introduced: "15.4", enrollments: ["supervised"], scopes: ["system"] },
          tvOS: false,
          visionOS: false,
        },
        keys: [
          {
            key: "ProgramEnrollment",
            type: "string",
            systems: { iOS: { enrollments: ["supervised"] } },
            values: ["Allowed", "AlwaysOn", "AlwaysOff"],
            default: "Allowed",
            combine: "enum-last",
          },
          {
            key: "OfferPrograms",
            type: "array",
            combine: "set-union",
            keys: [
              {
                key: "Program",
                type: "dictionary",
                required: true,
                keys: [
                  { key: "Description", type: "string", required: true },
                  { key: "Token", type: "string", required: true },
                ],
              },
            ],
          },
          {
            key: "RequireProgram",
            type: "dictionary",
            systems: { iOS: { enrollments: ["supervised"] } },
            combine: "first",
            keys: [
              { key: "Description", type: "string", required: true },
              { key: "Token", type: "string", required: true },
            ],
          },
        ],
      },
    ],
  },
  "com.apple.configuration.watch.enrollment": {
    kind: "configuration",
    apply: "single",
    systems: {
      iOS: { introduced: "17.0", enrollments: ["supervised"], scopes: ["system"], sharedIpad: { scopes: [] } },
      macOS: false,
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [
      { key: "EnrollmentProfileURL", type: "string", required: true },
      {
        key: "AnchorCertificateAssetReferences",
        type: "array",
        assetTypes: ["com.apple.asset.credential.certificate"],
        keys: [{ key: "AnchorCertificateAssetReferenceItem", type: "string" }],
      },
    ],
  },
  "com.apple.configuration.webcontent-filter.plugin": {
    kind: "configuration",
    apply: "multiple",
    systems: {
      iOS: {
        introduced: "27.0",
        enrollments: ["supervised", "device", "user", "local"],
        scopes: ["system"],
        sharedIpad: { scopes: ["system"] },
      },
      macOS: { introduced: "27.0", enrollments: ["supervised", "local"], scopes: ["system"] },
      tvOS: false,
      visionOS: { introduced: "27.0", enrollments: ["supervised", "device", "user", "local"], scopes: ["system"] },
      watchOS: false,
    },
    keys: [
      { key: "VisibleName", type: "string", required: true },
      { key: "PluginBundleID", type: "string", required: true },
      { key: "ContentFilterUUID", type: "string", systems: { macOS: false } },
      { key: "ServerAddress", type: "string" },
      { key: "Organization", type: "string" },
      { key: "VendorConfig", type: "dictionary", keys: [{ key: "ANY", type: "any", required: true }] },
      {
        key: "Authentication",
        type: "dictionary",
        keys: [
          { key: "CredentialsAssetReference", type: "string", assetTypes: ["com.apple.asset.credential.userpassword"] },
          {
            key: "IdentityAssetReference",
            type: "string",
            assetTypes: [
              "com.apple.asset.credential.acme",
              "com.apple.asset.credential.identity",
              "com.apple.asset.credential.scep",
            ],
          },
        ],
      },
      {
        key: "Filter",
        type: "dictionary",
        keys: [
          {
            key: "Grade",
            type: "string",
            systems: { iOS: false, visionOS: false },
            values: ["firewall", "inspector"],
            default: "firewall",
          },
          {
            key: "Browsers",
            type: "dictionary",
            systems: { macOS: false },
            keys: [{ key: "Enabled", type: "boolean", required: true }],
          },
          {
            key: "Sockets",
            type: "dictionary",
            keys: [
              { key: "Enabled", type: "boolean", required: true },
              { key: "ProviderComposedIdentifier", type: "string" },
            ],
          },
          {
            key: "Packets",
            type: "dictionary",
            systems: { iOS: false, visionOS: false },
            keys: [
              { key: "Enabled", type: "boolean", required: true },
              { key: "ProviderComposedIdentifier", type: "string" },
            ],
          },
          {
            key: "URLs",
            type: "dictionary",
            systems: { visionOS: false },
            keys: [
              { key: "Enabled", type: "boolean", required: true },
              {
                key: "Parameters",
                type: "dictionary",
                keys: [
                  { key: "ProviderComposedIdentifier", type: "string", required: true },
                  {
                    key: "PIR",
                    type: "dictionary",
                    required: true,
                    keys: [
                      { key: "ServerURL", type: "string", required: true },
                      { key: "PrivacyPassIssuerURL", type: "string", required: true },
                      {
                        key: "AuthenticationTokenAssetReference",
                        type: "string",
                        assetTypes: ["com.apple.asset.credential.userpassword"],
                      },
                    ],
                  },
                  { key: "FailClosed", type: "boolean", default: false },
                  { key: "PrefilterFetchFrequency", type: "integer", range: { min: 2700 }, default: 86400 },
                ],
              },
            ],
          },
        ],
      },
    ],
  },
  "com.apple.management.organization-info": {
    kind: "management",
    systems: {
      iOS: { introduced: "15.0" },
      macOS: { introduced: "13.0" },
      tvOS: { introduced: "16.0" },
      visionOS: { introduced: "1.1" },
      watchOS: { introduced: "10.0" },
    },
    keys: [
      { key: "Name", type: "string", required: true },
      { key: "Email", type: "string" },
      { key: "URL", type: "string" },
      { key: "Proof", type: "dictionary", keys: [{ key: "IdentityToken", type: "string" }] },
    ],
  },
  "com.apple.management.properties": {
    kind: "management",
    systems: {
      iOS: { introduced: "16.0" },
      macOS: { introduced: "13.0" },
      tvOS: { introduced: "16.0" },
      visionOS: { introduced: "1.1" },
      watchOS: { introduced: "10.0" },
    },
    keys: [{ key: "ANY", type: "any" }],
  },
  "com.apple.management.server-capabilities": {
    kind: "management",
    systems: {
      iOS: { introduced: "15.0" },
      macOS: { introduced: "13.0" },
      tvOS: { introduced: "16.0" },
      visionOS: { introduced: "1.1" },
      watchOS: { introduced: "10.0" },
    },
    keys: [
      { key: "Version", type: "string", required: true },
      { key: "SupportedFeatures", type: "dictionary", required: true, keys: [{ key: "ANY", type: "any" }] },
    ],
  },
};
