/**
 * Events in words: one table of their types.
 *
 * @module
 */

import { ANSWER_WORDS, INSTALL_WORDS } from "../../state_words.ts";
import { isAboutOne, sensitiveWords } from "../parts/sensitive_words.ts";
import { auditSentence } from "./audit_words.ts";
import type { EventFacts, Piece } from "./event_facts.ts";

/** A type of events: its name in the filter, and the sentence of an event. */
export type EventWords = { label: string; say(facts: EventFacts): Piece[] };

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

const ALERTS: Readonly<Record<string, string>> = {
  "second successor": "a second renewal was requested",
  "retired identity": "a replaced identity is still in use",
  "cloned identity": "it was used with another UDID",
};

/** A refusal of something that a device asked for, or the sentence. */
const unlessRefused = (what: string, say: (facts: EventFacts) => Piece[]) => (facts: EventFacts): Piece[] =>
  facts.failed ? [`${what} of `, lower(facts.device), ` was refused: ${facts.reason}`] : say(facts);

const lower = (piece: Piece): Piece => piece === "A device" ? "a device" : piece;

const recoveryWords = (facts: EventFacts): string =>
  facts.at("password_type") === "firmware_password" ? "firmware password" : "Recovery Lock password";

const serverOf = (facts: EventFacts): string => facts.at("virtual_server", "name") || "a virtual server";

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

/** What Apple told about the licence of a holder. */
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

/** A sensitive action in words, with its device. */
function sensitive(facts: EventFacts): Piece[] {
  const words = sensitiveWords(facts.at("action"), facts.at("name"));
  return isAboutOne(facts.at("action")) ? [`${words} `, lower(facts.device)] : [words];
}

const because = (facts: EventFacts): string => facts.at("reason") === "" ? "" : `: ${facts.at("reason")}`;

