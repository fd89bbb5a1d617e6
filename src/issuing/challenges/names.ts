/**
 * The names of a wanted certificate by attribute.
 *
 * @module
 */

import type { WantedCertificate } from "./backend.ts";

/** The attributes of a subject, by short name and by OID (X.520). */
const ATTRIBUTES = {
  common_name: ["CN", "2.5.4.3"],
  serial_number: ["2.5.4.5"],
  country: ["C", "2.5.4.6"],
  locality: ["L", "2.5.4.7"],
  state: ["ST", "2.5.4.8"],
  organization: ["O", "2.5.4.10"],
  organizational_unit: ["OU", "2.5.4.11"],
  email: ["1.2.840.113549.1.9.1"],
} as const;

/** An attribute of a subject. */
export type SubjectAttribute = keyof typeof ATTRIBUTES;

/** All attributes of subjects. */
export const SUBJECT_ATTRIBUTES = [
  "common_name",
  "serial_number",
  "country",
  "locality",
  "state",
  "organization",
  "organizational_unit",
  "email",
] as const satisfies readonly SubjectAttribute[];

/** Returns the values of an attribute in a subject, in order. */
export const subjectValues = ({ subject }: WantedCertificate, attribute: SubjectAttribute): string[] =>
  subject.filter(([type]) => ATTRIBUTES[attribute].some((name) => name === type)).map(([, value]) => value);
