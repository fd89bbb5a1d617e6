/**
 * The software update of a device: what it is told, why, and how far it is.
 *
 * @module
 */

import type { DeviceId } from "../../../db/ids.ts";
import { deviceUpdateProgress } from "../../../src/planner/update_progress.ts";
import { UPDATE_WORDS } from "../../state_words.ts";
import { Fact, StateChip } from "../parts/components.tsx";
import type { PageContext } from "../parts/page.tsx";

/** The section of the device's page; nothing where no enforcement is in its blueprint. */
export async function SoftwareUpdate({ id, context }: { id: DeviceId; context: PageContext }) {
  const found = await deviceUpdateProgress(context.runtime, id);
  if (found === undefined || !found.enforced) return null;
  const { decision, state, why, installState, pending } = found;
  const { target } = decision;
  return (
    <section class="card" aria-labelledby="software-update">
      <h3 id="software-update">Software update</h3>
      <dl class="facts">
        <Fact name="State">
          <StateChip word={UPDATE_WORDS[state]} />
          {why === null ? null : <div class="small">{why}</div>}
        </Fact>
        {target === null ? <Fact name="Reason">{decision.target === null ? decision.reason : ""}</Fact> : (
          <>
            <Fact name="Is told">
              {target.buildVersion === "" ? target.osVersion : `${target.osVersion} (${target.buildVersion})`}
            </Fact>
            <Fact name="Until">{`${target.localDateTime.replace("T", " ")}, the device's own time`}</Fact>
            <Fact name="Reason">{target.reason}</Fact>
            <Fact name="Enforcement">
              {context.may("mdm.view_softwareupdateenforcement")
                ? <a href={`/software-update-enforcements/${target.enforcement.id}/`}>{target.enforcement.name}</a>
                : target.enforcement.name}
            </Fact>
          </>
        )}
        {installState === null ? null : <Fact name="The device reports">{installState}</Fact>}
        {pending === null ? null : <Fact name="Pending version">{pending}</Fact>}
      </dl>
    </section>
  );
}
