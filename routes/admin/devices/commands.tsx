/**
 * The commands of a device on its page.
 *
 * @module
 */

import type { Child } from "hono/jsx";
import type { CommandView } from "../../../db/work/commands.ts";
import { listCommands } from "../../../db/work/commands.ts";
import { commandOrigins } from "../../../db/work/command_origin_views.ts";
import { findDevice } from "../../../db/devices/device_views.ts";
import type { Permission } from "../../../src/access/actor.ts";
import { offsetOf, Pager } from "../parts/components.tsx";
import type { Part } from "../parts/live.tsx";
import type { PageContext } from "../parts/page.tsx";
import { DEVICE_ITSELF } from "./recipient.ts";
import { Command } from "./sections.tsx";

/** Commands on a page. */
export const LIMIT = 20;

/** A page of commands; the newest first. */
export async function CommandList({ context, serialNumber, href, remove, rows, count }: {
  context: PageContext;
  serialNumber: string;
  /** The page of the device or the user. */
  href: string;
  remove: Permission;
  rows: readonly CommandView[];
  count: number;
}): Promise<Child> {
  const offset = offsetOf(context.url);
  const origins = await commandOrigins(context.runtime.sql, serialNumber, rows);
  const here = new URL(context.url);
  here.hash = "commands";
  return (
    <>
      <h2 id="commands">Commands</h2>
      {rows.length === 0
        ? <p class="faint">{count === 0 ? "No commands yet." : "There are no older commands."}</p>
        : (
          <ol class="line">
            {rows.map((command) => (
              <Command
                command={command}
                origin={origins.get(command.uuid)}
                context={context}
                href={href}
                remove={remove}
              />
            ))}
          </ol>
        )}
      <Pager url={here} limit={LIMIT} offset={offset} count={count} />
    </>
  );
}

/** The list of a device's commands, in pages. */
export const COMMANDS: Part = {
  name: "commands",
  async view(context) {
    const { runtime: { sql }, url } = context;
    const deviceId = context.deviceId();
    const { rows, count } = context.may(DEVICE_ITSELF.view)
      ? await listCommands(sql, { limit: LIMIT, offset: offsetOf(url), deviceId })
      : { rows: [], count: 0 };
    const device = await findDevice(sql, deviceId);
    return await CommandList({
      context,
      serialNumber: device?.serialNumber ?? "",
      href: `/devices/${deviceId}/`,
      remove: DEVICE_ITSELF.remove,
      rows,
      count,
    });
  },
};
