/**
 * The health of a location: whether its content token works and for how long, who manages it, and the cure in words.
 *
 * @module
 */

import type { LocationHealth } from "../../db/apps/locations.ts";

/** What is known of the content token of a location. */
export type LocationFactsOfHealth = {
  serverTokenExpirationDate: Date;
  health: LocationHealth;
  healthDetail: string;
};

/** The states of a location. */
export const LOCATION_STATES = ["ok", "expiring", "expired", "revoked", "refused", "taken over"] as const;

/** The state of a location. */
export type LocationState = (typeof LOCATION_STATES)[number];

/** A state with a sentence about it, and what to do; "" when there is nothing to do. */
export type LocationVerdict = { state: LocationState; sentence: string; cure: string };

const DAY_MS = 86_400_000;
/** Days before its expiry from which a token is renewed. */
const SOON_DAYS = 15;
/** Days before its expiry on which an alert is recorded; 0 is its end. */
const LOCATION_ALERT_DAYS = [60, 30, 15, 7, 3, 1, 0] as const;

const RENEW =
  "In Apple Business Manager or Apple School Manager, open Preferences, select Payments and Billing, then Apps and Books, and download the content token of this location. Then upload the file here with Renew token.";

const CURES: Record<Exclude<LocationState, "ok">, string> = {
  "expiring": RENEW,
  "expired": RENEW,
  "revoked":
    `A newer token was downloaded, or the password of the person who downloaded it was changed, or that person lost the role of a content manager. ${RENEW}`,
  "refused": RENEW,
  "taken over":
    "Licences are given and taken back there now. To manage the location here again, select Take over. The other server should then stop managing it.",
};

const day = (date: Date) => date.toISOString().slice(0, 10);

const SENTENCES: Record<Exclude<LocationHealth, "ok" | "expired">, string> = {
  "revoked": "Apple does not accept the content token any more.",
  "refused": "Apple refuses the content token.",
  "taken over": "Another server manages this location.",
};

/** Returns the state of a location. What Apple said last counts more than the calendar, but an expired token is expired. */
export function locationVerdict(
  { serverTokenExpirationDate: expiry, health, healthDetail }: LocationFactsOfHealth,
  now: Date,
): LocationVerdict {
  if (expiry <= now) {
    return { state: "expired", sentence: `The content token expired on ${day(expiry)}.`, cure: CURES.expired };
  }
  if (health === "expired") {
    return { state: "expired", sentence: "Apple says that the content token has expired.", cure: CURES.expired };
  }
  if (health !== "ok") {
    const detail = healthDetail === "" ? "" : health === "taken over" ? ` It is ${healthDetail}.` : ` ${healthDetail}.`;
    return { state: health, sentence: `${SENTENCES[health]}${detail}`, cure: CURES[health] };
  }
  if (expiry.getTime() - now.getTime() <= SOON_DAYS * DAY_MS) {
    return { state: "expiring", sentence: `The content token expires on ${day(expiry)}.`, cure: CURES.expiring };
  }
  return { state: "ok", sentence: `The content token works until ${day(expiry)}.`, cure: "" };
}

/** Whether only a new content token helps: Apple is not asked with this one. */
export const needsToken = ({ state }: LocationVerdict): boolean => state === "revoked" || state === "expired";

/** Returns the alert that is due before an expiry: the fewest days of the list; undefined before the first. */
export function dueLocationAlert(expiry: Date, now: Date): number | undefined {
  const left = (expiry.getTime() - now.getTime()) / DAY_MS;
  return LOCATION_ALERT_DAYS.findLast((days) => left <= days);
}
