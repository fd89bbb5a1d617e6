/**
 * Every command without a file of its own: an answer with every key that Apple publishes for it.
 *
 * How it differs from the real thing: the values are invented, and nothing of the device changes.
 *
 * @module
 */

import { responseFacts } from "../../../src/apple_schema/commands.ts";
import type { SchemaTarget } from "../../../src/apple_schema/target.ts";
import { compose } from "../../compose.ts";
import { acknowledged, type CommandAnswer } from "./answer.ts";

/** Returns the answer to a command. */
export const publishedAnswer = (requestType: string, target: SchemaTarget): CommandAnswer =>
  acknowledged(compose(responseFacts(requestType), target));
