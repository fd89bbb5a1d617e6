/**
 * Who does something, and in which request.
 *
 * @module
 */

import type { RequestInfo } from "../events/record.ts";
import type { Actor } from "./actor.ts";

/** An actor with the request that it acts in; none at the command line. */
export type By = { actor: Actor; request: RequestInfo | undefined };

/** The person at the server's own command line, who has the database and the keys anyway. */
export const COMMAND_LINE: By = {
  actor: {
    userId: 0,
    username: "command line",
    isServiceAccount: true,
    isSuperuser: true,
    permissions: new Set(),
  },
  request: undefined,
};
