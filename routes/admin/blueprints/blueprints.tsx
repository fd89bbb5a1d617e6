/**
 * Blueprints: the desired states of groups of devices.
 *
 * @module
 */

import type { Hono } from "hono";
import {
  artifactsOfBlueprint,
  artifactsOutsideBlueprint,
  countDevicesOfBlueprint,
  enrollmentsOfBlueprint,
  viewBlueprints,
} from "../../../db/blueprints/blueprint_views.ts";
import { findLocation } from "../../../db/apps/locations.ts";
import { findFilevaultConfig } from "../../../db/filevault/filevault_configs.ts";
import { findRecoveryPasswordConfig } from "../../../db/recovery/recovery_password_configs.ts";
import { hasArtifacts } from "../../../db/blueprints/blueprints.ts";
import { createBlueprint, mustFindBlueprint } from "../../../src/blueprints/blueprints.ts";
import { blueprintProgress, type Held, type Progress } from "../../../src/planner/progress.ts";
import type { AppEnv } from "../../context.ts";
import { LINKABLE_TYPES, LinkFor, VersionInForce } from "../artifacts/parts.tsx";
import { Chip, counted, Csrf, Fact, FormErrors, offsetOf, Pager, Select, Table } from "../parts/components.tsx";
import { under } from "../parts/crumbs.ts";
import { tagNames } from "../parts/filter_form.tsx";
import { excludedWords, platformParts, shardWords, tagShardWords } from "../parts/filter_words.ts";
import { action, type FormState, type Page, page, type PageContext } from "../parts/page.tsx";
import { mountBlueprintArtifacts } from "./artifacts.tsx";
import { BlueprintFields, blueprintOf, collectedWords, deviceFactsAlone, mountBlueprintSettings } from "./settings.tsx";

const LIMIT = 50;
/** Channels whose progress is counted, and devices that are named. */
const LOOKED_AT = 500;
const NAMED = 20;

async function listPage(context: PageContext, state?: FormState): Promise<Page> {
  const { runtime, url } = context;
  const offset = offsetOf(url);
  const { rows, count } = await viewBlueprints(runtime.sql, { limit: LIMIT, offset });
  return {
    title: "Blueprints",
    body: (
      <>
        <Table
          caption={counted(count, "blueprint")}
          head={["Name", "Inventory", "Artifacts", "Devices"]}
          empty="No blueprints yet. A blueprint sets which artifacts its devices get and which inventory the server collects."
          rows={rows.map((row) => (
            <tr>
              <td>
                <a href={`/blueprints/${row.id}/`}>{row.name}</a>
              </td>
              <td>
                {`every ${counted(row.inventoryInterval / 3600, "hour")}`}
                <div class="faint small">{collectedWords(row) || deviceFactsAlone}</div>
              </td>
              <td>{String(row.artifacts)}</td>
              <td>{String(row.devices)}</td>
            </tr>
          ))}
        />
        <Pager url={url} limit={LIMIT} offset={offset} count={count} />
        {context.may("mdm.add_blueprint")
          ? (
            <>
              <h2>Create a blueprint</h2>
              <form class="stack" method="post" action="/blueprints/">
                <Csrf context={context} />
                <FormErrors state={state} />
                {await BlueprintFields({ context, state })}
                <button type="submit">Create blueprint</button>
              </form>
            </>
          )
          : null}
      </>
    ),
  };
}

