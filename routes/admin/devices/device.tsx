/**
 * One device: its inventory, its commands with their timeline, and its actions.
 *
 * @module
 */

import type { Hono } from "hono";
import { listBlueprints } from "../../../db/blueprints/blueprints.ts";
import { type DeviceView, findDevice } from "../../../db/devices/device_views.ts";
import type { DeviceId } from "../../../db/ids.ts";
import { tagsThatCount } from "../../../db/tags/effective_tag_views.ts";
import { RELEASES } from "../../../src/ade/explain_setup.ts";
import { blockDevice, pokeDevice } from "../../../src/devices/actions.ts";
import { approvalSettings, reasonWanted } from "../../../src/approvals/settings.ts";
import { collectInventory } from "../../../src/devices/collect_inventory.ts";
import { confirmHardware } from "../../../src/devices/confirm_hardware.ts";
import { deleteDevice, restoreDevice } from "../../../src/devices/deletion.ts";
import { discardSuccessor } from "../../../src/devices/successors.ts";
import { problem } from "../../../src/errors.ts";
import type { AppEnv } from "../../context.ts";
import { ActionButton, Chip, Expiry, Fact, Time, yesNo } from "../parts/components.tsx";
import { under } from "../parts/crumbs.ts";
import { DeviceLicences } from "../apps/store_apps.tsx";
import { Live, mountLive, type Part, Reload } from "../parts/live.tsx";
import { SoftwareUpdate } from "./update.tsx";
import { action, type FormState, type Page, page, type PageContext } from "../parts/page.tsx";
import { Actions, Deleted } from "./actions.tsx";
import { Aftermath } from "./aftermath.tsx";
import { Artifacts, DeviceGroups, StatusItems } from "./artifacts.tsx";
import { ActivationLock, mountActivationLock } from "./activation_lock.tsx";
import { mountCommandForms } from "./command_forms.tsx";
import { COMMANDS } from "./commands.tsx";
import { BlueprintForm } from "./desired.tsx";
import { DeviceState } from "./list.tsx";
import { SetupNote } from "./setup_note.tsx";
import { mountSecrets, Secrets } from "./secrets.tsx";
import { LostMode, mountLostMode } from "./lost_mode.tsx";
import { mountAnswers } from "./answers.tsx";
import { nameOfUser } from "./recipient.ts";
import { mountSend } from "./send.tsx";
import { mountDeviceUser } from "./user.tsx";
import { Inventory, Plan } from "./sections.tsx";

async function mustFind({ runtime }: PageContext, id: DeviceId): Promise<DeviceView> {
  const device = await findDevice(runtime.sql, id);
  if (device === undefined) throw problem("not-found");
  return device;
}

const STATE: Part = {
  name: "state",
  async view(context) {
    const device = await mustFind(context, context.deviceId());
    const now = context.runtime.clock.now();
    const tags = await tagsThatCount(context.runtime.sql, device.id);
    return (
      <p>
        <DeviceState device={device} now={now} /> {tags.map((tag) => <Chip>{tag.name}</Chip>)}{" "}
        <span class="faint">
          Last check-in <Time at={device.lastSeenAt} now={now} />
        </span>
      </p>
    );
  },
};

const NOTE: Part = {
  name: "note",
  async view(context) {
    const device = await mustFind(context, context.deviceId());
    return (
      <>
        {await Aftermath({ device, context })}
        {await LostMode({ device, context })}
      </>
    );
  },
};

const ARTIFACTS: Part = {
  name: "artifacts",
  view: async (context) => await Artifacts({ device: await mustFind(context, context.deviceId()), context }),
};

