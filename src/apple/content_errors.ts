/**
 * The errors of Apple's Apps & Books service: numbers, what they say, and whether the same request may go better later.
 *
 * Source: Apple, "Service Config" and "Handling error responses" (developer.apple.com/documentation/devicemanagement).
 *
 * @module
 */

/** What an error says about the content token of a location. */
export type TokenTrouble = "revoked" | "expired" | "refused";

type Known = { sentence: string; token?: TokenTrouble; passing?: true };

const OVER_LIMIT: Known = { sentence: "The request had more than Apple takes at once", passing: true };

const KNOWN: Readonly<Record<number, Known>> = {
  9600: { sentence: "The request lacked something" },
  9601: { sentence: "Apple does not accept the content token", token: "refused" },
  9602: { sentence: "Apple did not accept a value of the request" },
  9603: { sentence: "Apple's service has an internal error", passing: true },
  9605: { sentence: "The country of the account and that of the item differ" },
  9607: { sentence: "The licence cannot be taken back" },
  9609: { sentence: "Apple has no such user" },
  9610: { sentence: "Apple found no licence", passing: true },
  9616: { sentence: "The licence is assigned already" },
  9618: { sentence: "The user was retired" },
  9619: { sentence: "The licence is not assigned" },
  9621: { sentence: "The content token has expired", token: "expired" },
  9622: { sentence: "Apple does not accept the content token", token: "revoked" },
  9624: { sentence: "The licence was refunded" },
  9625: { sentence: "The content token was revoked", token: "revoked" },
  9626: { sentence: "The licence was given to somebody else in the meantime", passing: true },
  9628: { sentence: "The item cannot be assigned to devices" },
  9630: { sentence: "Too many requests for licences that are assigned already", passing: true },
  9631: { sentence: "Too many requests while no licence was left", passing: true },
  9634: { sentence: "Apple has removed this service" },
  9646: { sentence: "Apple received too many requests", passing: true },
  9650: { sentence: "Apple's list has no such page", passing: true },
  9700: OVER_LIMIT,
  9701: OVER_LIMIT,
  9702: OVER_LIMIT,
  9703: { sentence: "The request named an item twice" },
  9704: { sentence: "The request named a user twice" },
  9705: { sentence: "The request named a device twice" },
  9706: { sentence: "Licences of this item cannot be taken back" },
  9707: { sentence: "This item cannot be assigned to devices" },
  9708: { sentence: "Apple does not know the event" },
  9709: { sentence: "Not enough licences are available" },
  9710: { sentence: "The address of notifications or its token was missing" },
  9711: { sentence: "The address of notifications or its token is too long" },
  9712: { sentence: "Apple sends notifications to https addresses only" },
  9714: OVER_LIMIT,
  9715: { sentence: "The request named a user twice" },
  9716: { sentence: "The user exists already" },
  9717: { sentence: "An email address of the request is not valid" },
  9721: { sentence: "Apple does not know the version of the list any more", passing: true },
  9722: { sentence: "Apple does not accept the content token", token: "refused" },
  9728: { sentence: "Apple cannot reach this server's address of notifications", passing: true },
};

/** Numbers that say that a request was over a limit: nothing was done, and the limits have to be read again. */
const LIMITS: ReadonlySet<number> = new Set([9700, 9701, 9702, 9714]);
/** The same in an older form: also said of other values. */
const INVALID_ARGUMENT = 9602;

/** No licence is left. */
export const NOT_ENOUGH = 9709;
/** The licence is assigned already: as good as asked for. */
export const ALREADY_ASSIGNED = 9616;
/** The licence is not assigned: as good as given back. */
export const NOT_ASSIGNED = 9619;
/** Apple has no such user. */
export const NO_SUCH_USER = 9609;
/** The user exists: as good as created. */
export const USER_EXISTS = 9716;
/** Apple does not know the event. */
export const NO_SUCH_EVENT = 9708;

/** A request that Apple refused or did not answer. */
export class ContentError extends Error {
  override readonly name = "ContentError";
  constructor(
    message: string,
    /** Apple's errorNumber, if it gave one. */
    readonly number: number | undefined,
    /** The HTTP status; 0 without an answer. */
    readonly status: number,
    /** When Apple named a time. */
    readonly retryAfterSeconds?: number,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? {} : { cause });
  }

  /** Whether the same request may go better later. */
  get passing(): boolean {
    if (this.number !== undefined && this.number in KNOWN) return KNOWN[this.number]?.passing === true;
    // An answer that cannot be read may be a proxy's.
    return this.status === 0 || this.status === 200 || this.status === 408 || this.status === 429 || this.status >= 500;
  }

  /** What it says about the content token. */
  get token(): TokenTrouble | undefined {
    const known = this.number === undefined ? undefined : KNOWN[this.number];
    return known === undefined ? this.status === 401 ? "refused" : undefined : known.token;
  }

  /** Whether a request was over a limit of Apple's, so that nothing was done. */
  get overLimit(): boolean {
    return this.number !== undefined && (LIMITS.has(this.number) || this.number === INVALID_ARGUMENT);
  }
}

/** Another server manages the location: Apple's answer names it. */
export class ContentConflict extends Error {
  override readonly name = "ContentConflict";
  constructor(readonly owner: { id: string; name: string; metadata: string }) {
    super(`The location is managed by another server: ${ownerWords(owner)}`);
  }
}

/** Returns a server of Apple's client configuration in words. */
export const ownerWords = ({ name, metadata }: { name: string; metadata: string }): string =>
  metadata === "" ? `"${name}"` : `"${name}" (${metadata})`;

/** Returns an error number as a sentence, without a full stop. `said` is Apple's own text, for a number that is new. */
export function errorSentence(number: number | undefined, said = ""): string {
  const known = number === undefined ? undefined : KNOWN[number];
  const words = known?.sentence ?? (said === "" ? "Apple gave an error" : said.replace(/\.$/, ""));
  return number === undefined ? words : `${words} (${number})`;
}
