/**
 * Changes by people in words: one table of the changed objects.
 *
 * @module
 */

import type { EventFacts, PageKind, Piece } from "./event_facts.ts";

/** A changed object: its noun, the field of its name, its page; and a separate sentence for special changes. */
type AuditWords = {
  noun: string;
  name?: string;
  page?: PageKind;
  say?(facts: EventFacts, action: string): Piece[] | undefined;
};

const VERBS: Readonly<Record<string, string>> = { created: "created", updated: "changed", deleted: "deleted" };

const pk = (facts: EventFacts) => facts.at("object", "pk");

/** Whether a field differs between the values before and after, and how it is now. */
function changedTo(facts: EventFacts, field: string): string | undefined {
  const [before, after] = ["prev_value", "new_value"].map((side) => facts.at("object", side, field));
  return before === after ? undefined : after ?? "";
}

const ROLLOUTS: Readonly<Record<string, string>> = {
  halted: "halted",
  withdrawn: "withdrew",
  active: "resumed",
};

const CLAIMS: Readonly<Record<string, string>> = { confirmed: "confirmed", dismissed: "dismissed" };

/** By model. */
const AUDIT_WORDS: Readonly<Record<string, AuditWords>> = {
  "mdm.artifact": { noun: "artifact", name: "name", page: "artifact" },
  "mdm.artifactversion": {
    noun: "version",
    say(facts, action) {
      const version = [`version ${facts.audited("version")} of `, facts.artifact(facts.audited("artifact"))];
      const step = action === "updated" ? ROLLOUTS[changedTo(facts, "state") ?? ""] : undefined;
      return [facts.actor, ` ${step ?? VERBS[action] ?? action} `, ...version];
    },
  },
  "mdm.blueprint": { noun: "blueprint", name: "name", page: "blueprint" },
  "mdm.blueprintartifact": {
    noun: "artifact of a blueprint",
    say(facts, action) {
      const [artifact, blueprint] = [
        facts.artifact(facts.audited("artifact")),
        facts.blueprint(facts.audited("blueprint")),
      ];
      return action === "created"
        ? [facts.actor, " added ", artifact, " to ", blueprint]
        : action === "deleted"
        ? [facts.actor, " removed ", artifact, " from ", blueprint]
        : [facts.actor, " changed which devices get ", artifact, " in ", blueprint];
    },
  },
  "mdm.otaenrollment": {
    noun: "enrollment",
    name: "name",
    page: "enrollment",
    say: (facts) =>
      changedTo(facts, "revoked") === "true"
        ? [facts.actor, " revoked the enrollment ", facts.object("enrollment", pk(facts), facts.audited("name"))]
        : undefined,
  },
  "mdm.depenrollment": { noun: "automated enrollment", name: "name", page: "depenrollment" },
  "mdm.depvirtualserver": { noun: "virtual server", name: "name" },
  "mdm.location": { noun: "location", name: "name" },
  "mdm.deptoken": { noun: "key for a server token" },
  "mdm.depdevice": { noun: "assigned device", name: "serial_number" },
  "mdm.enrollmentcustomview": { noun: "custom view", name: "name", page: "customview" },
  "mdm.depenrollmentcustomview": {
    noun: "custom view of an automated enrollment",
    say(facts, action) {
      const [view, enrollment] = [
        facts.object("customview", facts.audited("custom_view"), "that was deleted"),
        facts.object("depenrollment", facts.audited("dep_enrollment"), "a deleted enrollment"),
      ];
      return action === "created"
        ? [facts.actor, " added the custom view ", view, " to ", enrollment]
        : action === "deleted"
        ? [facts.actor, " removed the custom view ", view, " from ", enrollment]
        : [facts.actor, " moved the custom view ", view, " in ", enrollment];
    },
  },
  "mdm.enrolleddevice": {
    noun: "device",
    say(facts, action) {
      const reinstall = facts.audited("reinstall");
      if (reinstall !== "") {
        return [facts.actor, " asked ", facts.device, " to reinstall ", facts.artifact(reinstall)];
      }
      const blueprint = changedTo(facts, "blueprint");
      if (blueprint !== undefined) {
        const old = facts.at("object", "prev_value", "blueprint");
        return [
          facts.actor,
          " moved ",
          facts.device,
          ...(old === "" ? [] : [" from ", facts.blueprint(old)]),
          ...(blueprint === "" ? [" to no blueprint"] : [" to ", facts.blueprint(blueprint)]),
        ];
      }
      const blocked = changedTo(facts, "blocked_at");
      const deleted = changedTo(facts, "deleted_at");
      const verb = action === "deleted"
        ? "deleted"
        : blocked !== undefined
        ? blocked === "" ? "unblocked" : "blocked"
        : deleted === ""
        ? "restored"
        : "changed";
      return [facts.actor, ` ${verb} `, facts.device];
    },
  },
  "mdm.devicevalues": {
    noun: "custom values",
    say: (facts) => [facts.actor, " changed the custom values of ", facts.device],
  },
  "mdm.devicecommand": {
    noun: "command",
    say: (facts, action) =>
      action === "deleted"
        ? [facts.actor, ` cancelled ${facts.commandName(pk(facts))}`]
        : [facts.actor, ` queued ${facts.audited("name")} for `, facts.device],
  },
  "mdm.enrollmentclaim": {
    noun: "claim",
    say: (facts) => [facts.actor, ` ${CLAIMS[facts.audited("state")] ?? "changed"} the claim of `, facts.device],
  },
  "mdm.identityalert": { noun: "identity alert", say: (facts) => [facts.actor, " dismissed an identity alert"] },
  "mdm.pushcertificate": { noun: "push certificate", name: "name" },
  "mdm.scepissuer": { noun: "SCEP issuer", name: "name" },
  "inventory.tag": { noun: "tag", name: "name" },
  "inventory.taxonomy": { noun: "taxonomy", name: "name" },
  "inventory.metabusinessunit": { noun: "business unit", name: "name" },
  "accounts.user": { noun: "user", name: "username" },
  "mdm.bulkcommand": { noun: "command for many devices", name: "name" },
  "accounts.approvalsettings": { noun: "settings of approvals" },
  "accounts.role": { noun: "role", name: "name" },
  "accounts.apitoken": { noun: "API token", name: "name" },
};

