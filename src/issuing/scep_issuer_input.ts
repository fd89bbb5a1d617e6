/**
 * The input for a SCEP issuer, for the API and for the pages.
 *
 * @module
 */

import { z } from "zod";
import { REQUIRED } from "../errors.ts";
import { blankableField, textField } from "../input_text.ts";
import { BACKENDS } from "./challenges/registry.ts";

const FOREIGN = "This field cannot be set for this backend.";

const [first, ...others] = BACKENDS.map(({ name }) => name);

/** The fields of a SCEP issuer; the settings of its backend are under the backend's key. */
export const scepIssuerFields = z.object({
  name: textField(256),
  description: blankableField(10_000).default(""),
  url: z.url({ protocol: /^https?$/, error: "Enter a valid URL." }).max(2048).describe(
    "The URL that devices send requests to.",
  ),
  key_size: z.literal([1024, 2048, 4096]).default(2048),
  key_usage: z.literal([0, 1, 4, 5]).default(0).describe("0: not said, 1: signing, 4: encryption, 5: both."),
  backend: z.enum([first ?? "", ...others]).describe("The source of its challenges."),
  ...Object.fromEntries(
    BACKENDS.map((backend) => [
      backend.key,
      backend.open.nullish().describe(
        `Of the backend ${backend.name}. On PUT, omitted secrets are unchanged.`,
      ),
    ]),
  ),
});

/** A SCEP issuer as an operator sends it. */
export const scepIssuerInput = scepIssuerFields.superRefine((given, context) => {
  for (const { name, key } of BACKENDS) {
    const settings: unknown = Reflect.get(given, key);
    const absent = settings === undefined || settings === null;
    if (absent !== (name === given.backend)) continue;
    context.addIssue({ code: "custom", path: [key], message: absent ? REQUIRED : FOREIGN });
  }
}).transform(({ name, description, url, key_size, key_usage, backend, ...settings }) => ({
  name,
  description,
  url,
  keySize: key_size,
  keyUsage: key_usage,
  backend,
  settings: settingsOf(backend, settings),
}));

/** The input for an issuer; `settings` are its backend's, possibly without secrets. */
export type ScepIssuerInput = z.output<typeof scepIssuerInput>;

function settingsOf(name: string, given: object): Record<string, unknown> {
  const backend = BACKENDS.find((one) => one.name === name);
  const settings: unknown = backend === undefined ? undefined : Reflect.get(given, backend.key);
  return typeof settings === "object" && settings !== null ? { ...settings } : {};
}
