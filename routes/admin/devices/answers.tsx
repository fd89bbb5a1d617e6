/**
 * The answers that are kept with commands: read as tables, and as the device sent them. Secrets are shown on demand.
 *
 * @module
 */

import type { Hono } from "hono";
import { commandOrigins } from "../../../db/work/command_origin_views.ts";
import { type CommandView, findCommand } from "../../../db/work/commands.ts";
import { findUserCommand } from "../../../db/work/user_command_views.ts";
import { catalogueEntry } from "../../../src/commands/catalogue.ts";
import { approvalSettings, reasonWanted } from "../../../src/approvals/settings.ts";
import { cancelCommand } from "../../../src/devices/cancel_command.ts";
import { openResult } from "../../../src/commands/result.ts";
import { type ResultNode, resultNodes } from "../../../src/commands/result_nodes.ts";
import { permissionsFor, shownResult } from "../../../src/commands/secrets_of_results.ts";
import { revealResult } from "../../../src/devices/reveal_result.ts";
import { problem } from "../../../src/errors.ts";
import { buildPlist, isDict, parsePlist, type Plist, PlistError } from "../../../src/protocol/plist.ts";
import { countedLines } from "../../../src/protocol/plist_lines.ts";
import { attachment } from "../../attachment.ts";
import type { AppEnv } from "../../context.ts";
import { ActionButton, Fact, Table, Time } from "../parts/components.tsx";
import { errorTexts } from "../parts/failure_texts.ts";
import { action, type Page, page, type PageContext } from "../parts/page.tsx";
import { DEVICE_ITSELF, type Recipient, type RecipientKind, USER_OF_DEVICE } from "./recipient.ts";

/** Lines of an answer that are shown; the download has all. */
const MOST_LINES = 2000;

/** Characters of an answer with its secrets that are shown. */
const MOST_CHARACTERS = 200_000;

type Answer = { recipient: Recipient; command: CommandView; requestType: string; bytes: Uint8Array<ArrayBuffer> };

async function commandOf(context: PageContext, { device, user }: Recipient): Promise<CommandView> {
  const { sql } = context.runtime;
  const uuid = context.uuid("uuid");
  if (user === undefined) {
    const command = await findCommand(sql, uuid);
    if (command?.deviceId === device.id) return command;
  } else {
    const command = await findUserCommand(sql, uuid);
    if (command?.userId === user.id) return command;
  }
  throw problem("not-found");
}

async function answerOf(context: PageContext, kind: RecipientKind): Promise<Answer> {
  const { runtime: { sql, keys } } = context;
  const recipient = await kind.find(context);
  const command = await commandOf(context, recipient);
  const bytes = await openResult(keys, command);
  if (bytes === null) throw problem("not-found");
  const origin = (await commandOrigins(sql, recipient.device.serialNumber, [command])).get(command.uuid);
  const requestType = origin?.requestType ?? catalogueEntry(command.name)?.requestType ?? command.name;
  return { recipient, command, requestType, bytes };
}

function read(bytes: Uint8Array): Plist | undefined {
  try {
    return parsePlist(bytes);
  } catch (error) {
    if (error instanceof PlistError) return undefined;
    throw error;
  }
}

