/**
 * Events of enrollments and of Apple's device assignment.
 *
 * @module
 */

import type { EventFacts } from "../event_facts.ts";
import { type EventFamily, lower, unlessRefused } from "./words.ts";

const ALERTS: Readonly<Record<string, string>> = {
  "second successor": "a second renewal was requested",
  "retired identity": "a replaced identity is still in use",
  "cloned identity": "it was used with another UDID",
};

const serverOf = (facts: EventFacts): string => facts.at("virtual_server", "name") || "a virtual server";

/** By type. */
export const ENROLLMENT_EVENTS: EventFamily = {
  enrollment_secret_verification: {
    label: "Uses of enrollments",
    say: (facts) =>
      facts.failed
        ? [facts.device, ` could not use an enrollment: ${facts.reason}`]
        : [facts.device, " used an enrollment"],
  },
  ota_enrollment_request: {
    label: "Over-the-air enrollments",
    say: unlessRefused("An over-the-air enrollment", (facts) => [
      facts.device,
      ` completed step ${facts.at("phase")} of 3 of `,
      facts.object("enrollment", facts.at("ota_enrollment", "pk"), facts.at("ota_enrollment", "name")),
    ]),
  },
  dep_enrollment_request: {
    label: "Automated Device Enrollments",
    say: unlessRefused("An Automated Device Enrollment", (facts) => {
      if (facts.at("status") === "warning") {
        return [facts.device, ` was asked to update before it enrolls: ${facts.reason}`];
      }
      const enrollment = facts.object(
        "depenrollment",
        facts.at("dep_enrollment", "pk"),
        facts.at("dep_enrollment", "name"),
      );
      const view = facts.at("custom_view", "name");
      return view === ""
        ? [facts.device, " received the profile of ", enrollment]
        : [facts.device, ` continued from the page ${view} of `, enrollment];
    }),
  },
  device_configured: {
    label: "Releases from Setup Assistant",
    say: (facts) => [
      "The server released ",
      lower(facts.device),
      facts.at("because") === "deadline" ? " from Setup Assistant at its deadline" : " from Setup Assistant",
    ],
  },
  dep_enrollment_defined: {
    label: "Profiles defined again at Apple",
    say: (facts) => [
      facts.actor,
      " defined the profile of ",
      facts.object("depenrollment", facts.at("dep_enrollment", "pk"), facts.at("dep_enrollment", "name")),
      " at Apple again",
    ],
  },
  dep_device_change: {
    label: "Changes of assigned devices",
    say: (facts) => {
      const [before, now] = ["prev_value", "new_value"].map((side) => facts.at("object", side, "last_op_type"));
      if (now === "deleted" && before !== "deleted") return [facts.device, " is no longer assigned by Apple"];
      if (facts.at("action") === "created") return [facts.device, " was assigned by Apple"];
      const enrollment = facts.at("object", "new_value", "enrollment");
      return enrollment !== "" && enrollment !== facts.at("object", "prev_value", "enrollment")
        ? [facts.device, " has ", facts.object("depenrollment", enrollment, "an enrollment"), " at Apple"]
        : [facts.device, " changed at Apple"];
    },
  },
  dep_device_disowned: {
    label: "Devices given up",
    say: (facts) =>
      facts.at("result") === "SUCCESS" ? [facts.actor, " gave up ", lower(facts.device), " at Apple"] : [
        facts.actor,
        " tried to give up ",
        lower(facts.device),
        ` at Apple: ${facts.at("error") || facts.at("result") || "no answer was recorded"}`,
      ],
  },
  dep_devices_assignment_requested: {
    label: "Enrollments assigned to devices",
    say: (facts) => [
      facts.actor,
      " assigned ",
      facts.object("depenrollment", facts.at("enrollment", "pk"), facts.at("enrollment", "name") || "an enrollment"),
      ` to ${facts.at("devices") || "some"} devices`,
    ],
  },
  dep_full_sync_requested: {
    label: "Devices fetched again from Apple",
    say: (facts) => [facts.actor, ` asked for all devices of ${serverOf(facts)} again`],
  },
  dep_token_health: {
    label: "Server tokens of Apple",
    say: (facts) => [`The server token of ${serverOf(facts)}: ${facts.at("sentence") || "its state has changed."}`],
  },
  dep_token_expiry: {
    label: "Server tokens of Apple that expire",
    say: (facts) => [`The server token of ${serverOf(facts)}: ${facts.at("sentence") || "it expires soon."}`],
  },
  enrollment_page_request: {
    label: "Refused enrollment addresses",
    say: (facts) => [`A public enrollment address was refused: ${facts.reason}`],
  },
  scep_request: {
    label: "Certificate requests",
    say: unlessRefused("A certificate request", (facts) => [facts.device, " was issued a certificate"]),
  },
  enrollment_claim: {
    label: "Claims",
    say: (facts) => [facts.device, ` claims known hardware: ${facts.reason}`],
  },
  identity_alert: {
    label: "Identity alerts",
    say: (facts) => [
      "The identity of ",
      lower(facts.device),
      ` may have been copied: ${ALERTS[facts.at("kind")] ?? facts.at("kind")}`,
    ],
  },
};
