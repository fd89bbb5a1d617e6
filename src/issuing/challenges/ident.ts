/**
 * A service of the organization that receives the requested certificate's names and returns a challenge.
 *
 * It gets a POST with a bearer token and JSON: `{"subject": {"common_name", "serial_number", "country": [], "organization": [],
 * "organizational_unit": []}, "subject_alternative_names": {"email_addresses": [], "dns_names": [], "nt_principal_names": []},
 * "key_usage"}`, and answers `{"challenge": "…"}`.
 *
 * @module
 */

import { z } from "zod";
import { secretField } from "../../input_text.ts";
import { type BackendAnswer, type BackendCall, challengeBackend, NoChallenge, Unanswered } from "./backend.ts";
import { subjectValues } from "./names.ts";

const settings = z.object({
  url: z.url({ protocol: /^https?$/, error: "Enter a valid URL." }).max(2048),
  bearer_token: secretField(4096),
  request_timeout: z.int().min(1).max(30).default(30).describe("Seconds."),
  max_retries: z.int().min(0).max(5).default(3),
});
const answerSchema = z.object({ challenge: z.string().min(1).max(1024) });

/** Statuses after which another attempt may succeed. */
const PASSING: readonly number[] = [429, 500, 502, 503, 504];

/**
 * Returns the answer of the last attempt. Attempts follow immediately: the device waits, and the failure that passes in
 * milliseconds is one lost instance of several.
 */
async function attempt(
  call: BackendCall,
  { url, bearer_token, request_timeout, max_retries }: z.output<typeof settings>,
  body: string,
): Promise<BackendAnswer> {
  for (let left = max_retries; true; left--) {
    try {
      const answer = await call(url, {
        method: "POST",
        headers: { Authorization: `Bearer ${bearer_token}`, "Content-Type": "application/json" },
        body,
        timeout: request_timeout,
      });
      if (left === 0 || !PASSING.includes(answer.status)) return answer;
    } catch (error) {
      if (left === 0 || !(error instanceof Unanswered)) throw error;
    }
  }
}

/** The backend. */
export const ident = challengeBackend({
  name: "IDENT",
  label: "Ident (a service of your own)",
  key: "ident_kwargs",
  settings,
  secrets: ["bearer_token"],
  fields: [
    { name: "url", label: "Address of the service" },
    { name: "bearer_token", label: "Bearer token" },
    { name: "request_timeout", label: "Timeout of a request", help: "Seconds, 1 to 30.", initial: "30", numeric: true },
    { name: "max_retries", label: "Retries", help: "0 to 5.", initial: "3", numeric: true },
  ],
  async challenge(given, wanted, call) {
    const [commonName] = subjectValues(wanted, "common_name");
    const [serialNumber] = subjectValues(wanted, "serial_number");
    const { status, bytes } = await attempt(
      call,
      given,
      JSON.stringify({
        subject: {
          common_name: commonName ?? null,
          serial_number: serialNumber ?? null,
          country: subjectValues(wanted, "country"),
          organization: subjectValues(wanted, "organization"),
          organizational_unit: subjectValues(wanted, "organizational_unit"),
        },
        subject_alternative_names: {
          email_addresses: wanted.subjectAltName.rfc822Name ?? [],
          dns_names: wanted.subjectAltName.dNSName ?? [],
          nt_principal_names: wanted.subjectAltName.ntPrincipalName ?? [],
        },
        key_usage: wanted.keyUsage,
      }),
    );
    if (status === 401 || status === 403) throw new NoChallenge("it refuses the bearer token");
    if (status !== 200 && status !== 201) throw new NoChallenge(`it answers with status ${status}`);
    return answerOf(bytes, answerSchema).challenge;
  },
});

/** JSON of a known form. Throws `NoChallenge`. */
export function answerOf<S extends z.ZodType>(bytes: Uint8Array, schema: S): z.output<S> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new NoChallenge("its answer is not JSON");
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new NoChallenge("its answer has no challenge");
  return parsed.data;
}
