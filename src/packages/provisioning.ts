/**
 * Which provisioning profiles permit an app, and until when it opens on devices.
 *
 * Pure.
 *
 * @module
 */

/** Days before its expiry from which a profile is renewed. */
const SOON_DAYS = 30;
const DAY_MS = 86_400_000;

/** A profile: the one in an app, or one that is an artifact. */
export type Profile = {
  name: string;
  uuid: string;
  /** With the prefix of the team, such as "A1B2C3D4E5.com.example.*"; "" if it does not say. */
  applicationIdentifier: string;
  /** Null if it does not say. */
  expiresAt: Date | null;
};

/** Returns a time as profiles were read; null for none, or one that cannot be read. */
export function expiryOf(text: string | null): Date | null {
  const time = text === null ? NaN : Date.parse(text);
  return Number.isNaN(time) ? null : new Date(time);
}

const parts = (identifier: string): [prefix: string, rest: string] => {
  const dot = identifier.indexOf(".");
  return dot < 0 ? ["", identifier] : [identifier.slice(0, dot), identifier.slice(dot + 1)];
};

/**
 * Whether a profile permits an app: by its bundle ID, of which the profile may name the beginning. `embedded` is the
 * application identifier of the profile in the app, which has the prefix of the app's team; "" if it is not known.
 */
export function permits(
  { applicationIdentifier }: Pick<Profile, "applicationIdentifier">,
  { bundleId, embedded }: { bundleId: string; embedded: string },
): boolean {
  const [prefix, rest] = parts(applicationIdentifier);
  if (prefix === "" || (embedded !== "" && parts(embedded)[0] !== prefix)) return false;
  return rest.endsWith("*") ? bundleId.startsWith(rest.slice(0, -1)) : rest === bundleId;
}

/** The states of a profile, or of an app with its profiles. */
export type ProvisioningState = "ok" | "expiring" | "expired" | "missing";

/** Returns the state at a time. */
export function stateOfExpiry(expiresAt: Date | null, now: Date): "ok" | "expiring" | "expired" {
  if (expiresAt === null) return "ok";
  const left = expiresAt.getTime() - now.getTime();
  return left <= 0 ? "expired" : left <= SOON_DAYS * DAY_MS ? "expiring" : "ok";
}

const day = (date: Date) => date.toISOString().slice(0, 10);

/** Returns what is wrong with a profile, as a sentence; "" if nothing is. */
export function expirySentence({ name, expiresAt }: Pick<Profile, "name" | "expiresAt">, now: Date): string {
  if (expiresAt === null || stateOfExpiry(expiresAt, now) === "ok") return "";
  return `The provisioning profile "${name}" ${expiresAt <= now ? "expired" : "expires"} on ${day(expiresAt)}.`;
}

/** The profile that lasts longest: one that does not say when it expires lasts longer than any other. */
const longest = <P extends Pick<Profile, "expiresAt">>(profiles: readonly P[]): P | undefined =>
  [...profiles].sort((one, other) => (other.expiresAt?.getTime() ?? Infinity) - (one.expiresAt?.getTime() ?? Infinity))
    .at(0);

/** A profile with the blueprints whose devices have it; null for the one in the app, which every device has. */
export type Held<P extends Profile = Profile> = P & { blueprintIds: readonly number[] | null };

/** How an app is provisioned. */
export type Provisioning<P extends Profile = Profile> = {
  state: ProvisioningState;
  /** Those that permit it. */
  profiles: Held<P>[];
  /** The one whose end ends the app on some device; undefined if devices have none. */
  decides: Held<P> | undefined;
};

/**
 * Returns how an app is provisioned: in each of its blueprints the profile that lasts longest counts, and the first of
 * these to end decides. An app in no blueprint is looked at with all profiles.
 */
export function provisioningOf<P extends Profile>(
  app: { bundleId: string; blueprintIds: readonly number[]; profile: P | null },
  artifacts: readonly (Held<P> & { blueprintIds: readonly number[] })[],
  now: Date,
): Provisioning<P> {
  const embedded = app.profile?.applicationIdentifier ?? "";
  const profiles: Held<P>[] = [
    ...(app.profile === null ? [] : [{ ...app.profile, blueprintIds: null }]),
    ...artifacts.filter((profile) => permits(profile, { bundleId: app.bundleId, embedded })),
  ];
  const present = app.blueprintIds.length === 0
    ? [longest(profiles)]
    : app.blueprintIds.map((id) =>
      longest(profiles.filter(({ blueprintIds }) => blueprintIds === null || blueprintIds.includes(id)))
    );
  if (present.includes(undefined)) return { state: "missing", profiles, decides: undefined };
  const decides = present.flatMap((one) => one ?? [])
    .sort((one, other) => (one.expiresAt?.getTime() ?? Infinity) - (other.expiresAt?.getTime() ?? Infinity)).at(0);
  return { state: stateOfExpiry(decides?.expiresAt ?? null, now), profiles, decides };
}
