/**
 * The names of custom values that look like names of secrets.
 *
 * @module
 */

/** The words that mark a secret, between underscores. */
export const SECRET_WORDS: ReadonlySet<string> = new Set([
  "PASSWORD",
  "PASSWORDS",
  "PASSWD",
  "PASSPHRASE",
  "PASSCODE",
  "PASS",
  "PWD",
  "PW",
  "SECRET",
  "SECRETS",
  "TOKEN",
  "TOKENS",
  "KEY",
  "KEYS",
  "APIKEY",
  "PIN",
  "PINS",
  "PUK",
  "PSK",
  "PRK",
  "CREDENTIAL",
  "CREDENTIALS",
  "CRED",
  "CREDS",
  "PRIVATE",
  "CHALLENGE",
  "OTP",
  "TOTP",
  "BEARER",
]);

/** Returns a word without the number at its end. */
function unnumbered(word: string): string {
  let end = word.length;
  while (end > 0 && /[0-9]/.test(word.charAt(end - 1))) end--;
  return word.slice(0, end);
}

/**
 * Returns whether a value of this name is a secret unless an operator says otherwise. Digits after a word do not count.
 *
 * ```ts
 * looksSecret("WIFI_PASSWORD2"); // true
 * looksSecret("MONKEY"); // false
 * ```
 */
export const looksSecret = (name: string): boolean =>
  name.split("_").some((word) => SECRET_WORDS.has(unnumbered(word)));
