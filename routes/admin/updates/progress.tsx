/**
 * The fleet on its way to the updates that it is told to have: versions against targets, coming deadlines, devices that are stuck.
 *
 * @module
 */

import type { Hono } from "hono";
import { enforcedBlueprints } from "../../../db/updates/update_views.ts";
import { type UpdateProgress, updateProgress } from "../../../src/planner/update_progress.ts";
import type { AppEnv } from "../../context.ts";
import { UPDATE_WORDS } from "../../state_words.ts";
import { type Bar, Bars } from "../parts/charts.tsx";
import { counted, StateChip, Table, Time } from "../parts/components.tsx";
import { under } from "../parts/crumbs.ts";
import { type Page, page, type PageContext } from "../parts/page.tsx";

/** Devices that are looked at, and those that are named. */
const LOOKED_AT = 5000;
const NAMED = 200;

/** Devices with what they are told and how far they are. */
export function ProgressTable(
  { context, progress, empty }: { context: PageContext; progress: readonly UpdateProgress[]; empty: string },
) {
  const now = context.runtime.clock.now();
  return (
    <Table
      caption={counted(progress.length, "device")}
      head={["Device", "Has", "Is told", "Until", "State"]}
      empty={empty}
      rows={progress.slice(0, NAMED).map(({ device, osVersion, build, decision: { target }, state, why }) => (
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

function countBy(progress: readonly UpdateProgress[], key: (one: UpdateProgress) => string): [string, number][] {
  const counts = new Map<string, number>();
  for (const one of progress) counts.set(key(one), (counts.get(key(one)) ?? 0) + 1);
  return [...counts].sort(([one], [other]) => one < other ? 1 : -1);
}

/** The deadlines that have not come, earliest first: how many devices have each. */
function deadlines(
  progress: readonly UpdateProgress[],
): { at: string; version: string; enforcement: string; count: number }[] {
  const found = new Map<string, { at: string; version: string; enforcement: string; count: number }>();
  for (const { decision: { target }, state } of progress) {
    if (target === null || state === "updated") continue;
    const { localDateTime: at, osVersion: version, enforcement: { name } } = target;
    const key = JSON.stringify([at, version, name]);
    const known = found.get(key) ?? { at, version, enforcement: name, count: 0 };
    found.set(key, { ...known, count: known.count + 1 });
  }
  return [...found.values()].sort((one, other) => one.at < other.at ? -1 : one.at > other.at ? 1 : 0);
}

async function progressPage(context: PageContext): Promise<Page> {
  const { runtime } = context;
  const { progress, complete } = await updateProgress(runtime, await enforcedBlueprints(runtime.sql), LOOKED_AT);
  const told = progress.filter(({ decision }) => decision.target !== null);
  const stuck = told.filter(({ state }) => state === "late" || state === "failed");
  const states = (["updated", "due", "late", "failed"] as const).map((state): Bar => ({
    label: UPDATE_WORDS[state].text,
    count: told.filter((one) => one.state === state).length,
    old: state === "late" || state === "failed",
    href: "#stuck",
  }));
  const versions = countBy(told, ({ platform, osVersion }) => `${platform ?? ""} ${osVersion}`).map((
    [label, count],
  ): Bar => ({
    label,
    count,
    old: told.some((one) => `${one.platform ?? ""} ${one.osVersion}` === label && one.state !== "updated"),
    href: `/devices/?${new URLSearchParams({ os: label.slice(label.indexOf(" ") + 1) })}`,
  }));
  return {
    title: "Progress of updates",
    parents: under("/software-updates/"),
    body: (
      <>
        {complete ? null : <p class="faint">{`Counted on the first ${LOOKED_AT} devices.`}</p>}
        <div class="columns">
          <Bars
            id="states"
            title="Devices by state"
            bars={told.length === 0 ? [] : states}
            empty="No device is told of an update."
          />
          <Bars
            id="versions"
            title="Devices by version; brown are behind their target"
            bars={versions}
            empty="No device is told of an update."
          />
        </div>
        <h2>Coming deadlines</h2>
        <Table
          caption="In the devices' own time"
          head={["Until", "Version", "Enforcement", "Devices"]}
          empty="No deadlines: every device has its update."
          rows={deadlines(told).map(({ at, version, enforcement, count }) => (
            <tr>
              <td>{at.replace("T", " ")}</td>
              <td>{version}</td>
              <td>{enforcement}</td>
              <td>{String(count)}</td>
            </tr>
          ))}
        />
        <h2 id="stuck">Stuck devices</h2>
        <ProgressTable context={context} progress={stuck} empty="No device is late, and no update has failed." />
        <h2>Devices without a target</h2>
        <Table
          caption={counted(progress.length - told.length, "device")}
          head={["Reason", "Devices"]}
          empty="Every device of a blueprint with an enforcement is told of an update."
          rows={countBy(
            progress.filter(({ decision }) => decision.target === null),
            ({ decision }) => decision.target === null ? decision.reason : "",
          ).map(([reason, count]) => (
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
