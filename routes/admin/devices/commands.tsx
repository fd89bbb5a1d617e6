/**
 * The commands of a device on its page, and the answers that are kept with them.
 *
 * @module
 */

import type { Hono } from "hono";
import { findDevice } from "../../../db/devices/device_views.ts";
import { commandOrigins } from "../../../db/work/command_origin_views.ts";
import { type CommandView, findCommand, listCommands } from "../../../db/work/commands.ts";
import { openResult } from "../../../src/commands/result.ts";
import { problem } from "../../../src/errors.ts";
import { parsePlist, PlistError } from "../../../src/protocol/plist.ts";
import { countedLines } from "../../../src/protocol/plist_lines.ts";
import { attachment } from "../../attachment.ts";
import type { AppEnv } from "../../context.ts";
import { offsetOf, Pager, Time } from "../parts/components.tsx";
import { underDevice } from "../parts/crumbs.ts";
import type { Part } from "../parts/live.tsx";
import { page, type PageContext } from "../parts/page.tsx";
import { Command } from "./sections.tsx";

const LIMIT = 20;
/** Lines of an answer that are shown; the download has all. */
const MOST_LINES = 2000;

/** The list of commands, in pages. */
export const COMMANDS: Part = {
  name: "commands",
  async view(context) {
    const { runtime: { sql }, url } = context;
    const offset = offsetOf(url);
    const { rows, count } = context.may("mdm.view_devicecommand")
      ? await listCommands(sql, { limit: LIMIT, offset, deviceId: context.deviceId() })
      : { rows: [], count: 0 };
    const device = await findDevice(sql, context.deviceId());
    const origins = await commandOrigins(sql, device?.serialNumber ?? "", rows);
    const here = new URL(url);
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
                />
              ))}
            </ol>
          )}
        <Pager url={here} limit={LIMIT} offset={offset} count={count} />
      </>
    );
  },
};

async function answerOf(context: PageContext): Promise<{ command: CommandView; bytes: Uint8Array<ArrayBuffer> }> {
  const { runtime: { sql, keys } } = context;
  const command = await findCommand(sql, context.uuid("uuid"));
  if (command?.deviceId !== context.deviceId()) throw problem("not-found");
  const bytes = await openResult(keys, command);
  if (bytes === null) throw problem("not-found");
  return { command, bytes };
}

/** The lines of an answer that are shown, and how many there are; undefined for one that is not a property list. */
function linesOf(bytes: Uint8Array): ReturnType<typeof countedLines> | undefined {
  try {
    return countedLines(parsePlist(bytes), MOST_LINES);
  } catch (error) {
    if (error instanceof PlistError) return undefined;
    throw error;
  }
}

/** Mounts the pages of answers. */
export function mountDeviceAnswers(app: Hono<AppEnv>): void {
  page(app, "/devices/:id/commands/:uuid/answer/", "mdm.view_devicecommand", async (context) => {
    const { command, bytes } = await answerOf(context);
    const device = await findDevice(context.runtime.sql, command.deviceId);
    if (device === undefined) throw problem("not-found");
    const origin = (await commandOrigins(context.runtime.sql, device.serialNumber, [command])).get(command.uuid);
    const read = linesOf(bytes);
    const back = `/devices/${command.deviceId}/#command-${command.uuid}`;
    return {
      parents: underDevice(device),
      title: `Answer to ${origin?.requestType ?? command.name}`,
      body: (
        <>
          <p>
            <a href={back}>{device.name || device.serialNumber}</a> answered{" "}
            <Time at={command.resultAt} now={context.runtime.clock.now()} />.
          </p>
          <p>
            <a class="button plain" href={`/devices/${command.deviceId}/commands/${command.uuid}/answer/download/`}>
              Download answer
            </a>
          </p>
          {read === undefined
            ? <p>The answer is not a property list. Download it to see its bytes.</p>
            : <pre tabindex={0} class="content">{read.lines.join("\n")}</pre>}
          {read !== undefined && read.count > MOST_LINES
            ? <p class="faint">{`The first ${MOST_LINES} of ${read.count} lines. The download has all of them.`}</p>
            : null}
        </>
      ),
    };
  });
  page(app, "/devices/:id/commands/:uuid/answer/download/", "mdm.view_devicecommand", async (context) => {
    const { command, bytes } = await answerOf(context);
    return attachment(bytes, "application/x-plist", `answer-${command.uuid}.plist`);
  });
}
