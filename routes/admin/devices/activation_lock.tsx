/**
 * The Activation Lock on a device's page: the organization's lock, and the removal of any whose code is stored.
 *
 * @module
 */

import type { Hono } from "hono";
import { type DeviceView, findDevice } from "../../../db/devices/device_views.ts";
import { lockActivation, unlockActivation } from "../../../src/ade/activation_lock.ts";
import { lostMessage } from "../../../src/ade/lost_message.ts";
import { invalid, problem } from "../../../src/errors.ts";
import type { AppEnv } from "../../context.ts";
import { ActionButton, Csrf, Field, FormErrors } from "../parts/components.tsx";
import { action, type FormState, type Page, type PageContext } from "../parts/page.tsx";
import { CONFIRMATION } from "./command_forms.tsx";

const RIGHT = "mdm.add_devicecommand";
const ACTION = "activation-lock";

/** Whether Apple can lock a device to the organization. */
const canLock = ({ platform, depEnrollment, deletedAt }: DeviceView): boolean =>
  (platform === "iOS" || platform === "iPadOS") && depEnrollment === true && deletedAt === null;

const hasCode = ({ escrowed }: DeviceView): boolean =>
  escrowed.includes("activation_lock_bypass_code") || escrowed.includes("activation_lock_organization_code");

/** The actions; nothing for devices without a code that cannot be locked. */
export function ActivationLock(
  { device, context, state }: { device: DeviceView; context: PageContext; state: FormState | undefined },
) {
  if (!context.may(RIGHT) || (!canLock(device) && !hasCode(device))) return null;
  const own = state?.values.text("action") === ACTION ? state : undefined;
  const path = `/devices/${device.id}/activation-lock/`;
  return (
    <section aria-labelledby="activation-lock">
      <h2 id="activation-lock">Activation Lock</h2>
      {hasCode(device)
        ? (
          <>
            <p>Apple removes the lock of this device if one of its stored bypass codes is the right one.</p>
            <ActionButton context={context} action={`${path}remove/`} label="Remove Activation Lock" tone="plain" />
          </>
        )
        : null}
      {canLock(device)
        ? (
          <details class="danger" open={own !== undefined}>
            <summary>Lock to the organization…</summary>
            <form class="stack" method="post" action={path}>
              <Csrf context={context} />
              <input type="hidden" name="action" value={ACTION} />
              <FormErrors state={own} />
              <p>After it is erased, nobody can activate the device without the bypass code, which is escrowed.</p>
              <Field name={CONFIRMATION} label="Serial number, to confirm" required autocomplete="off" state={own} />
              <Field name="lost_message" label="Message on the device" maxlength={255} state={own} />
              <button type="submit" class="danger">Turn on Activation Lock</button>
            </form>
          </details>
        )
        : null}
    </section>
  );
}

/** Mounts the actions. `again` shows the device's page with the errors. */
export function mountActivationLock(
  app: Hono<AppEnv>,
  again: (context: PageContext, state: FormState) => Promise<Page>,
): void {
  action(app, "/devices/:id/activation-lock/", RIGHT, async (context, form) => {
    const device = await findDevice(context.runtime.sql, context.deviceId());
    if (device === undefined) throw problem("not-found");
    if (form.text(CONFIRMATION) !== device.serialNumber) {
      throw invalid({ [CONFIRMATION]: [`This is not the serial number of this device, ${device.serialNumber}.`] });
    }
    const message = lostMessage.safeParse(form.text("lost_message"));
    if (!message.success) throw invalid({ lost_message: message.error.issues.map((issue) => issue.message) });
    await lockActivation(context.runtime, context.by, device.id, message.data);
    return `/devices/${device.id}/?done=activation_locked`;
  }, again);
  action(app, "/devices/:id/activation-lock/remove/", RIGHT, async (context) => {
    const id = context.deviceId();
    await unlockActivation(context.runtime, context.by, id);
    return `/devices/${id}/?done=activation_unlocked`;
  }, again);
}
