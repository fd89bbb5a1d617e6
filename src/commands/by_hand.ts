/**
 * Commands sent by operators: the endpoint and the form on a device's page, as data.
 *
 * @module
 */

import type { Permission } from "../access/actor.ts";
import type { CommandTarget } from "./command.ts";

/** The endpoint that queues a command on a device. */
export type CommandEndpoint = {
  /** The last part of its path: `/api/mdm/devices/{id}/lock/`. */
  readonly path: string;
  readonly permission: Permission;
  /** A few words for the documentation. */
  readonly summary: string;
  /** Its place among the endpoints of commands; the lowest is first. */
  readonly order: number;
};

/**
 * The words of a form for an argument. The kind of field, and whether it is required, follow from the argument itself.
 */
export type FieldWords = {
  readonly label: string;
  readonly help?: string;
  /** A text of several lines. */
  readonly lines?: true;
  /** The labels of the values of a choice, if they differ from the values. */
  readonly options?: Readonly<Record<string, string>>;
  /** The input that the form accepts, if the argument accepts more, as the pattern of an HTML input. */
  readonly pattern?: string;
};

/** The form that queues a command, on a device's page. */
export type CommandForm = {
  /** The last part of its address: `/devices/1/lock/`. */
  readonly path: string;
  readonly permission: Permission;
  /** The action, in a word or two. */
  readonly label: string;
  readonly button: string;
  /** The warning before the action. */
  readonly warning?: string;
  /** Whether it destroys something: the person then types the serial number to confirm. */
  readonly danger?: true;
  /** The arguments of the form, in order. Only those that the target accepts become fields. */
  readonly fields: Readonly<Record<string, FieldWords>>;
  /** Whether the page says nothing of it for devices that it is not for: a command of the past. */
  readonly onlyWhereValid?: true;
  /** Where it stands: among all commands only, because it is rare; on the device's page too if absent. */
  readonly among?: "all";
  /** Its place among the forms; the lowest is first. */
  readonly order: number;
};

/** What people need to know of a command whose form is drawn from Apple's schema. */
export type PublishedPart = {
  /** Whether it destroys something: the person then types the serial number to confirm. */
  readonly danger?: true;
  /** The warning before the action. */
  readonly warning?: string;
  /** Keys that the server writes when the device fetches the command; no form has them. */
  readonly given: readonly string[];
};

/** The note on a device's page from the acknowledgement of a command until the device starts another conversation. */
export type Aftermath = {
  /** Which command's note is shown if there are several: the lowest. */
  readonly order: number;
  says(target: Pick<CommandTarget, "platform">): {
    readonly word: string;
    readonly tone: "bad" | "warn";
    /** Sentences. `{time}` is replaced with the time, `{claims}` with the page of claims. */
    readonly text: string;
  };
};
