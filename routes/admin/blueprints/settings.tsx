/**
 * The settings of a blueprint.
 *
 * @module
 */

import type { Hono } from "hono";
import type { BlueprintRow, BlueprintValues } from "../../../db/blueprints/blueprints.ts";
import { changeBlueprint, mustFindBlueprint, removeBlueprint } from "../../../src/blueprints/blueprints.ts";
import { type FieldErrors, invalid } from "../../../src/errors.ts";
import type { AppEnv } from "../../context.ts";
import { Csrf, Field, FormErrors, Select } from "../parts/components.tsx";
import { underBlueprint } from "../parts/crumbs.ts";
import { Check, wholeNumber } from "../parts/form_parts.tsx";
import type { Form, FormState } from "../parts/page.tsx";
import { mountChange, mountConfirmed, Previewed, SaveButtons } from "../parts/preview.tsx";

const COLLECT = [["0", "No"], ["1", "Managed only"], ["2", "All"]] as const;

/** What is collected of devices besides facts about them; "" when nothing is. */
export const collectedWords = (row: BlueprintValues): string =>
  ([["apps", row.collectApps], ["certificates", row.collectCertificates], ["profiles", row.collectProfiles]] as const)
    .flatMap(([name, collect]) => collect === 0 ? [] : [collect === 1 ? `managed ${name}` : name]).join(", ");

/** What is said when nothing else is collected. */
export const deviceFactsAlone = "device and security facts only";

/** Reads the form. Throws `invalid`. */
export function blueprintOf(form: Form): BlueprintValues {
  const errors: FieldErrors = {};
  const name = form.text("name");
  if (name === "" || name.length > 256) errors.name = ["This should have 1 to 256 characters."];
  const hours = wholeNumber(form.text("inventory_hours"), 4, 168);
  if (hours === undefined) errors.inventory_hours = ["This should be a whole number of hours from 4 to 168."];
  if (hours === undefined || Object.keys(errors).length > 0) throw invalid(errors);
  const collect = (field: string) => Math.max(0, COLLECT.findIndex(([key]) => key === form.text(field)));
  return {
    name,
    inventoryInterval: hours * 3600,
    collectApps: collect("collect_apps"),
    collectCertificates: collect("collect_certificates"),
    collectProfiles: collect("collect_profiles"),
    legacyProfilesViaDdm: form.has("legacy_profiles_via_ddm"),
  };
}

/** The fields of the settings. */
export function BlueprintFields({ blueprint, state }: { blueprint?: BlueprintRow; state: FormState | undefined }) {
  const collect = (name: string, label: string, value: number | undefined) => (
    <Select name={name} label={label} options={COLLECT} value={String(value ?? 2)} state={state} />
  );
  return (
    <>
      <Field name="name" label="Name" required maxlength={256} value={blueprint?.name ?? ""} state={state} />
      <Field
        name="inventory_hours"
        label="Inventory interval in hours"
        type="number"
        min={4}
        max={168}
        required
        value={String((blueprint?.inventoryInterval ?? 86_400) / 3600)}
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
    </>
  );
}

/** Mounts the pages. */
export function mountBlueprintSettings(app: Hono<AppEnv>): void {
  mountChange(app, "/blueprints/:id/edit/", {
    needs: "mdm.change_blueprint",
    read(context, form) {
      const [id, values] = [context.id(), blueprintOf(form)];
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
                <BlueprintFields blueprint={blueprint} state={state} />
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
