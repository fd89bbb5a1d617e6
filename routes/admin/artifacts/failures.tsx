/**
 * Where a version failed, with the reasons that the devices gave.
 *
 * @module
 */

import type { Hono } from "hono";
import { failureReasons, findFailures } from "../../../db/artifacts/rollout_failure_views.ts";
import type { AppEnv } from "../../context.ts";
import { counted, offsetOf, Pager, Select, Table, Time } from "../parts/components.tsx";
import { underVersion } from "../parts/crumbs.ts";
import { failureTexts, mainFailure } from "../parts/failure_texts.ts";
import { Live, mountLive, type Part, Reload } from "../parts/live.tsx";
import { page } from "../parts/page.tsx";
import { mustMay, RolloutState } from "./parts.tsx";
import { mustFindVersionOf } from "./versions.tsx";

const LIMIT = 50;

const reasonOf = (url: URL) => url.searchParams.get("reason") || undefined;

const LIST: Part = {
  name: "list",
  async view(context) {
    mustMay(context, "mdm.view_enrolleddevice");
    const { runtime: { sql, clock }, url } = context;
    const { version } = await mustFindVersionOf(context);
    const offset = offsetOf(url);
    const { rows, count, devices } = await findFailures(sql, version.id, {
      reason: reasonOf(url),
      only: context.only("mdm.view_enrolleddevice"),
      limit: LIMIT,
      offset,
    });
    const now = clock.now();
    return (
      <>
        <p>
          <RolloutState state={version.state} reason={version.stateReason} />
        </p>
        <Table
          caption={counted(devices, "device")}
          head={["Device", "Reason", "Failed", "Next attempt"]}
          empty="No failures."
          rows={rows.map((row) => (
            <tr>
              <td>
                <a href={`/devices/${row.deviceId}/#artifacts`}>{row.deviceName || row.serialNumber}</a>
                <div class="faint small">
                  {row.userKey === "" ? row.serialNumber : `${row.serialNumber}, user ${row.userKey}`}
                </div>
              </td>
              <td class="sentence">
                {failureTexts(row.extraInfo).map((text) => <div>{text}</div>)}
              </td>
              <td>
                <Time at={row.updatedAt} now={now} />
              </td>
              <td>
                {row.retryAt === null || version.state !== "active"
                  ? <span class="faint">none</span>
                  : <Time at={row.retryAt} now={now} />}
              </td>
            </tr>
          ))}
        />
        <Pager url={url} limit={LIMIT} offset={offset} count={count} />
      </>
    );
  },
};

/** Mounts the page. */
export function mountFailures(app: Hono<AppEnv>): void {
  const path = "/artifacts/:id/versions/:version/failures/";
  mountLive(app, path, "mdm.view_artifactversion", [LIST]);
  page(app, path, "mdm.view_artifactversion", async (context) => {
    mustMay(context, "mdm.view_enrolleddevice");
    const { artifact, version } = await mustFindVersionOf(context);
    const reason = reasonOf(context.url);
    const reasons = await failureReasons(
      context.runtime.sql,
      version.id,
      context.only("mdm.view_enrolleddevice"),
    );
    return {
      live: true,
      parents: underVersion(artifact, version),
      title: `Failures of version ${version.version} of ${artifact.name}`,
      body: (
        <>
          <form class="row" method="get" data-live>
            <Select
              name="reason"
              label="Reason"
              value={reason ?? ""}
              options={[
                ["", "All"],
                ...reasons.filter(({ key }) => key !== "").map((one) =>
                  [one.key, `${mainFailure(one.extraInfo).slice(0, 120)}: ${counted(one.devices, "device")}`] as const
                ),
              ]}
            />
            <button type="submit" class="plain">Filter</button>
          </form>
          <Reload context={context} />
          {await Live({ part: LIST, context })}
        </>
      ),
    };
  });
}
