/**
 * Requests for approval: the list, one request with its decision, and the settings.
 *
 * @module
 */

import type { Hono } from "hono";
import { APPROVAL_STATES, type ApprovalRow, listApprovals } from "../../../db/approvals/approvals.ts";
import { rightsOf } from "../../../src/approvals/rights.ts";
import { approvalSettings, approvalSettingsInput, changeApprovalSettings } from "../../../src/approvals/settings.ts";
import { decideApproval, mayDecide, readApproval } from "../../../src/devices/decide_approval.ts";
import { parseOrRefuse } from "../../api/parse.ts";
import type { AppEnv } from "../../context.ts";
import { APPROVAL_WORDS, choicesOf } from "../../state_words.ts";
import {
  ActionButton,
  counted,
  Csrf,
  Fact,
  FormErrors,
  offsetOf,
  Pager,
  Select,
  StateChip,
  Table,
  Time,
} from "../parts/components.tsx";
import { under } from "../parts/crumbs.ts";
import { Check } from "../parts/form_parts.tsx";
import { action, type Form, type FormState, type Page, page, type PageContext } from "../parts/page.tsx";
import { sensitiveWords } from "../parts/sensitive_words.ts";
import { MENU } from "../menu.ts";

const LIMIT = 50;
const PATH = "/approvals/";

const NEEDS = MENU.find(({ href }) => href === PATH)?.needs ?? null;

const capitalized = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** What is asked for, as a sentence without its end. */
const wordsOf = ({ action, name, deviceName, serialNumber }: ApprovalRow): string =>
  `${capitalized(sensitiveWords(action, name))} ${deviceName || serialNumber || "a device that no longer exists"}`;

async function listPage(context: PageContext): Promise<Page> {
  const { runtime: { sql, clock }, by, url } = context;
  const now = clock.now();
  const given = url.searchParams.get("state") ?? "";
  const state = APPROVAL_STATES.find((one) => one === given);
  const offset = offsetOf(url);
  const { rows, count } = await listApprovals(sql, {
    userId: by.actor.userId,
    rights: rightsOf(by.actor),
    state,
    limit: LIMIT,
    offset,
  }, now);
  return {
    title: "Approvals",
    body: (
      <>
        <p>
          Sensitive actions can need the approval of a second person, who has the same permission.{" "}
          {context.may("accounts.view_approvalsettings") ? <a href="/approvals/settings/">Settings</a> : null}
        </p>
        <form class="row" method="get" action={PATH} data-live role="search">
          <Select name="state" label="State" value={given} options={[["", "All"], ...choicesOf(APPROVAL_WORDS)]} />
          <button type="submit" class="plain">Filter</button>
        </form>
        <Table
          caption={counted(count, "request")}
          head={["Request", "Requested by", "Reason", "State", "Requested"]}
          empty="No requests."
          rows={rows.map((row) => (
            <tr>
              <td>
                <a href={`${PATH}${row.id}/`}>{wordsOf(row)}</a>
              </td>
              <td>{row.requesterName}</td>
              <td class="words">{row.reason}</td>
              <td>
                <StateChip word={APPROVAL_WORDS[row.state]} />
              </td>
              <td>
                <Time at={row.createdAt} now={now} />
              </td>
            </tr>
          ))}
        />
        <Pager url={url} limit={LIMIT} offset={offset} count={count} />
      </>
    ),
  };
}

