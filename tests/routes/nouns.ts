/**
 * What the API and a page both edit: how a body of the API looks in the page's form.
 *
 * @module
 */

import type { World } from "../support/refused_writes.ts";
import type { Fields } from "./admin/support.ts";

/** A field of a form: its name, and what a browser sends for a value of the API. */
export type FormField = { name: string; write?: (value: unknown) => Fields };

/** Something that both edit. */
export type Noun = {
  /** `POST /api/…`, with `{id}` for what is changed. */
  api: string;
  page: string;
  /** What is changed. */
  id?: (world: World) => string | number;
  /** What the page asks for in a form of several, besides the fields. */
  fixed?: Fields;
  /** A body that is right. */
  body: (world: World) => Record<string, unknown>;
  /** The fields of the form, by their paths in the API's body. */
  form: Readonly<Record<string, string | FormField>>;
  /** Bodies that are wrong by more than the form of one field: names that are taken, what does not fit together. */
  wrong?: (world: World) => Record<string, unknown>[];
  /** Fields of the API's body that the page leaves as they are, and why. */
  unasked?: Readonly<Record<string, string>>;
  /** Texts that the API refuses and the page's own field cannot send, by path. */
  unsent?: Readonly<Record<string, (value: unknown) => boolean>>;
};

const enrollment: Omit<Noun, "api" | "page"> = {
  body: (world) => ({
    name: "New enrollment",
    display_name: "New",
    push_certificate: world.pushCertificate,
    scep_issuer: world.issuer,
    blueprint: world.blueprint,
    enrollment_secret: {
      meta_business_unit: world.unit,
      tags: [world.tag],
      serial_numbers: ["C02AA"],
      udids: ["A-B"],
      quota: 7,
    },
  }),
  form: {
    name: "name",
    display_name: "display_name",
    push_certificate: "push_certificate",
    scep_issuer: "scep_issuer",
    blueprint: "blueprint",
    "enrollment_secret.meta_business_unit": "meta_business_unit",
    "enrollment_secret.tags": "tags",
    "enrollment_secret.serial_numbers": {
      name: "serial_numbers",
      write: (value) => ({ serial_numbers: [value].flat().join("\n") }),
    },
    "enrollment_secret.udids": { name: "udids", write: (value) => ({ udids: [value].flat().join("\n") }) },
    "enrollment_secret.quota": "quota",
  },
  unsent: {
    "enrollment_secret.serial_numbers": (value) => String(value) === "",
    "enrollment_secret.udids": (value) => String(value) === "",
  },
  wrong: () => [{ name: "Everyone" }],
};

/** All of them. */
export const NOUNS: readonly Noun[] = [
  { ...enrollment, api: "POST /api/mdm/ota_enrollments/", page: "/enrollments/" },
  {
    ...enrollment,
    api: "PUT /api/mdm/ota_enrollments/{id}/",
    page: "/enrollments/{id}/edit/",
    id: ({ enrollment }) => enrollment,
  },
];
