/**
 * A device's artifacts, its reports by declarative management, its tags and custom values.
 *
 * @module
 */

import type { Hono } from "hono";
import { findTargetArtifacts } from "../../../db/artifacts/target_artifacts.ts";
import { type DeviceView, findDevice } from "../../../db/devices/device_views.ts";
import { findStatusHistory, findStatusItems } from "../../../db/devices/status_items.ts";
import { reinstallArtifact } from "../../../src/devices/reinstall.ts";
import { problem } from "../../../src/errors.ts";
import type { AppEnv } from "../../context.ts";
import { installWord } from "../../state_words.ts";
import { ActionButton, counted, offsetOf, Pager, StateChip, Table, Time } from "../parts/components.tsx";
import { underDevice } from "../parts/crumbs.ts";
import { evidenceOf, failureTexts, textOf } from "../parts/failure_texts.ts";
import { action, type Page, page, type PageContext } from "../parts/page.tsx";
import { TagsForm } from "./desired.tsx";
import { ValuesForm } from "./values.tsx";

/** The artifacts of a device. */
export async function Artifacts({ device, context }: { device: DeviceView; context: PageContext }) {
  if (device.channelId === null || device.checkoutAt !== null) return null;
  const rows = await findTargetArtifacts(context.runtime.sql, device.channelId);
  const now = context.runtime.clock.now();
  const mayInstall = context.may("mdm.change_enrolleddevice");
  return (
    <>
      <h2 id="artifacts">Artifacts</h2>
      <Table
        stacked
        caption={counted(rows.length, "artifact")}
        head={["Artifact", "Version", "State", "Since", ...(mayInstall ? [""] : [])]}
        empty="No artifacts yet."
        rows={rows.map((row) => {
          const state = installWord(row);
          return (
            <tr>
              <td>
                {context.may("mdm.view_artifact") ? <a href={`/artifacts/${row.artifactId}/`}>{row.name}</a> : row.name}
                <div class="faint small">{`${row.type}, by ${row.via}`}</div>
              </td>
              <td data-label="Version">{row.version}</td>
              <td>
                <StateChip word={state} />
                {[...(state.tone === "good" ? [] : failureTexts(row.extraInfo)), ...evidenceOf(row.extraInfo)]
                  .map((text) => <div class="small">{text}</div>)}
                {row.checkAt === null || row.status !== "AwaitingConfirmation" ? null : (
                  <div class="faint small">
                    {row.checks === 0 ? "confirmation " : `asked ${row.checks} times, again `}
                    <Time at={row.checkAt} now={now} />
                  </div>
                )}
                {row.retryAt === null ? null : (
                  <div class="faint small">
                    retried <Time at={row.retryAt} now={now} />
                  </div>
                )}
              </td>
              <td data-label="Since">
                <Time at={row.verifiedAt ?? row.installedAt ?? row.updatedAt} now={now} />
              </td>
              {mayInstall
                ? (
                  <td>
                    <ActionButton
                      context={context}
                      action={`/devices/${device.id}/artifacts/${row.artifactId}/reinstall/`}
                      label="Reinstall"
                      tone="quiet"
                    />
                  </td>
                )
                : null}
            </tr>
          );
        })}
      />
    </>
  );
}

/** The device's reports, with the longest values truncated. */
export async function StatusItems({ device, context }: { device: DeviceView; context: PageContext }) {
  if (device.channelId === null) return null;
  const items = await findStatusItems(context.runtime.sql, device.channelId);
  if (items.length === 0) return null;
  const now = context.runtime.clock.now();
  return (
    <details>
      <summary>{`Status reports (${counted(items.length, "item")})`}</summary>
      <Table
        caption="Status of declarative management"
        head={["Item", "Value", "Changed"]}
        empty=""
        rows={items.map((item) => (
          <tr>
            <td>
              <a class="mono" href={`/devices/${device.id}/status/${encodeURIComponent(item.path)}/`}>{item.path}</a>
            </td>
            <td class="mono">
              {textOf(item.value).slice(0, 120)}
              {item.error === null ? null : <div class="small">{`Error: ${textOf(item.error).slice(0, 200)}`}</div>}
            </td>
            <td>
              <Time at={item.changedAt} now={now} />
            </td>
          </tr>
        ))}
      />
    </details>
  );
}

/** Tags and custom values, for users who may change them. */
export async function DeviceGroups({ device, context }: { device: DeviceView; context: PageContext }) {
  const tags = await TagsForm({ device, context });
  const mayValue = context.may("mdm.change_enrolleddevice");
  if (tags === null && !mayValue) return null;
  return (
    <details>
      <summary>Tags and custom values</summary>
      {tags}
      {await ValuesForm({ device, context })}
    </details>
  );
}

const HISTORY = 50;

async function statusPage(context: PageContext): Promise<Page> {
  const device = await mustFind(context);
  const path = context.param("path");
  if (!/^[A-Za-z0-9._-]{1,200}$/.test(path)) throw problem("not-found");
  const offset = offsetOf(context.url);
  const { sql, clock } = context.runtime;
  const { count, rows } = device.channelId === null
    ? { count: 0, rows: [] }
    : await findStatusHistory(sql, device.channelId, { path, limit: HISTORY, offset });
  if (count === 0) throw problem("not-found");
  return {
    title: path,
    parents: underDevice(device),
    body: (
      <>
        <Table
          caption="Earlier values, newest first"
          head={["When", "Value"]}
          empty=""
          rows={rows.map((row) => (
            <tr>
              <td>
                <Time at={row.createdAt} now={clock.now()} />
              </td>
              <td>
                {row.value === null && row.error === null
                  ? <span class="faint">no longer reported</span>
                  : <pre>{JSON.stringify(row.error ?? row.value, null, 2)}</pre>}
              </td>
            </tr>
          ))}
        />
        <Pager url={context.url} limit={HISTORY} offset={offset} count={count} />
      </>
    ),
  };
}

async function mustFind(context: PageContext): Promise<DeviceView> {
  const device = await findDevice(context.runtime.sql, context.deviceId());
  if (device === undefined) throw problem("not-found");
  return device;
}

/** Mounts the pages and the actions of the sections' forms. */
export function mountDeviceArtifacts(app: Hono<AppEnv>): void {
  page(app, "/devices/:id/status/:path/", "mdm.view_enrolleddevice", statusPage);
  action(app, "/devices/:id/artifacts/:artifact/reinstall/", "mdm.change_enrolleddevice", async (context) => {
    const artifact = context.param("artifact");
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(artifact)) throw problem("not-found");
    await reinstallArtifact(context.runtime, context.by, context.deviceId(), artifact);
    return `/devices/${context.deviceId()}/?done=reinstalling`;
  });
}
