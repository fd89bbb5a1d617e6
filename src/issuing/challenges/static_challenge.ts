/**
 * A challenge that the SCEP server and this server share.
 *
 * @module
 */

import { z } from "zod";
import { textField } from "../../input_text.ts";
import { challengeBackend } from "./backend.ts";

/** The backend. */
export const staticChallenge = challengeBackend({
  name: "STATIC_CHALLENGE",
  label: "Static challenge",
  key: "static_challenge_kwargs",
  settings: z.object({ challenge: textField(256) }),
  secrets: ["challenge"],
  fields: [{ name: "challenge", label: "Challenge" }],
  challenge: ({ challenge }) => Promise.resolve(challenge),
});