/** Returns the sentence of a change by a person. */
export function auditSentence(facts: EventFacts): Piece[] {
  const [action, model] = [facts.at("action"), facts.at("object", "model")];
  const words: AuditWords = Object.hasOwn(AUDIT_WORDS, model) ? AUDIT_WORDS[model] ?? { noun: model } : { noun: model };
  const own = words.say?.(facts, action);
  if (own !== undefined) return own;
  const name = words.name === undefined ? pk(facts) : facts.audited(words.name) || pk(facts);
  const object = words.page === undefined ? name : facts.object(words.page, pk(facts), name);
  return [facts.actor, ` ${VERBS[action] ?? action} the ${words.noun} `, object];
}

/** A field that a change changed, with its values as text; null where there was none. */
export type FieldChange = { field: string; before: string | null; after: string | null };

/** Fields that change with every change. */
const NOISE = new Set(["updated_at", "id", "created_at"]);

function shown(object: unknown, key: string): string | null {
  if (typeof object !== "object" || object === null || !Object.hasOwn(object, key)) return null;
  const value: unknown = Reflect.get(object, key);
  return value === null ? null : typeof value === "string" ? value : JSON.stringify(value);
}

/** Returns the differences between the values before and after a change, in the order of their fields. */
export function fieldChanges(before: unknown, after: unknown): FieldChange[] {
  const keys = [before, after].flatMap((one) => typeof one === "object" && one !== null ? Object.keys(one) : []);
  return [...new Set(keys)].filter((key) => !NOISE.has(key)).flatMap((key): FieldChange[] => {
    const change = { field: key.replaceAll("_", " "), before: shown(before, key), after: shown(after, key) };
    return change.before === change.after ? [] : [change];
  });
}
