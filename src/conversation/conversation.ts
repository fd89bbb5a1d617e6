/**
 * The state shared by the functions of one conversation with a device.
 *
 * @module
 */

import type { IdentifiedRow } from "../../db/enrollment/identities.ts";
import type { ChannelId } from "../../db/ids.ts";
import type { Statement, Tx } from "../../db/open.ts";
import type { ArtifactOwner } from "../blueprints/record_observations.ts";
import type { CommandTarget } from "../commands/command.ts";
import type { Caller } from "../events/by.ts";
import type { Certificate } from "../pki/certificate.ts";
import type { Runtime } from "../runtime.ts";

/** The channel of the conversation, with its enrollment and device. `userKey` is "" for the device itself. */
export type Owner = Pick<IdentifiedRow, "enrollmentId" | "deviceId" | "udid" | "serialNumber" | "sessionId"> & {
  channelId: ChannelId;
  userKey: string;
};

/** The transaction of one message and its answer. `now` is read when it has begun, for a report when its channel is locked. */
type Exchanged = { tx: Tx; runtime: Runtime; by: Caller; now: Date };

/** A message of a verified sender. `last` is written together with the commit, `afterwards` is done behind it. */
export type Exchange = Exchanged & { sender: Certificate; last: Statement[]; afterwards: (() => void)[] };

/** A message of a known channel. */
export type Conversation = Exchanged & { owner: Owner };

/** A conversation with the known facts of the device, which decide the validity of commands. */
export type TargetedConversation = Conversation & {
  target: CommandTarget;
  /** The command that the device answers. */
  command?: { requestType: string; uuid: string };
};

/** How a conversation went on: a command for the device, nothing, the end of its management; or the sender is not known. */
export type Outcome = Uint8Array<ArrayBuffer> | null | "released" | "ended" | "unknown";

/** Returns the owner of artifacts in a conversation. */
export const artifactOwnerOf = (
  { owner, target }: Pick<TargetedConversation, "owner" | "target">,
): ArtifactOwner => ({ ...owner, osVersion: target.osVersion });
