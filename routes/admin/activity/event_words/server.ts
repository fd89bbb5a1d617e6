/**
 * Events of the server itself.
 *
 * @module
 */

import type { EventFamily } from "./words.ts";

/** By type. */
export const SERVER_EVENTS: EventFamily = {
  authority_renewed: { label: "Renewed authorities", say: () => ["The server renewed its certificate authority"] },
  job_quarantined: {
    label: "Jobs set aside",
    say: (facts) => [`The server set the job ${facts.at("kind")} aside after ${facts.at("deaths")} attempts`],
  },
  software_update_change: {
    label: "Changes of Apple's list of updates",
    say: (facts) => [
      `Apple's list of updates: ${facts.at("platform")} ${facts.at("version")} ${facts.at("action")}`,
    ],
  },
  software_updates_refused: {
    label: "Lists of updates not taken",
    say: (facts) => [`Apple's list of updates was not taken: ${facts.at("reason")}`],
  },
  job_rerun: { label: "Jobs run again", say: (facts) => [facts.actor, ` ran the job ${facts.at("kind")} again`] },
};
