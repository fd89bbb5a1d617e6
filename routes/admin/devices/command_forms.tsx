/**
 * The forms that send a command to a device, derived from the commands' own data.
 *
 * @module
 */

import type { Hono } from "hono";
import { type DeviceView, findDevice } from "../../../db/devices/device_views.ts";
import { mayCommand } from "../../../src/access/command_rights.ts";
import { isDestructive } from "../../../src/approvals/destructive.ts";
import type { CommandForm } from "../../../src/commands/by_hand.ts";
import type { CommandTarget } from "../../../src/commands/command.ts";
import { catalogueEntry } from "../../../src/commands/catalogue.ts";
import { argumentsOf, type FormField, formFields } from "../../../src/commands/form_fields.ts";
import { type AnyCommand, commandsWith } from "../../../src/commands/registry.ts";
import { namesOf } from "../../../src/commands/right_names.ts";
import { sendCommand, targetOf, whyNotSent } from "../../../src/devices/actions.ts";
import { invalid, problem } from "../../../src/errors.ts";
import type { AppEnv } from "../../context.ts";
import { Csrf, Field, FormErrors, Reason, type ReasonWanted, Select } from "../parts/components.tsx";
import { Check, TextArea } from "../parts/form_parts.tsx";
import { action, type FormState, type Page, type PageContext } from "../parts/page.tsx";

/** The field in which a person confirms a destructive action. */
export const CONFIRMATION = "serial_number";

/** The field of an argument. */
export function Argument({ field, state }: { field: FormField; state: FormState | undefined }) {
  const { name, label, required, help } = field;
  const same = { name, label, required, state, ...(help === undefined ? {} : { help }) };
  switch (field.kind) {
    case "check":
      return <Check {...same} value={false} />;
    case "choice": {
      const { options } = field;
      return <Select {...same} options={required ? options : [["", ""], ...options]} />;
    }
    case "lines":
      return <TextArea {...same} />;
    case "number": {
      const { min, max, whole } = field;
      return (
        <Field
          {...same}
          type="number"
          {...(whole ? {} : { step: "any" as const })}
          {...(min === undefined ? {} : { min })}
          {...(max === undefined ? {} : { max })}
        />
      );
    }
    case "text": {
      const { pattern, maxlength, digits, secret } = field;
      return (
        <Field
          {...same}
          {...(pattern === undefined ? {} : { pattern })}
          {...(digits ? { inputmode: "numeric" as const } : {})}
          {...(secret ? { autocomplete: "off" } : {})}
          {...(maxlength === undefined ? {} : { maxlength })}
        />
      );
    }
  }
}

function Sending(
  { command, form, target, path, context, state, reason }: {
    command: AnyCommand;
    form: CommandForm;
    target: CommandTarget;
    path: string;
    context: PageContext;
    state: FormState | undefined;
    reason: ReasonWanted;
  },
) {
  const obstacle = command.invalidFor(target);
  if (obstacle !== null && form.onlyWhereValid === true) return null;
  if (obstacle !== null) return <p class="faint small">{`${form.label}: ${obstacle}.`}</p>;
  // Whether a custom command is destructive is known when it is sent.
  const asked = isDestructive(command)
    ? reason
    : command.requestTypeOf !== undefined && reason !== "none"
    ? "optional"
    : "none";
  const danger = form.danger === true ? { class: "danger" } : {};
  return (
    <details {...danger} open={state !== undefined}>
      <summary>{`${form.label}…`}</summary>
      <form class="stack" method="post" action={path}>
        <Csrf context={context} />
        <input type="hidden" name="action" value={command.name} />
        <FormErrors state={state} />
        {form.warning === undefined ? null : <p>{form.warning}</p>}
        {form.danger === true
          ? <Field name={CONFIRMATION} label="Serial number, to confirm" required autocomplete="off" state={state} />
          : null}
        {formFields(command, target).map((field) => <Argument field={field} state={state} />)}
        {command.requestTypeOf === undefined ? null : (
          <Field
            name={CONFIRMATION}
            label="Serial number, to confirm"
            help="Only for commands that destroy something or take the device away from its user."
            autocomplete="off"
            state={state}
          />
        )}
        <Reason wanted={asked} state={state} />
        <button type="submit" {...danger}>{form.button}</button>
      </form>
    </details>
  );
}

/** The forms of the commands that the person may send; `state` has the errors of the last submitted one. */
export function CommandForms(
  { device, context, state, reason }: {
    device: DeviceView;
    context: PageContext;
    state: FormState | undefined;
    reason: ReasonWanted;
  },
) {
  return (
    <>
      {commandsWith("form").filter(({ command, part }) =>
        part.among !== "all" && context.may(part.permission) && mayCommand(context.by.actor, command.name)
      ).map(({ command, part }) => (
        <Sending
          command={command}
          form={part}
          target={targetOf(device)}
          path={`/devices/${device.id}/${part.path}/`}
          context={context}
          reason={reason}
          state={state?.values.text("action") === command.name ? state : undefined}
        />
      ))}
    </>
  );
}

/** Mounts the actions of the forms. `again` shows the device's page with the errors. */
export function mountCommandForms(
  app: Hono<AppEnv>,
  again: (context: PageContext, state: FormState) => Promise<Page>,
): void {
  for (const { command, part } of commandsWith("form")) {
    action(app, `/devices/:id/${part.path}/`, part.permission, async (context, form) => {
      const device = await findDevice(context.runtime.sql, context.deviceId());
      if (device === undefined) throw problem("not-found");
      const fields = argumentsOf(formFields(command, targetOf(device)), form);
      const danger = part.danger === true || namesOf(command, fields).some((name) => catalogueEntry(name)?.danger);
      if (danger && form.text(CONFIRMATION) !== device.serialNumber) {
        throw invalid({ [CONFIRMATION]: [`This is not the serial number of this device, ${device.serialNumber}.`] });
      }
      // The page may be older than the device's state.
      const reason = whyNotSent(device, command.name);
      if (reason !== null) throw problem("refused", `${reason}.`);
      await sendCommand(context.runtime, context.by, device.id, command.name, fields);
      return `/devices/${device.id}/?done=queued`;
    }, again);
  }
}
