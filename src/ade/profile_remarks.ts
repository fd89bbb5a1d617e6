/**
 * What Apple ignores in a profile, or what surprises people: said beside the enrollment, and never refused. Pure.
 *
 * Source: Apple, "Profile" (developer.apple.com/documentation/devicemanagement/profile).
 *
 * @module
 */

import type { DepEnrollmentValues } from "../../db/ade/dep_enrollments.ts";

type Facts = { hasViews: boolean; hasTlsChain: boolean };

const REMARKS: readonly (readonly [string, (row: DepEnrollmentValues, facts: Facts) => boolean])[] = [
  [
    "Automatic advance stops at language and region: set both, so that Apple TVs and Macs get past these panes.",
    (row) => row.autoAdvanceSetup && (row.language === "" || row.region === ""),
  ],
  [
    "Automatic advance waits at the custom views: somebody has to continue from each of them.",
    (row, { hasViews }) => row.autoAdvanceSetup && hasViews,
  ],
  [
    "Not supervised: iOS and iPadOS 13 and later supervise every device of Automated Device Enrollment and ignore this.",
    (row) => !row.isSupervised,
  ],
  [
    "Unsupervised iPhones and iPads with older systems do not wait to be configured.",
    (row) => row.awaitDeviceConfigured && !row.isSupervised,
  ],
  [
    "Optional enrollment: iOS and iPadOS 13 and later always enroll.",
    (row) => !row.isMandatory,
  ],
  [
    "Pairing: iOS 13 and later ignore this. Use a restrictions profile to forbid it.",
    (row) => !row.allowPairing,
  ],
  [
    "Shared iPad: devices that cannot be a Shared iPad ignore this.",
    (row) => row.isMultiUser,
  ],
  [
    "The short name of the administrator has characters that Macs do not accept in account names: use lower case letters, digits, dots, hyphens and underscores.",
    (row) => row.adminShortName !== "" && !/^[a-z_][a-z0-9._-]*$/.test(row.adminShortName),
  ],
  [
    "TLS certificates: this server has no TLS chain of its own (TLS_FULLCHAIN), so that none are sent to devices.",
    (row, { hasTlsChain }) => row.includeTlsCertificates && !hasTlsChain,
  ],
];

/** Returns the remarks about an enrollment. */
export const profileRemarks = (row: DepEnrollmentValues, facts: Facts): string[] =>
  REMARKS.filter(([, applies]) => applies(row, facts)).map(([text]) => text);
