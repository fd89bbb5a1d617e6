/**
 * What can be done to a device: a form for each action.
 *
 * @module
 */

import type { Child } from "hono/jsx";
import type { DeviceView } from "../../../db/devices/device_views.ts";
import type { CommandTarget } from "../../../src/commands/command.ts";
import { hasEraseChoices, needsErasePin } from "../../../src/commands/erase_device.ts";
import { commandNamed } from "../../../src/commands/registry.ts";
import { targetOf } from "../../../src/devices/actions.ts";
import { restorableUntil } from "../../../src/devices/state.ts";
import { ActionButton, Csrf, dayOf, Field, FormErrors } from "../parts/components.tsx";
import type { FormState, PageContext } from "../parts/page.tsx";

/** What became of a deleted device, with the button that restores it. */
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

/** What an operator confirms: what happens to which device. */
function deletionQuestion(device: DeviceView, { runtime: { config, clock } }: PageContext): string {
  const now = clock.now();
  const until = dayOf(restorableUntil(now, config), now);
  const stays = device.checkoutAt === null && device.channelId !== null
    ? "stays enrolled, is not managed any more, and "
    : "";
  return `Delete ${device.name || device.serialNumber}? It ${stays}can be restored until ${until}.`;
}

/** What a command of the registry needs, or why the device does not take it. */
function Offered(
  { name, label, target, children }: { name: string; label: string; target: CommandTarget; children: Child },
) {
  const reason = commandNamed(name)?.invalidFor(target) ?? null;
  return reason === null ? <>{children}</> : <p class="faint small">{`${label}: ${reason}.`}</p>;
}

const Pin = ({ help, state }: { help: string; state: FormState | undefined }) => (
  <Field
    name="pin"
    label="PIN"
    required
    pattern="[0-9]{6}"
    inputmode="numeric"
    autocomplete="off"
    maxlength={6}
    help={help}
    state={state}
  />
);

const Choice = ({ name, label, state }: { name: string; label: string; state: FormState | undefined }) => (
  <label>
    <input type="checkbox" name={name} checked={state?.values.has(name) === true} /> {label}
  </label>
);

/** The actions that the person may take on a device in its state; `state` is what was wrong with the last one. */
export function Actions(
  { device, context, state }: { device: DeviceView; context: PageContext; state: FormState | undefined },
) {
  const path = (name: string) => `/devices/${device.id}/${name}/`;
  const here = device.checkoutAt === null && device.channelId !== null;
  const mac = device.platform === "macOS";
  const target = targetOf(device);
  const failed = (name: string) => state?.values.text("action") === name ? state : undefined;
  return (
    <section aria-labelledby="actions">
      <h2 id="actions">Actions</h2>
      <div class="actions">
        {here && context.may("mdm.change_enrolleddevice")
          ? <ActionButton context={context} action={path("poke")} label="Push now" tone="plain" />
          : null}
        {here && context.may("mdm.add_devicecommand")
          ? (
            <>
              <Offered name="DeviceLock" label="Lock" target={target}>
                <details open={failed("DeviceLock") !== undefined}>
                  <summary>Lock…</summary>
                  <form class="stack" method="post" action={path("lock")}>
                    <Csrf context={context} />
                    <input type="hidden" name="action" value="DeviceLock" />
                    <FormErrors state={failed("DeviceLock")} />
                    {mac
                      ? (
                        <Pin
                          help="Six digits. The PIN unlocks the Mac. The server stores it."
                          state={failed("DeviceLock")}
                        />
                      )
                      : null}
                    <Field name="message" label="Message" maxlength={255} state={failed("DeviceLock")} />
                    <Field name="phone_number" label="Phone number" maxlength={15} state={failed("DeviceLock")} />
                    <button type="submit">Lock device</button>
                  </form>
                </details>
              </Offered>
              <Offered name="RestartDevice" label="Restart" target={target}>
                <details>
                  <summary>Restart…</summary>
                  <form class="stack" method="post" action={path("restart")}>
                    <Csrf context={context} />
                    <p>The user may lose unsaved work.</p>
                    <button type="submit">Restart device</button>
                  </form>
                </details>
              </Offered>
              <details open={failed("CustomCommand") !== undefined}>
                <summary>Custom command…</summary>
                <form class="stack" method="post" action={path("custom")}>
                  <Csrf context={context} />
                  <input type="hidden" name="action" value="CustomCommand" />
                  <FormErrors state={failed("CustomCommand")} />
                  <label class="field">
                    <span>Command</span>
                    <textarea name="command" required spellcheck={false}>
                      {failed("CustomCommand")?.values.raw("command") ?? ""}
                    </textarea>
                    <small>A property list with RequestType, as Apple documents it.</small>
                    {(failed("CustomCommand")?.errors.command ?? []).map((text) => <span class="error">{text}</span>)}
                  </label>
                  <button type="submit">Send</button>
                </form>
              </details>
              <Offered name="EraseDevice" label="Erase" target={target}>
                <details class="danger" open={failed("EraseDevice") !== undefined}>
                  <summary>Erase…</summary>
                  <form class="stack" method="post" action={path("erase")}>
                    <Csrf context={context} />
                    <input type="hidden" name="action" value="EraseDevice" />
                    <FormErrors state={failed("EraseDevice")} />
                    <p>Everything on the device is deleted. This cannot be undone.</p>
                    <Field
                      name="serial_number"
                      label="Serial number, to confirm"
                      required
                      autocomplete="off"
                      state={failed("EraseDevice")}
                    />
                    {hasEraseChoices(target)
                      ? (
                        <>
                          <Choice
                            name="preserve_data_plan"
                            label="Keep the cellular data plan"
                            state={failed("EraseDevice")}
                          />
                          <Choice
                            name="disallow_proximity_setup"
                            label="Do not offer Quick Start from a nearby device"
                            state={failed("EraseDevice")}
                          />
                        </>
                      )
                      : needsErasePin(target)
                      ? (
                        <Pin
                          help="Six digits. The Mac asks for this PIN after it is erased."
                          state={failed("EraseDevice")}
                        />
                      )
                      : null}
                    <button type="submit" class="danger">Erase device</button>
                  </form>
                </details>
              </Offered>
            </>
          )
          : null}
        {context.may("mdm.change_enrolleddevice") && (device.deletedAt === null || device.blockedAt !== null)
          ? device.blockedAt === null
            ? (
              <ActionButton
                context={context}
                action={path("block")}
                label="Block"
                tone="danger"
                confirm="Block the device? It is released from management at its next check-in."
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
            />
          )
          : null}
      </div>
    </section>
  );
}
