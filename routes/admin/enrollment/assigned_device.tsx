/**
 * One device of a virtual server: where it stands and why, its enrollment, and the end of its ownership.
 *
 * @module
 */

import type { Hono } from "hono";
import { depDevicesOfSerialNumber, type DepDeviceView, findDepDevice } from "../../../db/ade/device_views.ts";
import { findDevice } from "../../../db/devices/device_views.ts";
import { findVirtualServer, listEnrollmentsOfServer } from "../../../db/ade/virtual_servers.ts";
import { depDeviceInput } from "../../../src/ade/dep_device_input.ts";
import { assignDevice, disownDevice, refreshDevice } from "../../../src/ade/devices.ts";
import { explainDevice, type Explained } from "../../../src/ade/explain_device.ts";
import { explainSetup } from "../../../src/ade/explain_setup.ts";
import { tokenVerdict } from "../../../src/ade/health.ts";
import { invalid, Problem, problem, refused } from "../../../src/errors.ts";
import { closedGates } from "../../../src/planner/closed_gates.ts";
import { parseOrRefuse } from "../../api/parse.ts";
import type { AppEnv } from "../../context.ts";
import { ActionButton, Csrf, Fact, Field, FormErrors, Select, Time } from "../parts/components.tsx";
import { under } from "../parts/crumbs.ts";
import { action, type FormState, type Page, page, type PageContext } from "../parts/page.tsx";
import { ProfileChips, SetupChip } from "./assigned_devices.tsx";

const VIEW = "mdm.view_depdevice";
const CHANGE = "mdm.change_depdevice";
const DISOWN = "mdm.disown_depdevice";

/** Returns the device of the address, and its rows at other servers. */
async function mustFind({ runtime, id }: PageContext): Promise<{ device: DepDeviceView; others: DepDeviceView[] }> {
  const row = await findDepDevice(runtime.sql, id());
  if (row === undefined) throw problem("not-found");
  const all = await depDevicesOfSerialNumber(runtime.sql, row.serialNumber);
  const device = all.find((one) => one.id === row.id);
  if (device === undefined) throw problem("not-found");
  return { device, others: all.filter((one) => one.id !== row.id) };
}

function Explanation({ steps }: { steps: readonly Explained[] }) {
  return (
    <ul class="attention" aria-label="Where it stands">
      {steps.map(({ text, tone }) => <li class={tone === "good" ? "fine" : tone === "bad" ? "urgent" : ""}>{text}</li>)}
    </ul>
  );
}

/** What the device lacks while it waits in Setup Assistant. */
async function gatesOf({ setupStep, enrolledDeviceId }: DepDeviceView, { runtime }: PageContext): Promise<string[]> {
  if (setupStep !== "waiting" || enrolledDeviceId === null) return [];
  const enrolled = await findDevice(runtime.sql, enrolledDeviceId);
  if (enrolled === undefined || enrolled.channelId === null) return [];
  const gates = await closedGates(runtime.sql, runtime, enrolled.channelId);
  return gates.map(({ subject, evidence }) => `${subject} (${evidence})`);
}

function AssignForm({ device, enrollments, context, state }: {
  device: DepDeviceView;
  enrollments: readonly { id: number; name: string }[];
  context: PageContext;
  state: FormState | undefined;
}) {
  return (
    <section>
      <h2>Enrollment</h2>
      {enrollments.length === 0
        ? <p>{`There is no enrollment for ${device.virtualServerName} yet. Create one first.`}</p>
        : (
          <form class="stack" method="post" action={`/assigned-devices/${device.id}/assign/`}>
            <Csrf context={context} />
            <FormErrors state={state} />
            <Select
              name="enrollment"
              label="Enrollment"
              value={String(device.enrollmentId ?? "")}
              options={enrollments.map(({ id, name }) => [String(id), name] as const)}
              help="A device takes it when it is set up. An enrolled device keeps what it has until it is erased."
              state={state}
            />
            <button type="submit">Assign enrollment</button>
          </form>
        )}
    </section>
  );
}

function DisownForm({ device, context, state }: {
  device: DepDeviceView;
  context: PageContext;
  state: FormState | undefined;
}) {
  return (
    <details>
      <summary>Give the device up</summary>
      <p>
        The organization then no longer owns the device at Apple. This cannot be undone here: only a reseller, or Apple
        Configurator with the device at hand, can add it again.
      </p>
      <form class="stack" method="post" action={`/assigned-devices/${device.id}/disown/`}>
        <Csrf context={context} />
        <Field
          name="serial_number"
          label={`Type ${device.serialNumber} to confirm`}
          required
          autocomplete="off"
          maxlength={64}
          state={state}
        />
        <button type="submit" class="danger">Give the device up</button>
      </form>
    </details>
  );
}

