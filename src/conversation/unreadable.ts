/**
 * Messages that arrive in place of a report, and are not reports.
 *
 * @module
 */

import { findPinned } from "../../db/enrollment/identities.ts";
import { findOutstanding } from "../../db/work/commands.ts";
import { type Problem, problem } from "../errors.ts";
import type { Caller } from "../events/by.ts";
import { alertAndThrow } from "../identity/alert.ts";
import type { Certificate } from "../pki/certificate.ts";
import { ProtocolError } from "../protocol/errors.ts";
import type { Plist, PlistError } from "../protocol/plist.ts";
import { type Traces, tracesOf } from "../protocol/report.ts";
import type { Runtime } from "../runtime.ts";
import { handleConnect, identifyUnknown } from "./connect.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The bytes, the property list in them where they are one, and why it is no report. */
export type UnreadableReport = { raw: Uint8Array; list?: Plist; error: PlistError | ProtocolError };

/**
 * Answers a report that cannot be read: the command that was outstanding is finished with the reason and the bytes, so
 * that its next offer is not answered the same way. The device, the channel and the command are those that the message
 * names, and without names those of its identity's device channel. A report never ends another device's command.
 *
 * Throws `device-bad-request` when no such command is outstanding, and `device-not-identified` for another device's
 * UDID.
 */
export async function handleUnreadable(
  runtime: Runtime,
  by: Caller,
  sender: Certificate,
  { raw, list, error }: UnreadableReport,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const refuse = (reason: string) => problem("device-bad-request", undefined, { reason }, error);
  const { deviceKey, userKey = "", commandUuid } = tracesOrRefuse(list, refuse);
  if (deviceKey !== undefined) {
    await runtime.sql.begin((tx) => identifyUnknown({ tx, runtime, sender }, deviceKey))
      .catch((refusal) => alertAndThrow(runtime, by, refusal));
  }
  const pinned = await findPinned(runtime.sql, sender.fingerprint);
  if (pinned === undefined || (commandUuid !== undefined && !UUID.test(commandUuid))) throw refuse(error.message);
  const uuid = await findOutstanding(runtime.sql, { enrollmentId: pinned.enrollmentId, userKey }, commandUuid);
  if (uuid === undefined) throw refuse(error.message);
  runtime.log.warn("Cannot read a report: the command that was sent is finished", {
    command: uuid,
    serialNumber: pinned.serialNumber,
    reason: error.message,
  });
  const sentence = `The device's report cannot be read: ${error.message}`;
  return await handleConnect(runtime, by, sender, {
    ids: {
      udid: pinned.udid,
      deviceKey: pinned.udid,
      ...(userKey === "" ? { channel: "Device" } : { channel: "User", userKey }),
    },
    status: "Error",
    commandUuid: uuid,
    errorChain: [{
      ErrorDomain: "Espalier",
      ErrorCode: 2,
      LocalizedDescription: sentence,
      USEnglishDescription: sentence,
    }],
    body: {},
    raw,
    unreadable: error.message,
  });
}

function tracesOrRefuse(list: Plist | undefined, refuse: (reason: string) => Problem): Traces {
  try {
    return list === undefined ? {} : tracesOf(list);
  } catch (error) {
    if (error instanceof ProtocolError) throw refuse(error.message);
    throw error;
  }
}
