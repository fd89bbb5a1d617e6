/**
 * The apps of a device: what it lists, with the state of those that an artifact installs, and what is newer in Apple's
 * catalogue; then those that it was sent and does not list.
 *
 * @module
 */

import type { TargetArtifactRow } from "../../../db/artifacts/target_artifacts.ts";
import type { ListedAppRow } from "../../../db/devices/inventory.ts";
import { newerOf, versionWords } from "../../../src/devices/fleet_apps.ts";
import { installWord } from "../../state_words.ts";
import { Chip, counted, StateChip, Table } from "../parts/components.tsx";
import type { PageContext } from "../parts/page.tsx";
import { Newer } from "./apps.tsx";

/** The state of an app that an artifact installs. */
function Delivered({ row, context }: { row: TargetArtifactRow; context: PageContext }) {
  return (
    <>
      <StateChip word={installWord(row)} /> {context.may("mdm.view_artifact")
        ? <a class="small" href={`/artifacts/${row.artifactId}/`}>{row.name}</a>
        : <span class="small">{row.name}</span>}
    </>
  );
}

/** The table. `targets` are the artifacts of the device, the newest version of each first. */
export function DeviceApps(
  { apps, targets, context }: {
    apps: readonly ListedAppRow[];
    targets: readonly TargetArtifactRow[];
    context: PageContext;
  },
) {
  const carriers = new Map<string, TargetArtifactRow>();
  for (const row of targets) {
    for (const id of row.bundleIds ?? []) if (!carriers.has(id)) carriers.set(id, row);
  }
  const listed = new Set(apps.map(({ identifier }) => identifier));
  const missing = [...new Set(carriers.values())].filter(({ bundleIds }) =>
    !(bundleIds ?? []).some((id) => listed.has(id))
  );
  if (apps.length + missing.length === 0) return null;
  return (
    <Table
      stacked
      caption={counted(apps.length, "app")}
      head={["App", "Version", "State"]}
      empty=""
      rows={[
        ...missing.map((row) => (
          <tr>
            <td>
              {row.name}
              <div class="faint small">{(row.bundleIds ?? []).join(", ")}</div>
            </td>
            <td class="faint">not listed</td>
            <td>
              <Delivered row={row} context={context} />
            </td>
          </tr>
        )),
        ...apps.map((app) => {
          const carrier = carriers.get(app.identifier);
          return (
            <tr>
              <td>
                <a href={`/apps/${app.id}/`}>{app.name || app.identifier || "Without a name"}</a>
                <div class="faint small">{app.identifier}</div>
              </td>
              <td data-label="Version">
                {versionWords(app)} <Newer version={newerOf(app)} />
              </td>
              <td>
                {carrier === undefined ? null : <Delivered row={carrier} context={context} />}
                {carrier === undefined && app.managed === true ? <Chip>Managed</Chip> : null}
              </td>
            </tr>
          );
        }),
      ]}
    />
  );
}
