/**
 * The actions on a device: a form for each.
 *
 * @module
 */

import type { DeviceView } from "../../../db/devices/device_views.ts";
import { restorableUntil } from "../../../src/devices/state.ts";
import { ActionButton, dayOf, type ReasonWanted } from "../parts/components.tsx";
import type { FormState, PageContext } from "../parts/page.tsx";
import { CommandForms } from "./command_forms.tsx";

/** The state of a deleted device, with the button that restores it. */
export function Deleted({ device, context }: { device: DeviceView; context: PageContext }) {
  const { deletedAt } = device;
  if (deletedAt === null) return null;
  const { config, clock } = context.runtime;
  const now = clock.now();
  const until = restorableUntil(deletedAt, config);
  const by = device.deletedBy === "" ? "" : ` by ${device.deletedBy}`;
  return (
    <div class="card" role="note">
      {device.purgeBeganAt !== null || until <= now
        ? (
          <p>
            {`Deleted on ${dayOf(deletedAt, now)}${by}. Its data has been removed; events and escrowed secrets stay.`}
          </p>
        )
        : (
          <>
            <p>
              {`Deleted on ${dayOf(deletedAt, now)}${by}. `}
              {device.suspended === true ? "It is still enrolled, and is not managed. " : ""}
              {`It can be restored until ${dayOf(until, now)}; then its data is removed.`}
            </p>
            {context.may("mdm.delete_enrolleddevice")
              ? (
                <ActionButton
                  context={context}
                  action={`/devices/${device.id}/restore/`}
                  label="Restore"
                  tone="plain"
                />
              )
              : null}
          </>
        )}
    </div>
  );
}

/** The question that an operator confirms: the effect on the device. */
function deletionQuestion(device: DeviceView, { runtime: { config, clock } }: PageContext): string {
  const now = clock.now();
  const until = dayOf(restorableUntil(now, config), now);
  const stays = device.checkoutAt === null && device.channelId !== null
    ? "stays enrolled, is not managed any more, and "
    : "";
  return `Delete ${device.name || device.serialNumber}? It ${stays}can be restored until ${until}.`;
}

/** The actions that the person may take on a device in its state; `state` has the errors of the last one. */
export function Actions(
  { device, context, state, reason }: {
    device: DeviceView;
    context: PageContext;
    state: FormState | undefined;
    reason: ReasonWanted;
  },
) {
  const path = (name: string) => `/devices/${device.id}/${name}/`;
  const here = device.checkoutAt === null && device.channelId !== null;
  return (
    <section aria-labelledby="actions">
      <h2 id="actions">Actions</h2>
      <div class="actions">
        {here && context.may("mdm.change_enrolleddevice")
          ? <ActionButton context={context} action={path("poke")} label="Push now" tone="plain" />
          : null}
        {here ? <CommandForms device={device} context={context} state={state} reason={reason} /> : null}
        {here && context.may("mdm.add_devicecommand")
          ? <a class="button plain" href={path("send")}>More commands</a>
          : null}
        {context.may("mdm.change_enrolleddevice") && (device.deletedAt === null || device.blockedAt !== null)
          ? device.blockedAt === null
            ? (
              <ActionButton
                context={context}
                action={path("block")}
                label="Block"
                tone="danger"
                confirm={`Block ${
                  device.name || device.serialNumber
                }? It is released from management at its next check-in.`}
                reason={reason}
              />
            )
            : <ActionButton context={context} action={path("unblock")} label="Unblock" tone="plain" />
          : null}
        {context.may("mdm.delete_enrolleddevice") && device.deletedAt === null
          ? (
            <ActionButton
              context={context}
              action={path("delete")}
              label="Delete"
              tone="danger"
              confirm={deletionQuestion(device, context)}
              reason={reason}
            />
          )
          : null}
      </div>
    </section>
  );
}
