/**
 * Okta as a certificate authority, with a dynamic SCEP challenge: it answers like Microsoft's page, in another encoding.
 *
 * Source: Okta, "Configure Okta as a CA with dynamic SCEP challenge" (challenge type "Dynamic-Microsoft CA", with the
 * challenge URL, the user name and the password of the kind "Generic").
 *
 * @module
 */

import { challengeBackend } from "./backend.ts";
import { challengeOnPage, PAGE_FIELDS, pageSettings } from "./challenge_page.ts";

/** The backend. */
export const oktaCa = challengeBackend({
  name: "OKTA_CA",
  label: "Okta CA",
  key: "okta_ca_kwargs",
  settings: pageSettings,
  secrets: ["password"],
  fields: PAGE_FIELDS,
  challenge: (settings, _, call) =>
    challengeOnPage(settings, call, { encoding: "windows-1252", form: /^[A-Za-z0-9_-]+$/ }),
});
