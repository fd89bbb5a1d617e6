/**
 * How far an assigned device has come between its box and its release from Setup Assistant, in sentences. Pure.
 *
 * @module
 */

import type { SetupFacts } from "../../db/ade/setup_views.ts";
import type { ReleaseReason } from "../../db/enrollment/enrollments.ts";
import type { Explained } from "./explain_device.ts";

/** What is known besides the step. */
export type SetupSurroundings = {
  /** What the device still lacks while it waits in Setup Assistant, such as "Artifacts: …". */
  gates: readonly string[];
  now: Date;
};

/** How a device left Setup Assistant. */
export const RELEASES = {
  ready: "released with everything it needed",
  deadline: "released at its deadline",
  device: "completed by the device",
} as const satisfies Readonly<Record<ReleaseReason, string>>;

const time = (at: Date) => `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
const since = (at: Date | null) => at === null ? "" : ` since ${time(at)}`;
const on = (at: Date | null) => at === null ? "" : ` on ${time(at)}`;

/** Returns the sentence of a step. */
export function explainSetup(facts: SetupFacts, { gates, now }: SetupSurroundings): Explained {
  const { setupSince, setupExpiresAt: expiresAt, releaseDueAt, releasedBecause } = facts;
  const expired = expiresAt !== null && expiresAt <= now;
  switch (facts.setupStep) {
    case "never":
      return { tone: "good", text: "It has not been set up yet: it has never asked the server for its profile." };
    case "must_update":
      return {
        tone: "warn",
        text: `It was told${on(setupSince)} to update to ${facts.requiredVersion} before it enrolls.` +
          " It has not asked for its profile again.",
      };
    case "web_view":
      return {
        tone: "warn",
        text: `It opened the web view, and ${
          facts.setupPage === null ? "has continued from every page" : `stopped at the page ${facts.setupPage}`
        }${since(setupSince)}.${
          expired ? " The visit has expired: it starts again with the first page." : " Its user has to continue there."
        }`,
      };
    case "refused":
      return {
        tone: "bad",
        text: `The server refused its request for a profile${on(setupSince)}. The events of the device say why.`,
      };
    case "profile":
      return {
        tone: "warn",
        text: `It got its enrollment profile${on(setupSince)} and has not finished enrolling.${
          expired ? " The profile has expired: the device gets another when it is set up again." : ""
        }`,
      };
    case "waiting":
      return {
        tone: "warn",
        text: `It has enrolled, and waits in Setup Assistant${since(setupSince)}. ${
          gates.length === 0 ? "" : `It waits for ${gates.join("; ")}. `
        }${
          releaseDueAt === null
            ? "The server releases it when it next connects."
            : `The server releases it at the latest on ${time(releaseDueAt)}.`
        }`,
      };
    case "released":
      return {
        tone: "good",
        text: `It has enrolled, and left Setup Assistant${on(setupSince)}: ${RELEASES[releasedBecause ?? "device"]}.`,
      };
    case "enrolled":
      return { tone: "good", text: `It is enrolled${since(setupSince)}.` };
    case "enrolled_before":
      return {
        tone: "warn",
        text: `Its last enrollment ended${on(setupSince)}. It has not asked the server for its profile since.`,
      };
  }
}
