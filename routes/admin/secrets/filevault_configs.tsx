/**
 * FileVault configurations.
 *
 * @module
 */

import type { Hono } from "hono";
import {
  blueprintsOfFilevaultConfig,
  type FilevaultConfigRow,
  listFilevaultConfigs,
} from "../../../db/filevault/filevault_configs.ts";
import { filevaultConfigFields, filevaultConfigInput } from "../../../src/filevault/config_input.ts";
import {
  changeFilevaultConfig,
  createFilevaultConfig,
  mustFindFilevaultConfig,
  removeFilevaultConfig,
} from "../../../src/filevault/configs.ts";
import type { AppEnv } from "../../context.ts";
import { counted, Fact, Field } from "../parts/components.tsx";
import { Check } from "../parts/form_parts.tsx";
import { limitsOf } from "../parts/limits.ts";
import type { Form, FormState } from "../parts/page.tsx";
import { mountSettings } from "../parts/settings_pages.tsx";
import { every, minutesAfterReveal } from "./words.ts";

const { shape } = filevaultConfigFields;

/** Returns the input of the form in the API's form. Without "at login only" no attempts are counted. */
function inputOf(form: Form): Record<string, unknown> {
  const atLoginOnly = form.has("at_login_only");
  return {
    name: form.value("name"),
    escrow_location_display_name: form.value("escrow_location_display_name"),
    at_login_only: atLoginOnly,
    bypass_attempts: atLoginOnly ? form.whole("bypass_attempts") : -1,
    show_recovery_key: form.has("show_recovery_key"),
    destroy_key_on_standby: form.has("destroy_key_on_standby"),
    prk_rotation_interval_days: form.whole("prk_rotation_interval_days"),
    prk_reveal_rotation_delay: form.whole("prk_reveal_rotation_delay"),
  };
}

function Fields({ row, state }: { row?: FilevaultConfigRow; state: FormState | undefined }) {
  return (
    <>
      <Field name="name" label="Name" required {...limitsOf(shape.name)} value={row?.name ?? ""} state={state} />
      <Field
        name="escrow_location_display_name"
        label="PRK escrow location display name"
        required
        wide
        {...limitsOf(shape.escrow_location_display_name)}
        value={row?.escrowLocationDisplayName ?? ""}
        help="Shown to the user: where the recovery key is kept, such as the name of your IT department."
        state={state}
      />
      <Check
        name="at_login_only"
        label="Defer enablement at login only"
        help="The user is not asked at logout."
        value={row?.atLoginOnly ?? false}
        state={state}
      />
      <Field
        name="bypass_attempts"
        label="Max bypass attempts at login"
        type="number"
        min={0}
        max={limitsOf(shape.bypass_attempts).max ?? 0}
        value={String(Math.max(row?.bypassAttempts ?? 0, 0))}
        help="How often the user can postpone. Only for enablement at login only."
        state={state}
      />
      <Check
        name="show_recovery_key"
        label="Show recovery key"
        help="The user sees the recovery key when FileVault is enabled."
        value={row?.showRecoveryKey ?? false}
        state={state}
      />
      <Check
        name="destroy_key_on_standby"
        label="Destroy key on standby"
        help="The Mac asks for a password to unlock the disk after standby."
        value={row?.destroyKeyOnStandby ?? false}
        state={state}
      />
      <Field
        name="prk_rotation_interval_days"
        label="PRK rotation interval in days"
        type="number"
        required
        {...limitsOf(shape.prk_rotation_interval_days)}
        value={String(row?.prkRotationIntervalDays ?? 0)}
        help="0: never."
        state={state}
      />
      <Field
        name="prk_reveal_rotation_delay"
        label="PRK rotation after a reveal, in minutes"
        type="number"
        required
        {...limitsOf(shape.prk_reveal_rotation_delay)}
        value={String(row?.prkRevealRotationDelay ?? 60)}
        help="0: never; otherwise at least 5."
        state={state}
      />
    </>
  );
}

/** How users are asked, in words. */
const askedWords = ({ atLoginOnly, bypassAttempts }: FilevaultConfigRow): string =>
  atLoginOnly ? `at login, ${counted(bypassAttempts, "bypass attempt")}` : "at login and at logout";

/** Mounts the pages. */
export const mountFilevaultConfigs = (app: Hono<AppEnv>): void =>
  mountSettings(app, {
    all: "/filevault-configs/",
    model: "filevaultconfig",
    title: "FileVault",
    intro:
      "A FileVault configuration encrypts Macs and escrows their recovery keys. Add it to a blueprint. Macs with " +
      "macOS 14.4 or later are encrypted in Setup Assistant, others at a login of their users.",
    noun: "FileVault configuration",
    short: "configuration",
    columns: [
      ["Enablement", askedWords],
      [
        "PRK rotation",
        (row) => `${every(row.prkRotationIntervalDays)}; ${minutesAfterReveal(row.prkRevealRotationDelay)}`,
      ],
    ],
    facts: (row) => (
      <>
        <Fact name="PRK escrow location">{row.escrowLocationDisplayName}</Fact>
        <Fact name="Enablement">{askedWords(row)}</Fact>
        <Fact name="Show recovery key">{row.showRecoveryKey ? "yes" : "no"}</Fact>
        <Fact name="Destroy key on standby">{row.destroyKeyOnStandby ? "yes" : "no"}</Fact>
        <Fact name="PRK rotation">{every(row.prkRotationIntervalDays)}</Fact>
        <Fact name="After a reveal">{minutesAfterReveal(row.prkRevealRotationDelay)}</Fact>
      </>
    ),
    Fields,
    input: filevaultConfigInput,
    inputOf,
    list: listFilevaultConfigs,
    find: mustFindFilevaultConfig,
    blueprints: blueprintsOfFilevaultConfig,
    create: createFilevaultConfig,
    change: changeFilevaultConfig,
    remove: removeFilevaultConfig,
  });
