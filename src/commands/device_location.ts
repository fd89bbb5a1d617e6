/**
 * DeviceLocation: where a device in lost mode is.
 *
 * Promise: the location is a separate effect, which is shown once; the answer is not kept. The attack: a person who may
 * read commands follows somebody's movements without a trace.
 *
 * Source: Apple, "Device Location" (developer.apple.com/documentation/devicemanagement/device-location-command).
 *
 * @module
 */

import { type PlistDict, Real } from "../protocol/plist.ts";
import { toForeignJson } from "../protocol/plist_json.ts";
import { publishedCommand } from "./published_command.ts";

const NAME = "DeviceLocation";
const KEYS = [
  "Latitude",
  "Longitude",
  "HorizontalAccuracy",
  "VerticalAccuracy",
  "Altitude",
  "Speed",
  "Course",
  "Timestamp",
];

const isNumber = (value: unknown): boolean => typeof value === "number" || value instanceof Real;

export const deviceLocation = publishedCommand(NAME, {
  keepsResult: false,
  // Later it would be another place, that nobody has asked for.
  expiresAfter: 86_400,
  invalidFor: ({ lostMode }) =>
    lostMode === true ? null : `Cannot send ${NAME} to this device: it is not in lost mode. Turn lost mode on first`,
  onAcknowledged({ body, commandUuid }) {
    const location: PlistDict = Object.fromEntries(
      KEYS.flatMap((key) => body[key] === undefined ? [] : [[key, body[key]]]),
    );
    if (!isNumber(location["Latitude"]) || !isNumber(location["Longitude"]) || commandUuid === undefined) {
      return [{ kind: "unreadable", reason: 'The result has no "Latitude" and "Longitude"' }];
    }
    return [{ kind: "location", commandUuid, location: toForeignJson(location) }];
  },
});
