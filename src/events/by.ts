/**
 * The author of an action, and the request.
 *
 * One value is used wherever something is recorded: it is created at the edge, in one place each for the API, the
 * pages, devices, jobs and tasks, and passed down.
 *
 * @module
 */

/** The facts of an HTTP request. `ip` is the client's behind trusted proxies. */
export type RequestInfo = {
  id: string;
  ip: string;
  userAgent: string;
  method: string;
  path: string;
};

/** A person or a service account that was authenticated. */
export type User = {
  kind: "user";
  userId: number;
  username: string;
  isServiceAccount: boolean;
  /** The API token that was used; absent for a browser session. */
  tokenId?: string | undefined;
};

/** The author of an action. */
export type Who =
  | User
  /** The client of a device protocol. The device, if it is one, is identified later and named in the event. */
  | { kind: "device" }
  /** Somebody at a page that needs no session. */
  | { kind: "visitor" }
  /** The server by itself; `job` is the kind of job. */
  | { kind: "job"; job: string }
  /** The person at the server's own command line. */
  | { kind: "command line" };

/** The author of an action, and the request that it came in, if any. */
export type By = { who: Who; request: RequestInfo | undefined };

/** The author of an action who sent a request. */
export type Caller = By & { request: RequestInfo };

/** Returns the server itself as the author, which runs a job of this kind without a request. */
export const byJob = (job: string): By => ({ who: { kind: "job", job }, request: undefined });

/** Returns the name of the user who acts, or "" if the author is not a user. */
export const usernameOf = ({ who }: By): string => who.kind === "user" ? who.username : "";
