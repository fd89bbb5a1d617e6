/**
 * The facts that decide a device's desired state: its blueprint and its tags. Both can be previewed before they are
 * saved.
 *
 * @module
 */

import type { Hono } from "hono";
import { listBlueprints } from "../../../db/blueprints/blueprints.ts";
import { type DeviceView, findDevice } from "../../../db/devices/device_views.ts";
import { listTags, tagsOfDevice } from "../../../db/tags/tags.ts";
import { changeDeviceBlueprint } from "../../../src/devices/actions.ts";
import { deviceBlueprintInput } from "../../../src/devices/device_blueprint_input.ts";
import { problem } from "../../../src/errors.ts";
import { changeTags } from "../../../src/tags/device_tags.ts";
import { deviceTagsInput } from "../../../src/tags/device_tags_input.ts";
import { parseOrRefuse } from "../../api/parse.ts";
import type { AppEnv } from "../../context.ts";
import { Csrf, FormErrors, Select } from "../parts/components.tsx";
import { underDevice } from "../parts/crumbs.ts";
import { Errors } from "../parts/form_parts.tsx";
import type { FormState, PageContext } from "../parts/page.tsx";
import { mountChange, Previewed, SaveButtons } from "../parts/preview.tsx";

type FormProps = { device: DeviceView; context: PageContext; state?: FormState | undefined };

async function mustFind({ runtime, deviceId }: PageContext): Promise<DeviceView> {
  const device = await findDevice(runtime.sql, deviceId());
  if (device === undefined) throw problem("not-found");
  return device;
}

/** The device's blueprint, for users who may change it. */
export async function BlueprintForm({ device, context, state }: FormProps) {
  if (!context.may("mdm.change_enrolleddevice") || device.checkoutAt !== null) return null;
  const { rows } = await listBlueprints(context.runtime.sql, { limit: 500, offset: 0 });
  if (rows.length === 0) return null;
  return (
    <form class="stack" method="post" action={`/devices/${device.id}/blueprint/`}>
      <Csrf context={context} />
      <FormErrors state={state} />
      <Select
        name="blueprint"
        label="Change blueprint"
        value={String(device.blueprintId ?? "")}
        options={[["", "None"], ...rows.map((one) => [String(one.id), one.name] as const)]}
        state={state}
      />
      <SaveButtons label="Change" />
    </form>
  );
}

const mayTag = ({ may }: PageContext): boolean => may("inventory.add_machinetag") && may("inventory.delete_machinetag");

/** The device's tags, for users who may change them. */
export async function TagsForm({ device, context, state }: FormProps) {
  if (!mayTag(context)) return null;
  const { sql } = context.runtime;
  const { rows } = await listTags(sql, { limit: 500, offset: 0 });
  if (rows.length === 0) return null;
  const mine = new Set(state?.values.ids("tag") ?? (await tagsOfDevice(sql, device.serialNumber)).map(({ id }) => id));
  return (
    <form class="stack" method="post" action={`/devices/${device.id}/tags/`}>
      <Csrf context={context} />
      <FormErrors state={state} />
      <fieldset>
        <legend>Tags</legend>
        {rows.map((tag) => (
          <label class="check">
            <input type="checkbox" name="tag" value={String(tag.id)} checked={mine.has(tag.id)} /> {tag.name}
          </label>
        ))}
        <Errors name="tag" path="tags" state={state} />
      </fieldset>
      <SaveButtons label="Save tags" />
    </form>
  );
}

const nameOf = (device: DeviceView): string => device.name || device.serialNumber;

/** Mounts the pages of both forms; the device's own page shows them too. */
export function mountDeviceDesired(app: Hono<AppEnv>): void {
  mountChange(app, "/devices/:id/blueprint/", {
    needs: "mdm.change_enrolleddevice",
    async read(context, form) {
      const id = context.deviceId();
      const { blueprint } = await parseOrRefuse(deviceBlueprintInput, { blueprint: form.pkOrNull("blueprint") });
      return async (runtime) => {
        await changeDeviceBlueprint(runtime, context.by, id, blueprint);
        return `/devices/${id}/?done=saved`;
      };
    },
    async show(context, state, preview) {
      const device = await mustFind(context);
      return {
        title: `Blueprint of ${nameOf(device)}`,
        parents: underDevice(device),
        body: (
          <>
            <Previewed preview={preview} context={context}>
              {await BlueprintForm({ device, context, state })}
            </Previewed>
          </>
        ),
      };
    },
  });
  mountChange(app, "/devices/:id/tags/", {
    needs: "inventory.add_machinetag",
    async read(context, form) {
      if (!context.may("inventory.delete_machinetag")) throw problem("permission-denied");
      const { id, serialNumber } = await mustFind(context);
      const { tags } = await parseOrRefuse(deviceTagsInput, { tags: form.pks("tag") });
      const change = { action: "set", serialNumbers: [serialNumber], tagIds: tags } as const;
      return async (runtime) => {
        await changeTags(runtime, context.by, change);
        return `/devices/${id}/?done=saved`;
      };
    },
    async show(context, state, preview) {
      const device = await mustFind(context);
      return {
        title: `Tags of ${nameOf(device)}`,
        parents: underDevice(device),
        body: (
          <>
            <Previewed preview={preview} context={context}>
              {await TagsForm({ device, context, state })}
            </Previewed>
          </>
        ),
      };
    },
  });
}