/** By type. */
export const EVENT_WORDS: Readonly<Record<string, EventWords>> = {
  zentral_audit: { label: "Changes by people", say: auditSentence },
  zentral_login: { label: "Sign-ins", say: (facts) => [facts.actor, " signed in"] },
  zentral_logout: { label: "Sign-outs", say: (facts) => [facts.actor, " signed out"] },
  zentral_failed_login: {
    label: "Failed sign-ins",
    say: (facts) => [
      facts.at("user", "username") === "" ? "A sign-in failed" : `A sign-in of ${facts.at("user", "username")} failed`,
    ],
  },
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
  mdm_location_health: {
    label: "Content tokens of Apple",
    say: (facts) => [`The location ${locationOf(facts)}: ${facts.at("sentence") || "its state has changed."}`],
  },
  mdm_location_token_expiry: {
    label: "Content tokens of Apple that expire",
    say: (facts) => [`The location ${locationOf(facts)}: ${facts.at("sentence") || "its content token expires soon."}`],
  },
  mdm_provisioning_profile_expiry: {
    label: "Provisioning profiles that expire",
    say: (facts) => [facts.at("sentence") || "A provisioning profile expires soon."],
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
  enrollment_page_request: {
    label: "Refused enrollment addresses",
    say: (facts) => [`A public enrollment address was refused: ${facts.reason}`],
  },
  scep_request: {
    label: "Certificate requests",
    say: unlessRefused("A certificate request", (facts) => [facts.device, " was issued a certificate"]),
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
  add_machine_tag: {
    label: "Tags added",
    say: (facts) => [facts.actor, ` added the tag ${facts.at("tag", "name")} to `, lower(facts.device)],
  },
  remove_machine_tag: {
    label: "Tags removed",
    say: (facts) => [facts.actor, ` removed the tag ${facts.at("tag", "name")} from `, lower(facts.device)],
  },
  device_lock_pin_set: {
    label: "Lock PINs set",
    say: (facts) => ["The lock PIN of ", lower(facts.device), " was set"],
  },
  device_lock_pin_cleared: {
    label: "Lock PINs cleared",
    say: (facts) => ["The lock PIN of ", lower(facts.device), " was cleared"],
  },
  device_lock_pin_viewed: {
    label: "Lock PINs viewed",
    say: (facts) => [facts.actor, " viewed the lock PIN of ", lower(facts.device)],
  },
  device_location_viewed: {
    label: "Locations viewed",
    say: (facts) => [facts.actor, " viewed the location of ", lower(facts.device)],
  },
  command_secrets_viewed: {
    label: "Secrets in answers viewed",
    say: (facts) => [
      facts.actor,
      ` viewed the secrets in the answer to ${facts.at("command", "request_type")} of `,
      lower(facts.device),
    ],
  },
  admin_password_updated: {
    label: "Administrator passwords set",
    say: (facts) => ["The password of the managed administrator of ", lower(facts.device), " was set"],
  },
  admin_password_cleared: {
    label: "Administrator passwords cleared",
    say: (facts) => ["The managed administrator of ", lower(facts.device), " no longer exists"],
  },
  admin_password_viewed: {
    label: "Administrator passwords viewed",
    say: (facts) => [facts.actor, " viewed the password of the managed administrator of ", lower(facts.device)],
  },
  approval_requested: {
    label: "Approvals requested",
    say: (facts) => [facts.actor, " asked for approval to ", ...sensitive(facts), because(facts)],
  },
  approval_approved: {
    label: "Approvals given",
    say: (facts) => [
      facts.actor,
      ` approved the request of ${facts.at("requester")} to `,
      ...sensitive(facts),
      because(facts),
    ],
  },
  approval_declined: {
    label: "Approvals declined",
    say: (facts) => [
      facts.actor,
      ` declined the request of ${facts.at("requester")} to `,
      ...sensitive(facts),
      because(facts),
    ],
  },
  approval_failed: {
    label: "Approved actions that failed",
    say: (facts) => [
      facts.actor,
      ` approved the request of ${facts.at("requester")} to `,
      ...sensitive(facts),
      `, but: ${facts.at("outcome")}`,
    ],
  },
  approval_expired: {
    label: "Approvals expired",
    say: (facts) => [`The request of ${facts.at("requester")} to `, ...sensitive(facts), " expired"],
  },
  approval_used: {
    label: "Approvals used",
    say: (facts) => [facts.actor, " used the approval to ", ...sensitive(facts), because(facts)],
  },
  reason_given: {
    label: "Reasons given",
    say: (facts) => [facts.actor, " gave a reason to ", ...sensitive(facts), because(facts)],
  },
  filevault_prk_updated: {
    label: "FileVault PRK escrowed",
    say: (facts) => ["The FileVault recovery key of ", lower(facts.device), " was escrowed"],
  },
  filevault_prk_cleared: {
    label: "FileVault PRK cleared",
    say: (facts) => ["The FileVault recovery key of ", lower(facts.device), " is no longer in use"],
  },
  filevault_prk_unreadable: {
    label: "FileVault PRK unreadable",
    say: (facts) => ["The FileVault recovery key of ", lower(facts.device), ` does not open: ${facts.at("reason")}`],
  },
  filevault_prk_viewed: {
    label: "FileVault PRK viewed",
    say: (facts) => [facts.actor, " viewed the FileVault recovery key of ", lower(facts.device)],
  },
  recovery_password_set: {
    label: "Recovery passwords set",
    say: (facts) => [`The ${recoveryWords(facts)} of `, lower(facts.device), " was set"],
  },
  recovery_password_updated: {
    label: "Recovery passwords updated",
    say: (facts) => [`The ${recoveryWords(facts)} of `, lower(facts.device), " was updated"],
  },
  recovery_password_cleared: {
    label: "Recovery passwords cleared",
    say: (facts) => [`The ${recoveryWords(facts)} of `, lower(facts.device), " was cleared"],
  },
  recovery_password_viewed: {
    label: "Recovery passwords viewed",
    say: (facts) => [facts.actor, ` viewed the ${recoveryWords(facts)} of `, lower(facts.device)],
  },
  activation_lock_bypass_code_set: {
    label: "Activation Lock bypass codes escrowed",
    say: (facts) => ["The Activation Lock bypass code of ", lower(facts.device), " was escrowed"],
  },
  activation_lock_bypass_code_updated: {
    label: "Activation Lock bypass codes updated",
    say: (facts) => ["The Activation Lock bypass code of ", lower(facts.device), " was updated"],
  },
  activation_lock_bypass_code_cleared: {
    label: "Activation Lock bypass codes cleared",
    say: (facts) => ["The Activation Lock bypass code of ", lower(facts.device), " is no longer in use"],
  },
  activation_lock_bypass_code_viewed: {
    label: "Activation Lock bypass codes viewed",
    say: (facts) => [facts.actor, " viewed the Activation Lock bypass code of ", lower(facts.device)],
  },
  activation_lock_organization_code_set: {
    label: "Organization's bypass codes escrowed",
    say: (facts) => ["The organization's Activation Lock bypass code of ", lower(facts.device), " was escrowed"],
  },
  activation_lock_organization_code_updated: {
    label: "Organization's bypass codes updated",
    say: (facts) => ["The organization's Activation Lock bypass code of ", lower(facts.device), " was updated"],
  },
  activation_lock_organization_code_cleared: {
    label: "Organization's bypass codes cleared",
    say: (facts) => ["The organization's Activation Lock bypass code of ", lower(facts.device), " is no longer in use"],
  },
  activation_lock_organization_code_viewed: {
    label: "Organization's bypass codes viewed",
    say: (facts) => [facts.actor, " viewed the organization's Activation Lock bypass code of ", lower(facts.device)],
  },
  activation_lock_removed: {
    label: "Activation Locks removed",
    say: (facts) => [facts.actor, " had Apple remove the Activation Lock of ", lower(facts.device)],
  },
  mdm_settings_secrets_viewed: {
    label: "Secrets of settings viewed",
    say: (facts) => [
      facts.actor,
      facts.at("scep_issuer", "name") === ""
        ? ` viewed the static password of ${facts.at("recovery_password_config", "name")}`
        : ` viewed the secrets of the SCEP issuer ${facts.at("scep_issuer", "name")}`,
    ],
  },
  mdm_device_purged: {
    label: "Data removed",
    say: (facts) => ["The server removed the data of ", lower(facts.device)],
  },
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

/** Returns the name of a type in the filter. */
export const eventLabel = (type: string): string =>
  Object.hasOwn(EVENT_WORDS, type) ? EVENT_WORDS[type]?.label ?? type : type;

/** Returns the sentence of an event; one of an unknown type is called that. */
export function eventSentence(facts: EventFacts): Piece[] {
  const { type } = facts.event;
  // A count of refusals of an address, which were not recorded one by one.
  const suppressed = facts.at("suppressed");
  if (suppressed !== "") return [`${eventLabel(type)}: ${suppressed} more were refused within a minute`];
  const words = Object.hasOwn(EVENT_WORDS, type) ? EVENT_WORDS[type] : undefined;
  return words === undefined ? [type] : words.say(facts);
}
