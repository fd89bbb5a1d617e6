/**
 * Activation Lock bypass codes, in the form that devices show.
 *
 * Source: Apple, "Creating and using bypass codes"
 * (developer.apple.com/documentation/devicemanagement/creating-and-using-bypass-codes).
 *
 * @module
 */

const ALPHABET = "0123456789ACDEFGHJKLMNPQRTUVWXYZ";
const GROUPS = [5, 5, 4, 4, 4, 4];

/** Returns a new code. */
export function newBypassCode(): string {
  const group = (length: number) =>
    Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => ALPHABET[byte % ALPHABET.length]).join("");
  return GROUPS.map(group).join("-");
}
