/**
 * The author of an action, with their permissions.
 *
 * @module
 */

import type { By, Caller, RequestInfo } from "../events/by.ts";
import type { Actor } from "./actor.ts";

/** The author of an action, with the permissions that limit what they may grant. */
export type Authorised = By & {
  actor: Actor;
  /** Why they act, in their own words, if they say so. */
  reason?: string | undefined;
};

/** An authenticated user who sends a request. */
export type Operator = Caller & Authorised;

/** Returns the operator for an actor who sends a request. */
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

/** The person at the server's command line, who has access to the database and the keys anyway. */
export const COMMAND_LINE: Authorised = {
  who: { kind: "command line" },
  actor: {
    userId: 0,
    username: "command line",
    isServiceAccount: true,
    isSuperuser: true,
    grants: [],
  },
  request: undefined,
};
