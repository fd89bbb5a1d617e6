/**
 * The software update of a device: its target, the reason, its progress, and its reports.
 *
 * @module
 */

import type { DeviceView } from "../../../db/devices/device_views.ts";
import type { Json } from "../../../db/open.ts";
import { updateReports } from "../../../db/updates/update_views.ts";
import { deviceUpdateProgress } from "../../../src/planner/update_progress.ts";
import { UPDATE_WORDS } from "../../state_words.ts";
import { Fact, StateChip, Table, Time } from "../parts/components.tsx";
import type { PageContext } from "../parts/page.tsx";

/** Changes that are shown; the page of each item has all. */
const REPORTS = 12;
const ITEMS: Readonly<Record<string, string>> = {
  "install-state": "State",
  "install-reason": "Reason",
  "pending-version": "Pending version",
  "failure-reason": "Failures",
};

/** Returns the value of an item in a line: the texts and numbers in it. */
function valueWords(value: Json): string {
  if (value === null) return "no longer reported";
  if (typeof value !== "object") return String(value);
  return Object.values(value).map((part) => part === undefined ? "" : valueWords(part)).filter((part) => part !== "")
    .join(", ") || "none";
}

/** The section of the device's page; nothing where no enforcement is in its blueprint. */
export async function SoftwareUpdate({ device, context }: { device: DeviceView; context: PageContext }) {
  const { runtime } = context;
  const found = await deviceUpdateProgress(runtime, device.id);
  if (found === undefined || !found.enforced) return null;
  const reports = device.channelId === null ? [] : await updateReports(runtime.sql, device.channelId, REPORTS);
  const { decision, state, why, installState, pending } = found;
  const { target } = decision;
  return (
    <section class="card" aria-labelledby="software-update">
      <h3 id="software-update">Software update</h3>
      <dl class="facts">
        <Fact name="State">
          <StateChip word={UPDATE_WORDS[state]} />
          {why === null ? null : <div class="small">{why}</div>}
        </Fact>
        {target === null ? <Fact name="Reason">{decision.target === null ? decision.reason : ""}</Fact> : (
          <>
            <Fact name="Target">
              {target.buildVersion === "" ? target.osVersion : `${target.osVersion} (${target.buildVersion})`}
            </Fact>
            <Fact name="Until">{`${target.localDateTime.replace("T", " ")}, the device's own time`}</Fact>
            <Fact name="Reason">{target.reason}</Fact>
            <Fact name="Enforcement">
              {context.may("mdm.view_softwareupdateenforcement")
                ? <a href={`/software-update-enforcements/${target.enforcement.id}/`}>{target.enforcement.name}</a>
                : target.enforcement.name}
            </Fact>
          </>
        )}
        {installState === null ? null : <Fact name="The device reports">{installState}</Fact>}
        {pending === null ? null : <Fact name="Pending version">{pending}</Fact>}
      </dl>
      {reports.length === 0 ? null : (
        <details>
          <summary>What the device reported</summary>
          <Table
            caption="The last changes, newest first"
            head={["When", "What", "Value"]}
            empty=""
            rows={reports.map(({ item, value, at }) => (
              <tr>
                <td>
                  <Time at={at} now={runtime.clock.now()} />
                </td>
                <td>
                  <a href={`/devices/${device.id}/status/softwareupdate.${item}/`}>{ITEMS[item] ?? item}</a>
                </td>
                <td class="words">{valueWords(value)}</td>
              </tr>
            ))}
          />
        </details>
      )}
    </section>
  );
}
