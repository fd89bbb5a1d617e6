/**
 * Microsoft's Network Device Enrollment Service: a page in UTF-16 with a password that is valid once, for an hour.
 *
 * Source: Microsoft, "Active Directory Certificate Services: Network Device Enrollment Service (NDES)". The page needs basic
 * authentication switched on in IIS: Windows' own (NTLM, Kerberos) is not spoken here.
 *
 * @module
 */

import { challengeBackend } from "./backend.ts";
import { challengeOnPage, PAGE_FIELDS, pageSettings } from "./challenge_page.ts";

/** The backend. */
export const microsoftCa = challengeBackend({
  name: "MICROSOFT_CA",
  label: "Microsoft CA (NDES)",
  key: "microsoft_ca_kwargs",
  settings: pageSettings,
  secrets: ["password"],
  fields: PAGE_FIELDS,
  challenge: (settings, _, call) =>
    challengeOnPage(settings, call, { encoding: "utf-16le", form: /^[A-Z0-9]{16,32}$/ }),
});