/** The answer with nothing left out or shortened: a token is longer than a line. */
function inFull(bytes: Uint8Array): string {
  const value = read(bytes);
  const text = value === undefined ? "" : new TextDecoder().decode(buildPlist(value));
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS)}…`;
}

function Nodes({ nodes }: { nodes: readonly ResultNode[] }) {
  const values = nodes.filter((node) => node.kind === "value");
  return (
    <>
      {values.length === 0 ? null : (
        <dl class="facts">
          {values.map(({ label, text }) => <Fact name={label}>{text === "" ? "empty" : text}</Fact>)}
        </dl>
      )}
      {nodes.map((node) =>
        node.kind === "table"
          ? (
            <>
              <Table
                caption={node.label}
                head={[...node.head]}
                rows={node.rows.map((row) => <tr>{row.map((cell) => <td>{cell}</td>)}</tr>)}
                empty="None."
              />
              {node.count > node.rows.length
                ? <p class="faint">{`The first ${node.rows.length} of ${node.count}.`}</p>
                : null}
            </>
          )
          : node.kind === "group"
          ? (
            <section class="card answer" aria-label={node.label}>
              <h3>{node.label}</h3>
              {node.nodes.length === 0 ? <p class="faint">Empty.</p> : <Nodes nodes={node.nodes} />}
            </section>
          )
          : null
      )}
    </>
  );
}

function Raw({ value }: { value: Plist | undefined }) {
  if (value === undefined) return <p>The answer is not a property list. Download it to see its bytes.</p>;
  const { lines, count } = countedLines(value, MOST_LINES);
  return (
    <details>
      <summary>As the device sent it</summary>
      <pre tabindex={0} class="content">{lines.join("\n")}</pre>
      {count > MOST_LINES
        ? <p class="faint">{`The first ${MOST_LINES} of ${count} lines. The download has all of them.`}</p>
        : null}
    </details>
  );
}

async function answerPage(
  context: PageContext,
  { recipient, command, requestType, bytes }: Answer,
): Promise<Page> {
  const reason = reasonWanted(await approvalSettings(context.runtime.sql), "reveals");
  const { href, name } = recipient;
  const here = `${href}commands/${command.uuid}/answer/`;
  const { bytes: shown, secrets } = shownResult(bytes);
  const value = read(shown);
  const nodes = value !== undefined && isDict(value) ? resultNodes(requestType, value) : [];
  return {
    parents: recipient.parents,
    title: `Answer to ${requestType}`,
    body: (
      <>
        <p>
          <a href={`${href}#command-${command.uuid}`}>{name}</a> answered{" "}
          <Time at={command.resultAt} now={context.runtime.clock.now()} />.
        </p>
        {errorTexts(command.errorChain).map((text) => <p>{text}</p>)}
        {nodes.length === 0
          ? value === undefined ? null : <p class="faint">The answer has no content.</p>
          : <Nodes nodes={nodes} />}
        {secrets.length > 0 && permissionsFor(secrets).every((permission) => context.may(permission))
          ? (
            <ActionButton
              context={context}
              action={`${here}secrets/`}
              label="Show secrets"
              tone="plain"
              reason={reason}
            />
          )
          : null}
        <Raw value={value} />
        <p>
          <a class="button plain" href={`${here}download/`}>Download answer</a>
        </p>
      </>
    ),
  };
}

function mountFor(app: Hono<AppEnv>, kind: RecipientKind): void {
  const path = `${kind.path}commands/:uuid/`;
  page(app, `${path}answer/`, kind.view, async (context) => await answerPage(context, await answerOf(context, kind)));
  page(app, `${path}answer/download/`, kind.view, async (context) => {
    const { command, bytes } = await answerOf(context, kind);
    return attachment(shownResult(bytes).bytes, "application/x-plist", `answer-${command.uuid}.plist`);
  });
  action(app, `${path}answer/secrets/`, kind.view, async (context) => {
    const { command, requestType, recipient } = await answerOf(context, kind);
    const { runtime, by } = context;
    const bytes = await revealResult(runtime, by, command, (permissions) => permissions.every(context.may));
    return {
      parents: recipient.parents,
      title: `Answer to ${requestType}`,
      body: (
        <>
          <pre tabindex={0} class="content">{inFull(bytes)}</pre>
          <p>Your viewing of the secrets was recorded as an event.</p>
        </>
      ),
    };
  });
  action(app, `${path}cancel/`, kind.remove, async (context) => {
    const recipient = await kind.find(context);
    const command = await commandOf(context, recipient);
    await cancelCommand(context.runtime, context.by, command.uuid, recipient.user === undefined ? "device" : "user");
    return `${recipient.href}?done=cancelled`;
  });
}

/** Mounts the pages of answers, and what cancels a command. */
export function mountAnswers(app: Hono<AppEnv>): void {
  mountFor(app, DEVICE_ITSELF);
  mountFor(app, USER_OF_DEVICE);
}
