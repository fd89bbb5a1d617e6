/**
 * The settings of a blueprint.
 *
 * @module
 */

import type { Hono } from "hono";
import { listAllLocations } from "../../../db/apps/locations.ts";
import type { BlueprintRow, BlueprintValues } from "../../../db/blueprints/blueprints.ts";
import { listFilevaultConfigs } from "../../../db/filevault/filevault_configs.ts";
import { listRecoveryPasswordConfigs } from "../../../db/recovery/recovery_password_configs.ts";
import { findEnforcement, listEnforcements } from "../../../db/updates/enforcements.ts";
import { blueprintFields, blueprintInput } from "../../../src/blueprints/blueprint_input.ts";
import { changeBlueprint, mustFindBlueprint, removeBlueprint } from "../../../src/blueprints/blueprints.ts";
import type { AppEnv } from "../../context.ts";
import { parseOrRefuse } from "../../api/parse.ts";
import { Csrf, Field, FormErrors, Select } from "../parts/components.tsx";
import { underBlueprint } from "../parts/crumbs.ts";
import { Check, Checks } from "../parts/form_parts.tsx";
import { limitsOf } from "../parts/limits.ts";
import type { Form, FormState, PageContext } from "../parts/page.tsx";
import { mountChange, mountConfirmed, Previewed, SaveButtons } from "../parts/preview.tsx";

const COLLECT = [["0", "No"], ["1", "Managed only"], ["2", "All"]] as const;

/** The collected inventory in addition to facts of devices; "" if there is none. */
export const collectedWords = (row: BlueprintValues): string =>
  ([["apps", row.collectApps], ["certificates", row.collectCertificates], ["profiles", row.collectProfiles]] as const)
    .flatMap(([name, collect]) => collect === 0 ? [] : [collect === 1 ? `managed ${name}` : name]).join(", ");

/** The text if nothing else is collected. */
export const deviceFactsAlone = "device and security facts only";

const HOUR = 3600;
const { name, inventory_interval } = blueprintFields.shape;
const { min = 0, max = 0 } = limitsOf(inventory_interval);

/** Seconds of the hours that were typed; an invalid number as its text, for the schema to refuse. */
const secondsOf = (hours: string | undefined): number | string | undefined =>
  hours !== undefined && /^[0-9]{1,6}(\.[0-9]{1,20})?$/.test(hours) ? Math.round(Number(hours) * HOUR) : hours;

/** Reads the form. Throws `invalid`. */
export async function blueprintOf(form: Form): Promise<BlueprintValues> {
  return await parseOrRefuse(blueprintInput, {
    name: form.value("name"),
    inventory_interval: secondsOf(form.value("inventory_hours")),
    collect_apps: form.whole("collect_apps"),
    collect_certificates: form.whole("collect_certificates"),
    collect_profiles: form.whole("collect_profiles"),
    legacy_profiles_via_ddm: form.has("legacy_profiles_via_ddm"),
    default_location: form.pk("default_location") ?? null,
    filevault_config: form.pk("filevault_config") ?? null,
    recovery_password_config: form.pk("recovery_password_config") ?? null,
    software_update_enforcements: form.pks("software_update_enforcements"),
  });
}

const MANY = { limit: 500, offset: 0 } as const;

/** A choice of one of some configurations, or none. Its own is always among them, or saving would drop it. */
function SettingsChoice({ name, label, rows, value = null, state }: {
  name: string;
  label: string;
  rows: readonly { id: number; name: string }[];
  value: number | null | undefined;
  state: FormState | undefined;
}) {
  const own = value === null || rows.some(({ id }) => id === value)
    ? []
    : [[String(value), `Number ${value}`] as const];
  return (
    <Select
      name={name}
      label={label}
      options={[["", "None"], ...own, ...rows.map((row) => [String(row.id), row.name] as const)]}
      value={value === null ? "" : String(value)}
      state={state}
    />
  );
}

