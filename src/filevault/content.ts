/**
 * What commands about FileVault carry. It is rendered when the Mac fetches the command: no queue holds a recovery key.
 *
 * @module
 */

import { findProfileKey, takeReplyKey } from "../../db/filevault/escrow_keys.ts";
import {
  type FilevaultSubject,
  findFilevaultConfigOf,
  findFilevaultSubject,
} from "../../db/filevault/filevault_facts.ts";
import type { ChannelId } from "../../db/ids.ts";
import type { Tx } from "../../db/open.ts";
import { identifierPrefix } from "../downloads/profile_identifier.ts";
import { problem } from "../errors.ts";
import { openCurrent } from "../escrow/escrow.ts";
import { signProfile } from "../issuing/profile_signer.ts";
import { buildPlist } from "../protocol/plist.ts";
import type { Runtime } from "../runtime.ts";
import { filevaultConfigUuid } from "./config_uuid.ts";
import { KeyWanted } from "./escrow_keys.ts";
import { filevaultProfile } from "./profile.ts";

async function mustFind(tx: Tx, channelId: ChannelId): Promise<FilevaultSubject> {
  const subject = await findFilevaultSubject(tx, channelId);
  if (subject === undefined) throw problem("unavailable", "The device is no longer enrolled.");
  return subject;
}

/** Returns the signed profile of a Mac. Throws `KeyWanted`, and `unavailable` if its blueprint has no settings now. */
export async function setupContent(tx: Tx, runtime: Runtime, channelId: ChannelId) {
  const [subject, config] = [await mustFind(tx, channelId), await findFilevaultConfigOf(tx, channelId)];
  if (config === undefined) {
    throw problem("unavailable", "The blueprint of the Mac has no FileVault configuration any more.");
  }
  const key = await findProfileKey(tx, subject.deviceId, subject.enrollmentId);
  if (key === undefined) throw new KeyWanted(subject, "escrow");
  const profile = filevaultProfile(config, subject, {
    prefix: identifierPrefix(runtime.config),
    organization: runtime.config.ORGANIZATION,
    certificate: Uint8Array.from(key.certificate),
  });
  return {
    config_uuid: filevaultConfigUuid(config),
    profile: (await signProfile(runtime, buildPlist(profile))).toBase64(),
  };
}

/**
 * Returns the current recovery key of a Mac, and the certificate for the new one. Throws `KeyWanted`, and `unavailable`
 * if there is no key of the Mac.
 *
 * The attack: an enrollment that only says it is this hardware would be sent the key of the Mac's disk.
 */
export async function rotationContent(tx: Tx, runtime: Runtime, channelId: ChannelId, commandUuid: string) {
  const subject = await mustFind(tx, channelId);
  const current = subject.hardwareProven
    ? await openCurrent(tx, runtime, subject.deviceId, "filevault_prk")
    : undefined;
  if (current === undefined) {
    throw problem("unavailable", "No FileVault recovery key of this Mac is escrowed, so that it cannot be rotated.");
  }
  const key = await takeReplyKey(tx, subject.deviceId, subject.enrollmentId, commandUuid);
  if (key === undefined) throw new KeyWanted(subject, "reply");
  return {
    recovery_key: current.secret,
    reply_certificate: Uint8Array.from(key.certificate).toBase64(),
  };
}
