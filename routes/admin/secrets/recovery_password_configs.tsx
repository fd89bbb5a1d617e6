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
import { parseOrRefuse } from "../../api/parse.ts";
import type { AppEnv } from "../../context.ts";
import { ActionButton, counted, Csrf, Fact, Field, FormErrors, Table } from "../parts/components.tsx";
import { type Crumb, under } from "../parts/crumbs.ts";
import { Check } from "../parts/form_parts.tsx";
import { limitsOf } from "../parts/limits.ts";
import { action, type Form, type FormState, type Page, page, type PageContext } from "../parts/page.tsx";
import { mountChange, Previewed, SaveButtons } from "../parts/preview.tsx";
import { BlueprintLinks, every, minutesAfterReveal } from "./parts.tsx";

const ALL = "/recovery-password-configs/";
const MANY = { limit: 500, offset: 0 } as const;
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
      <FormErrors state={state} />
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

async function listPage(context: PageContext): Promise<Page> {
  const { rows, count } = await listRecoveryPasswordConfigs(context.runtime.sql, MANY);
  return {
    title: "Recovery passwords",
    body: (
      <>
        <p>
          A recovery password configuration sets the Recovery Lock of Macs with Apple silicon, and the firmware password
          of Intel Macs. Add it to a blueprint.
        </p>
        <Table
          caption={counted(count, "configuration")}
          head={["Name", "Password"]}
          empty="No recovery password configurations yet."
          rows={rows.map((row) => (
            <tr>
              <td>
                <a href={`${ALL}${row.id}/`}>{row.name}</a>
              </td>
              <td class="words">{words(row)}</td>
            </tr>
          ))}
        />
        {context.may("mdm.add_recoverypasswordconfig")
          ? (
            <p>
              <a class="button" href={`${ALL}new/`}>Create a recovery password configuration</a>
            </p>
          )
          : null}
      </>
    ),
  };
}

const parents = (row: RecoveryPasswordConfigRow): Crumb[] => [
  ...under(ALL),
  { href: `${ALL}${row.id}/`, label: row.name, needs: "mdm.view_recoverypasswordconfig" },
];

const newPage = (context: PageContext, state?: FormState): Page => ({
  title: "New recovery password configuration",
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
  const row = await mustFindRecoveryPasswordConfig(runtime, context.id());
  const blueprints = await blueprintsOfRecoveryPasswordConfig(runtime.sql, row.id);
  return {
    title: row.name,
    parents: under(ALL),
    body: (
      <>
        <section class="card">
          <dl class="facts">
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
            <Fact name="Blueprints">
              <BlueprintLinks blueprints={blueprints} context={context} />
            </Fact>
          </dl>
          {context.may("mdm.change_recoverypasswordconfig")
            ? (
              <p>
                <a class="button plain" href={`${ALL}${row.id}/edit/`}>Edit</a>
              </p>
            )
            : null}
        </section>
        {context.may("mdm.delete_recoverypasswordconfig") && blueprints.length === 0
          ? (
            <>
              <h2>Delete</h2>
              <ActionButton
                context={context}
                action={`${ALL}${row.id}/delete/`}
                label="Delete configuration"
                tone="danger"
                confirm={`Delete the recovery password configuration ${row.name}?`}
              />
            </>
          )
          : null}
      </>
    ),
  };
}

/** Mounts the pages. */
export function mountRecoveryPasswordConfigs(app: Hono<AppEnv>): void {
  page(app, ALL, "mdm.view_recoverypasswordconfig", listPage);
  page(app, `${ALL}new/`, "mdm.add_recoverypasswordconfig", (context) => newPage(context));
  action(app, `${ALL}new/`, "mdm.add_recoverypasswordconfig", async ({ runtime, by }, form) => {
    const input = await parseOrRefuse(recoveryPasswordConfigInput, inputOf(form));
    const { id } = await createRecoveryPasswordConfig(runtime, by, input);
    return `${ALL}${id}/?done=created`;
  }, newPage);
  page(app, `${ALL}:id/`, "mdm.view_recoverypasswordconfig", detailPage);
  mountChange(app, `${ALL}:id/edit/`, {
    needs: "mdm.change_recoverypasswordconfig",
    async read(context, form) {
      const [id, input] = [context.id(), await parseOrRefuse(recoveryPasswordConfigInput, inputOf(form))];
      return async (runtime) => {
        await changeRecoveryPasswordConfig(runtime, context.by, id, input);
        return `${ALL}${id}/?done=saved`;
      };
    },
    async show(context, state, preview) {
      const row = await mustFindRecoveryPasswordConfig(context.runtime, context.id());
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
  action(app, `${ALL}:id/delete/`, "mdm.delete_recoverypasswordconfig", async (context) => {
    await removeRecoveryPasswordConfig(context.runtime, context.by, context.id());
    return `${ALL}?done=deleted`;
  });
}
