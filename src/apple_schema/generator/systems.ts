/**
 * `supportedOS` of the schema as facts.
 *
 * @module
 */

import { ENROLLMENTS, MODES, SCOPES, type SharedIpad, type Support, SYSTEMS, type Systems } from "../types.ts";
import { SchemaError } from "./error.ts";
import {
  type Entry,
  entry,
  oneOf,
  optionalChoice,
  optionalChoices,
  optionalEntry,
  optionalFlag,
  optionalText,
  present,
} from "./input.ts";

const VERSION = /^[0-9]{1,3}(\.[0-9]{1,3}){0,3}$/;

/** The keys of a system that are read, and those that are skipped: texts, access rights, and keys for setup only. */
const SYSTEM_ATTRIBUTES = {
  read: [
    "introduced",
    "deprecated",
    "removed",
    "devicechannel",
    "userchannel",
    "supervised",
    "requiresdep",
    "userapprovedmdm",
    "allowed-enrollments",
    "allowed-scopes",
    "sharedipad",
    "userenrollment",
    "multiple",
    "allowmanualinstall",
    "beta",
  ],
  passed: ["accessrights", "always-skippable"],
};

/** Returns the systems of a payload or a key; undefined if none is specified. */
export function readSystems(of: Entry, leftOut: (attribute: string) => void): Systems | undefined {
  const given = optionalEntry(of, "supportedOS");
  if (given === undefined) return undefined;
  for (const name of given.fields.keys()) oneOf(name, SYSTEMS, `${given.at}, the name of a system`);
  const systems: { -readonly [S in keyof Systems]: Systems[S] } = {};
  for (const system of SYSTEMS) {
    if (!given.fields.has(system)) continue;
    const conditions = entry(given.fields.get(system), `${given.at}, "${system}"`);
    for (const name of conditions.fields.keys()) {
      if (![...SYSTEM_ATTRIBUTES.read, ...SYSTEM_ATTRIBUTES.passed].includes(name)) leftOut(`supportedOS ${name}`);
    }
    const support = readSupport(conditions);
    if (support === false || Object.keys(support).length > 0) systems[system] = support;
  }
  return Object.keys(systems).length === 0 ? undefined : systems;
}

function readSupport(of: Entry): Support | false {
  if (of.fields.get("introduced") === "n/a") return false;
  const userEnrollment = optionalEntry(of, "userenrollment");
  return present({
    introduced: version(of, "introduced"),
    deprecated: version(of, "deprecated"),
    removed: version(of, "removed"),
    deviceChannel: optionalFlag(of, "devicechannel"),
    userChannel: optionalFlag(of, "userchannel"),
    supervised: optionalFlag(of, "supervised"),
    automatedEnrollment: optionalFlag(of, "requiresdep") || undefined,
    userApproved: optionalFlag(of, "userapprovedmdm") || undefined,
    enrollments: optionalChoices(of, "allowed-enrollments", ENROLLMENTS),
    scopes: optionalChoices(of, "allowed-scopes", SCOPES),
    sharedIpad: sharedIpad(of),
    userEnrollment: userEnrollment && optionalChoice(userEnrollment, "mode", MODES),
    multiple: optionalFlag(of, "multiple"),
    manualInstall: optionalFlag(of, "allowmanualinstall"),
    beta: optionalFlag(of, "beta") || undefined,
  });
}

function sharedIpad(of: Entry): SharedIpad | undefined {
  const given = optionalEntry(of, "sharedipad");
  return given && present({
    mode: optionalChoice(given, "mode", MODES),
    deviceChannel: optionalFlag(given, "devicechannel"),
    userChannel: optionalFlag(given, "userchannel"),
    scopes: optionalChoices(given, "allowed-scopes", SCOPES),
  });
}

function version(of: Entry, name: string): string | undefined {
  // A version without quotes is a number to YAML, and 13.10 would be 13.1.
  if (typeof of.fields.get(name) === "number") {
    throw new SchemaError(`Cannot read ${of.at}: "${name}" is a number, it should be a version in quotes`);
  }
  const value = optionalText(of, name);
  // Always available: the meaning of no version.
  if (name === "introduced" && value === "all") return undefined;
  if (value !== undefined && !VERSION.test(value)) {
    throw new SchemaError(`Cannot read ${of.at}: "${name}" is "${value.slice(0, 40)}", it should be a version`);
  }
  return value;
}
