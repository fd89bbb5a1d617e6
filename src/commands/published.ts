/**
 * The commands of Apple's schema that have no file of their own.
 *
 * @module
 */

import { REQUEST_TYPES } from "../apple_schema/commands.ts";
import type { Effect } from "./effect.ts";
import type { AnyCommand } from "./registry.ts";
import { type OwnBehaviour, publishedCommand } from "./published_command.ts";
import { settingUp } from "./validity.ts";

const DAY = 86_400;

/**
 * What people must know before they send one of them, and how long it may wait: after a day, a late restart or sign-out
 * surprises more than it helps.
 */
const NOTES: Readonly<Record<string, OwnBehaviour>> = {
  AccountConfiguration: { invalidFor: (target) => settingUp("AccountConfiguration", target) },
  ClearActivationLockBypassCode: {
    danger: true,
    warning: "Apple's bypass code for this device is lost. Activation Lock can then only be turned off by the owner.",
  },
  ClearRestrictionsPassword: {
    warning: "The Screen Time passcode and restrictions of the user are removed.",
  },
  DeleteUser: {
    danger: true,
    expiresAfter: DAY,
    warning: "The user and the user's data on the device are deleted. This cannot be undone.",
    issues: ({ UserName: name, DeleteAllUsers: all }) =>
      (name ?? "") === "" && all !== true
        ? [{ path: "UserName", message: '"UserName" is required, unless all users are deleted' }]
        : [],
  },
  DeviceConfigured: { invalidFor: (target) => settingUp("DeviceConfigured", target) },
  LogOutUser: { expiresAfter: DAY, warning: "The user may lose unsaved work." },
  RemoveProfile: { danger: true, warning: "If this is the enrollment profile, the device is no longer managed." },
  RequestMirroring: { expiresAfter: 3600 },
  ShutDownDevice: {
    danger: true,
    expiresAfter: DAY,
    warning: "The user may lose unsaved work. A person has to turn the device on again.",
  },
  StopMirroring: { expiresAfter: 3600 },
};

/** The name of an operator's command whose request type the server sends, too, with arguments of its own. */
const manual = (requestType: string): string => `Manual${requestType}`;

/** Lists of which the inventory is made. */
const LISTS: ReadonlySet<Effect["kind"]> = new Set(["apps", "certificates", "profiles"]);

/** The effects of an answer to a person's question: those of the server's own question. */
function asked(own: AnyCommand): Pick<OwnBehaviour, "onAcknowledged"> {
  if (own.fromApple === undefined) return {};
  return {
    onAcknowledged(report, args, target) {
      const same = own.fromApple?.(args, target) ?? null;
      const effects = same === null ? [] : own.onAcknowledged?.(report, same, target) ?? [];
      return effects.map((effect) => LISTS.has(effect.kind) ? { ...effect, byHand: true } : effect);
    },
  };
}

/**
 * Returns a command for each request type that people cannot send by one of `own`. One that the server sends by itself,
 * such as InstallProfile for an artifact, has a second name here: its answer changes no records, unless it is a question
 * that the server asks, too.
 */
export function publishedCommands(own: Iterable<AnyCommand>): AnyCommand[] {
  const named = new Map([...own].map((command) => [command.name, command]));
  return REQUEST_TYPES.flatMap((requestType): AnyCommand[] => {
    const known = named.get(requestType);
    if (known?.form !== undefined || known?.published !== undefined) return [];
    const notes = NOTES[requestType] ?? {};
    const command: AnyCommand = publishedCommand(
      requestType,
      known === undefined ? notes : { ...notes, name: manual(requestType), ...asked(known) },
    );
    return [command];
  });
}
