/**
 * Events of Apps & Books: locations, licences, what Apple tells.
 *
 * @module
 */

import type { EventFacts, Piece } from "../event_facts.ts";
import { type EventFamily, type EventWords, lower } from "./words.ts";

const locationOf = (facts: EventFacts): string => facts.at("location", "name") || "a location";

/** The app or book of an event. */
const assetOf = (facts: EventFacts): Piece => {
  const adamId = facts.at("asset", "adam_id");
  const called = facts.at("name") || facts.at("asset", "name") || (adamId === "" ? "an item" : `item ${adamId}`);
  const [id] = facts.event.objects.mdm_locationasset ?? [];
  return id === undefined ? called : facts.object("locationasset", id, called);
};

/** The device or person of a licence. */
const holderOf = (facts: EventFacts): Piece =>
  facts.event.serialNumber === null ? facts.at("managed_apple_account") || "a person" : lower(facts.device);

const counts = (facts: EventFacts): string =>
  `${facts.at("new_value", "available_count") || "0"} of ${
    facts.at("new_value", "total_count") || "0"
  } licences available`;

const SEVERITIES: Readonly<Record<string, string>> = {
  none: "has enough licences again",
  minor: "has few licences left",
  major: "has hardly any licence left",
};

/** Apple's news about the licence of a holder. */
const toldByApple = (label: string, did: string, failed: string): Record<string, EventWords> => ({
  [label]: {
    label: `Apple: licences ${did}`,
    say: (facts) => [`Apple ${did} a licence of `, assetOf(facts), " ", ...endOf(facts, did)],
  },
  [`${label}_error`]: {
    label: `Apple: licences not ${did}`,
    say: (facts) => [
      `Apple ${failed} a licence of `,
      assetOf(facts),
      " ",
      ...endOf(facts, did),
      `: ${facts.at("error", "message") || "no reason was given"}`,
    ],
  },
});

const endOf = (facts: EventFacts, did: string): Piece[] => [did === "assigned" ? "to " : "from ", holderOf(facts)];

/** By type. */
export const APPS_EVENTS: EventFamily = {
  mdm_location_health: {
    label: "Content tokens of Apple",
    say: (facts) => [`The location ${locationOf(facts)}: ${facts.at("sentence") || "its state has changed."}`],
  },
  mdm_location_token_expiry: {
    label: "Content tokens of Apple that expire",
    say: (facts) => [`The location ${locationOf(facts)}: ${facts.at("sentence") || "its content token expires soon."}`],
  },
  mdm_location_taken_over: {
    label: "Locations taken over",
    say: (
      facts,
    ) => [`The location ${locationOf(facts)} was taken over from ${facts.at("from", "name") || "another server"}`],
  },
  mdm_asset_created: {
    label: "New apps and books",
    say: (facts) => ["Apple lists ", assetOf(facts), ", which is new"],
  },
  mdm_asset_updated: {
    label: "Changed apps and books",
    say: (facts) => ["Apple changed what it says of ", assetOf(facts)],
  },
  mdm_location_asset_created: {
    label: "New licences",
    say: (facts) => [`The location ${locationOf(facts)} owns `, assetOf(facts), `: ${counts(facts)}`],
  },
  mdm_location_asset_updated: {
    label: "Changed licences",
    say: (facts) => [`The location ${locationOf(facts)} has other licences of `, assetOf(facts), `: ${counts(facts)}`],
  },
  mdm_device_assignment_created: {
    label: "Licences assigned",
    say: (facts) => ["A licence of ", assetOf(facts), " is assigned to ", holderOf(facts)],
  },
  mdm_device_assignment_deleted: {
    label: "Licences given back",
    say: (facts) => ["A licence of ", assetOf(facts), " is no longer assigned to ", holderOf(facts)],
  },
  mdm_asset_count_notification: {
    label: "Apple: numbers of licences",
    say: (facts) => [`Apple changed the licences of `, assetOf(facts), ` by ${facts.at("count_delta") || "0"}`],
  },
  ...toldByApple("mdm_asset_association", "assigned", "did not assign"),
  ...toldByApple("mdm_asset_disassociation", "took back", "did not take back"),
  ...toldByApple("mdm_asset_revocation", "revoked", "did not revoke"),
  mdm_asset_association_requested: {
    label: "Licences requested",
    say: (facts) => [`The server asked Apple for ${facts.at("holders") || "some"} licences of `, assetOf(facts)],
  },
  mdm_asset_disassociation_requested: {
    label: "Licences to be given back",
    say: (
      facts,
    ) => [`The server asked Apple to take back ${facts.at("holders") || "some"} licences of `, assetOf(facts)],
  },
  mdm_asset_availability: {
    label: "Licences that run out",
    say: (facts) => [
      assetOf(facts),
      ` ${SEVERITIES[facts.at("severity")] ?? "has other licences"}: ${facts.at("available_count") || "0"} of ${
        facts.at("total_count") || "0"
      }`,
    ],
  },
  mdm_asset_trouble: {
    label: "Licences that Apple refuses",
    say: (facts) =>
      facts.at("resolved") === "true"
        ? ["Apple assigns licences of ", assetOf(facts), " again"]
        : ["Apple does not assign licences of ", assetOf(facts), `: ${facts.at("trouble") || "no reason was given"}`],
  },
  mdm_bulk_association: {
    label: "Licences for many devices",
    say: (facts) => [
      facts.actor,
      facts.at("action") === "disassociate" ? " takes back licences of " : " assigns licences of ",
      assetOf(facts),
      ` ${facts.at("action") === "disassociate" ? "from" : "to"} ${facts.at("devices") || "some"} devices`,
    ],
  },
  mdm_user_assignment: {
    label: "Licences for people",
    say: (facts) => [
      facts.actor,
      facts.at("action") === "disassociate" ? " takes back the licence of " : " assigns a licence of ",
      assetOf(facts),
      ` ${facts.at("action") === "disassociate" ? "from" : "to"} ${facts.at("managed_apple_account") || "a person"}`,
    ],
  },
};
