/**
 * The states of commands in words.
 *
 * @module
 */

/** By state: the word, and a colour that helps. */
export const COMMAND_STATES: Readonly<Record<string, { text: string; tone?: "good" | "bad" | "warn" }>> = {
  queued: { text: "queued" },
  sent: { text: "sent" },
  notNow: { text: "not now", tone: "warn" },
  acknowledged: { text: "acknowledged", tone: "good" },
  error: { text: "error", tone: "bad" },
  formatError: { text: "not understood", tone: "bad" },
  expired: { text: "expired", tone: "warn" },
  cancelled: { text: "cancelled" },
};
