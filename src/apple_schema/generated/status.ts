/**
 * Facts about status items, of Apple's device management schema. Written by `deno task schema`: do not edit.
 *
 * @module
 */

import type { FactTable, StatusItemFacts } from "../types.ts";

export const status: FactTable<StatusItemFacts> = {
  "account.list.caldav": {
    systems: {
      iOS: {
        introduced: "16.0",
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
      {
        key: "account.list.caldav",
        type: "array",
        required: true,
        keys: [
          {
            key: "status_value",
            type: "dictionary",
            keys: [
              { key: "identifier", type: "string", required: true },
              { key: "_removed", type: "boolean", default: false },
              { key: "declaration-identifier", type: "string" },
              { key: "visible-name", type: "string" },
              { key: "hostname", type: "string" },
              { key: "port", type: "integer" },
              { key: "username", type: "string" },
              { key: "are-calendars-enabled", type: "boolean" },
              { key: "are-reminders-enabled", type: "boolean" },
            ],
          },
        ],
      },
    ],
  },
  "account.list.carddav": {
    systems: {
      iOS: {
        introduced: "16.0",
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
      {
        key: "account.list.carddav",
        type: "array",
        required: true,
        keys: [
          {
            key: "status_value",
            type: "dictionary",
            keys: [
              { key: "identifier", type: "string", required: true },
              { key: "_removed", type: "boolean", default: false },
              { key: "declaration-identifier", type: "string" },
              { key: "visible-name", type: "string" },
              { key: "hostname", type: "string" },
              { key: "port", type: "integer" },
              { key: "username", type: "string" },
            ],
          },
        ],
      },
    ],
  },
  "account.list.exchange": {
    systems: {
      iOS: {
        introduced: "16.0",
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
      {
        key: "account.list.exchange",
        type: "array",
        required: true,
        keys: [
          {
            key: "status_value",
            type: "dictionary",
            keys: [
              { key: "identifier", type: "string", required: true },
              { key: "_removed", type: "boolean", default: false },
              { key: "declaration-identifier", type: "string" },
              { key: "visible-name", type: "string" },
              { key: "hostname", type: "string" },
              { key: "port", type: "integer" },
              { key: "username", type: "string" },
              { key: "is-mail-enabled", type: "boolean" },
              { key: "are-calendars-enabled", type: "boolean" },
              { key: "are-contacts-enabled", type: "boolean" },
              { key: "are-notes-enabled", type: "boolean" },
              { key: "are-reminders-enabled", type: "boolean" },
            ],
          },
        ],
      },
    ],
  },
  "account.list.google": {
    systems: {
      iOS: {
        introduced: "16.0",
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
      {
        key: "account.list.google",
        type: "array",
        required: true,
        keys: [
          {
            key: "status_value",
            type: "dictionary",
            keys: [
              { key: "identifier", type: "string", required: true },
              { key: "_removed", type: "boolean", default: false },
              { key: "declaration-identifier", type: "string" },
              { key: "visible-name", type: "string" },
              { key: "username", type: "string" },
              { key: "is-mail-enabled", type: "boolean" },
              { key: "are-calendars-enabled", type: "boolean" },
              { key: "are-contacts-enabled", type: "boolean" },
              { key: "are-notes-enabled", type: "boolean" },
            ],
          },
        ],
      },
    ],
  },
  "account.list.ldap": {
    systems: {
      iOS: {
        introduced: "16.0",
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
      {
        key: "account.list.ldap",
        type: "array",
        required: true,
        keys: [
          {
            key: "status_value",
            type: "dictionary",
            keys: [
              { key: "identifier", type: "string", required: true },
              { key: "_removed", type: "boolean", default: false },
              { key: "declaration-identifier", type: "string" },
              { key: "visible-name", type: "string" },
              { key: "hostname", type: "string" },
              { key: "port", type: "integer" },
              { key: "username", type: "string" },
              { key: "is-enabled", type: "boolean" },
            ],
          },
        ],
      },
    ],
  },
  "account.list.mail.incoming": {
    systems: {
      iOS: {
        introduced: "16.0",
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
      {
        key: "account.list.mail.incoming",
        type: "array",
        required: true,
        keys: [
          {
            key: "status_value",
            type: "dictionary",
            keys: [
              { key: "identifier", type: "string", required: true },
              { key: "_removed", type: "boolean", default: false },
              { key: "declaration-identifier", type: "string" },
              { key: "visible-name", type: "string" },
              { key: "hostname", type: "string" },
              { key: "port", type: "integer" },
              { key: "username", type: "string" },
              { key: "is-mail-enabled", type: "boolean" },
              { key: "are-notes-enabled", type: "boolean" },
            ],
          },
        ],
      },
    ],
  },
  "account.list.mail.outgoing": {
    systems: {
      iOS: {
        introduced: "16.0",
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
      {
        key: "account.list.mail.outgoing",
        type: "array",
        required: true,
        keys: [
          {
            key: "status_value",
            type: "dictionary",
            keys: [
              { key: "identifier", type: "string", required: true },
              { key: "_removed", type: "boolean", default: false },
              { key: "declaration-identifier", type: "string" },
              { key: "visible-name", type: "string" },
              { key: "hostname", type: "string" },
              { key: "port", type: "integer" },
              { key: "username", type: "string" },
            ],
          },
        ],
      },
    ],
  },
  "account.list.subscribed-calendar": {
    systems: {
      iOS: {
        introduced: "16.0",
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
      {
        key: "account.list.subscribed-calendar",
        type: "array",
        required: true,
        keys: [
          {
            key: "status_value",
            type: "dictionary",
            keys: [
              { key: "identifier", type: "string", required: true },
              { key: "_removed", type: "boolean", default: false },
              { key: "declaration-identifier", type: "string" },
              { key: "visible-name", type: "string" },
              { key: "calendar-url", type: "string" },
              { key: "username", type: "string" },
              { key: "is-enabled", type: "boolean" },
            ],
          },
        ],
      },
    ],
  },
  "app.managed.list": {
    beta: true,
    systems: {
      iOS: {
        introduced: "17.2",
        enrollments: ["supervised", "device", "user"],
        scopes: ["system"],
        sharedIpad: { scopes: ["system"] },
      },
      macOS: false,
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [
      {
        key: "app.managed.list",
        type: "array",
        required: true,
        keys: [
          {
            key: "status_value",
            type: "dictionary",
            keys: [
              { key: "identifier", type: "string", required: true },
              { key: "_removed", type: "boolean", default: false },
              { key: "declaration-identifier", type: "string" },
              { key: "name", type: "string" },
              { key: "external-version-id", type: "integer" },
              { key: "version", type: "string" },
              { key: "short-version", type: "string" },
              {
                key: "state",
                type: "string",
                values: [
                  "optional",
                  "queued",
                  "prompting-for-consent",
                  "prompting-for-login",
                  "prompting-for-management",
                  "downloading",
                  "installing",
                  "managed",
                  "managed-but-uninstalled",
                  "failed",
                ],
              },
              {
                key: "update-state",
                type: "string",
                values: ["available", "prompting-for-update", "prompting-for-update-login", "updating", "failed"],
              },
              {
                key: "reasons",
                type: "array",
                keys: [
                  {
                    key: "_reasons",
                    type: "dictionary",
                    keys: [
                      { key: "code", type: "string", required: true },
                      { key: "description", type: "string" },
                      { key: "details", type: "dictionary", keys: [{ key: "ANY", type: "any" }] },
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
  "device.identifier.serial-number": {
    systems: {
      iOS: {
        introduced: "16.0",
        enrollments: ["supervised", "device", "local"],
        scopes: ["system"],
        sharedIpad: { scopes: ["system", "user"] },
      },
      macOS: { introduced: "13.0", enrollments: ["supervised", "local"], scopes: ["system", "user"] },
      tvOS: { introduced: "16.0", enrollments: ["supervised", "device", "local"], scopes: ["system"] },
      visionOS: { introduced: "1.1", enrollments: ["supervised", "device", "local"], scopes: ["system"] },
      watchOS: { introduced: "10.0", enrollments: ["supervised", "local"], scopes: ["system"] },
    },
    keys: [{ key: "device.identifier.serial-number", type: "string", required: true }],
  },
  "device.identifier.udid": {
    systems: {
      iOS: {
        introduced: "16.0",
        enrollments: ["supervised", "device", "local"],
        scopes: ["system"],
        sharedIpad: { scopes: ["system", "user"] },
      },
      macOS: { introduced: "13.0", enrollments: ["supervised", "local"], scopes: ["system", "user"] },
      tvOS: { introduced: "16.0", enrollments: ["supervised", "device", "local"], scopes: ["system"] },
      visionOS: { introduced: "1.1", enrollments: ["supervised", "device", "local"], scopes: ["system"] },
      watchOS: { introduced: "10.0", enrollments: ["supervised", "local"], scopes: ["system"] },
    },
    keys: [{ key: "device.identifier.udid", type: "string", required: true }],
  },
  "device.model.family": {
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
    keys: [{ key: "device.model.family", type: "string", required: true }],
  },
  "device.model.identifier": {
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
    keys: [{ key: "device.model.identifier", type: "string", required: true }],
  },
  "device.model.marketing-name": {
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
    keys: [{ key: "device.model.marketing-name", type: "string", required: true }],
  },
  "device.model.number": {
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
    keys: [{ key: "device.model.number", type: "string", required: true }],
  },
  "device.operating-system.build-version": {
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
    keys: [{ key: "device.operating-system.build-version", type: "string", required: true }],
  },
  "device.operating-system.family": {
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
    keys: [{ key: "device.operating-system.family", type: "string", required: true }],
  },
  "device.operating-system.marketing-name": {
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
    keys: [{ key: "device.operating-system.marketing-name", type: "string", required: true }],
  },
  "device.operating-system.supplemental.build-version": {
    systems: {
      iOS: {
        introduced: "16.1",
        enrollments: ["supervised", "device", "user", "local"],
        scopes: ["system"],
        sharedIpad: { scopes: ["system", "user"] },
      },
      macOS: { introduced: "13.0", enrollments: ["supervised", "user", "local"], scopes: ["system", "user"] },
      tvOS: { introduced: "16.1", enrollments: ["supervised", "device", "local"], scopes: ["system"] },
      visionOS: { introduced: "1.1", enrollments: ["supervised", "device", "user", "local"], scopes: ["system"] },
      watchOS: { introduced: "10.0", enrollments: ["supervised", "local"], scopes: ["system"] },
    },
    keys: [{ key: "device.operating-system.supplemental.build-version", type: "string", required: true }],
  },
  "device.operating-system.supplemental.extra-version": {
    systems: {
      iOS: {
        introduced: "16.1",
        enrollments: ["supervised", "device", "user", "local"],
        scopes: ["system"],
        sharedIpad: { scopes: ["system", "user"] },
      },
      macOS: { introduced: "13.0", enrollments: ["supervised", "user", "local"], scopes: ["system", "user"] },
      tvOS: { introduced: "16.1", enrollments: ["supervised", "device", "local"], scopes: ["system"] },
      visionOS: { introduced: "1.1", enrollments: ["supervised", "device", "user", "local"], scopes: ["system"] },
      watchOS: { introduced: "10.0", enrollments: ["supervised", "local"], scopes: ["system"] },
    },
    keys: [{ key: "device.operating-system.supplemental.extra-version", type: "string", required: true }],
  },
  "device.operating-system.version": {
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
    keys: [{ key: "device.operating-system.version", type: "string", required: true }],
  },
  "device.power.battery-health": {
    systems: {
      iOS: {
        introduced: "17.0",
        enrollments: ["supervised", "device", "local"],
        scopes: ["system"],
        sharedIpad: { scopes: ["system"] },
      },
      macOS: { introduced: "14.4", enrollments: ["supervised", "local"], scopes: ["system"] },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [
      {
        key: "device.power.battery-health",
        type: "string",
        required: true,
        values: ["non-genuine", "normal", "service-recommended", "unknown", "unsupported"],
      },
    ],
  },
  "diskmanagement.filevault.enabled": {
    systems: {
      iOS: false,
      macOS: { introduced: "14.0", enrollments: ["supervised", "local"], scopes: ["system"] },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [{ key: "diskmanagement.filevault.enabled", type: "boolean", required: true }],
  },
  "management.client-capabilities": {
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
        key: "management.client-capabilities",
        type: "dictionary",
        required: true,
        keys: [
          {
            key: "supported-versions",
            type: "array",
            required: true,
            keys: [{ key: "_supported-versions", type: "string" }],
          },
          { key: "supported-features", type: "dictionary", required: true, keys: [{ key: "ANY", type: "any" }] },
          {
            key: "supported-payloads",
            type: "dictionary",
            required: true,
            keys: [
              {
                key: "declarations",
                type: "dictionary",
                required: true,
                keys: [
                  { key: "activations", type: "array", keys: [{ key: "_activations", type: "string" }] },
                  { key: "assets", type: "array", keys: [{ key: "_assets", type: "string" }] },
                  { key: "configurations", type: "array", keys: [{ key: "_configurations", type: "string" }] },
                  { key: "management", type: "array", keys: [{ key: "_management", type: "string" }] },
                ],
              },
              { key: "status-items", type: "array", required: true, keys: [{ key: "_status_items", type: "string" }] },
            ],
          },
        ],
      },
    ],
  },
  "management.declarations": {
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
    shapes: {
      Declaration: [
        { key: "identifier", type: "string", required: true },
        { key: "server-token", type: "string", required: true },
        { key: "active", type: "boolean", required: true },
        { key: "valid", type: "string", required: true, values: ["unknown", "invalid", "valid"] },
        {
          key: "reasons",
          type: "array",
          keys: [
            {
              key: "_reasons",
              type: "dictionary",
              keys: [
                { key: "code", type: "string", required: true },
                { key: "description", type: "string" },
                { key: "details", type: "dictionary", keys: [{ key: "ANY", type: "any" }] },
              ],
            },
          ],
        },
      ],
    },
    keys: [
      {
        key: "management.declarations",
        type: "dictionary",
        required: true,
        keys: [
          {
            key: "activations",
            type: "array",
            required: true,
            keys: [{ key: "_activations", type: "dictionary", shape: "Declaration" }],
          },
          {
            key: "configurations",
            type: "array",
            required: true,
            keys: [{ key: "_configurations", type: "dictionary", shape: "Declaration" }],
          },
          {
            key: "assets",
            type: "array",
            required: true,
            keys: [{ key: "_assets", type: "dictionary", shape: "Declaration" }],
          },
          {
            key: "management",
            type: "array",
            required: true,
            keys: [{ key: "_management", type: "dictionary", shape: "Declaration" }],
          },
        ],
      },
    ],
  },
  "mdm.app": {
    systems: {
      iOS: {
        introduced: "16.0",
        enrollments: ["supervised", "device", "user"],
        scopes: ["system"],
        sharedIpad: { scopes: ["system", "user"] },
      },
      macOS: false,
      tvOS: { introduced: "16.0", enrollments: ["supervised", "device"], scopes: ["system"] },
      visionOS: { introduced: "1.1", enrollments: ["supervised", "device", "user"], scopes: ["system"] },
      watchOS: { introduced: "10.0", enrollments: ["supervised"], scopes: ["system"] },
    },
    keys: [
      {
        key: "mdm.app",
        type: "array",
        required: true,
        keys: [
          {
            key: "status_value",
            type: "dictionary",
            keys: [
              { key: "identifier", type: "string", required: true },
              { key: "_removed", type: "boolean", default: false },
              { key: "name", type: "string" },
              { key: "external-version-id", type: "string" },
              { key: "version", type: "string" },
              { key: "short-version", type: "string" },
              {
                key: "state",
                type: "string",
                values: [
                  "queued",
                  "needs-redemption",
                  "redeeming",
                  "prompting",
                  "prompting-for-login",
                  "validating-purchase",
                  "prompting-for-update",
                  "prompting-for-update-login",
                  "prompting-for-management",
                  "validating-update",
                  "updating",
                  "installing",
                  "managed",
                  "managed-but-uninstalled",
                  "unknown",
                  "user-installed-app",
                  "user-rejected",
                  "update-rejected",
                  "management-rejected",
                  "failed",
                ],
              },
            ],
          },
        ],
      },
    ],
  },
  "passcode.is-compliant": {
    systems: {
      iOS: {
        introduced: "16.0",
        enrollments: ["supervised", "device", "user", "local"],
        scopes: ["system"],
        sharedIpad: { scopes: ["system", "user"] },
      },
      macOS: false,
      tvOS: false,
      visionOS: { introduced: "1.1", enrollments: ["supervised", "device", "user", "local"], scopes: ["system"] },
      watchOS: { introduced: "10.0", enrollments: ["supervised", "local"], scopes: ["system"] },
    },
    keys: [{ key: "passcode.is-compliant", type: "boolean", required: true }],
  },
  "passcode.is-present": {
    systems: {
      iOS: {
        introduced: "16.0",
        enrollments: ["supervised", "device", "user", "local"],
        scopes: ["system"],
        sharedIpad: { scopes: ["system", "user"] },
      },
      macOS: false,
      tvOS: false,
      visionOS: { introduced: "1.1", enrollments: ["supervised", "device", "user", "local"], scopes: ["system"] },
      watchOS: { introduced: "10.0", enrollments: ["supervised", "local"], scopes: ["system"] },
    },
    keys: [{ key: "passcode.is-present", type: "boolean", required: true }],
  },
  "screensharing.connection.group.unresolved-connection": {
    systems: {
      iOS: false,
      macOS: { introduced: "14.1", enrollments: ["supervised", "user", "local"], scopes: ["system", "user"] },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [
      {
        key: "screensharing.connection.group.unresolved-connection",
        type: "array",
        required: true,
        keys: [
          {
            key: "unresolved_group",
            type: "dictionary",
            keys: [
              { key: "identifier", type: "string", required: true },
              { key: "_removed", type: "boolean", default: false },
              { key: "unresolved_connections", type: "array", keys: [{ key: "ConnectionUUID", type: "string" }] },
            ],
          },
        ],
      },
    ],
  },
  "security.certificate.list": {
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
        key: "security.certificate.list",
        type: "array",
        required: true,
        keys: [
          {
            key: "status_value",
            type: "dictionary",
            keys: [
              { key: "identifier", type: "string", required: true },
              { key: "_removed", type: "boolean", default: false },
              { key: "declaration-identifier", type: "string" },
              { key: "subject-summary", type: "string", required: true },
              { key: "is-identity", type: "boolean", required: true },
              { key: "data", type: "data", required: true },
            ],
          },
        ],
      },
    ],
  },
  "services.background-task": {
    systems: {
      iOS: false,
      macOS: { introduced: "14.0", enrollments: ["supervised", "local"], scopes: ["system"] },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [
      {
        key: "services.background-task",
        type: "array",
        required: true,
        keys: [
          {
            key: "status_value",
            type: "dictionary",
            keys: [
              { key: "identifier", type: "string", required: true },
              { key: "_removed", type: "boolean", default: false },
              { key: "code-signature", type: "string" },
              { key: "uid", type: "integer", required: true },
              { key: "path", type: "string", required: true },
              {
                key: "state",
                type: "string",
                required: true,
                values: ["not-registered", "enabled", "requires-approval", "not-found"],
              },
              {
                key: "type",
                type: "string",
                required: true,
                values: ["daemon", "agent", "login-item", "app", "user-item"],
              },
              {
                key: "launchd",
                type: "dictionary",
                keys: [
                  { key: "label", type: "string", required: true },
                  { key: "program", type: "string", required: true },
                  {
                    key: "program-arguments",
                    type: "array",
                    keys: [{ key: "program-arguments-item", type: "string" }],
                  },
                  { key: "checksum", type: "string", required: true },
                  {
                    key: "device-management",
                    type: "dictionary",
                    systems: { macOS: { introduced: "15.0" } },
                    keys: [
                      { key: "configuration-identifier", type: "string", required: true },
                      { key: "asset-identifier", type: "string", required: true },
                      { key: "asset-server-token", type: "string", required: true },
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
  "softwareupdate.beta-enrollment": {
    systems: {
      iOS: {
        introduced: "18.0",
        enrollments: ["supervised", "device"],
        scopes: ["system"],
        sharedIpad: { scopes: ["system"] },
      },
      macOS: { introduced: "15.0", enrollments: ["supervised"], scopes: ["system"] },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [{ key: "softwareupdate.beta-enrollment", type: "string", required: true }],
  },
  "softwareupdate.device-id": {
    systems: {
      iOS: {
        introduced: "18.0",
        enrollments: ["supervised", "device"],
        scopes: ["system"],
        sharedIpad: { scopes: ["system"] },
      },
      macOS: { introduced: "15.0", enrollments: ["supervised"], scopes: ["system"] },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [{ key: "softwareupdate.device-id", type: "string", required: true }],
  },
  "softwareupdate.failure-reason": {
    systems: {
      iOS: {
        introduced: "17.0",
        enrollments: ["supervised", "device"],
        scopes: ["system"],
        sharedIpad: { scopes: ["system"] },
      },
      macOS: { introduced: "14.0", enrollments: ["supervised"], scopes: ["system"] },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [
      {
        key: "softwareupdate.failure-reason",
        type: "dictionary",
        required: true,
        keys: [
          { key: "count", type: "integer", required: true },
          { key: "reason", type: "string" },
          { key: "timestamp", type: "string" },
        ],
      },
    ],
  },
  "softwareupdate.install-reason": {
    systems: {
      iOS: {
        introduced: "17.0",
        enrollments: ["supervised", "device"],
        scopes: ["system"],
        sharedIpad: { scopes: ["system"] },
      },
      macOS: { introduced: "14.0", enrollments: ["supervised"], scopes: ["system"] },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [
      {
        key: "softwareupdate.install-reason",
        type: "dictionary",
        required: true,
        keys: [
          {
            key: "reason",
            type: "array",
            required: true,
            keys: [
              {
                key: "softwareupdate-reason",
                type: "string",
                required: true,
                values: [
                  "system-settings",
                  "install-tonight",
                  "auto-update",
                  "notification",
                  "setup-assistant",
                  "command-line",
                  "mdm",
                  "declaration",
                ],
              },
            ],
          },
          { key: "declaration-id", type: "string" },
        ],
      },
    ],
  },
  "softwareupdate.install-state": {
    systems: {
      iOS: {
        introduced: "17.0",
        enrollments: ["supervised", "device"],
        scopes: ["system"],
        sharedIpad: { scopes: ["system"] },
      },
      macOS: { introduced: "14.0", enrollments: ["supervised"], scopes: ["system"] },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [
      {
        key: "softwareupdate.install-state",
        type: "string",
        required: true,
        values: ["none", "downloading", "prepared", "installing", "failed"],
      },
    ],
  },
  "softwareupdate.pending-version": {
    systems: {
      iOS: {
        introduced: "17.0",
        enrollments: ["supervised", "device"],
        scopes: ["system"],
        sharedIpad: { scopes: ["system"] },
      },
      macOS: { introduced: "14.0", enrollments: ["supervised"], scopes: ["system"] },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
    keys: [
      {
        key: "softwareupdate.pending-version",
        type: "dictionary",
        required: true,
        keys: [
          { key: "os-version", type: "string", required: true },
          { key: "build-version", type: "string", required: true },
        ],
      },
    ],
  },
  "test.array-value": {
    systems: {
      iOS: {
        introduced: "16.0",
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
      {
        key: "test.array-value",
        type: "array",
        required: true,
        keys: [
          {
            key: "status_value",
            type: "dictionary",
            keys: [{ key: "key1", type: "string", required: true }, { key: "key2", type: "string" }],
          },
        ],
      },
    ],
  },
  "test.boolean-value": {
    systems: {
      iOS: {
        introduced: "16.0",
        enrollments: ["supervised", "device", "user", "local"],
        scopes: ["system"],
        sharedIpad: { scopes: ["system", "user"] },
      },
      macOS: { introduced: "13.0", enrollments: ["supervised", "user", "local"], scopes: ["system", "user"] },
      tvOS: { introduced: "16.0", enrollments: ["supervised", "device", "local"], scopes: ["system"] },
      visionOS: { introduced: "1.1", enrollments: ["supervised", "device", "user", "local"], scopes: ["system"] },
      watchOS: { introduced: "10.0", enrollments: ["supervised", "local"], scopes: ["system"] },
    },
    keys: [{ key: "test.boolean-value", type: "boolean", required: true }],
  },
  "test.dictionary-value": {
    systems: {
      iOS: {
        introduced: "16.0",
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
      {
        key: "test.dictionary-value",
        type: "dictionary",
        required: true,
        keys: [{ key: "key1", type: "string", required: true }, { key: "key2", type: "string" }],
      },
    ],
  },
  "test.error-value": {
    systems: {
      iOS: {
        introduced: "16.0",
        enrollments: ["supervised", "device", "user", "local"],
        scopes: ["system"],
        sharedIpad: { scopes: ["system", "user"] },
      },
      macOS: { introduced: "13.0", enrollments: ["supervised", "user", "local"], scopes: ["system", "user"] },
      tvOS: { introduced: "16.0", enrollments: ["supervised", "device", "local"], scopes: ["system"] },
      visionOS: { introduced: "1.1", enrollments: ["supervised", "device", "user", "local"], scopes: ["system"] },
      watchOS: { introduced: "10.0", enrollments: ["supervised", "local"], scopes: ["system"] },
    },
    keys: [{ key: "test.error-value", type: "string", required: true }],
  },
  "test.integer-value": {
    systems: {
      iOS: {
        introduced: "16.0",
        enrollments: ["supervised", "device", "user", "local"],
        scopes: ["system"],
        sharedIpad: { scopes: ["system", "user"] },
      },
      macOS: { introduced: "13.0", enrollments: ["supervised", "user", "local"], scopes: ["system", "user"] },
      tvOS: { introduced: "16.0", enrollments: ["supervised", "device", "local"], scopes: ["system"] },
      visionOS: { introduced: "1.1", enrollments: ["supervised", "device", "user", "local"], scopes: ["system"] },
      watchOS: { introduced: "10.0", enrollments: ["supervised", "local"], scopes: ["system"] },
    },
    keys: [{ key: "test.integer-value", type: "integer", required: true }],
  },
  "test.real-value": {
    systems: {
      iOS: {
        introduced: "16.0",
        enrollments: ["supervised", "device", "user", "local"],
        scopes: ["system"],
        sharedIpad: { scopes: ["system", "user"] },
      },
      macOS: { introduced: "13.0", enrollments: ["supervised", "user", "local"], scopes: ["system", "user"] },
      tvOS: { introduced: "16.0", enrollments: ["supervised", "device", "local"], scopes: ["system"] },
      visionOS: { introduced: "1.1", enrollments: ["supervised", "device", "user", "local"], scopes: ["system"] },
      watchOS: { introduced: "10.0", enrollments: ["supervised", "local"], scopes: ["system"] },
    },
    keys: [{ key: "test.real-value", type: "real", required: true }],
  },
  "test.string-value": {
    systems: {
      iOS: {
        introduced: "16.0",
        enrollments: ["supervised", "device", "user", "local"],
        scopes: ["system"],
        sharedIpad: { scopes: ["system", "user"] },
      },
      macOS: { introduced: "13.0", enrollments: ["supervised", "user", "local"], scopes: ["system", "user"] },
      tvOS: { introduced: "16.0", enrollments: ["supervised", "device", "local"], scopes: ["system"] },
      visionOS: { introduced: "1.1", enrollments: ["supervised", "device", "user", "local"], scopes: ["system"] },
      watchOS: { introduced: "10.0", enrollments: ["supervised", "local"], scopes: ["system"] },
    },
    keys: [{ key: "test.string-value", type: "string", required: true }],
  },
};
