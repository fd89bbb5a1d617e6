/**
 * Who does something, with what they may do.
 *
 * @module
 */

import type { By, Caller, RequestInfo } from "../events/by.ts";
import type { Actor } from "./actor.ts";

/** Who does something, with the permissions that limit what they may give to others. */
export type Authorised = By & { actor: Actor };

/** An authenticated user who sends a request. */
export type Operator = Caller & Authorised;

/** Returns an actor who sends a request as the one who does what it asks for. */
export const operatorOf = (actor: Actor, request: RequestInfo): Operator => ({
  who: {
    kind: "user",
    userId: actor.userId,
    username: actor.username,
    isServiceAccount: actor.isServiceAccount,
    tokenId: actor.tokenId,
  },
  request,
  actor,
});

/** The person at the server's own command line, who has the database and the keys anyway. */
export const COMMAND_LINE: Authorised = {
  who: { kind: "command line" },
  actor: {
    userId: 0,
    username: "command line",
    isServiceAccount: true,
    isSuperuser: true,
    permissions: new Set(),
  },
  request: undefined,
};
