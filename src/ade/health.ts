/**
 * The health of a server token: whether Apple accepts it and for how long, and the cure in words.
 *
 * @module
 */

import type { TokenHealth } from "../../db/ade/tokens.ts";
import type { DeviceAssignmentError } from "../apple/device_assignment.ts";

/** What is known of the token of a virtual server. */
export type TokenFacts = {
  /** Null without a token. */
  tokenExpiry: Date | null;
  health: TokenHealth | null;
  healthDetail: string | null;
};

/** The states of a token. */
export const TOKEN_STATES = [
  "ok",
  "expiring",
  "expired",
  "terms not signed",
  "revoked",
  "account gone",
  "refused",
  "no token",
] as const;

/** The state of a token. */
export type TokenState = (typeof TOKEN_STATES)[number];

/** A state with a sentence about it, and what to do; "" when there is nothing to do. */
export type TokenVerdict = { state: TokenState; sentence: string; cure: string };

const DAY_MS = 86_400_000;
/** Days before its expiry from which a token is renewed. */
const SOON_DAYS = 30;
/** Days before its expiry on which an alert is recorded; 0 is its end. */
export const ALERT_DAYS = [60, 30, 14, 7, 3, 1, 0] as const;

const RENEW =
  "In Apple Business Manager or Apple School Manager, open Preferences, choose the server under Your MDM Servers, and choose Download Token. Then upload the file here with Renew token.";

const CURES: Record<Exclude<TokenState, "ok">, string> = {
  "expiring": RENEW,
  "expired": RENEW,
  "terms not signed":
    "An administrator signs in to Apple Business Manager or Apple School Manager and accepts the new terms and conditions. The next sync then works by itself; no new token is needed.",
  "revoked": `A newer token was downloaded, or the token was removed at Apple. ${RENEW}`,
  "account gone":
    `The account of the person who downloaded the token was removed or has lost its role, or the server was deleted at Apple. Sign in with an account that may manage servers. ${RENEW} A server that is gone can be disconnected here.`,
  "refused": "Compare this server's clock with the time. If it is right, renew the token.",
  "no token": "Connect the server again: its token was removed.",
};

const day = (date: Date) => date.toISOString().slice(0, 10);

const SENTENCES: Record<Exclude<TokenHealth, "ok">, string> = {
  "terms not signed": "Apple's new terms and conditions were not accepted.",
  "revoked": "Apple does not accept the server token any more.",
  "account gone": "The server token has no access to Apple's service any more.",
  "refused": "Apple refuses the requests of this server.",
};

/** Returns the state of a token. What Apple said last counts more than the calendar, but an expired token is expired. */
export function tokenVerdict({ tokenExpiry, health, healthDetail }: TokenFacts, now: Date): TokenVerdict {
  if (tokenExpiry === null || health === null) {
    return { state: "no token", sentence: "There is no server token.", cure: CURES["no token"] };
  }
  if (tokenExpiry <= now) {
    return { state: "expired", sentence: `The server token expired on ${day(tokenExpiry)}.`, cure: CURES.expired };
  }
  if (health !== "ok") {
    const detail = healthDetail === null || healthDetail === "" ? "" : ` Apple's answer: ${healthDetail}.`;
    return { state: health, sentence: `${SENTENCES[health]}${detail}`, cure: CURES[health] };
  }
  if (tokenExpiry.getTime() - now.getTime() <= SOON_DAYS * DAY_MS) {
    return { state: "expiring", sentence: `The server token expires on ${day(tokenExpiry)}.`, cure: CURES.expiring };
  }
  return { state: "ok", sentence: `The server token works until ${day(tokenExpiry)}.`, cure: "" };
}

/** Returns the alert that is due before an expiry: the fewest days of {@link ALERT_DAYS}; undefined before the first. */
export function dueAlert(expiry: Date, now: Date): number | undefined {
  const left = (expiry.getTime() - now.getTime()) / DAY_MS;
  return ALERT_DAYS.findLast((days) => left <= days);
}

/**
 * Returns what an error says of the token; undefined if it says nothing: a failure of Apple's or of the network, or a
 * refusal of the request itself.
 *
 * Source: Apple, "Interpreting Automated Device Enrollment error codes".
 */
export function healthOf(error: DeviceAssignmentError): TokenHealth | undefined {
  const named = namedHealthOf(error);
  if (named !== undefined || error.status !== 403) return named;
  return "refused";
}

/** Returns the same of an address that not every organization may use: there, a status of 403 without a word says nothing. */
export function namedHealthOf({ status, code }: DeviceAssignmentError): TokenHealth | undefined {
  if (code === "T_C_NOT_SIGNED") return "terms not signed";
  if (/^(token_rejected|token_expired|token_revoked|consumer_key_unknown|consumer_key_rejected)$/i.test(code)) {
    return "revoked";
  }
  if (/^(timestamp_refused|nonce_used|signature_invalid)$/i.test(code)) return "refused";
  if (status === 403 && code === "ACCESS_DENIED") return "account gone";
  return status === 401 ? "revoked" : undefined;
}
