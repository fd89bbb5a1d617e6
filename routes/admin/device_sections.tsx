/**
 * The parts of a device's page: a command with its time line, what would happen next and why, what is installed.
 *
 * @module
 */

import type { CommandView } from "../../db/commands.ts";
import type { DeviceView } from "../../db/devices.ts";
import {
  listInstalledApps,
  listInstalledCertificates,
  listInstalledProfiles,
  listOddRows,
} from "../../db/inventory.ts";
import { explainChannel } from "../../src/planner/explain.ts";
import { ActionButton, ago, Chip, counted, Table, Time } from "./components.tsx";
import { COMMAND_STATES } from "./command_states.ts";
import { errorTexts } from "./failure_texts.ts";
import type { PageContext } from "./page.tsx";

/** A command as a step of the time line. */
export function Command({ command, context }: { command: CommandView; context: PageContext }) {
  const now = context.runtime.clock.now();
  const state = COMMAND_STATES[command.state] ?? { text: command.state };
  const steps: [string, Date | null][] = [
    ["queued", command.createdAt],
    ["not before", command.notBefore],
    ["sent", command.sentAt],
    [state.text, command.resultAt],
  ];
  const shown = steps.filter(([text, at], index) => at !== null && (index === 0 || text !== "queued"));
  return (
    <li class={state.tone ?? ""} id={`command-${command.uuid}`}>
      <strong>{command.name}</strong>{" "}
      {state.tone === undefined ? <Chip>{state.text}</Chip> : <Chip tone={state.tone}>{state.text}</Chip>}
      <div class="faint small">
        {shown.map(([text, at]) => at === null ? "" : `${text} ${ago(at, now)}`).join(" · ")}
      </div>
      {errorTexts(command.errorChain).map((text) => <div class="small">{text}</div>)}
      {command.state === "queued" && context.may("mdm.delete_devicecommand")
        ? (
          <ActionButton
            context={context}
            action={`/devices/${command.deviceId}/commands/${command.uuid}/cancel/`}
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
  const [apps, certificates, profiles, odd] = await Promise.all([
    listInstalledApps(sql, device.enrollmentId),
    listInstalledCertificates(sql, device.enrollmentId),
    listInstalledProfiles(sql, device.enrollmentId),
    listOddRows(sql, device.enrollmentId),
  ]);
  const now = clock.now();
  if (apps.length + certificates.length + profiles.length + odd.length === 0) return null;
  return (
    <>
      <h2>On the device</h2>
      <div class="columns">
        {apps.length === 0 ? null : (
          <Table
            caption={counted(apps.length, "app")}
            head={["App", "Version"]}
            empty=""
            rows={apps.map((app) => (
              <tr>
                <td>
                  {app.name || app.identifier}
                  <div class="faint small">{app.identifier}</div>
                </td>
                <td>{app.shortVersion || app.version}</td>
              </tr>
            ))}
          />
        )}
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
            head={["Certificate", "Ends"]}
            empty=""
            rows={certificates.map((certificate) => (
              <tr>
                <td>
                  {certificate.commonName ?? certificate.subject}
                  <div class="faint small">{certificate.issuer}</div>
                </td>
                <td>
                  <Time at={certificate.notAfter} now={now} />
                </td>
              </tr>
            ))}
          />
        )}
      </div>
    </>
  );
}

/** The plan of the device as it would be made now. */
export async function Plan({ device, context }: { device: DeviceView; context: PageContext }) {
  if (device.channelId === null || device.checkoutAt !== null) return null;
  const { runtime } = context;
  const now = runtime.clock.now();
  const { decisions } = await explainChannel(runtime.sql, runtime, device.channelId);
  return (
    <details>
      <summary>What would happen next, and why</summary>
      <Table
        caption="What would happen if the device connected now"
        head={["What", "Outcome", "Why"]}
        empty="Nothing is considered."
        rows={decisions.map((decision) => (
          <tr>
            <td>
              {decision.artifact === undefined || !context.may("mdm.view_artifact")
                ? decision.subject
                : <a href={`/artifacts/${decision.artifact.id}/`}>{decision.subject}</a>}
            </td>
            <td>{decision.outcome === "chosen" ? <Chip tone="good">chosen</Chip> : decision.outcome}</td>
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
