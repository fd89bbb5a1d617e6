/**
 * The requests of declarative management: the token, the list, each declaration; and reports.
 *
 * A device may fetch a declaration minutes after the list, when others are in scope: it gets the announced one.
 *
 * Source: Apple, "Integrating declarative management" (developer.apple.com/documentation/devicemanagement).
 *
 * @module
 */

import type { IdentifiedRow } from "../../db/enrollment/identities.ts";
import type { ChannelId } from "../../db/ids.ts";
import type { Json } from "../../db/open.ts";
import {
  type Advertised,
  confirmPreparedList,
  findChannelPlan,
  findPreparedList,
  recordAdvertised,
  recordTold,
  wakeChannel,
} from "../../db/work/channel_plans.ts";
import { findChannel, lockChannels } from "../../db/work/channels.ts";
import { syncTokens } from "../commands/declarative_management.ts";
import { declarationOf, failedConfiguration } from "../declarations/content.ts";
import { readStatusReport } from "../declarations/report.ts";
import type { DeclarationSet, Section } from "../declarations/set.ts";
import { problem } from "../errors.ts";
import type { Caller } from "../events/by.ts";
import type { Certificate } from "../pki/certificate.ts";
import type { Runtime } from "../runtime.ts";
import { follow } from "../planner/follow.ts";
import { loadFacts } from "../planner/load.ts";
import { situate } from "../planner/situation.ts";
import type { DeclarativeManagement } from "../protocol/checkin.ts";
import { ExpansionError } from "../variables/expansion_error.ts";
import { checkinEvent } from "./checkin_event.ts";
import type { Exchange } from "./conversation.ts";
import { mustServe } from "./must_serve.ts";
import { type NotKept, takeStatusReport } from "./status_report.ts";

const SECTIONS: Readonly<Record<string, Section>> = {
  activation: "Activations",
  asset: "Assets",
  configuration: "Configurations",
  management: "Management",
};

/**
 * Returns the content of an identifier, stored with the device so that a later fetch gets the announced declaration.
 */
function advertisedOf({ items }: DeclarationSet): Advertised {
  return Object.fromEntries(items.map((item) => [item.identifier, {
    section: item.section,
    serverToken: item.serverToken,
    ...("builtIn" in item ? { builtIn: item.builtIn } : { version: item.artifact.versionId }),
  }]));
}

/** Returns the list of a set, as Apple's DeclarationItemsResponse. */
function declarationItems({ items, token }: DeclarationSet): Json {
  const of = (section: Section) =>
    items.filter((item) => item.section === section)
      .map(({ identifier, serverToken }) => ({ Identifier: identifier, ServerToken: serverToken }))
      .sort((one, other) => (one.Identifier < other.Identifier ? -1 : 1));
  return {
    Declarations: {
      Activations: of("Activations"),
      Assets: of("Assets"),
      Configurations: of("Configurations"),
      Management: of("Management"),
    },
    DeclarationsToken: token,
  };
}

/** Returns the answer to a request for the token. */
const tokensAt = (token: string, now: Date): Json =>
  syncTokens({ token, timestamp: `${now.toISOString().slice(0, 19)}Z` });

/** Returns the prepared answer to a request for the token or the list; undefined if it needs a plan. */
export async function servePrepared(
  runtime: Runtime,
  by: Caller,
  sender: Certificate,
  message: DeclarativeManagement,
): Promise<Json | undefined> {
  const { endpoint, ids } = message;
  if (endpoint !== "tokens" && endpoint !== "declaration-items") return undefined;
  const now = runtime.clock.now();
  const of = { fingerprint: sender.fingerprint, udid: ids.deviceKey, userKey: ids.userKey ?? "" };
  const found = await findPreparedList(runtime.sql, of, now);
  if (found === undefined) return undefined;
  runtime.routine.record(by, checkinEvent(found, message, { status: "success", endpoint }));
  return endpoint === "tokens" ? tokensAt(found.token, now) : found.items;
}

/** The answer to a message: JSON, or null for an empty answer; and any problems of the message. */
export type Served = { json: Json; reason?: string };

/** Names of items that a reason lists. */
const NAMED = 10;

