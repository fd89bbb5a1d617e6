/**
 * A user of a device, with the user's commands.
 *
 * @module
 */

import type { Hono } from "hono";
import { listUserCommands } from "../../../db/work/user_command_views.ts";
import type { AppEnv } from "../../context.ts";
import { Fact, offsetOf, Time } from "../parts/components.tsx";
import { underDevice } from "../parts/crumbs.ts";
import { page } from "../parts/page.tsx";
import { CommandList, LIMIT } from "./commands.tsx";
import { USER_OF_DEVICE } from "./recipient.ts";

/** Mounts the page. */
export function mountDeviceUser(app: Hono<AppEnv>): void {
  page(app, USER_OF_DEVICE.path, "mdm.view_enrolleduser", async (context) => {
    const { user, device, href, name } = await USER_OF_DEVICE.find(context);
    const { sql, clock } = context.runtime;
    const { rows, count } = context.may(USER_OF_DEVICE.view) && user !== undefined
      ? await listUserCommands(sql, { limit: LIMIT, offset: offsetOf(context.url), userId: user.id })
      : { rows: [], count: 0 };
    return {
      title: name,
      parents: underDevice(device),
      body: (
        <>
          <dl class="facts">
            <Fact name="Account name">{user?.shortName}</Fact>
            <Fact name="User ID">
              <code>{user?.userKey}</code>
            </Fact>
            <Fact name="Last check-in">
              <Time at={user?.lastSeenAt} now={clock.now()} />
            </Fact>
          </dl>
          {context.may(USER_OF_DEVICE.add)
            ? (
              <p>
                <a class="button plain" href={`${href}send/`}>Send a command</a>
              </p>
            )
            : null}
          {await CommandList({
            context,
            serialNumber: device.serialNumber,
            href,
            remove: USER_OF_DEVICE.remove,
            rows,
            count,
          })}
        </>
      ),
    };
  });
}
