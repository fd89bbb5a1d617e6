/**
 * Why an escrowed secret changed: the codes that are stored, with their words.
 *
 * @module
 */

/** Every code. Adding a reason is adding a line. */
const REASONS = {
  // FileVault.
  reported: "reported by the Mac",
  rotated: "rotated",
  disabled: "FileVault is off",
  unreadable: "reported by the Mac, and did not open",
  // Passwords and PINs that the server sends.
  sent: "sent to the device",
  verified: "verified by the device",
  acknowledged: "acknowledged by the device",
  // Tokens.
  removed: "kept when the enrollment was removed",
} as const;

/** The code of a reason. */
export type EscrowReason = keyof typeof REASONS;

/** Returns the words for a stored code; "" for none or an unknown one. */
export const reasonWords = (code: string): string => Object.hasOwn(REASONS, code) ? REASONS[code as EscrowReason] : "";
