/**
 * The groups of devices: tags, business units.
 *
 * @module
 */

import type { Hono } from "hono";
import { listMetaBusinessUnits } from "../../../db/tags/meta_business_units.ts";
import { listTags } from "../../../db/tags/tags.ts";
import { listTaxonomies } from "../../../db/tags/taxonomies.ts";
import { metaBusinessUnitFields, metaBusinessUnitInput } from "../../../src/tags/meta_business_unit_input.ts";
import { createMetaBusinessUnit } from "../../../src/tags/meta_business_units.ts";
import { tagFields, tagInput } from "../../../src/tags/tag_input.ts";
import { createTag, deleteTag } from "../../../src/tags/tags.ts";
import { createTaxonomy } from "../../../src/tags/taxonomies.ts";
import { taxonomyFields, taxonomyInput } from "../../../src/tags/taxonomy_input.ts";
import { parseOrRefuse } from "../../api/parse.ts";
import type { AppEnv } from "../../context.ts";
import { ActionButton, counted, Csrf, Field, FormErrors, Select, Table } from "../parts/components.tsx";
import { limitsOf } from "../parts/limits.ts";
import { action, type FormState, type Page, page, type PageContext } from "../parts/page.tsx";

const MANY = { limit: 500, offset: 0 } as const;

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
    title: "Tags and business units",
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
                      confirm={`Delete the tag ${tag.name}? It is removed from all devices.`}
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
              <h2>Create a tag</h2>
              <form class="stack" method="post" action="/tags/">
                <Csrf context={context} />
                <FormErrors state={tagState} />
                <Field name="name" label="Name" required {...limitsOf(tagFields.shape.name)} state={tagState} />
                <Select
                  name="taxonomy"
                  label="Taxonomy"
                  options={[["", "None"], ...taxonomies.rows.map((one) => [String(one.id), one.name] as const)]}
                  state={tagState}
                />
                <button type="submit">Create tag</button>
              </form>
            </>
          )
          : null}
        <h2>Taxonomies</h2>
        {taxonomies.rows.length === 0
          ? <p class="faint">A taxonomy groups tags, for example the sites of an organization.</p>
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
                {...limitsOf(taxonomyFields.shape.name)}
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
                {...limitsOf(metaBusinessUnitFields.shape.name)}
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
  page(app, "/tags/", "inventory.view_tag", (context) => tagsPage(context));
  action(app, "/tags/", "inventory.add_tag", async (context, form) => {
    const fields = { name: form.value("name"), taxonomy: form.pkOrNull("taxonomy") };
    await createTag(context.runtime, context.by, await parseOrRefuse(tagInput, fields));
    return "/tags/?done=created";
  }, tagsPage);
  action(app, "/tags/:id/delete/", "inventory.delete_tag", async (context) => {
    await deleteTag(context.runtime, context.by, context.id());
    return "/tags/?done=deleted";
  });
  action(app, "/taxonomies/", "inventory.add_taxonomy", async (context, form) => {
    const input = await parseOrRefuse(taxonomyInput, { name: form.value("name") });
    await createTaxonomy(context.runtime, context.by, input);
    return "/tags/?done=created";
  }, tagsPage);
  action(app, "/business-units/", "inventory.add_metabusinessunit", async (context, form) => {
    const input = await parseOrRefuse(metaBusinessUnitInput, { name: form.value("name") });
    await createMetaBusinessUnit(context.runtime, context.by, input);
    return "/tags/?done=created";
  }, tagsPage);
}