async function detailPage(context: PageContext, state?: FormState): Promise<Page> {
  const { sql, clock } = context.runtime;
  const { device, others } = await mustFind(context);
  const now = clock.now();
  const server = await findVirtualServer(sql, device.virtualServerId);
  if (server === undefined) throw problem("not-found");
  const isAssigned = (one: DepDeviceView) => one.lastOpType !== "deleted" && one.disownedAt === null;
  const steps = explainDevice(device, {
    token: tokenVerdict(server, now),
    defaultEnrollmentName: server.defaultEnrollmentName,
    elsewhere: others.filter(isAssigned).map(({ virtualServerName }) => virtualServerName),
    now,
  });
  if (isAssigned(device)) steps.push(explainSetup(device, { gates: await gatesOf(device, context), now }));
  const disowning = state?.values.has("serial_number") === true;
  const enrollments = context.may(CHANGE) ? await listEnrollmentsOfServer(sql, server.id) : [];
  return {
    title: device.serialNumber,
    parents: under("/assigned-devices/"),
    body: (
      <>
        <Explanation steps={steps} />
        <section class="card">
          <dl class="facts">
            <Fact name="At Apple">
              <ProfileChips device={device} now={now} />
            </Fact>
            <Fact name="Setup">
              <SetupChip device={device} />
            </Fact>
            <Fact name="Enrollment">{device.enrollmentName ?? "none"}</Fact>
            <Fact name="Virtual server">
              <a href={`/virtual-servers/${server.id}/`}>{server.name}</a>
            </Fact>
            <Fact name="Model">{device.model}</Fact>
            <Fact name="Description">{device.description}</Fact>
            <Fact name="Kind">{[device.deviceFamily, device.os].filter((one) => one !== "").join(", ")}</Fact>
            <Fact name="Color">{device.color}</Fact>
            <Fact name="Asset tag">{device.assetTag}</Fact>
            <Fact name="Assigned">
              <Time at={device.deviceAssignedDate} now={now} />
            </Fact>
            <Fact name="Assigned by">{device.deviceAssignedBy}</Fact>
            <Fact name="Profile id at Apple">
              <code>{device.profileUuid ?? "none"}</code>
            </Fact>
            <Fact name="Other virtual servers">
              {others.length === 0 ? "none" : others.map((one, index) => (
                <>
                  {index === 0 ? "" : ", "}
                  <a href={`/assigned-devices/${one.id}/`}>{one.virtualServerName}</a>
                </>
              ))}
            </Fact>
          </dl>
        </section>
        {!context.may("mdm.view_enrolleddevice") || device.enrolledDeviceId === null ? null : (
          <p>
            <a href={`/devices/${device.enrolledDeviceId}/`}>The device as it is enrolled here</a>
          </p>
        )}
        {!context.may("events.view_event") ? null : (
          <p>
            <a href={`/events/?serial_number=${encodeURIComponent(device.serialNumber)}`}>Events of the device</a>
          </p>
        )}
        {!context.may(CHANGE) ? null : (
          <>
            <ActionButton
              context={context}
              action={`/assigned-devices/${device.id}/refresh/`}
              label="Read from Apple again"
              tone="plain"
            />
            {isAssigned(device)
              ? <AssignForm {...{ device, enrollments, context, state: disowning ? undefined : state }} />
              : null}
          </>
        )}
        {context.may(DISOWN) && isAssigned(device)
          ? <DisownForm device={device} context={context} state={disowning ? state : undefined} />
          : null}
      </>
    ),
  };
}

/** Mounts the pages. */
export function mountAssignedDevice(app: Hono<AppEnv>): void {
  page(app, "/assigned-devices/:id/", VIEW, (context) => detailPage(context));
  action(app, "/assigned-devices/:id/assign/", CHANGE, async ({ runtime, by, id }, form) => {
    const { enrollment } = await parseOrRefuse(depDeviceInput, { enrollment: form.pk("enrollment") });
    try {
      const row = await assignDevice(runtime, by, id(), enrollment);
      return `/assigned-devices/${id()}/?done=${row.wantedEnrollmentId === null ? "assigned" : "assigning"}`;
    } catch (error) {
      // What Apple said is shown at the field.
      if (error instanceof Problem && error.details.body !== undefined) throw invalid({ enrollment: [error.message] });
      throw error;
    }
  }, detailPage);
  action(app, "/assigned-devices/:id/refresh/", CHANGE, async ({ runtime, by, id }) => {
    await refreshDevice(runtime, by, id());
    return `/assigned-devices/${id()}/?done=refreshed`;
  });
  action(app, "/assigned-devices/:id/disown/", DISOWN, async (context, form) => {
    const { device } = await mustFind(context);
    if (form.text("serial_number").toLowerCase() !== device.serialNumber.toLowerCase()) {
      throw invalid({ serial_number: [`This is not the serial number of the device, ${device.serialNumber}.`] });
    }
    const answer = await disownDevice(context.runtime, context.by, device.id);
    if ("error" in answer) throw refused(answer.error);
    if (answer.result !== "SUCCESS") throw refused(`Apple did not accept it: its answer is ${answer.result}.`);
    return `/assigned-devices/${device.id}/?done=disowned`;
  }, detailPage);
}
