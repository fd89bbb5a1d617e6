/**
 * The note on a device's page that the device is locked or erased.
 *
 * @module
 */

import type { DeviceView } from "../../../db/devices/device_views.ts";
import { findLockOrErase } from "../../../db/devices/lock_erase_views.ts";
import { Chip, Time } from "../parts/components.tsx";
import type { PageContext } from "../parts/page.tsx";

/** Returns the note, or null for a device that is neither locked nor erased. */
export async function LockedOrErased({ device, context }: { device: DeviceView; context: PageContext }) {
  const { sql, clock } = context.runtime;
  const last = await findLockOrErase(sql, device.id);
  if (last === undefined) return null;
  const when = <Time at={last.at} now={clock.now()} />;
  return (
    <div class="card" role="note">
      {last.name === "EraseDevice"
        ? (
          <p>
            <Chip tone="bad">Erased</Chip> The device confirmed the erase command{" "}
            {when}. Enroll it again to manage it. If the enrollment waits for confirmation, confirm it under{" "}
            {context.may("mdm.view_enrollmentclaim") ? <a href="/claims/">Claims</a> : "Claims"}.
          </p>
        )
        : device.platform === "macOS"
        ? (
          <p>
            <Chip tone="warn">Locked</Chip> The Mac was locked {when}. It checks in again after its PIN is entered.
          </p>
        )
        : (
          <p>
            <Chip tone="warn">Locked</Chip> The screen was locked {when}. The passcode unlocks it.
          </p>
        )}
    </div>
  );
}
