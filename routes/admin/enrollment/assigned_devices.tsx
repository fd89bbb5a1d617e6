/**
 * The devices that Apple assigns to virtual servers: search, filter, and an enrollment for those that are selected.
 *
 * @module
 */

import type { Hono } from "hono";
import {
  type DepDeviceFilters,
  type DepDeviceView,
  listDeviceFamilies,
  searchDepDevices,
} from "../../../db/ade/device_views.ts";
import { SETUP_STEPS } from "../../../db/ade/setup_views.ts";
import { listEnrollmentChoices, listServerChoices } from "../../../db/ade/virtual_servers.ts";
import { depDevicesInput } from "../../../src/ade/dep_device_input.ts";
import { assignDevices } from "../../../src/ade/devices.ts";
import { parseOrRefuse } from "../../api/parse.ts";
import type { AppEnv } from "../../context.ts";
import { choicesOf, PROFILE_STATUS_WORDS, profileStatusWord, SETUP_WORDS } from "../../state_words.ts";
import { Chip, counted, Csrf, Field, offsetOf, Pager, Select, StateChip, Table, Time } from "../parts/components.tsx";
import { Errors } from "../parts/form_parts.tsx";
import { action, type FormState, type Page, page, type PageContext } from "../parts/page.tsx";

const VIEW = "mdm.view_depdevice";
const CHANGE = "mdm.change_depdevice";
const LIMIT = 100;
const STATES = [["", "Assigned now"], ["deleted", "No longer assigned"], ["all", "All"]] as const;

/** Whether Apple assigns the device to this server now. */
const isPresent = ({ lastOpType, disownedAt }: DepDeviceView): boolean =>
  lastOpType !== "deleted" && disownedAt === null;

/** What stands of a device's profile at Apple, as chips. */
export function ProfileChips({ device, now }: { device: DepDeviceView; now: Date }) {
  if (device.disownedAt !== null) return <Chip tone="bad">Given up</Chip>;
  if (!isPresent(device)) return <Chip>No longer assigned</Chip>;
  const throttled = device.wantedEnrollmentName !== null && device.throttledUntil !== null &&
    device.throttledUntil > now;
  return (
    <>
      <StateChip word={profileStatusWord(device.profileStatus)} />
      {device.wantedEnrollmentName === null ? null : <Chip tone="warn">{throttled ? "Throttled" : "Pending"}</Chip>}
    </>
  );
}

/** How far a device has come, and the page or the version that it stopped at. */
export function SetupChip({ device: { setupStep, setupPage, requiredVersion } }: { device: DepDeviceView }) {
  const stop = setupPage ?? requiredVersion;
  return (
    <>
      <StateChip word={SETUP_WORDS[setupStep]} />
      {stop === "" ? null : <div class="faint small">{stop}</div>}
    </>
  );
}

/** A table of devices; `select` adds a box to each that can be assigned. */
export function DeviceRows({ rows, caption, empty, now, select = false, state }: {
  rows: readonly DepDeviceView[];
  caption: string;
  empty: string;
  now: Date;
  select?: boolean;
  state?: FormState | undefined;
}) {
  const chosen = state?.values.texts("devices") ?? [];
  return (
    <Table
      caption={caption}
      head={[
        ...(select ? [""] : []),
        "Serial number",
        "Model",
        "Enrollment",
        "At Apple",
        "Setup",
        "Changed",
      ]}
      empty={empty}
      rows={rows.map((device) => (
        <tr>
          {!select ? null : (
            <td class="select">
              {!isPresent(device) ? null : (
                <input
                  type="checkbox"
                  name="devices"
                  value={String(device.id)}
                  checked={chosen.includes(String(device.id))}
                  aria-label={`Select ${device.serialNumber}`}
                />
              )}
            </td>
          )}
          <td class="mono">
            <a href={`/assigned-devices/${device.id}/`}>{device.serialNumber}</a>
          </td>
          <td>
            {device.model}
            <div class="faint small">{device.description}</div>
          </td>
          <td>
            {device.enrollmentName ?? ""}
            <div class="faint small">{device.virtualServerName}</div>
          </td>
          <td>
            <ProfileChips device={device} now={now} />
          </td>
          <td>
            <SetupChip device={device} />
          </td>
          <td>
            <Time at={device.updatedAt} now={now} />
          </td>
        </tr>
      ))}
    />
  );
}

const keyOf = (text: string | null): number | undefined =>
  text !== null && /^[0-9]{1,9}$/.test(text) ? Number(text) : undefined;

