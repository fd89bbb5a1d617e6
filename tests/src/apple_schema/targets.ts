/**
 * Targets for the tests of the schema.
 *
 * @module
 */

import type { SchemaTarget } from "../../../src/apple_schema/target.ts";

export const mac: SchemaTarget = {
  channel: "Device",
  platform: "macOS",
  osVersion: "26.1",
  supervised: true,
  userEnrollment: false,
};
export const macUser: SchemaTarget = { ...mac, channel: "User" };
export const iphone: SchemaTarget = { ...mac, platform: "iOS", supervised: false };
export const ipad: SchemaTarget = { ...mac, platform: "iPadOS" };
export const ipadUser: SchemaTarget = { ...ipad, channel: "User" };
export const tv: SchemaTarget = { ...mac, platform: "tvOS" };
export const byodIphone: SchemaTarget = { ...iphone, supervised: null, userEnrollment: true };
export const unknown: SchemaTarget = {
  channel: "Device",
  platform: null,
  osVersion: "",
  supervised: null,
  userEnrollment: null,
};