async function devicePage(context: PageContext, id: DeviceId, state?: FormState): Promise<Page> {
  const device = await mustFind(context, id);
  const { sql, clock } = context.runtime;
  const now = clock.now();
  const settings = await approvalSettings(sql);
  const blueprints = await listBlueprints(sql, { limit: 500, offset: 0 });
  // A form that is shown again has an address of its own.
  const here = { ...context, url: new URL(`/devices/${id}/`, context.url) };
  const blueprint = blueprints.rows.find((one) => one.id === device.blueprintId);
  return {
    title: device.name || device.serialNumber,
    parents: under("/devices/"),
    live: true,
    body: (
      <>
        {await Live({ part: STATE, context })}
        <Reload context={here} />
        <Deleted device={device} context={context} />
        {await Live({ part: NOTE, context })}
        {await SetupNote({ device, context })}
        {device.hardwareProven === false && device.checkoutAt === null
          ? (
            <div class="card" role="note">
              <p>
                <Chip tone="warn">Hardware not confirmed</Chip>{" "}
                This serial number or UDID was known before. Until you confirm the hardware, the device has only the
                tags of its enrollment, and none of the tags, values or profiles of the hardware.
              </p>
              {context.may("mdm.change_enrollmentclaim")
                ? (
                  <ActionButton
                    context={context}
                    action={`/devices/${id}/confirm-hardware/`}
                    label="Confirm hardware"
                    tone="plain"
                    confirm="Confirm that this device is this hardware? It gets the tags, values and profiles of its serial number."
                  />
                )
                : null}
            </div>
          )
          : null}
        <div class="columns">
          <section class="card" aria-labelledby="hardware">
            <h3 id="hardware">Device</h3>
            <dl class="facts">
              <Fact name="Serial number">
                <code class="serial">{device.serialNumber}</code>
              </Fact>
              <Fact name="UDID">
                <code>{device.udid}</code>
              </Fact>
              <Fact name="Model">{device.model}</Fact>
              <Fact name="OS version">
                {`${device.platform ?? ""} ${device.osVersion ?? ""} ${device.osVersionExtra ?? ""}`.trim()}
              </Fact>
              <Fact name="Build">{device.buildVersionExtra || device.buildVersion}</Fact>
              <Fact name="Apple silicon">{yesNo(device.appleSilicon)}</Fact>
              <Fact name="Supervised">{yesNo(device.supervised)}</Fact>
              <Fact name="FileVault">
                {device.filevaultEnabled === null
                  ? ""
                  : `${device.filevaultEnabled ? "on" : "off"}${
                    device.escrowed.includes("filevault_prk") ? ", recovery key escrowed" : ""
                  }`}
              </Fact>
              <Fact name="Users">
                {device.users.length === 0 ? "none known" : device.users.map((user, i) => (
                  <>
                    {i === 0 ? "" : ", "}
                    {context.may("mdm.view_enrolleduser")
                      ? <a href={`/devices/${id}/users/${user.id}/`}>{nameOfUser(user)}</a>
                      : nameOfUser(user)}
                  </>
                ))}
              </Fact>
            </dl>
          </section>
          <section class="card" aria-labelledby="management">
            <h3 id="management">Management</h3>
            <dl class="facts">
              <Fact name="Last check-in">
                <Time at={device.lastSeenAt} now={now} />
                {device.lastIp === null ? "" : ` from ${device.lastIp}`}
              </Fact>
              <Fact name="Last push">
                <Time at={device.lastNotifiedAt} now={now} />
              </Fact>
              <Fact name="Identity expires">
                <Expiry at={device.certNotValidAfter} now={now} />
              </Fact>
              <Fact name="Bootstrap token">{device.bootstrapTokenEscrowed === true ? "escrowed" : "none"}</Fact>
              <Fact name="Blueprint">{blueprint?.name ?? "none"}</Fact>
              {device.releasedAt === null ? null : (
                <Fact name="Setup Assistant">
                  {`${RELEASES[device.releasedBecause ?? "device"]} `}
                  <Time at={device.releasedAt} now={now} />
                </Fact>
              )}
              {device.checkoutAt === null || device.suspended === true ? null : (
                <Fact name="Unenrolled">
                  <Time at={device.checkoutAt} now={now} />
                </Fact>
              )}
            </dl>
            {await BlueprintForm({ device, context })}
          </section>
        </div>
        <Actions
          device={device}
          context={context}
          state={state}
          reason={reasonWanted(settings, "destructive_commands")}
        />
        {await Secrets({ device, context })}
        <ActivationLock device={device} context={context} state={state} />
        {await SoftwareUpdate({ device, context })}
        {await Live({ part: COMMANDS, context })}
        {await Live({ part: ARTIFACTS, context })}
        {await DeviceLicences({ device, context })}
        {await Plan({ device, context })}
        {await StatusItems({ device, context })}
        {await DeviceGroups({ device, context })}
        {await Inventory({ device, context })}
        {context.may("events.view_event")
          ? (
            <p>
              <a href={`/devices/${id}/feed/`}>History and upcoming actions</a>
            </p>
          )
          : null}
      </>
    ),
  };
}

/** Mounts the page and the actions of its forms. */
export function mountDevice(app: Hono<AppEnv>): void {
  mountAnswers(app);
  mountSecrets(app);
  mountSend(app);
  mountDeviceUser(app);
  mountLostMode(app);
  mountActivationLock(app, (context, state) => devicePage(context, context.deviceId(), state));
  page(app, "/devices/:id/", "mdm.view_enrolleddevice", (context) => devicePage(context, context.deviceId()));
  mountLive(app, "/devices/:id/", "mdm.view_enrolleddevice", [STATE, NOTE, COMMANDS, ARTIFACTS]);
  mountCommandForms(app, (context, state) => devicePage(context, context.deviceId(), state));
  const done = (context: PageContext, code: string) => `/devices/${context.deviceId()}/?done=${code}`;

  action(app, "/devices/:id/poke/", "mdm.change_enrolleddevice", async (context) => {
    await pokeDevice(context.runtime, context.by, context.deviceId());
    return done(context, "poked");
  });
  action(app, "/devices/:id/block/", "mdm.change_enrolleddevice", async (context) => {
    await blockDevice(context.runtime, context.by, context.deviceId(), true);
    return done(context, "blocked");
  });
  action(app, "/devices/:id/unblock/", "mdm.change_enrolleddevice", async (context) => {
    await blockDevice(context.runtime, context.by, context.deviceId(), false);
    return done(context, "unblocked");
  });
  action(app, "/devices/:id/delete/", "mdm.delete_enrolleddevice", async (context) => {
    await deleteDevice(context.runtime, context.by, context.deviceId());
    return done(context, "deleted");
  });
  action(app, "/devices/:id/restore/", "mdm.delete_enrolleddevice", async (context) => {
    await restoreDevice(context.runtime, context.by, context.deviceId());
    return done(context, "restored");
  });
  action(app, "/devices/:id/confirm-hardware/", "mdm.change_enrollmentclaim", async (context) => {
    await confirmHardware(context.runtime, context.by, context.deviceId());
    return done(context, "confirmed");
  });
  action(app, "/devices/:id/discard-successor/", "mdm.change_enrollmentclaim", async (context) => {
    await discardSuccessor(context.runtime, context.by, context.deviceId());
    return done(context, "discarded");
  });
  action(app, "/devices/:id/collect/", "mdm.add_devicecommand", async (context) => {
    await collectInventory(context.runtime, context.by, context.deviceId());
    return `/devices/${context.deviceId()}/?done=collecting#inventory`;
  });
}