async function Artifacts({ id, context }: { id: number; context: PageContext }) {
  const { sql } = context.runtime;
  const rows = await artifactsOfBlueprint(sql, id);
  const tags = await tagNames(sql, rows.map(({ filter }) => filter));
  const addable = context.may("mdm.add_blueprintartifact")
    ? await artifactsOutsideBlueprint(sql, id, LINKABLE_TYPES, 500)
    : [];
  return (
    <>
      <h2>Artifacts</h2>
      <Table
        caption={counted(rows.length, "artifact")}
        head={["Name", "Type", "Version", "Platforms", "Excluded tags", "Default shard", "Tag shards", ""]}
        empty="No artifacts yet."
        rows={rows.map((row) => (
          <tr>
            <td>
              <LinkFor context={context} needs="mdm.view_artifact" href={`/artifacts/${row.artifactId}/`}>
                {row.name}
              </LinkFor>
            </td>
            <td class="words">
              {row.type}
              {row.channel === "User" ? <div class="faint small">User channel</div> : null}
            </td>
            <td>
              <VersionInForce artifact={row} />
            </td>
            <td class="words">{platformParts(row.filter).map((part) => <div>{part}</div>)}</td>
            <td>{excludedWords(row.filter, tags).join(", ") || "none"}</td>
            <td>{shardWords(row.filter)}</td>
            <td>{tagShardWords(row.filter, tags).map((words) => <div>{words}</div>)}</td>
            <td>
              {context.may("mdm.change_blueprintartifact")
                ? <a href={`/blueprints/${id}/artifacts/${row.id}/`} aria-label={`Edit ${row.name} here`}>Edit</a>
                : null} {context.may("mdm.delete_blueprintartifact")
                ? (
                  <a href={`/blueprints/${id}/artifacts/${row.id}/remove/`} aria-label={`Remove ${row.name}`}>
                    Remove
                  </a>
                )
                : null}
            </td>
          </tr>
        ))}
      />
      {addable.length === 0 ? null : (
        <form class="row below" method="get" action={`/blueprints/${id}/artifacts/add/`}>
          <Select
            name="artifact"
            label="Add an artifact"
            options={addable.map((one) => [one.id, `${one.name} (${one.type})`] as const)}
          />
          <button type="submit" class="plain">Add…</button>
        </form>
      )}
    </>
  );
}

/** Whether it has all that it can have: a halted version that it did not get is missing. */
const complete = ({ wanted, present, held }: Progress) => wanted === present && held.length === 0;

const heldWords = ({ name, version, has }: Held) =>
  `Version ${version} of ${name} is halted. ${
    has === null ? "The device has no other version." : `The device stays on version ${has}.`
  }`;

function ProgressChip({ progress }: { progress: Progress }) {
  const { wanted, present, failed, held } = progress;
  if (wanted === 0 && held.length === 0) return <Chip>No artifacts</Chip>;
  if (complete(progress)) return <Chip tone="good">Complete</Chip>;
  if (wanted === present) return <Chip tone="warn">{`Held back by ${counted(held.length, "halted rollout")}`}</Chip>;
  return failed > 0
    ? <Chip tone="bad">{`${present} of ${wanted}, ${failed} failed`}</Chip>
    : <Chip tone="warn">{`${present} of ${wanted}`}</Chip>;
}

async function Devices({ id, context }: { id: number; context: PageContext }) {
  const { runtime } = context;
  // Without the permission for any device there are numbers only, of all devices.
  const only = context.may("mdm.view_enrolleddevice") ? context.only("mdm.view_enrolleddevice") : undefined;
  const count = await countDevicesOfBlueprint(runtime.sql, id, only);
  const progress = await blueprintProgress(runtime, id, LOOKED_AT, only);
  const done = progress.filter(complete).length;
  const devices = progress.filter(({ user }) => user === "").slice(0, NAMED);
  return (
    <>
      <h2>Devices</h2>
      <p>
        {count === 0
          ? "No enrolled device has this blueprint."
          : `${counted(count, "enrolled device")}. ${done} of ${
            progress.length < LOOKED_AT ? progress.length : `the first ${LOOKED_AT}`
          } ${done === 1 ? "has" : "have"} everything that ${done === 1 ? "it" : "they"} can have.`}
      </p>
      {devices.length === 0 || !context.may("mdm.view_enrolleddevice") ? null : (
        <Table
          caption={count > devices.length ? `The first ${devices.length} of ${count} devices` : "Its devices"}
          head={["Device", "Serial number", "Artifacts"]}
          empty=""
          rows={devices.map((device) => (
            <tr>
              <td>
                <a href={`/devices/${device.deviceId}/`}>{device.name || device.serialNumber}</a>
              </td>
              <td class="mono">
                <span class="serial">{device.serialNumber}</span>
              </td>
              <td>
                <ProgressChip progress={device} />
                {device.impossible === 0
                  ? null
                  : <div class="small faint">{`${counted(device.impossible, "artifact")} not available for it`}</div>}
                {device.held.map((held) => <div class="small faint">{heldWords(held)}</div>)}
              </td>
            </tr>
          ))}
        />
      )}
      {count > devices.length && context.may("mdm.view_enrolleddevice")
        ? (
          <p>
            <a href={`/devices/?blueprint=${id}`}>{`All ${count} devices`}</a>
          </p>
        )
        : null}
    </>
  );
}

