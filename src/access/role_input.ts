/**
 * The input for a role, for the API and for the pages.
 *
 * @module
 */

import { z } from "zod";
import { pkListField } from "../input_fields.ts";
import { textField } from "../input_text.ts";
import { PRESET_NAMES, ROLE_PRESETS } from "./role_presets.ts";

/** The fields of a role. */
export const roleFields = z.object({
  name: textField(150),
  permissions: z.array(z.string()).optional().describe("Like mdm.view_enrolleddevice."),
  commands: z.array(z.string()).nullable().optional().describe(
    "The commands that mdm.add_devicecommand of this role allows, by name or by Apple's request type; null: all. If absent: all, or unchanged.",
  ),
  limited_to_tags: pkListField.optional().describe(
    "Ids of tags. The role is for devices with any of the tags or of any of the business units; without both, for all. If absent: none, or unchanged.",
  ),
  limited_to_business_units: pkListField.optional().describe(
    "Ids of meta business units: the role is for devices that enrolled through them, or have a tag of them.",
  ),
  preset: z.enum(PRESET_NAMES).optional().describe(
    "The permissions and commands to start from, where they are absent.",
  ),
});

/** A role as an operator sends it. */
export const roleInput = roleFields.transform((body) => {
  const preset = body.preset === undefined ? undefined : ROLE_PRESETS[body.preset];
  return {
    name: body.name,
    permissions: body.permissions ?? preset?.permissions ?? [],
    commands: body.commands === undefined ? preset?.commands : body.commands,
    limitedToTags: body.limited_to_tags,
    limitedToBusinessUnits: body.limited_to_business_units,
  };
});
