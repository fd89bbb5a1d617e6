/**
 * The note on the page of a device that waits in Setup Assistant: for what, and until when.
 *
 * @module
 */

import type { DeviceView } from "../../../db/devices/device_views.ts";
import { closedGates } from "../../../src/planner/closed_gates.ts";
import { Chip, Time } from "../parts/components.tsx";
import type { PageContext } from "../parts/page.tsx";

/** What the device lacks, as the plan has it. */
export async function SetupNote({ device, context }: { device: DeviceView; context: PageContext }) {
  const { channelId, awaitingConfiguration, checkoutAt, awaitingSince, releaseDueAt } = device;
  if (awaitingConfiguration !== true || channelId === null || checkoutAt !== null) return null;
  const { sql, clock } = context.runtime;
  const closed = await closedGates(sql, context.runtime, channelId);
  const now = clock.now();
  return (
    <div class="card" role="note" id="setup">
      <p>
        <Chip tone="warn">In Setup Assistant</Chip> The device has been waiting since{" "}
        <Time at={awaitingSince} now={now} />. {releaseDueAt === null ? null : (
          <>
            The server releases it when it has everything it needs, at the latest <Time at={releaseDueAt} now={now} />.
          </>
        )}
      </p>
      {closed.length === 0
        ? <p>It has everything it needs, and is released when it next connects.</p>
        : <ul>{closed.map(({ subject, evidence }) => <li>{`${subject}: ${evidence}`}</li>)}</ul>}
    </div>
  );
}
