/**
 * The feed of a device: upcoming actions, then its history.
 *
 * @module
 */

import type { Hono } from "hono";
import { findDevice } from "../../../db/devices/device_views.ts";
import { searchCommands } from "../../../db/work/command_list_views.ts";
import { problem } from "../../../src/errors.ts";
import { explainChannel } from "../../../src/planner/explain.ts";
import { queuedCommands } from "../../../src/planner/schedulers/queued_commands.ts";
import { unansweredCommands } from "../../../src/planner/schedulers/unanswered_commands.ts";
import type { AppEnv } from "../../context.ts";
import { commandWord, DECISION_WORDS, type StateWord } from "../../state_words.ts";
import { EventTable, readEvents } from "../activity/event_list.tsx";
import { beforeOf, Older } from "../activity/events.tsx";
import { StateChip, Time } from "../parts/components.tsx";
import { underDevice } from "../parts/crumbs.ts";
import { page, type PageContext } from "../parts/page.tsx";

const LIMIT = 50;
const COMING = 50;

/** Schedulers of commands that are listed as such. */
const LISTED = new Set([queuedCommands.name, unansweredCommands.name]);

type Step = { what: string; href: string | null; state: StateWord; why: string; at: Date | null };

/** Commands that were not answered, then the steps that the planner has chosen or that wait. */
async function comingTo(context: PageContext, device: NonNullable<Awaited<ReturnType<typeof findDevice>>>) {
  const { runtime } = context;
  const queued = context.may("mdm.view_devicecommand")
    ? (await searchCommands(runtime.sql, { group: "pending", deviceId: device.id, limit: COMING, offset: 0 })).rows
    : [];
  const decisions = device.channelId === null || device.checkoutAt !== null
    ? []
    : (await explainChannel(runtime.sql, runtime, device.channelId)).decisions;
  const chosen = decisions.filter(({ scheduler, outcome, until }) =>
    !LISTED.has(scheduler) && (outcome === "chosen" || outcome === "waits" || until !== undefined)
  );
  return [
    ...queued.map((command): Step => ({
      what: command.name,
      href: `/devices/${device.id}/#command-${command.uuid}`,
      state: commandWord(command.state),
      why: "",
      at: command.notBefore,
    })),
    ...chosen.map(({ subject, artifact, outcome, evidence, until }): Step => ({
      what: subject,
      href: artifact !== undefined && context.may("mdm.view_artifact") ? `/artifacts/${artifact.id}/` : null,
      state: DECISION_WORDS[outcome],
      why: evidence,
      at: until ?? null,
    })),
  ];
}

/** Mounts the page. */
export function mountDeviceFeed(app: Hono<AppEnv>): void {
  page(app, "/devices/:id/feed/", "mdm.view_enrolleddevice", async (context) => {
    if (!context.may("events.view_event")) throw problem("permission-denied");
    const { runtime: { sql, clock }, url } = context;
    const device = await findDevice(sql, context.deviceId());
    if (device === undefined) throw problem("not-found");
    const before = beforeOf(url.searchParams.get("before"));
    const [coming, { rows, more, names }] = await Promise.all([
      before.before === undefined ? comingTo(context, device) : [],
      readEvents(sql, { serialNumber: device.serialNumber, ...before, limit: LIMIT }),
    ]);
    const now = clock.now();
    return {
      parents: underDevice(device),
      title: `History of ${device.name || device.serialNumber}`,
      body: (
        <>
          <h2>Upcoming</h2>
          {coming.length === 0 ? <p class="faint">Nothing is queued or planned.</p> : (
            <ol class="line" id="coming">
              {coming.map(({ what, href, state, why, at }) => (
                <li>
                  <strong>{href === null ? what : <a href={href}>{what}</a>}</strong> <StateChip word={state} />
                  <div class="faint small">
                    {why} {at === null ? null : <Time at={at} now={now} />}
                  </div>
                </li>
              ))}
            </ol>
          )}
          <h2>Past</h2>
          <EventTable
            rows={rows}
            names={names}
            now={now}
            caption="Newest first"
            empty="No events yet."
          />
          <Older rows={rows} more={more} url={url} />
        </>
      ),
    };
  });
}
