/**
 * The custom values of a device. Secrets are written here and never shown.
 *
 * @module
 */

import type { Hono } from "hono";
import { type DeviceView, findDevice } from "../../../db/devices/device_views.ts";
import { findDeviceValues } from "../../../db/variables/device_values.ts";
import { changeDeviceValues } from "../../../src/devices/values.ts";
import { invalid, problem } from "../../../src/errors.ts";
import {
  type DeviceValuesInput,
  type DeviceValuesView,
  deviceValuesView,
} from "../../../src/variables/device_values.ts";
import { deviceValuesInput } from "../../../src/variables/device_values_input.ts";
import { looksSecret } from "../../../src/variables/secret_names.ts";
import { parseOrRefuse } from "../../api/parse.ts";
import type { AppEnv } from "../../context.ts";
import { Csrf } from "../parts/components.tsx";
import { underDevice } from "../parts/crumbs.ts";
import { Errors } from "../parts/form_parts.tsx";
import { action, type Form, type FormState, type Page, page, type PageContext } from "../parts/page.tsx";

/** Rows for new values. */
const NEW_ROWS = 2;

type Row = { name: string; value: string; secret: boolean; stored: boolean; remove: boolean };

/** As browsers send line ends. */
const lines = (text: string): string => text.replaceAll("\r\n", "\n").replaceAll("\r", "\n");

function rowsOf({ values, secrets }: DeviceValuesView): Row[] {
  const stored = [
    ...Object.entries(values).map(([name, value]) => ({ name, value, secret: false })),
    ...secrets.map((name) => ({ name, value: "", secret: true })),
  ].sort((one, other) => (one.name < other.name ? -1 : 1)).map((row) => ({ ...row, stored: true, remove: false }));
  const fresh = Array.from({ length: NEW_ROWS }, () => ({
    name: "",
    value: "",
    secret: false,
    stored: false,
    remove: false,
  }));
  return [...stored, ...fresh];
}

function typedRows(form: Form, { values, secrets }: DeviceValuesView): Row[] {
  const stored = new Set([...Object.keys(values), ...secrets]);
  return form.names().flatMap((field) => {
    const [, index] = /^name\.([0-9]{1,3})$/.exec(field) ?? [];
    if (index === undefined) return [];
    const name = form.text(field);
    return [{
      name,
      value: lines(form.raw(`value.${index}`)),
      secret: form.has(`secret.${index}`),
      stored: stored.has(name),
      remove: form.has(`remove.${index}`),
    }];
  });
}

/**
 * Returns the input of a form for a device with the values `stored`. Values that were added after the form was shown
 * are kept. Throws `invalid` on `values`; no sentence quotes a value.
 */
async function valuesOf(form: Form, stored: DeviceValuesView): Promise<DeviceValuesInput> {
  const rows = typedRows(form, stored).filter(({ name, value }) => name !== "" || value !== "");
  const faults: string[] = [];
  const seen = new Set<string>();
  const values: [string, string][] = [];
  const secrets: string[] = [];
  for (const row of rows) {
    const { name } = row;
    const before = Object.hasOwn(stored.values, name) ? stored.values[name] : undefined;
    const was = stored.secrets.includes(name);
    if (name === "") faults.push("One of the values has no name.");
    else if (seen.has(name)) faults.push(`${name} appears twice.`);
    seen.add(name);
    if (row.remove) continue;
    const secret = row.secret || (!row.stored && looksSecret(name));
    if (secret) secrets.push(name);
    if (row.value === "" && was) {
      if (!secret) faults.push(`To make ${name} visible, enter its value again. The server never shows secrets.`);
    } else if (row.value === "" && secret) continue;
    // A text with other line ends than a browser's is not changed by a form that only shows it.
    else values.push([name, before !== undefined && lines(before) === row.value ? before : row.value]);
  }
  if (faults.length > 0) throw invalid({ values: faults });
  const untouched = Object.entries(stored.values).filter(([name]) => !seen.has(name));
  return await parseOrRefuse(deviceValuesInput, {
    values: Object.fromEntries([...untouched, ...values]),
    secrets: [...stored.secrets.filter((name) => !seen.has(name)), ...secrets],
  });
}