/** Returns the filters of an address. */
function filtersOf({ searchParams }: URL): DepDeviceFilters {
  const text = (name: string) => searchParams.get(name)?.trim() ?? "";
  const step = SETUP_STEPS.find((one) => one === text("setup"));
  const [server, enrollment] = [keyOf(searchParams.get("server")), keyOf(searchParams.get("enrollment"))];
  return {
    ...(text("q") === "" ? {} : { search: text("q").slice(0, 64) }),
    ...(text("family") === "" ? {} : { deviceFamily: text("family") }),
    ...(text("profile") === "" ? {} : { profileStatus: text("profile") }),
    ...(step === undefined ? {} : { setupStep: step }),
    ...(server === undefined ? {} : { virtualServer: server }),
    ...(enrollment === undefined ? {} : { enrollment }),
    ...(text("state") === "all" ? {} : text("state") === "deleted" ? { lastOpType: "deleted" } : { present: true }),
  };
}

async function listPage(context: PageContext, state?: FormState): Promise<Page> {
  const { runtime: { sql, clock }, url } = context;
  const offset = offsetOf(url);
  const [{ rows, count }, servers, enrollments, families] = await Promise.all([
    searchDepDevices(sql, { ...filtersOf(url), limit: LIMIT, offset }),
    listServerChoices(sql),
    listEnrollmentChoices(sql),
    listDeviceFamilies(sql),
  ]);
  const given = (name: string) => url.searchParams.get(name) ?? "";
  const now = clock.now();
  const mayAssign = context.may(CHANGE) && enrollments.length > 0 && rows.length > 0;
  const table = (
    <DeviceRows
      rows={rows}
      caption={counted(count, "device")}
      empty={url.search === "" ? "Apple assigns no device to a virtual server yet." : "No device matches."}
      now={now}
      select={mayAssign}
      state={state}
    />
  );
  return {
    title: "Assigned devices",
    body: (
      <>
        <p>Devices that Apple assigns to your virtual servers, whether or not they have enrolled.</p>
        <form class="row" method="get" action="/assigned-devices/" role="search">
          <Field name="q" label="Serial number" type="search" value={given("q")} maxlength={64} />
          <Select
            name="server"
            label="Virtual server"
            value={given("server")}
            options={[["", "Any"], ...servers.map(({ id, name }) => [String(id), name] as const)]}
          />
          <Select
            name="enrollment"
            label="Enrollment"
            value={given("enrollment")}
            options={[["", "Any"], ...enrollments.map(({ id, name }) => [String(id), name] as const)]}
          />
          <Select
            name="profile"
            label="Enrollment at Apple"
            value={given("profile")}
            options={[["", "Any"], ...choicesOf(PROFILE_STATUS_WORDS)]}
          />
          <Select
            name="setup"
            label="Setup"
            value={given("setup")}
            options={[["", "Any"], ...choicesOf(SETUP_WORDS)]}
          />
          <Select
            name="family"
            label="Kind"
            value={given("family")}
            options={[["", "Any"], ...families.map((family) => [family, family] as const)]}
          />
          <Select name="state" label="State" value={given("state")} options={STATES} />
          <button type="submit" class="plain">Search</button>
        </form>
        {!mayAssign ? table : (
          <form method="post" action={`/assigned-devices/assign/${url.search}`}>
            <Csrf context={context} />
            <Errors name="devices" state={state} />
            {table}
            <div class="row">
              <Select
                name="enrollment"
                label="Assign to the selected devices"
                options={enrollments.map(({ id, name, virtualServerName }) =>
                  [String(id), `${name} (${virtualServerName})`] as const
                )}
                state={state}
              />
              <button type="submit">Assign enrollment</button>
            </div>
          </form>
        )}
        <Pager url={url} limit={LIMIT} offset={offset} count={count} />
      </>
    ),
  };
}

/** Mounts the pages. */
export function mountAssignedDevices(app: Hono<AppEnv>): void {
  page(app, "/assigned-devices/", VIEW, (context) => listPage(context));
  action(app, "/assigned-devices/assign/", CHANGE, async ({ runtime, by, url }, form) => {
    const { devices, enrollment } = await parseOrRefuse(depDevicesInput, {
      devices: form.pks("devices"),
      enrollment: form.pk("enrollment"),
    });
    await assignDevices(runtime, by, devices, enrollment);
    url.searchParams.set("done", "assigning");
    return `/assigned-devices/${url.search}`;
  }, listPage);
}