async function detailPage(context: PageContext): Promise<Page> {
  const { runtime, by } = context;
  const row = await readApproval(runtime, by, context.uuid());
  const now = runtime.clock.now();
  const own = row.requesterId === by.actor.userId;
  const path = `${PATH}${row.id}/`;
  return {
    title: wordsOf(row),
    parents: under(PATH),
    body: (
      <>
        <p>
          <StateChip word={APPROVAL_WORDS[row.state]} />
        </p>
        <dl class="facts">
          <Fact name="Device">
            {row.deviceId === null
              ? ""
              : <a href={`/devices/${row.deviceId}/`}>{row.deviceName || row.serialNumber || "Device"}</a>}
          </Fact>
          <Fact name="Serial number">
            <code class="serial">{row.serialNumber}</code>
          </Fact>
          <Fact name="Requested by">{row.requesterName}</Fact>
          <Fact name="Reason">{row.reason === "" ? "none given" : row.reason}</Fact>
          <Fact name="Requested">
            <Time at={row.createdAt} now={now} />
          </Fact>
          {row.state === "waiting"
            ? (
              <Fact name="Expires">
                <Time at={row.expiresAt} now={now} />
              </Fact>
            )
            : null}
          {row.decidedAt === null ? null : (
            <Fact name="Decided">
              {`by ${row.decidedByName ?? "somebody"} `}
              <Time at={row.decidedAt} now={now} />
            </Fact>
          )}
          {row.state === "failed" ? <Fact name="Error">{row.outcome}</Fact> : null}
        </dl>
        {await mayDecide(runtime, by, row)
          ? (
            <div class="actions">
              <ActionButton
                context={context}
                action={`${path}approve/`}
                label="Approve"
                tone="danger"
                confirm={`Approve? ${wordsOf(row)}.`}
              />
              <ActionButton context={context} action={`${path}decline/`} label="Decline" tone="plain" />
            </div>
          )
          : row.state === "waiting"
          ? <p>{own ? "Somebody else with the same permission decides." : "You cannot decide about this request."}</p>
          : null}
        {own && row.action === "reveal" && row.state === "approved" && row.usableUntil !== null && row.usableUntil > now
          ? (
            <p>
              Show the secret on the page of the device, with the same reason. That is possible once, until{" "}
              <Time at={row.usableUntil} now={now} />.
            </p>
          )
          : null}
      </>
    ),
  };
}

const KINDS = [
  [
    "destructive_commands",
    "Destructive commands",
    "Erase, lock, lost mode, shut down, remove a profile, block, delete",
  ],
  ["reveals", "Secrets", "Showing an escrowed secret of a device"],
] as const;

const settingsOf = (form: Form) => {
  const needs = (kind: string) => ({
    reason_required: form.has(`${kind}.reason_required`),
    approval_required: form.has(`${kind}.approval_required`),
  });
  return parseOrRefuse(approvalSettingsInput, {
    destructive_commands: needs("destructive_commands"),
    reveals: needs("reveals"),
    service_accounts_approve: form.has("service_accounts_approve"),
  });
};

async function settingsPage(context: PageContext, state?: FormState): Promise<Page> {
  const settings = await approvalSettings(context.runtime.sql);
  return {
    title: "Settings of approvals",
    parents: under(PATH),
    body: (
      <form class="stack" method="post" action="/approvals/settings/">
        <Csrf context={context} />
        <FormErrors state={state} />
        {KINDS.map(([kind, legend, what]) => (
          <fieldset>
            <legend>{legend}</legend>
            <p class="faint small">{what}</p>
            <Check
              name={`${kind}.reason_required`}
              label="A reason is required"
              value={settings[kind].reason_required}
              state={state}
            />
            <Check
              name={`${kind}.approval_required`}
              label="A second person must approve"
              value={settings[kind].approval_required}
              state={state}
            />
          </fieldset>
        ))}
        <Check
          name="service_accounts_approve"
          label="Service accounts may approve"
          value={settings.service_accounts_approve}
          state={state}
        />
        {context.may("accounts.change_approvalsettings") ? <button type="submit">Save</button> : null}
      </form>
    ),
  };
}

/** Mounts the pages. */
export function mountApprovals(app: Hono<AppEnv>): void {
  page(app, PATH, NEEDS, listPage);
  page(app, "/approvals/settings/", "accounts.view_approvalsettings", (context) => settingsPage(context));
  action(app, "/approvals/settings/", "accounts.change_approvalsettings", async (context, form) => {
    await changeApprovalSettings(context.runtime, context.by, await settingsOf(form));
    return "/approvals/settings/?done=saved";
  }, settingsPage);
  page(app, "/approvals/:id/", NEEDS, detailPage);
  for (const [decision, done] of [["approve", "approved"], ["decline", "declined"]] as const) {
    action(app, `/approvals/:id/${decision}/`, NEEDS, async (context) => {
      const { id, state } = await decideApproval(context.runtime, context.by, context.uuid(), decision);
      return `${PATH}${id}/${state === "failed" ? "" : `?done=${done}`}`;
    });
  }
}
