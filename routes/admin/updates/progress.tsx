/**
 * The fleet on its way to the updates that it is told to have: versions against targets, coming deadlines, devices that are stuck.
 *
 * @module
 */

import type { Hono } from "hono";
import { enforcedBlueprints } from "../../../db/updates/update_views.ts";
import { eachUpdateProgress } from "../../../src/planner/update_progress.ts";
import { UpdateSum } from "../../../src/planner/update_sum.ts";
import type { AppEnv } from "../../context.ts";
import { UPDATE_WORDS } from "../../state_words.ts";
import { type Bar, Bars } from "../parts/charts.tsx";
import { counted, StateChip, Table, Time } from "../parts/components.tsx";
import { under } from "../parts/crumbs.ts";
import { type Page, page, type PageContext } from "../parts/page.tsx";

/** Devices with what they are told and how far they are. */
export function ProgressTable(
  { context, named: { devices, count }, empty }: { context: PageContext; named: UpdateSum["named"]; empty: string },
) {
  const now = context.runtime.clock.now();
  return (
    <Table
      caption={devices.length < count
        ? `The first ${devices.length} of ${counted(count, "device")}`
        : counted(count, "device")}
      head={["Device", "Has", "Target", "Until", "State"]}
      empty={empty}
      rows={devices.map(({ device, osVersion, build, decision: { target }, state, why }) => (
        <tr>
          <td>
            <a href={`/devices/${device.id}/`}>{device.name || device.serialNumber}</a>
            <div class="faint small">
              <Time at={device.lastSeenAt} now={now} />
            </div>
          </td>
          <td>{`${osVersion} (${build})`}</td>
          <td>
            {target === null
              ? ""
              : target.buildVersion === ""
              ? target.osVersion
              : `${target.osVersion} (${target.buildVersion})`}
          </td>
          <td>{target?.localDateTime.replace("T", " ") ?? ""}</td>
          <td class="words">
            <StateChip word={UPDATE_WORDS[state]} />
            {why === null ? null : <div class="faint small">{why}</div>}
          </td>
        </tr>
      ))}
    />
  );
}

async function progressPage(context: PageContext): Promise<Page> {
  const { runtime } = context;
  const sum = new UpdateSum(({ state }) => state === "late" || state === "failed");
  const only = context.only("mdm.view_enrolleddevice");
  await eachUpdateProgress(runtime, await enforcedBlueprints(runtime.sql), (one) => sum.add(one), only);
  const states = (["updated", "due", "late", "failed"] as const).map((state): Bar => ({
    label: UPDATE_WORDS[state].text,
    count: sum.states[state],
    old: state === "late" || state === "failed",
    href: "#stuck",
  }));
  const versions = sum.versions.map(({ platform, osVersion, count, behind }): Bar => ({
    label: `${platform} ${osVersion}`.trim(),
    count,
    old: behind > 0,
    href: platform === "" ? "/devices/" : `/devices/?${new URLSearchParams({ platform, os: osVersion })}`,
  }));
  return {
    title: "Progress of updates",
    parents: under("/software-updates/"),
    body: (
      <>
        <div class="columns">
          <Bars
            id="states"
            title="Devices by state"
            bars={sum.told === 0 ? [] : states}
            empty="No device has a target."
          />
          <Bars
            id="versions"
            title="Devices by version; brown are behind their target"
            bars={versions}
            empty="No device has a target."
          />
        </div>
        <h2>Coming deadlines</h2>
        <Table
          caption="In the devices' own time"
          head={["Until", "Version", "Enforcement", "Devices"]}
          empty="No deadlines: every device has its update."
          rows={sum.deadlines.map(({ at, version, enforcement, count }) => (
            <tr>
              <td>{at.replace("T", " ")}</td>
              <td>{version}</td>
              <td>{enforcement}</td>
              <td>{String(count)}</td>
            </tr>
          ))}
        />
        <h2 id="stuck">Stuck devices</h2>
        <ProgressTable context={context} named={sum.named} empty="No device is late, and no update has failed." />
        <h2>Devices without a target</h2>
        <Table
          caption={counted(sum.states.none, "device")}
          head={["Reason", "Devices"]}
          empty="Every device of a blueprint with an enforcement has a target."
          rows={sum.reasons.map(({ reason, count }) => (
            <tr>
              <td class="words">{reason}</td>
              <td>{String(count)}</td>
            </tr>
          ))}
        />
      </>
    ),
  };
}

/** Mounts the page. */
export function mountUpdateProgress(app: Hono<AppEnv>): void {
  page(app, "/software-updates/progress/", "mdm.view_enrolleddevice", progressPage);
}
