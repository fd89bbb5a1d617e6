/**
 * What devices are grouped by: blueprints, tags, business units.
 *
 * @module
 */

import type { Hono } from "hono";
import { type BlueprintRow, listBlueprints } from "../../db/blueprints.ts";
import { listMetaBusinessUnits } from "../../db/meta_business_units.ts";
import { listTags } from "../../db/tags.ts";
import { listTaxonomies } from "../../db/taxonomies.ts";
import {
  changeBlueprint,
  createBlueprint,
  mustFindBlueprint,
  removeBlueprint,
} from "../../src/blueprints/blueprints.ts";
import { invalid } from "../../src/errors.ts";
import { createMetaBusinessUnit } from "../../src/tags/meta_business_units.ts";
import { createTag, deleteTag } from "../../src/tags/tags.ts";
import { createTaxonomy } from "../../src/tags/taxonomies.ts";
import type { AppEnv } from "../context.ts";
import { ActionButton, counted, Csrf, Field, FormErrors, Select, Table } from "./components.tsx";
import { action, type Form, type FormState, type Page, page, type PageContext } from "./page.tsx";

const MANY = { limit: 500, offset: 0 } as const;
const COLLECT = [["0", "No"], ["1", "Managed ones"], ["2", "All"]] as const;

function nameOf(form: Form, most = 256): string {
  const name = form.text("name");
  if (name === "" || name.length > most) throw invalid({ name: [`This should have 1 to ${most} characters.`] });
  return name;
}

function blueprintOf(form: Form) {
  const hours = Number(form.text("inventory_hours"));
  if (!Number.isInteger(hours) || hours < 4 || hours > 168) {
    throw invalid({ inventory_hours: ["This should be a whole number of hours from 4 to 168."] });
  }
  const collect = (name: string) => Math.max(0, COLLECT.findIndex(([key]) => key === form.text(name)));
  return {
    name: nameOf(form),
    inventoryInterval: hours * 3600,
    collectApps: collect("collect_apps"),
    collectCertificates: collect("collect_certificates"),
    collectProfiles: collect("collect_profiles"),
  };
}

function BlueprintForm({ context, blueprint, state }: {
  context: PageContext;
  blueprint?: BlueprintRow;
  state: FormState | undefined;
}) {
  return (
    <form
      class="stack"
      method="post"
      action={blueprint === undefined ? "/blueprints/" : `/blueprints/${blueprint.id}/`}
    >
      <Csrf context={context} />
      <FormErrors state={state} />
      <Field name="name" label="Name" required maxlength={256} value={blueprint?.name ?? ""} state={state} />
      <Field
        name="inventory_hours"
        label="Hours between inventories"
        type="number"
        min={4}
        max={168}
        required
        value={String((blueprint?.inventoryInterval ?? 86_400) / 3600)}
        state={state}
      />
      <Select
        name="collect_apps"
        label="Collect apps"
        options={COLLECT}
        value={String(blueprint?.collectApps ?? 2)}
        state={state}
      />
      <Select
        name="collect_certificates"
        label="Collect certificates"
        options={COLLECT}
        value={String(blueprint?.collectCertificates ?? 2)}
        state={state}
      />
      <Select
        name="collect_profiles"
        label="Collect profiles"
        options={COLLECT}
        value={String(blueprint?.collectProfiles ?? 2)}
        state={state}
      />
      <button type="submit">{blueprint === undefined ? "Make the blueprint" : "Save"}</button>
    </form>
  );
}

async function blueprintsPage(context: PageContext, state?: FormState): Promise<Page> {
  const { rows } = await listBlueprints(context.runtime.sql, MANY);
  const collected = (row: BlueprintRow) =>
    ([["apps", row.collectApps], ["certificates", row.collectCertificates], ["profiles", row.collectProfiles]] as const)
      .flatMap(([name, collect]) => collect === 0 ? [] : [collect === 1 ? `managed ${name}` : name]).join(", ");
  return {
    title: "Blueprints",
    body: (
      <>
        <Table
          caption={counted(rows.length, "blueprint")}
          head={["Name", "Inventory", "Collects"]}
          empty="There is no blueprint yet. A blueprint says what is collected from its devices."
          rows={rows.map((row) => (
            <tr>
              <td>
                <a href={`/blueprints/${row.id}/`}>{row.name}</a>
              </td>
              <td>{`every ${row.inventoryInterval / 3600} hours`}</td>
              <td>{collected(row) || "device and security facts only"}</td>
            </tr>
          ))}
        />
        {context.may("mdm.add_blueprint")
          ? (
            <>
              <h2>Make a blueprint</h2>
              <BlueprintForm context={context} state={state} />
            </>
          )
          : null}
      </>
    ),
  };
}

async function blueprintPage(context: PageContext, state?: FormState): Promise<Page> {
  const blueprint = await mustFindBlueprint(context.runtime, context.id());
  return {
    title: blueprint.name,
    body: (
      <>
        {context.may("mdm.change_blueprint")
          ? <BlueprintForm context={context} blueprint={blueprint} state={state} />
          : <p>{`Inventory every ${blueprint.inventoryInterval / 3600} hours.`}</p>}
        {context.may("mdm.delete_blueprint")
          ? (
            <>
              <h2>Delete</h2>
              <ActionButton
                context={context}
                action={`/blueprints/${blueprint.id}/delete/`}
                label="Delete"
                tone="danger"
                confirm="Its devices are left without a blueprint. Delete it?"
              />
            </>
          )
          : null}
      </>
    ),
  };
}