/** Returns the part of an event about a report that is not stored completely. */
function reasonsOf({ refused, historyUsedUp }: NotKept): string[] {
  const more = refused.length > NAMED ? ` and ${refused.length - NAMED} more` : "";
  return [
    ...(refused.length === 0 ? [] : [`too large to be kept: ${refused.slice(0, NAMED).join(", ")}${more}`]),
    ...(historyUsedUp
      ? ["the status items changed so often that the history keeps no more of their changes today"]
      : []),
  ];
}

/**
 * Answers a message; `known` is its channel, if it was found with the enrollment. Throws `declaration-unknown`,
 * `device-not-identified`, `device-bad-request`.
 */
export async function serveDeclarations(
  exchange: Exchange,
  enrollment: IdentifiedRow,
  known: ChannelId | undefined,
  message: DeclarativeManagement,
): Promise<Served> {
  const { tx, runtime, now, last } = exchange;
  // The attack: a stolen device that was blocked continues to fetch content that it should no longer have.
  if (enrollment.blockedAt !== null) throw problem("device-blocked", undefined, { reason: "Device blocked" });
  const channelId = known ?? await findChannel(tx, enrollment.enrollmentId, message.ids.userKey ?? "");
  if (channelId === undefined) {
    throw problem("device-not-identified", undefined, {
      reason: `the enrolled device has no user "${message.ids.userKey}"`,
    });
  }
  const { endpoint } = message;
  if (endpoint === "status") {
    const owner = { ...enrollment, channelId, userKey: message.ids.userKey ?? "" };
    const notKept = await takeStatusReport({ ...exchange, owner }, last, readStatusReport(message.data));
    const reasons = reasonsOf(notKept);
    return { json: null, ...(reasons.length === 0 ? {} : { reason: reasons.join("; ") }) };
  }
  if (endpoint === "tokens" || endpoint === "declaration-items") {
    const [, facts] = await Promise.all([lockChannels(tx, [channelId]), loadFacts(tx, runtime, channelId)]);
    mustServe(facts);
    const situation = situate(facts, now);
    const { declarations } = situation;
    // Artifacts delivered by command are still pending. A channel that was never planned connects by itself.
    if (await follow(tx, channelId, facts, situation, now) && facts.desiredDigest !== null) {
      await wakeChannel(tx, channelId, now);
    }
    if (endpoint === "tokens") {
      last.push(recordTold(tx, channelId, declarations.token, now));
      // The token is that of the list: the list of an earlier revision is still right.
      if (facts.preparedToken === declarations.token) last.push(confirmPreparedList(tx, channelId, facts.revision));
      return { json: tokensAt(declarations.token, now) };
    }
    const items = declarationItems(declarations);
    const prepared = { token: declarations.token, items, revision: facts.revision };
    last.push(recordAdvertised(tx, channelId, prepared, advertisedOf(declarations), now));
    return { json: items };
  }
  const [, kind = "", identifier = ""] = /^declaration\/([a-z]+)\/([^/]+)$/.exec(endpoint) ?? [];
  const section = Object.hasOwn(SECTIONS, kind) ? SECTIONS[kind] : undefined;
  if (section === undefined) {
    throw problem("device-bad-request", undefined, { reason: `unknown declarative management endpoint "${endpoint}"` });
  }
  const plan = await findChannelPlan(tx, channelId);
  const item = [plan?.advertised, plan?.advertisedBefore]
    .map((told) => (told !== undefined && Object.hasOwn(told, identifier) ? told[identifier] : undefined))
    .find((found) => found?.section === section);
  let reason: string | undefined;
  const declaration = item === undefined
    ? undefined
    : await declarationOf(tx, runtime, channelId, identifier, item).catch((error: unknown) => {
      if (!(error instanceof ExpansionError)) throw error;
      reason = `${kind} "${identifier}": ${error.message}`;
      return section === "Configurations" ? failedConfiguration(identifier, item, error.message) : undefined;
    });
  if (declaration === undefined) {
    throw problem("declaration-unknown", undefined, {
      reason: reason ?? `${kind} "${identifier}" was not advertised to this device`,
    });
  }
  return { json: declaration, ...(reason === undefined ? {} : { reason }) };
}