async function blueprintPage(context: PageContext): Promise<Page> {
  const { runtime } = context;
  const blueprint = await mustFindBlueprint(runtime, context.id());
  const { id } = blueprint;
  const { defaultLocationId, filevaultConfigId, recoveryPasswordConfigId } = blueprint;
  const [enrollments, filled, location, filevault, recovery] = await Promise.all([
    enrollmentsOfBlueprint(runtime.sql, id),
    hasArtifacts(runtime.sql, id),
    defaultLocationId === null ? undefined : findLocation(runtime.sql, defaultLocationId),
    filevaultConfigId === null ? undefined : findFilevaultConfig(runtime.sql, filevaultConfigId),
    recoveryPasswordConfigId === null ? undefined : findRecoveryPasswordConfig(runtime.sql, recoveryPasswordConfigId),
  ]);
  return {
    title: blueprint.name,
    parents: under("/blueprints/"),
    body: (
      <>
        <div class="actions spaced">
          {context.may("mdm.change_blueprint")
            ? <a class="button plain" href={`/blueprints/${id}/edit/`}>Edit settings</a>
            : null}
          {context.may("mdm.delete_blueprint") && !filled
            ? <a class="button danger" href={`/blueprints/${id}/delete/`}>Delete</a>
            : null}
          {context.may("events.view_event") ? <a href={`/events/?about=blueprint:${id}`}>Events</a> : null}
          {context.may("mdm.delete_blueprint") && filled
            ? <small class="faint">Cannot be deleted while it has artifacts.</small>
            : null}
        </div>
        <section class="card">
          <dl class="facts">
            <Fact name="Inventory">{`every ${counted(blueprint.inventoryInterval / 3600, "hour")}`}</Fact>
            <Fact name="Collects">{collectedWords(blueprint) || deviceFactsAlone}</Fact>
            <Fact name="Profile delivery">
              {blueprint.legacyProfilesViaDdm
                ? "by declaration where the device supports it, otherwise by command"
                : "by command"}
            </Fact>
            {location === undefined ? null : (
              <Fact name="Licences for app declarations">
                <LinkFor context={context} needs="mdm.view_location" href={`/locations/${location.id}/`}>
                  {location.name}
                </LinkFor>
              </Fact>
            )}
            <Fact name="FileVault">
              {filevault === undefined ? "none" : (
                <LinkFor
                  context={context}
                  needs="mdm.view_filevaultconfig"
                  href={`/filevault-configs/${filevault.id}/`}
                >
                  {filevault.name}
                </LinkFor>
              )}
            </Fact>
            <Fact name="Recovery passwords">
              {recovery === undefined ? "none" : (
                <LinkFor
                  context={context}
                  needs="mdm.view_recoverypasswordconfig"
                  href={`/recovery-password-configs/${recovery.id}/`}
                >
                  {recovery.name}
                </LinkFor>
              )}
            </Fact>
            <Fact name="Enrollments">
              {enrollments.length === 0 ? "none" : enrollments.map((enrollment) => (
                <div>
                  <LinkFor
                    context={context}
                    needs={enrollment.kind === "DEP" ? "mdm.view_depenrollment" : "mdm.view_otaenrollment"}
                    href={`/enrollments/${enrollment.kind === "DEP" ? "automated/" : ""}${enrollment.id}/`}
                  >
                    {enrollment.name}
                  </LinkFor>
                </div>
              ))}
            </Fact>
          </dl>
        </section>
        {context.may("mdm.view_blueprintartifact") ? await Artifacts({ id, context }) : null}
        {await Devices({ id, context })}
      </>
    ),
  };
}

/** Mounts the pages. */
export function mountBlueprints(app: Hono<AppEnv>): void {
  page(app, "/blueprints/", "mdm.view_blueprint", (context) => listPage(context));
  action(app, "/blueprints/", "mdm.add_blueprint", async (context, form) => {
    const row = await createBlueprint(context.runtime, context.by, await blueprintOf(form));
    return `/blueprints/${row.id}/?done=created`;
  }, listPage);
  page(app, "/blueprints/:id/", "mdm.view_blueprint", blueprintPage);
  mountBlueprintSettings(app);
  mountBlueprintArtifacts(app);
}
