/**
 * How people send a command: what its endpoint and its form on a device's page need, as data.
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

/** What a form says of an argument. What kind of field it is, and whether it is required, follows from the argument itself. */
export type FieldWords = {
  readonly label: string;
  readonly help?: string;
  /** A text of several lines. */
  readonly lines?: true;
  /** What people read for the values of a choice, where that is not the value. */
  readonly options?: Readonly<Record<string, string>>;
  /** What the form takes where the argument takes more, as the pattern of an HTML input. */
  readonly pattern?: string;
};

/** The form that queues a command, on a device's page. */
export type CommandForm = {
  /** The last part of its address: `/devices/1/lock/`. */
  readonly path: string;
  readonly permission: Permission;
  /** What is done, in a word or two. */
  readonly label: string;
  readonly button: string;
  /** What a person should know before. */
  readonly warning?: string;
  /** Whether it destroys something: the person then types the serial number to confirm. */
  readonly danger?: true;
  /** The arguments that are asked for, in the order of the form. Only those that the target takes become fields. */
  readonly fields: Readonly<Record<string, FieldWords>>;
  /** Its place among the forms; the lowest is first. */
  readonly order: number;
};

/** What a device's page says from the acknowledgement of a command until the device starts another conversation. */
export type Aftermath = {
  /** Which command's is said when there are several; the lowest. */
  readonly order: number;
  says(target: Pick<CommandTarget, "platform">): {
    readonly word: string;
    readonly tone: "bad" | "warn";
    /** Sentences. `{time}` stands for when it was, `{claims}` for the page of claims. */
    readonly text: string;
  };
};