function ValueRow({ row, index }: { row: Row; index: number }) {
  const label = row.name === "" ? "new value" : row.name;
  return (
    <tr>
      <td>
        {row.stored
          ? (
            <>
              <input type="hidden" name={`name.${index}`} value={row.name} />
              <span class="mono">{row.name}</span>
            </>
          )
          : (
            <input
              name={`name.${index}`}
              value={row.name}
              aria-label="Name of a new value"
              maxlength={64}
              pattern="[A-Z][A-Z0-9_]*"
              placeholder="ROOM"
              autocomplete="off"
              spellcheck={false}
            />
          )}
      </td>
      <td>
        <textarea
          name={`value.${index}`}
          rows={1}
          spellcheck={false}
          autocomplete="off"
          aria-label={`Value of ${label}`}
          {...(row.secret ? { class: "masked" } : {})}
          {...(row.secret && row.value !== ""
            ? { placeholder: "Enter it again", required: true }
            : row.secret && row.stored
            ? { placeholder: "Set" }
            : {})}
        >
          {`\n${row.secret ? "" : row.value}`}
        </textarea>
      </td>
      <td>
        <input
          type="checkbox"
          name={`secret.${index}`}
          value="1"
          checked={row.secret}
          aria-label={`${label} is a secret`}
        />
      </td>
      <td>
        {row.stored
          ? (
            <input
              type="checkbox"
              name={`remove.${index}`}
              value="1"
              checked={row.remove}
              aria-label={`Remove ${row.name}`}
            />
          )
          : null}
      </td>
    </tr>
  );
}

type FormProps = { device: DeviceView; context: PageContext; state?: FormState | undefined };

/** The values of a device, for operators who may change them. */
export async function ValuesForm({ device, context, state }: FormProps) {
  if (!context.may("mdm.change_enrolleddevice")) return null;
  const stored = deviceValuesView(await findDeviceValues(context.runtime.sql, device.serialNumber));
  const secrets = new Set(stored.secrets);
  // A secret that was typed is not shown either, not even when the form comes back.
  const typed = state === undefined ? undefined : typedRows(state.values, stored)
    .map((row) => ({ ...row, secret: row.secret || secrets.has(row.name) || (!row.stored && looksSecret(row.name)) }));
  const rows = typed ?? rowsOf(stored);
  return (
    <form class="stack" method="post" action={`/devices/${device.id}/values/`} autocomplete="off">
      <Csrf context={context} />
      <Errors name="values" state={state} />
      <Errors name="secrets" state={state} />
      <div class="scroll" role="region" aria-label="Custom values" tabindex={0}>
        <table>
          <caption>Custom values</caption>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Value</th>
              <th scope="col">Secret</th>
              <th scope="col">Remove</th>
            </tr>
          </thead>
          <tbody>{rows.map((row, index) => <ValueRow row={row} index={index} />)}</tbody>
        </table>
      </div>
      <small>
        A value ROOM makes $CUSTOM.ROOM read that text in profiles and declarations of this device. Secrets are sealed
        and never shown; leave one empty to keep it. New names such as WIFI_PASSWORD become secrets by themselves.
      </small>
      <button type="submit" class="plain">Save values</button>
    </form>
  );
}

async function mustFind(context: PageContext): Promise<DeviceView> {
  const device = await findDevice(context.runtime.sql, context.deviceId());
  if (device === undefined) throw problem("not-found");
  return device;
}

async function valuesPage(context: PageContext, state?: FormState): Promise<Page> {
  const device = await mustFind(context);
  return {
    parents: underDevice(device),
    title: `Custom values of ${device.name || device.serialNumber}`,
    body: (
      <>
        {await ValuesForm({ device, context, state })}
      </>
    ),
  };
}

/** Mounts the page of the form; the device's own page shows it too. */
export function mountDeviceValues(app: Hono<AppEnv>): void {
  page(app, "/devices/:id/values/", "mdm.change_enrolleddevice", (context) => valuesPage(context));
  action(app, "/devices/:id/values/", "mdm.change_enrolleddevice", async (context, form) => {
    const { id, serialNumber } = await mustFind(context);
    const stored = deviceValuesView(await findDeviceValues(context.runtime.sql, serialNumber));
    await changeDeviceValues(context.runtime, context.by, serialNumber, await valuesOf(form, stored));
    return `/devices/${id}/?done=saved`;
  }, valuesPage);
}
