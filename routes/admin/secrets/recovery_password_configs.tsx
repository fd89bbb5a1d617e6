/**
 * Recovery password configurations.
 *
 * @module
 */

import type { Hono } from "hono";
import {
  blueprintsOfRecoveryPasswordConfig,
  listRecoveryPasswordConfigs,
  type RecoveryPasswordConfigRow,
} from "../../../db/recovery/recovery_password_configs.ts";
import { recoveryPasswordConfigFields, recoveryPasswordConfigInput } from "../../../src/recovery/config_input.ts";
import {
  changeRecoveryPasswordConfig,
  createRecoveryPasswordConfig,
  mustFindRecoveryPasswordConfig,
  removeRecoveryPasswordConfig,
} from "../../../src/recovery/configs.ts";
import type { AppEnv } from "../../context.ts";
import { Fact, Field } from "../parts/components.tsx";
import { Check } from "../parts/form_parts.tsx";
import { limitsOf } from "../parts/limits.ts";
import type { Form, FormState } from "../parts/page.tsx";
import { mountSettings } from "../parts/settings_pages.tsx";
import { every, minutesAfterReveal } from "./words.ts";

const { shape } = recoveryPasswordConfigFields;

/** Returns the input of the form in the API's form. What belongs to the other type of password is left out. */
function inputOf(form: Form): Record<string, unknown> {
  const type = form.text("type");
  if (type === "static") {
    return {
      name: form.value("name"),
      dynamic_password: false,
      static_password: form.raw("static_password"),
    };
  }
  return {
    name: form.value("name"),
    dynamic_password: true,
    rotation_interval_days: form.whole("rotation_interval_days"),
    reveal_rotation_delay: form.whole("reveal_rotation_delay"),
    rotate_firmware_password: form.has("rotate_firmware_password"),
  };
}

function Fields({ row, state }: { row?: RecoveryPasswordConfigRow; state: FormState | undefined }) {
  const type = state?.values.text("type") ?? (row?.dynamicPassword === false ? "static" : "dynamic");
  return (
    <>
      <Field name="name" label="Name" required {...limitsOf(shape.name)} value={row?.name ?? ""} state={state} />
      <fieldset>
        <legend>Password</legend>
        <label class="check">
          <input type="radio" name="type" value="dynamic" checked={type !== "static"} />{" "}
          Dynamic: each Mac has a random password of its own
        </label>
        <label class="check">
          <input type="radio" name="type" value="static" checked={type === "static"} />{" "}
          Static: all Macs have the same password
        </label>
      </fieldset>
      <fieldset>
        <legend>Dynamic</legend>
        <Field
          name="rotation_interval_days"
          label="Rotation interval in days"
          type="number"
          {...limitsOf(shape.rotation_interval_days)}
          value={String(row?.rotationIntervalDays ?? 0)}
          help="0: never."
          state={state}
        />
        <Field
          name="reveal_rotation_delay"
          label="Rotation after a reveal, in minutes"
          type="number"
          {...limitsOf(shape.reveal_rotation_delay)}
          value={String(row?.dynamicPassword === true ? row.revealRotationDelay : 60)}
          help="0: never; otherwise at least 5."
          state={state}
        />
        <Check
          name="rotate_firmware_password"
          label="Rotate firmware passwords"
          help="Of Intel Macs. Each rotation restarts the Mac."
          value={row?.rotateFirmwarePassword ?? false}
          state={state}
        />
      </fieldset>
      <fieldset>
        <legend>Static</legend>
        <Field
          name="static_password"
          label="Static password"
          type="password"
          autocomplete="new-password"
          maxlength={32}
          help={row?.dynamicPassword === false
            ? "8 to 32 printable ASCII characters. Leave it empty to keep the current one."
            : "8 to 32 printable ASCII characters."}
          state={state}
        />
      </fieldset>
    </>
  );
}

/** The passwords in words. */
const words = (row: RecoveryPasswordConfigRow): string =>
  row.dynamicPassword
    ? `dynamic, rotation ${every(row.rotationIntervalDays)}, ${minutesAfterReveal(row.revealRotationDelay)}`
    : "static";

/** Mounts the pages. */
export const mountRecoveryPasswordConfigs = (app: Hono<AppEnv>): void =>
  mountSettings(app, {
    all: "/recovery-password-configs/",
    model: "recoverypasswordconfig",
    title: "Recovery passwords",
    intro: "A recovery password configuration sets the Recovery Lock of Macs with Apple silicon, and the firmware " +
      "password of Intel Macs. Add it to a blueprint.",
    noun: "recovery password configuration",
    short: "configuration",
    columns: [["Password", words]],
    facts: (row) => (
      <>
        <Fact name="Password">{row.dynamicPassword ? "dynamic" : "static"}</Fact>
        {row.dynamicPassword
          ? (
            <>
              <Fact name="Rotation">{every(row.rotationIntervalDays)}</Fact>
              <Fact name="After a reveal">{minutesAfterReveal(row.revealRotationDelay)}</Fact>
              <Fact name="Rotate firmware passwords">{row.rotateFirmwarePassword ? "yes" : "no"}</Fact>
            </>
          )
          : null}
      </>
    ),
    Fields,
    input: recoveryPasswordConfigInput,
    inputOf,
    list: listRecoveryPasswordConfigs,
    find: mustFindRecoveryPasswordConfig,
    blueprints: blueprintsOfRecoveryPasswordConfig,
    create: createRecoveryPasswordConfig,
    change: changeRecoveryPasswordConfig,
    remove: removeRecoveryPasswordConfig,
  });
