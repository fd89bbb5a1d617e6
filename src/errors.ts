/**
 * The catalog of errors: a stable code, an HTTP status and a sentence.
 *
 * A code is part of the API and never changes. A sentence says what is wrong and what is expected; it never contains a
 * secret or another system's text.
 *
 * @module
 */

import { isUnavailable } from "../db/open.ts";

/** Every refusal the server can utter. The key is the stable code. */
export const CATALOGUE = {
  // Requests of operators and scripts (clients know the shapes of these answers).
  "not-authenticated": { status: 401, sentence: "Authentication credentials were not provided." },
  "bad-token": { status: 401, sentence: "Invalid token." },
  "permission-denied": { status: 403, sentence: "You do not have permission to perform this action." },
  "waiting-for-approval": { status: 403, sentence: "Waiting for approval" },
  "csrf": { status: 403, sentence: "Cannot accept this form: it was not sent from a page of this server." },
  "not-found": { status: 404, sentence: "Not found." },
  "method-not-allowed": { status: 405, sentence: "Method not allowed." },
  "conflict": {
    status: 409,
    sentence: "Cannot save: the object was changed in the meantime. Reload it and try again.",
  },
  "too-large": { status: 413, sentence: "Cannot read the request: it is larger than allowed." },
  "unsupported-media-type": { status: 415, sentence: "Cannot read the request: its content type is not supported." },
  "too-many-requests": { status: 429, sentence: "Too many attempts. Try again later." },
  "invalid": { status: 400, sentence: "Cannot accept the request: some values are not valid." },
  "refused": { status: 400, sentence: "Cannot do this." },
  "timeout": { status: 408, sentence: "Cannot read the request: it did not arrive in time." },
  "unavailable": { status: 503, sentence: "Cannot serve this now." },
  "internal": { status: 500, sentence: "An unexpected error occurred. The server's log has details." },
  "device-assignment-refused": { status: 400, sentence: "Apple's device assignment service refused the request." },
  "content-refused": { status: 400, sentence: "Apple's Apps & Books service refused the request." },
  // Requests of devices. Only `device-released` is 401: it makes the device unenroll.
  "device-bad-request": { status: 400, sentence: "Cannot understand the device's message." },
  "device-not-identified": { status: 400, sentence: "Cannot identify the device." },
  "declaration-unknown": { status: 404, sentence: "This device has no such declaration." },
  "device-unsupported": { status: 400, sentence: "Cannot serve this message type." },
  "device-user-unmanaged": { status: 410, sentence: "This server does not manage network users." },
  "device-released": { status: 401, sentence: "This device has been released from management." },
  "device-blocked": { status: 400, sentence: "Cannot serve this device: it is blocked." },
  "device-deleted": { status: 400, sentence: "Cannot serve this device: it is deleted." },
  "device-claim": {
    status: 403,
    sentence: "Cannot enroll this device: an operator must confirm the claim of its hardware first.",
  },
  "enrollment-refused": { status: 400, sentence: "Cannot enroll this device." },
} as const satisfies Record<string, { status: number; sentence: string }>;

/** A stable error code. */
export type ProblemCode = keyof typeof CATALOGUE;

/** Messages by field, as validation answers carry them; `non_field_errors` for those about several fields. */
export type FieldErrors = Record<string, string[]>;

/** The error for a field that is missing or empty. */
export const REQUIRED = "This field is required.";

/** A refusal with its catalog code; `reason` is for logs and events, `message` is what the client may read. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: number;
  constructor(
    readonly code: ProblemCode,
    sentence?: string,
    readonly details: {
      reason?: string;
      fields?: FieldErrors;
      list?: string[];
      headers?: Record<string, string>;
      /** The answer of the API, where clients know one of another shape. */
      body?: Readonly<Record<string, string>>;
      /** More that people read on pages, where the answer of the API is fixed. */
      because?: string;
    } = {},
    cause?: unknown,
  ) {
    super(sentence ?? CATALOGUE[code].sentence, cause === undefined ? {} : { cause });
    this.status = CATALOGUE[code].status;
  }
}

/** Returns a refusal by its code, with a sentence of its own where the catalog's is too general. */
export function problem(code: ProblemCode, sentence?: string, details?: Problem["details"], cause?: unknown): Problem {
  return new Problem(code, sentence, details, cause);
}

/** Returns a validation refusal: 400 `{field: [message, …]}`. */
export function invalid(fields: FieldErrors): Problem {
  return new Problem("invalid", undefined, { fields });
}

/** Returns a refused delete or update: 400 with a bare JSON list, `["This blueprint cannot be deleted"]`. */
export function refused(...sentences: string[]): Problem {
  return new Problem("refused", sentences.join(" "), { list: sentences });
}

/** Seconds after which a request that the database could not serve may come again. */
const RETRY_AFTER = "2";

/**
 * Returns an error as a Problem: itself, or `unavailable` if the database cannot be used now, so that a device sends
 * the same message again. Undefined for an unexpected error.
 */
export function asRefusal(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  if (!isUnavailable(error)) return undefined;
  return new Problem("unavailable", "Cannot serve this now: the database cannot be used. Try again in a moment.", {
    reason: error instanceof Error ? error.message : String(error),
    headers: { "Retry-After": RETRY_AFTER },
  }, error);
}
