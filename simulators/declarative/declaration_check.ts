/**
 * A declaration by itself: whether the device understands it and can have it.
 *
 * @module
 */

import {
  declarationIgnored,
  declarationUnsupported,
  isKnownDeclaration,
  validateDeclaration,
} from "../../src/apple_schema/declarations.ts";
import type { SchemaTarget } from "../../src/apple_schema/target.ts";
import { UNUSABLE_ASSETS } from "./assets.ts";
import type { DeclarationState, Reason } from "../device/channel_state.ts";
import type { HeldDeclaration } from "./declarative_device.ts";
import {
  configurationInvalid,
  configurationNotSupported,
  invalidPayload,
  unknownKeys,
  unknownType,
  unsupportedSettings,
} from "./reasons.ts";

function obstacleOf(held: HeldDeclaration, target: SchemaTarget): Reason | undefined {
  const { kind, type, payload } = held;
  if (!isKnownDeclaration(type) || UNUSABLE_ASSETS.has(type)) return unknownType(type);
  // A type that its system has on other channels or enrollments is known to it all the same.
  const unsupported = declarationUnsupported(type, payload, target);
  if (unsupported !== null) {
    return kind === "configuration" ? configurationNotSupported(held, unsupported) : invalidPayload(held, unsupported);
  }
  const issues = validateDeclaration(type, payload);
  if (issues.length === 0) return undefined;
  const unknown = issues.filter(({ message }) => message.includes("is not a known key")).map(({ path }) => path);
  if (unknown.length === issues.length) return unknownKeys(unknown);
  const sentences = issues.map(({ message }) => message).join("; ");
  return kind === "configuration" ? configurationInvalid(sentences) : invalidPayload(held, sentences);
}

/** A check for a target; stored declarations never change. */
type Checked = { target: string; obstacle: Reason | undefined; ignored: string[] };
const checked = new WeakMap<HeldDeclaration, Checked>();

function checkOnce(held: HeldDeclaration, target: SchemaTarget): Checked {
  const key = JSON.stringify(target);
  const known = checked.get(held);
  if (known?.target === key) return known;
  const found = {
    target: key,
    obstacle: obstacleOf(held, target),
    ignored: declarationIgnored(held.type, held.payload, target).map(({ path }) => path),
  };
  checked.set(held, found);
  return found;
}

/** The state of a declaration before it is processed: invalid, or undecided. */
export function checkDeclaration(held: HeldDeclaration, target: SchemaTarget): DeclarationState {
  const { kind, type, token, mischief } = held;
  const state: DeclarationState = { kind, type, token, active: false, valid: "unknown", reasons: [] };
  const { obstacle, ignored } = checkOnce(held, target);
  const told = mischief === "invalid" && kind !== "configuration"
    ? invalidPayload(held, "It was told to fail.")
    : undefined;
  const reason = obstacle ?? told;
  if (reason !== undefined) return { ...state, valid: "invalid", reasons: [reason] };
  return ignored.length === 0 ? state : { ...state, reasons: [unsupportedSettings(ignored)] };
}
