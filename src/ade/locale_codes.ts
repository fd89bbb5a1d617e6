/**
 * The codes of languages and regions that Apple takes for a device, from the runtime's own list of them. Pure.
 *
 * @module
 */

/** Returns a function that calls `make` once, at its first call: the names take 20 ms, and most processes never need them. */
function lazy<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

const languageNames = lazy(() => new Intl.DisplayNames("en", { type: "language", fallback: "none" }));
const regionNames = lazy(() => new Intl.DisplayNames("en", { type: "region", fallback: "none" }));

/** Whether a text is a language of ISO 639: "fr", "haw". */
export const isLanguage = (code: string): boolean =>
  /^[a-z]{2,3}$/.test(code) && languageNames().of(code) !== undefined;

/** Names of the list that are no country: unions, parts of countries, and none. */
const NO_COUNTRIES = new Set(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"]);
/** Whether a code is in use today: an old one has a successor. */
const isCurrent = (code: string): boolean => new Intl.Locale(`und-${code}`).maximize().region === code;

/** Whether a text is a country of ISO 3166-1: "US". */
export const isRegion = (code: string): boolean =>
  /^[A-Z]{2}$/.test(code) && !NO_COUNTRIES.has(code) && isCurrent(code) && regionNames().of(code) !== undefined;

const LETTERS = [..."abcdefghijklmnopqrstuvwxyz"];
const pairs = () => LETTERS.flatMap((first) => LETTERS.map((second) => first + second));

type Named = readonly (readonly [code: string, name: string])[];

const byName = (one: readonly [string, string], other: readonly [string, string]) =>
  one[1].localeCompare(other[1], "en");

/** Returns every language of two letters with its English name, by name. */
export const languages: () => Named = lazy(() =>
  pairs().filter((code) => isLanguage(code) && new Intl.Locale(code).language === code)
    .map((code) => [code, languageNames().of(code) ?? code] as const).sort(byName)
);

/** Returns every country with its English name, by name. */
export const regions: () => Named = lazy(() =>
  pairs().map((pair) => pair.toUpperCase()).filter(isRegion)
    .map((code) => [code, regionNames().of(code) ?? code] as const).sort(byName)
);