/** The fields of the settings. */
export async function BlueprintFields(
  { context, blueprint, state }: { context: PageContext; blueprint?: BlueprintRow; state: FormState | undefined },
) {
  const { sql } = context.runtime;
  const { rows: listed } = await listEnforcements(sql, MANY);
  // Its own are always among them, or saving would drop them.
  const known = new Set(listed.map(({ id }) => id));
  const missing = (blueprint?.softwareUpdateEnforcements ?? []).filter((id) => !known.has(id));
  const own = await Promise.all(missing.map((id) => findEnforcement(sql, id)));
  const enforcements = [...own.filter((one) => one !== undefined), ...listed];
  const collect = (name: string, label: string, value: number | undefined) => (
    <Select name={name} label={label} options={COLLECT} value={String(value ?? 2)} state={state} />
  );
  return (
    <>
      <Field name="name" label="Name" required {...limitsOf(name)} value={blueprint?.name ?? ""} state={state} />
      <Field
        name="inventory_hours"
        path="inventory_interval"
        label="Inventory interval in hours"
        type="number"
        min={min / HOUR}
        max={max / HOUR}
        step="any"
        help={`From ${min / HOUR} hours (${min} seconds) to ${max / HOUR} hours (${max} seconds).`}
        required
        value={String((blueprint?.inventoryInterval ?? inventory_interval.parse(undefined)) / HOUR)}
        state={state}
      />
      {collect("collect_apps", "Collect apps", blueprint?.collectApps)}
      {collect("collect_certificates", "Collect certificates", blueprint?.collectCertificates)}
      {collect("collect_profiles", "Collect profiles", blueprint?.collectProfiles)}
      <Check
        name="legacy_profiles_via_ddm"
        label="Deliver profiles by declaration"
        help="On devices that support declarative management. Other devices get profiles by command."
        value={blueprint?.legacyProfilesViaDdm ?? true}
        state={state}
      />
      {SettingsChoice({
        name: "default_location",
        label: "Location of licences for app declarations",
        rows: await listAllLocations(sql),
        value: blueprint?.defaultLocationId,
        state,
      })}
      {SettingsChoice({
        name: "filevault_config",
        label: "FileVault configuration",
        rows: (await listFilevaultConfigs(sql, MANY)).rows,
        value: blueprint?.filevaultConfigId,
        state,
      })}
      {SettingsChoice({
        name: "recovery_password_config",
        label: "Recovery password configuration",
        rows: (await listRecoveryPasswordConfigs(sql, MANY)).rows,
        value: blueprint?.recoveryPasswordConfigId,
        state,
      })}
      <Checks
        name="software_update_enforcements"
        legend="Software update enforcements"
        options={enforcements.map(({ id, name }) => [String(id), name] as const)}
        values={(blueprint?.softwareUpdateEnforcements ?? []).map(String)}
        empty="There are none yet."
        state={state}
      />
    </>
  );
}

/** Mounts the pages. */
export function mountBlueprintSettings(app: Hono<AppEnv>): void {
  mountChange(app, "/blueprints/:id/edit/", {
    needs: "mdm.change_blueprint",
    async read(context, form) {
      const [id, values] = [context.id(), await blueprintOf(form)];
      return async (runtime) => {
        await changeBlueprint(runtime, context.by, id, values);
        return `/blueprints/${id}/?done=saved`;
      };
    },
    async show(context, state, preview) {
      const blueprint = await mustFindBlueprint(context.runtime, context.id());
      return {
        title: `Settings of ${blueprint.name}`,
        parents: underBlueprint(blueprint),
        body: (
          <>
            <Previewed preview={preview} context={context}>
              <form class="stack" method="post" action={`/blueprints/${blueprint.id}/edit/`}>
                <Csrf context={context} />
                <FormErrors state={state} />
                {await BlueprintFields({ context, blueprint, state })}
                <SaveButtons />
              </form>
            </Previewed>
          </>
        ),
      };
    },
  });
  mountConfirmed(app, "/blueprints/:id/delete/", {
    needs: "mdm.delete_blueprint",
    read: (context) => async (runtime) => {
      await removeBlueprint(runtime, context.by, context.id());
      return "/blueprints/?done=deleted";
    },
    async ask(context) {
      const { id, name } = await mustFindBlueprint(context.runtime, context.id());
      return {
        title: `Delete ${name}`,
        parents: underBlueprint({ id, name }),
        text: "Its devices and enrollments will have no blueprint.",
        label: "Delete blueprint",
        tone: "danger",
        back: `/blueprints/${id}/`,
      };
    },
  });
}
