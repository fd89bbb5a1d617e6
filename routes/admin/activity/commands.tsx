/**
 * The commands of all devices, with filters: failed, pending.
 *
 * @module
 */

import type { Hono } from "hono";
import {
  COMMAND_GROUPS,
  type CommandCondition,
  type CommandLine,
  searchCommands,
} from "../../../db/work/command_list_views.ts";
import type { AppEnv } from "../../context.ts";
import { COMMAND_WORDS, commandWord } from "../../state_words.ts";
import { LinkFor } from "../artifacts/parts.tsx";
import { counted, Field, Joined, offsetOf, Pager, Select, StateChip, Table, Time } from "../parts/components.tsx";
import { errorTexts } from "../parts/failure_texts.ts";
import { Live, mountLive, type Part, Reload } from "../parts/live.tsx";
import { page, type PageContext } from "../parts/page.tsx";

const LIMIT = 50;
const DAY_MS = 86_400_000;

/** The address of the commands of the last day that failed. */
export const FAILED_TODAY = "/commands/?state=failed&since=1";

const GROUPS = [
  ["", "All"],
  ["pending", "Pending"],
  ["acknowledged", COMMAND_WORDS.acknowledged.text],
  ["failed", COMMAND_WORDS.error.text],
  ["expired", COMMAND_WORDS.expired.text],
  ["cancelled", COMMAND_WORDS.cancelled.text],
] as const satisfies readonly (readonly [keyof typeof COMMAND_GROUPS | "", string])[];

/** Days; without one, the last week. */
const SINCE = [["1", "In the last day"], ["", "In the last week"], ["30", "In the last month"]] as const;

/** The search in the page's address. */
export function commandsOf(url: URL, now: Date): CommandCondition {
  const given = (name: string) => url.searchParams.get(name)?.trim() ?? "";
  const group = GROUPS.map(([key]) => key).find((key) => key === given("state"));
  const days = SINCE.map(([key]) => key).find((key) => key === given("since")) || "7";
  return {
    group: group || undefined,
    name: given("name").slice(0, 100) || undefined,
    since: new Date(now.getTime() - Number(days) * DAY_MS),
  };
}

function Row({ command, context, now }: { command: CommandLine; context: PageContext; now: Date }) {
  return (
    <tr>
      <td>
        <Joined name={command.name} />
      </td>
      <td>
        <LinkFor
          context={context}
          needs="mdm.view_enrolleddevice"
          href={`/devices/${command.deviceId}/#command-${command.uuid}`}
        >
          {command.deviceName || command.serialNumber}
        </LinkFor>
        {command.userKey === "" ? null : <div class="faint small">{`user ${command.userKey}`}</div>}
      </td>
      <td>
        <StateChip word={commandWord(command.state)} />
        {errorTexts(command.errorChain).map((error) => <div class="small">{error}</div>)}
      </td>
      <td>
        <Time at={command.createdAt} now={now} />
      </td>
      <td>
        {command.resultAt === null ? <span class="faint">none</span> : <Time at={command.resultAt} now={now} />}
      </td>
    </tr>
  );
}

const LIST: Part = {
  name: "list",
  async view(context) {
    const { runtime: { sql, clock }, url } = context;
    const now = clock.now();
    const offset = offsetOf(url);
    const { rows, count } = await searchCommands(sql, {
      ...commandsOf(url, now),
      only: context.only("mdm.view_devicecommand"),
      limit: LIMIT,
      offset,
    });
    return (
      <>
        <Table
          caption={counted(count, "command")}
          head={["Command", "Device", "State", "Queued", "Answered"]}
          empty="No command matches."
          rows={rows.map((command) => <Row command={command} context={context} now={now} />)}
        />
        <Pager url={url} limit={LIMIT} offset={offset} count={count} />
      </>
    );
  },
};

/** Mounts the page. */
export function mountCommands(app: Hono<AppEnv>): void {
  mountLive(app, "/commands/", "mdm.view_devicecommand", [LIST]);
  page(app, "/commands/", "mdm.view_devicecommand", async (context) => {
    const given = (name: string) => context.url.searchParams.get(name) ?? "";
    return {
      title: "Commands",
      live: true,
      body: (
        <>
          <form class="row" method="get" action="/commands/" data-live role="search">
            <Select name="state" label="State" value={given("state")} options={GROUPS} />
            <Select name="since" label="Queued" value={given("since")} options={SINCE} />
            <Field name="name" label="Command" type="search" value={given("name")} maxlength={100} />
            <button type="submit" class="plain">Search</button>
          </form>
          <Reload context={context} />
          {await Live({ part: LIST, context })}
        </>
      ),
    };
  });
}
