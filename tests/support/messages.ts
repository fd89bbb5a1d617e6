/**
 * Messages of devices from their bytes, as the server reads them.
 *
 * @module
 */

import { type CheckinMessage, parseCheckin } from "../../src/protocol/checkin.ts";
import { parsePlist } from "../../src/protocol/plist.ts";
import { parseReport, type Report } from "../../src/protocol/report.ts";

/** The check-in message in these bytes. Throws `PlistError` or `ProtocolError`. */
export const checkinOf = (bytes: Uint8Array): CheckinMessage => parseCheckin(parsePlist(bytes));

/** The report in these bytes. Throws `PlistError` or `ProtocolError`. */
export const reportOf = (bytes: Uint8Array): Report => parseReport(parsePlist(bytes), bytes);
