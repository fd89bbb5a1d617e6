/**
 * DigiCert Trust Lifecycle Manager: a seat for the certificate, and an enrollment of it whose code is the challenge.
 *
 * Source: DigiCert, Trust Lifecycle Manager REST API (`{host}/mpki/api/v1`): GET and POST `/seat`, POST `/enrollment`,
 * the token in `x-api-key`. An enrollment needs the profile's GUID, the seat with its email address, and the attributes
 * of the certificate; it returns `enrollment_code`.
 *
 * @module
 */

import { z } from "zod";
import { secretField, textField } from "../../input_text.ts";
import {
  type AltNameKey,
  type BackendAnswer,
  type BackendCall,
  challengeBackend,
  NoChallenge,
  type WantedCertificate,
} from "./backend.ts";
import { answerOf } from "./ident.ts";
import { SUBJECT_ATTRIBUTES, subjectValues } from "./names.ts";

const SEAT_TYPES = ["DEVICE_SEAT", "USER_SEAT"] as const;
const ALT_NAMES = [
  "rfc822Name",
  "dNSName",
  "ntPrincipalName",
  "uniformResourceIdentifier",
] as const satisfies readonly AltNameKey[];
const MAPPINGS = [...SUBJECT_ATTRIBUTES, ...ALT_NAMES] as const;

const settings = z.object({
  api_base_url: z.url({ protocol: /^https?$/, error: "Enter a valid URL." }).max(2048)
    .refine((url) => url.endsWith("/api/"), { error: "This should end with /api/." })
    .default("https://one.digicert.com/mpki/api/").meta({ examples: ["https://one.digicert.com/mpki/api/"] }),
  api_token: secretField(4096),
  profile_guid: textField(64),
  business_unit_guid: textField(64),
  seat_type: z.enum(SEAT_TYPES).default("DEVICE_SEAT"),
  seat_id_mapping: z.enum(MAPPINGS).default("common_name").describe("The name of the certificate that names its seat."),
  default_seat_email: z.email({ error: "Enter a valid email address." }).max(320)
    .describe("For certificates without an email address."),
});
type Settings = z.output<typeof settings>;

const isSubjectAttribute = (name: string) => SUBJECT_ATTRIBUTES.find((attribute) => attribute === name);
const isAltName = (name: string) => ALT_NAMES.find((key) => key === name);

function seatId(wanted: WantedCertificate, mapping: Settings["seat_id_mapping"]): string {
  const attribute = isSubjectAttribute(mapping);
  const key = isAltName(mapping);
  const [value] = attribute !== undefined
    ? subjectValues(wanted, attribute)
    : key === undefined
    ? []
    : wanted.subjectAltName[key] ?? [];
  if (value === undefined || value === "") throw new NoChallenge(`the certificate has no ${mapping} to name its seat`);
  return value;
}

/** Returns the names of the certificate, in DigiCert's terms. Empty ones are left out. */
function attributesOf(wanted: WantedCertificate) {
  const subject = Object.fromEntries(
    SUBJECT_ATTRIBUTES.flatMap((attribute) => {
      const [value] = subjectValues(wanted, attribute);
      return value === undefined ? [] : [[attribute, value]];
    }),
  );
  const { rfc822Name, dNSName, ntPrincipalName } = wanted.subjectAltName;
  const san = Object.entries({ emails: rfc822Name, dns_names: dNSName, user_principal_names: ntPrincipalName })
    .filter(([, values]) => values !== undefined && values.length > 0);
  return { subject, ...(san.length === 0 ? {} : { extensions: { san: Object.fromEntries(san) } }) };
}

const isGood = ({ status }: BackendAnswer) => status >= 200 && status < 300;

function mustBeGood(answer: BackendAnswer, what: string): BackendAnswer {
  if (isGood(answer)) return answer;
  if (answer.status === 401 || answer.status === 403) throw new NoChallenge("it refuses the API token");
  throw new NoChallenge(`it answers with status ${answer.status} when ${what}`);
}

async function enroll(given: Settings, wanted: WantedCertificate, call: BackendCall): Promise<string> {
  const { api_base_url: base, business_unit_guid: businessUnit, seat_type: type } = given;
  const id = seatId(wanted, given.seat_id_mapping);
  const email = wanted.subjectAltName.rfc822Name?.[0] ?? given.default_seat_email;
  const headers = { "x-api-key": given.api_token, Accept: "application/json" };
  const post = (path: string, body: unknown) =>
    call(`${base}v1/${path}`, {
      method: "POST",
      headers: { ...headers, "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  const query = new URLSearchParams({ seat_type_id: type, business_unit_id: businessUnit });
  const findSeat = () => call(`${base}v1/seat/${encodeURIComponent(id)}?${query}`, { method: "GET", headers });
  const found = await findSeat();
  if (found.status === 404) {
    const made = await post("seat", {
      seat_id: id,
      seat_name: id,
      email,
      seat_type: { id: type },
      business_unit_id: businessUnit,
    });
    // Another process may have created it in between.
    if (!isGood(made) && !isGood(await findSeat())) mustBeGood(made, "the seat is made");
  } else mustBeGood(found, "the seat is looked up");
  const enrolled = mustBeGood(
    await post("enrollment", {
      profile: given.profile_guid,
      seat: { seat_id: id, email },
      attributes: attributesOf(wanted),
    }),
    "the enrollment is made",
  );
  return answerOf(enrolled.bytes, z.object({ enrollment_code: z.string().min(1).max(1024) })).enrollment_code;
}

/** The backend. */
export const digicert = challengeBackend({
  name: "DIGICERT",
  label: "DigiCert Trust Lifecycle Manager",
  key: "digicert_kwargs",
  settings,
  secrets: ["api_token"],
  fields: [
    {
      name: "api_base_url",
      label: "Address of the API",
      help: "The address must end with /api/.",
      initial: "https://one.digicert.com/mpki/api/",
    },
    { name: "api_token", label: "API token" },
    { name: "profile_guid", label: "GUID of the certificate profile" },
    { name: "business_unit_guid", label: "GUID of the business unit" },
    { name: "seat_type", label: "Type of the seats", options: SEAT_TYPES },
    { name: "seat_id_mapping", label: "What names a seat", options: MAPPINGS },
    { name: "default_seat_email", label: "Email address of seats without their own" },
  ],
  challenge: enroll,
});
