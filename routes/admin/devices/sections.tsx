/**
 * The parts of a device's page: a command with its timeline, the next steps with their reasons, the installed
 * artifacts.
 *
 * @module
 */

import { findTargetArtifacts } from "../../../db/artifacts/target_artifacts.ts";
import type { DeviceView } from "../../../db/devices/device_views.ts";
import {
  inventoryTimes,
  listInstalledApps,
  listInstalledCertificates,
  listInstalledProfiles,
  listOddRows,
} from "../../../db/devices/inventory.ts";
import type { CommandOrigin } from "../../../db/work/command_origin_views.ts";
import type { CommandView } from "../../../db/work/commands.ts";
import type { Permission } from "../../../src/access/actor.ts";
import { catalogueEntry } from "../../../src/commands/catalogue.ts";
import { explainChannel } from "../../../src/planner/explain.ts";
import { COMMAND_WORDS, commandWord, DECISION_WORDS, inSentence, type StateWord } from "../../state_words.ts";
import { ActionButton, ago, counted, Expiry, Fact, StateChip, Table, Time } from "../parts/components.tsx";
import { errorTexts } from "../parts/failure_texts.ts";
import type { PageContext } from "../parts/page.tsx";
import { DeviceApps } from "./device_apps.tsx";

/** A command as a step of the time line. */
export function Command({ command, origin, context, href, remove }: {
  command: CommandView;
  /** The page of the device or the user that it is for. */
  href: string;
  /** The permission that cancels it. */
  remove: Permission;
  /** Its sender; undefined for the server itself. */
  origin: CommandOrigin | undefined;
  context: PageContext;
}) {
  const now = context.runtime.clock.now();
  const state: StateWord = commandWord(command.state);
  const queued = inSentence(COMMAND_WORDS.queued);
  const steps: [string, Date | null][] = [
    [queued, command.createdAt],
    ["not before", command.notBefore],
    [inSentence(COMMAND_WORDS.sent), command.sentAt],
    [inSentence(state), command.resultAt],
  ];
  const shown = steps.filter(([text, at], index) => at !== null && (index === 0 || text !== queued));
  return (
    <li class={state.tone ?? ""} id={`command-${command.uuid}`}>
      <strong>{origin?.requestType ?? catalogueEntry(command.name)?.requestType ?? command.name}</strong>{" "}
      {typeof origin?.requestType === "string"
        ? (
          <>
            <span class="faint">custom command</span>
            {" "}
          </>
        )
        : null}
      <StateChip word={state} />
      <div class="faint small">
        {shown.map(([text, at], index) => (
          <>
            {index === 0 ? "" : " · "}
            {text} <Time at={at} now={now} />
            {index === 0 && typeof origin?.username === "string" ? ` by ${origin.username}` : ""}
          </>
        ))}
      </div>
      {errorTexts(command.errorChain).map((text) => <div class="small">{text}</div>)}
      {command.hasResult
        ? (
          <div class="small">
            <a href={`${href}commands/${command.uuid}/answer/`}>Answer</a>
          </div>
        )
        : null}
      {command.state === "queued" && context.may(remove)
        ? (
          <ActionButton
            context={context}
            action={`${href}commands/${command.uuid}/cancel/`}
            label="Cancel"
            tone="quiet"
          />
        )
        : null}
    </li>
  );
}

/** Apps, profiles and certificates, as far as they were collected. */
export async function Inventory({ device, context }: { device: DeviceView; context: PageContext }) {
  if (device.enrollmentId === null) return null;
  const { sql, clock } = context.runtime;
  const [times, apps, certificates, profiles, odd, targets] = await Promise.all([
    inventoryTimes(sql, device.enrollmentId),
    listInstalledApps(sql, device.enrollmentId),
    listInstalledCertificates(sql, device.enrollmentId),
    listInstalledProfiles(sql, device.enrollmentId),
    listOddRows(sql, device.enrollmentId),
    device.channelId === null || device.checkoutAt !== null ? [] : findTargetArtifacts(sql, device.channelId),
  ]);
  const now = clock.now();
  const mayCollect = context.may("mdm.add_devicecommand") && device.checkoutAt === null && device.deletedAt === null;
  const lists: [string, Date | null][] = [
    ["Device information", times.deviceInformationAt],
    ["Security", times.securityInfoAt],
    ["Apps", times.appsAt],
    ["Profiles", times.profilesAt],
    ["Certificates", times.certificatesAt],
  ];
  return (
    <>
      <h2 id="inventory">Inventory</h2>
      <dl class="facts">
        {lists.map(([name, at]) => (
          <Fact name={name}>
            {at === null ? <span class="faint">not collected</span> : (
              <>
                collected <Time at={at} now={now} />
              </>
            )}
          </Fact>
        ))}
      </dl>
      {mayCollect
        ? (
          <ActionButton
            context={context}
            action={`/devices/${device.id}/collect/`}
            label="Collect inventory"
            tone="plain"
          />
        )
        : null}
      <DeviceApps apps={apps} targets={targets} context={context} />
      <div class="columns">
        {profiles.length === 0 ? null : (
          <Table
            caption={counted(profiles.length, "profile")}
            head={["Profile", "Identifier"]}
            empty=""
            rows={profiles.map((profile) => (
              <tr>
                <td>{profile.displayName ?? profile.identifier}</td>
                <td class="mono">{profile.identifier}</td>
              </tr>
            ))}
          />
        )}
        {odd.length === 0 ? null : (
          <Table
            caption={`${counted(odd.length, "item")} that could not be read`}
            head={["List", "Reason", "Reported as"]}
            empty=""
            rows={odd.map(({ list, reason, raw }) => (
              <tr>
                <td>{list}</td>
                <td>{reason}</td>
                <td class="mono small">{JSON.stringify(raw)}</td>
              </tr>
            ))}
          />
        )}
        {certificates.length === 0 ? null : (
          <Table
            caption={counted(certificates.length, "certificate")}
            head={["Certificate", "Expires"]}
            empty=""
            rows={certificates.map((certificate) => (
              <tr>
                <td>
                  {certificate.commonName ?? certificate.subject}
                  <div class="faint small">{certificate.issuer}</div>
                </td>
                <td>
                  <Expiry at={certificate.notAfter} now={now} />
                </td>
              </tr>
            ))}
          />
        )}
      </div>
    </>
  );
}

/** The current plan of the device. */
export async function Plan({ device, context }: { device: DeviceView; context: PageContext }) {
  if (device.channelId === null || device.checkoutAt !== null) return null;
  const { runtime } = context;
  const now = runtime.clock.now();
  const { decisions } = await explainChannel(runtime.sql, runtime, device.channelId);
  return (
    <details>
      <summary>Next actions and reasons</summary>
      <Table
        caption="What would happen if the device connected now"
        head={["What", "Outcome", "Why"]}
        empty="No actions."
        rows={decisions.map((decision) => (
          <tr>
            <td>
              {decision.artifact === undefined || !context.may("mdm.view_artifact")
                ? decision.subject
                : <a href={`/artifacts/${decision.artifact.id}/`}>{decision.subject}</a>}
            </td>
            <td>
              <StateChip word={DECISION_WORDS[decision.outcome]} />
            </td>
            <td>
              {decision.evidence}
              {decision.until === undefined ? "" : ` (until ${ago(decision.until, now)})`}
            </td>
          </tr>
        ))}
      />
    </details>
  );
}
