/**
 * Events of devices: messages, pushes, artifacts, tags.
 *
 * @module
 */

import { ANSWER_WORDS, INSTALL_WORDS } from "../../../state_words.ts";
import { type EventFamily, lower, unlessRefused } from "./words.ts";

const CHECKINS: Readonly<Record<string, string>> = {
  Authenticate: "began to enroll",
  TokenUpdate: "sent its push token",
  CheckOut: "unenrolled",
  SetBootstrapToken: "escrowed its bootstrap token",
  GetBootstrapToken: "fetched its bootstrap token",
  DeclarativeManagement: "requested declarations or reported its status",
  UserAuthenticate: "requested management of a user",
};

/** The words between a version and a device, by its status there. */
const INSTALLS: ReadonlyMap<string, string> = new Map(
  Object.entries(INSTALL_WORDS).map(([status, { on }]) => [status, on]),
);

const RESULTS: Readonly<Record<string, string>> = { deleted: "was removed from" };

/** By type. */
export const DEVICE_EVENTS: EventFamily = {
  mdm_request: {
    label: "Check-ins and answers of devices",
    say: unlessRefused("A request", (facts) => {
      const [message, status] = [facts.at("message_type"), facts.at("request_status")];
      if (status === "Idle") return [facts.device, " asked for commands"];
      const answer = ANSWER_WORDS.get(status);
      if (answer !== undefined) return [facts.device, ` ${answer[0]} ${facts.commandName(facts.command)}${answer[1]}`];
      return [facts.device, ` ${CHECKINS[message] ?? `sent ${message || status || "a message"}`}`];
    }),
  },
  mdm_device_notification: {
    label: "Push notifications",
    say: (facts) =>
      facts.failed
        ? ["The server could not send a push to ", lower(facts.device), `: ${facts.reason}`]
        : ["The server sent a push to ", lower(facts.device)],
  },
  target_artifact_update: {
    label: "Artifacts on devices",
    say(facts) {
      const version = ["target_artifact", "artifact_version"];
      const status = facts.at("target_artifact", "status");
      return [
        `Version ${facts.at(...version, "version")} of `,
        facts.artifact(facts.at(...version, "artifact", "pk"), facts.at(...version, "artifact", "name")),
        ` ${RESULTS[facts.at("result")] ?? INSTALLS.get(status) ?? "changed on"} `,
        lower(facts.device),
      ];
    },
  },
  artifact_rollout_halted: {
    label: "Halted rollouts",
    say: (facts) => [
      `The server halted version ${facts.at("version")} of `,
      facts.artifact(facts.at("artifact", "pk"), facts.at("artifact", "name")),
      `: ${facts.reason}`,
    ],
  },
  mdm_provisioning_profile_expiry: {
    label: "Provisioning profiles that expire",
    say: (facts) => [facts.at("sentence") || "A provisioning profile expires soon."],
  },
  mdm_download: {
    label: "Downloads",
    say: (facts) => {
      const what = facts.artifact(
        facts.at("artifact_version", "artifact", "pk"),
        facts.at("artifact_version", "artifact", "name") || "a file",
      );
      return facts.at("outcome") === "success"
        ? [facts.device, " downloaded ", what]
        : ["A download of ", what, " by ", lower(facts.device), ` was refused: ${facts.reason}`];
    },
  },
  add_machine_tag: {
    label: "Tags added",
    say: (facts) => [facts.actor, ` added the tag ${facts.at("tag", "name")} to `, lower(facts.device)],
  },
  remove_machine_tag: {
    label: "Tags removed",
    say: (facts) => [facts.actor, ` removed the tag ${facts.at("tag", "name")} from `, lower(facts.device)],
  },
  mdm_device_purged: {
    label: "Data removed",
    say: (facts) => ["The server removed the data of ", lower(facts.device)],
  },
};