async function tagsPage(context: PageContext, state?: FormState): Promise<Page> {
  const { sql } = context.runtime;
  const [tags, taxonomies, units] = await Promise.all([
    listTags(sql, MANY),
    listTaxonomies(sql, MANY),
    listMetaBusinessUnits(sql, MANY),
  ]);
  const unitForm = state?.values.has("unit") === true;
  const taxonomyForm = state?.values.has("of_tags") === true;
  const tagState = unitForm || taxonomyForm ? undefined : state;
  return {
    title: "Tags",
    body: (
      <>
        <Table
          caption={counted(tags.rows.length, "tag")}
          head={["Name", "Taxonomy", ""]}
          empty="There are no tags."
          rows={tags.rows.map((tag) => (
            <tr>
              <td>
                <a href={`/devices/?tag=${tag.id}`}>{tag.name}</a>
              </td>
              <td>{taxonomies.rows.find(({ id }) => id === tag.taxonomyId)?.name ?? ""}</td>
              <td>
                {context.may("inventory.delete_tag")
                  ? (
                    <ActionButton
                      context={context}
                      action={`/tags/${tag.id}/delete/`}
                      label="Delete"
                      tone="quiet"
                      confirm={`Delete the tag ${tag.name}? It is taken from all devices.`}
                    />
                  )
                  : null}
              </td>
            </tr>
          ))}
        />
        {context.may("inventory.add_tag")
          ? (
            <>
              <h2>Make a tag</h2>
              <form class="stack" method="post" action="/tags/">
                <Csrf context={context} />
                <FormErrors state={tagState} />
                <Field name="name" label="Name" required maxlength={50} state={tagState} />
                <Select
                  name="taxonomy"
                  label="Taxonomy"
                  options={[["", "None"], ...taxonomies.rows.map((one) => [String(one.id), one.name] as const)]}
                />
                <button type="submit">Make the tag</button>
              </form>
            </>
          )
          : null}
        <h2>Taxonomies</h2>
        {taxonomies.rows.length === 0
          ? <p class="faint">A taxonomy groups tags, such as the places of an organization.</p>
          : <ul>{taxonomies.rows.map((taxonomy) => <li>{taxonomy.name}</li>)}</ul>}
        {context.may("inventory.add_taxonomy")
          ? (
            <form class="row" method="post" action="/taxonomies/">
              <Csrf context={context} />
              <input type="hidden" name="of_tags" value="1" />
              <Field
                name="name"
                label="New taxonomy"
                required
                maxlength={256}
                state={taxonomyForm ? state : undefined}
              />
              <button type="submit" class="plain">Add</button>
            </form>
          )
          : null}
        <h2>Business units</h2>
        <ul>{units.rows.map((unit) => <li>{unit.name}</li>)}</ul>
        {context.may("inventory.add_metabusinessunit")
          ? (
            <form class="row" method="post" action="/business-units/">
              <Csrf context={context} />
              <input type="hidden" name="unit" value="1" />
              <Field
                name="name"
                label="New business unit"
                required
                maxlength={256}
                state={unitForm ? state : undefined}
              />
              <button type="submit" class="plain">Add</button>
            </form>
          )
          : null}
      </>
    ),
  };
}

/** Mounts the pages. */
export function mountGroups(app: Hono<AppEnv>): void {
  page(app, "/blueprints/", "mdm.view_blueprint", (context) => blueprintsPage(context));
  action(app, "/blueprints/", "mdm.add_blueprint", async (context, form) => {
    const row = await createBlueprint(context.runtime, context.request, blueprintOf(form));
    return `/blueprints/${row.id}/?done=created`;
  }, blueprintsPage);
  page(app, "/blueprints/:id/", "mdm.view_blueprint", (context) => blueprintPage(context));
  action(app, "/blueprints/:id/", "mdm.change_blueprint", async (context, form) => {
    await changeBlueprint(context.runtime, context.request, context.id(), blueprintOf(form));
    return `/blueprints/${context.id()}/?done=saved`;
  }, blueprintPage);
  action(app, "/blueprints/:id/delete/", "mdm.delete_blueprint", async (context) => {
    await removeBlueprint(context.runtime, context.request, context.id());
    return "/blueprints/?done=deleted";
  });
  page(app, "/tags/", "inventory.view_tag", (context) => tagsPage(context));
  action(app, "/tags/", "inventory.add_tag", async (context, form) => {
    await createTag(context.runtime, context.by, {
      name: nameOf(form, 50),
      color: "0079bf",
      taxonomyId: form.text("taxonomy") === "" ? null : form.id("taxonomy"),
      metaBusinessUnitId: null,
    });
    return "/tags/?done=created";
  }, tagsPage);
  action(app, "/tags/:id/delete/", "inventory.delete_tag", async (context) => {
    await deleteTag(context.runtime, context.by, context.id());
    return "/tags/?done=deleted";
  });
  action(app, "/taxonomies/", "inventory.add_taxonomy", async (context, form) => {
    await createTaxonomy(context.runtime, context.by, { name: nameOf(form), metaBusinessUnitId: null });
    return "/tags/?done=created";
  }, tagsPage);
  action(app, "/business-units/", "inventory.add_metabusinessunit", async (context, form) => {
    await createMetaBusinessUnit(context.runtime, context.by, { name: nameOf(form) });
    return "/tags/?done=created";
  }, tagsPage);
}
