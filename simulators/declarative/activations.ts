/**
 * Which configurations the activations of a device turn on.
 *
 * @module
 */

import type { Json } from "../../src/protocol/plist_json.ts";
import { own } from "../../src/apple_schema/keys.ts";
import type { DeclarationState, Reason } from "../device/channel_state.ts";
import type { HeldDeclaration } from "./declarative_device.ts";
import { type Answers, holds, parsePredicate, PredicateError } from "./predicate.ts";
import {
  activationFailed,
  missingConfigurations,
  notReferencedByActivation,
  predicateFailed,
  predicateFalse,
  predicateUnreadable,
} from "./reasons.ts";

type Held = ReadonlyMap<string, HeldDeclaration>;
type States = ReadonlyMap<string, DeclarationState>;

/** Returns the values of the properties that management declarations set. */
export function propertiesOf(held: Held, states: States): ReadonlyMap<string, Json> {
  const all = new Map<string, Json>();
  for (const { type, identifier, payload } of held.values()) {
    if (type !== "com.apple.management.properties" || states.get(identifier)?.valid === "invalid") continue;
    for (const [key, value] of Object.entries(payload)) all.set(key, value);
  }
  return all;
}

const named = (activation: HeldDeclaration): string[] => {
  const list = own(activation.payload, "StandardConfigurations");
  return Array.isArray(list) ? list.filter((one) => typeof one === "string") : [];
};

function judge(activation: HeldDeclaration, held: Held, answers: Answers): Partial<DeclarationState> {
  const missing = named(activation).filter((one) => held.get(one)?.kind !== "configuration");
  const invalid = (reason: Reason) => ({ active: false, valid: "invalid" as const, reasons: [reason] });
  const text = own(activation.payload, "Predicate");
  if (typeof text === "string") {
    try {
      if (!holds(parsePredicate(text), answers)) {
        return { active: false, valid: "valid", reasons: [predicateFalse(activation, text)] };
      }
    } catch (error) {
      if (!(error instanceof PredicateError)) throw error;
      return invalid((error.kind === "parse" ? predicateUnreadable : predicateFailed)(activation, text, error.message));
    }
  }
  return missing.length > 0 ? invalid(missingConfigurations(activation, missing)) : { active: true, valid: "valid" };
}

/**
 * Evaluates the activations, in place, and their effect on configurations. Returns the identifiers of the activated
 * configurations.
 */
export function activate(held: Held, states: States, answers: Answers): Set<string> {
  const on = new Set<string>();
  const failed = new Map<string, HeldDeclaration>();
  for (const activation of held.values()) {
    const state = states.get(activation.identifier);
    if (activation.kind !== "activation" || state === undefined) continue;
    if (state.valid !== "invalid") {
      Object.assign(state, judge(activation, held, answers));
      if (state.active && activation.mischief === "unknown") state.valid = "unknown";
    }
    for (const identifier of named(activation)) {
      if (state.active) on.add(identifier);
      else failed.set(identifier, activation);
    }
  }
  for (const configuration of held.values()) {
    const state = states.get(configuration.identifier);
    if (configuration.kind !== "configuration" || state === undefined) continue;
    if (on.has(configuration.identifier) || state.valid === "invalid") continue;
    const blamed = failed.get(configuration.identifier);
    state.reasons.push(blamed === undefined ? notReferencedByActivation(configuration) : activationFailed(blamed));
  }
  return on;
}
