/**
 * Reports: the messages that a device PUTs to its ServerURL, and the command that it gets in return.
 *
 * Promise: `parseReport` returns a report with a status of Apple's list, or throws `ProtocolError`. Everything else in
 * the message is kept as received, in `body`.
 *
 * Source: Apple, "Commands and queries" (developer.apple.com/documentation/devicemanagement/commands_and_queries).
 *
 * @module
 */

import { ProtocolError } from "./errors.ts";
import { type Ids, parseIds } from "./ids.ts";
import { buildPlist, dicts, get, int, isDict, kindOf, type Plist, type PlistDict, str, text } from "./plist.ts";
import { present } from "./present.ts";

const REPORT_STATUSES = ["Idle", "Acknowledged", "Error", "CommandFormatError", "NotNow"] as const;
export type ReportStatus = (typeof REPORT_STATUSES)[number];

/** One link of Apple's error chain, the outermost error first, with Apple's keys. */
export type ReportedError = {
  ErrorDomain: string;
  ErrorCode: number;
  LocalizedDescription?: string;
  USEnglishDescription?: string;
};

/** A device or user connected: either idle, or with the result of a command. */
export type Report = {
  ids: Ids;
  status: ReportStatus;
  /** The UUID in lower case, as PostgreSQL writes it; text that is not a UUID is unchanged. */
  commandUuid?: string;
  requestType?: string;
  errorChain?: ReportedError[];
  body: PlistDict;
  raw: Uint8Array;
  /** The reason if the bytes cannot be parsed: then it replaces the expected answer. */
  unreadable?: string;
};

/** The limit of links in an error chain; Apple's have three. */
const MAX_LINKS = 16;
const UUID = /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;
const isStatus = (text: string): text is ReportStatus => REPORT_STATUSES.some((status) => status === text);

/** Returns the report in a property list, which was read from the bytes `raw`. Throws `ProtocolError`. */
export function parseReport(body: Plist, raw: Uint8Array): Report {
  if (!isDict(body)) {
    throw new ProtocolError(`Cannot read the report: it is ${kindOf(body)}, it should be a dictionary`);
  }
  const ids = parseIds(body, "the report");
  const status = get(body, "Status");
  if (status === undefined) throw new ProtocolError('Cannot read the report: "Status" is missing');
  if (typeof status !== "string" || !isStatus(status)) {
    throw new ProtocolError(`Cannot read the report: "Status" should be one of ${REPORT_STATUSES.join(", ")}`);
  }
  return present({
    ids,
    status,
    commandUuid: commandUuidOf(text(body, "CommandUUID")),
    requestType: text(body, "RequestType") || undefined,
    errorChain: errorChain(body),
    body,
    raw,
  });
}

function commandUuidOf(given: string | undefined): string | undefined {
  const uuid = given?.trim() || undefined;
  return uuid !== undefined && UUID.test(uuid) ? uuid.toLowerCase() : uuid;
}

/**
 * The device and the command that a property list names, although it is not a report. Facts that it does not state are
 * absent.
 */
export type Traces = { deviceKey?: string; userKey?: string; commandUuid?: string };

/**
 * Returns the traces in a property list that is not a report. Throws `ProtocolError` when one of their keys is not
 * text: then it is unclear which device or command it belongs to.
 */
export function tracesOf(body: Plist): Traces {
  if (!isDict(body)) return {};
  const trace = (key: string): string | undefined => {
    const value = get(body, key);
    if (value === undefined || typeof value === "string") return value || undefined;
    throw new ProtocolError(`Cannot read the report: "${key}" is ${kindOf(value)}, it should be a string`);
  };
  const [udid, enrollmentId] = [trace("UDID"), trace("EnrollmentID")];
  const [userId, enrollmentUserId] = [trace("UserID"), trace("EnrollmentUserID")];
  return present({
    deviceKey: udid ?? enrollmentId,
    userKey: userId ?? enrollmentUserId,
    commandUuid: commandUuidOf(trace("CommandUUID")),
  });
}

/** Returns the errors of a report, also for the dictionaries inside results that carry their own ErrorChain. */
function errorChain(body: PlistDict): ReportedError[] | undefined {
  if (get(body, "ErrorChain") === undefined) return undefined;
  return dicts(body, "ErrorChain").slice(0, MAX_LINKS).map((link) =>
    present({
      ErrorDomain: text(link, "ErrorDomain") ?? "",
      ErrorCode: int(link, "ErrorCode") ?? 0,
      LocalizedDescription: text(link, "LocalizedDescription"),
      USEnglishDescription: text(link, "USEnglishDescription"),
    })
  );
}

/**
 * Returns the XML answer that hands a command to a device. `command` is its dictionary with the RequestType.
 *
 * @example
 * ```ts
 * commandPayload(crypto.randomUUID(), { RequestType: "SecurityInfo" });
 * ```
 */
export function commandPayload(uuid: string, command: PlistDict): Uint8Array<ArrayBuffer> {
  if (!str(command, "RequestType")) throw new ProtocolError('Cannot write the command: "RequestType" is missing');
  return buildPlist({ CommandUUID: uuid.toUpperCase(), Command: command });
}
