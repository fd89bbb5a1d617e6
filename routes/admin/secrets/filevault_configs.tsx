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
import { parseOrRefuse } from "../../api/parse.ts";
import type { AppEnv } from "../../context.ts";
import { ActionButton, counted, Csrf, Fact, Field, FormErrors, Table } from "../parts/components.tsx";
import { type Crumb, under } from "../parts/crumbs.ts";
import { Check } from "../parts/form_parts.tsx";
import { limitsOf } from "../parts/limits.ts";
import { action, type Form, type FormState, type Page, page, type PageContext } from "../parts/page.tsx";
import { mountChange, Previewed, SaveButtons } from "../parts/preview.tsx";
import { BlueprintLinks, every, minutesAfterReveal } from "./parts.tsx";

const ALL = "/filevault-configs/";
const MANY = { limit: 500, offset: 0 } as const;
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
      <FormErrors state={state} />
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

async function listPage(context: PageContext): Promise<Page> {
  const { rows, count } = await listFilevaultConfigs(context.runtime.sql, MANY);
  return {
    title: "FileVault",
    body: (
      <>
        <p>
          A FileVault configuration encrypts Macs and escrows their recovery keys. Add it to a blueprint. Macs with
          macOS 14.4 or later are encrypted in Setup Assistant, others at a login of their users.
        </p>
        <Table
          caption={counted(count, "configuration")}
          head={["Name", "Enablement", "PRK rotation"]}
          empty="No FileVault configurations yet."
          rows={rows.map((row) => (
            <tr>
              <td>
                <a href={`${ALL}${row.id}/`}>{row.name}</a>
              </td>
              <td>{askedWords(row)}</td>
              <td class="words">
                {`${every(row.prkRotationIntervalDays)}; ${minutesAfterReveal(row.prkRevealRotationDelay)}`}
              </td>
            </tr>
          ))}
        />
        {context.may("mdm.add_filevaultconfig")
          ? (
            <p>
              <a class="button" href={`${ALL}new/`}>Create a FileVault configuration</a>
            </p>
          )
          : null}
      </>
    ),
  };
}

const parents = (row: FilevaultConfigRow): Crumb[] => [
  ...under(ALL),
  { href: `${ALL}${row.id}/`, label: row.name, needs: "mdm.view_filevaultconfig" },
];

const newPage = (context: PageContext, state?: FormState): Page => ({
  title: "New FileVault configuration",
  parents: under(ALL),
  body: (
    <form class="stack" method="post" action={`${ALL}new/`}>
      <Csrf context={context} />
      <Fields state={state} />
      <button type="submit">Create configuration</button>
    </form>
  ),
});

async function detailPage(context: PageContext): Promise<Page> {
  const { runtime } = context;
  const row = await mustFindFilevaultConfig(runtime, context.id());
  const blueprints = await blueprintsOfFilevaultConfig(runtime.sql, row.id);
  return {
    title: row.name,
    parents: under(ALL),
    body: (
      <>
        <section class="card">
          <dl class="facts">
            <Fact name="PRK escrow location">{row.escrowLocationDisplayName}</Fact>
            <Fact name="Enablement">{askedWords(row)}</Fact>
            <Fact name="Show recovery key">{row.showRecoveryKey ? "yes" : "no"}</Fact>
            <Fact name="Destroy key on standby">{row.destroyKeyOnStandby ? "yes" : "no"}</Fact>
            <Fact name="PRK rotation">{every(row.prkRotationIntervalDays)}</Fact>
            <Fact name="After a reveal">{minutesAfterReveal(row.prkRevealRotationDelay)}</Fact>
            <Fact name="Blueprints">
              <BlueprintLinks blueprints={blueprints} context={context} />
            </Fact>
          </dl>
          {context.may("mdm.change_filevaultconfig")
            ? (
              <p>
                <a class="button plain" href={`${ALL}${row.id}/edit/`}>Edit</a>
              </p>
            )
            : null}
        </section>
        {context.may("mdm.delete_filevaultconfig") && blueprints.length === 0
          ? (
            <>
              <h2>Delete</h2>
              <ActionButton
                context={context}
                action={`${ALL}${row.id}/delete/`}
                label="Delete configuration"
                tone="danger"
                confirm={`Delete the FileVault configuration ${row.name}?`}
              />
            </>
          )
          : null}
      </>
    ),
  };
}

/** Mounts the pages. */
export function mountFilevaultConfigs(app: Hono<AppEnv>): void {
  page(app, ALL, "mdm.view_filevaultconfig", listPage);
  page(app, `${ALL}new/`, "mdm.add_filevaultconfig", (context) => newPage(context));
  action(app, `${ALL}new/`, "mdm.add_filevaultconfig", async ({ runtime, by }, form) => {
    const { id } = await createFilevaultConfig(runtime, by, await parseOrRefuse(filevaultConfigInput, inputOf(form)));
    return `${ALL}${id}/?done=created`;
  }, newPage);
  page(app, `${ALL}:id/`, "mdm.view_filevaultconfig", detailPage);
  mountChange(app, `${ALL}:id/edit/`, {
    needs: "mdm.change_filevaultconfig",
    async read(context, form) {
      const [id, input] = [context.id(), await parseOrRefuse(filevaultConfigInput, inputOf(form))];
      return async (runtime) => {
        await changeFilevaultConfig(runtime, context.by, id, input);
        return `${ALL}${id}/?done=saved`;
      };
    },
    async show(context, state, preview) {
      const row = await mustFindFilevaultConfig(context.runtime, context.id());
      return {
        title: `Edit ${row.name}`,
        parents: parents(row),
        body: (
          <Previewed preview={preview} context={context}>
            <form class="stack" method="post" action={`${ALL}${row.id}/edit/`}>
              <Csrf context={context} />
              <Fields row={row} state={state} />
              <SaveButtons />
            </form>
          </Previewed>
        ),
      };
    },
  });
  action(app, `${ALL}:id/delete/`, "mdm.delete_filevaultconfig", async (context) => {
    await removeFilevaultConfig(context.runtime, context.by, context.id());
    return `${ALL}?done=deleted`;
  });
}
