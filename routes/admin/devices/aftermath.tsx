/**
 * The note on a device's page that the device is locked or erased.
 *
 * @module
 */

import type { DeviceView } from "../../../db/devices/device_views.ts";
import { findAftermath } from "../../../db/devices/aftermath_views.ts";
import { commandNamed, commandsWith } from "../../../src/commands/registry.ts";
import { Chip, Time } from "../parts/components.tsx";
import type { PageContext } from "../parts/page.tsx";

/** Returns the note, or null for a device that nothing was done to. */
export async function Aftermath({ device, context }: { device: DeviceView; context: PageContext }) {
  const { sql, clock } = context.runtime;
  const last = await findAftermath(sql, device.id, commandsWith("aftermath").map(({ command }) => command.name));
  const said = last === undefined ? undefined : commandNamed(last.name)?.aftermath?.says(device);
  if (last === undefined || said === undefined) return null;
  const words = said.text.split(/(\{time\}|\{claims\})/).map((part) => {
    if (part === "{time}") return <Time at={last.at} now={clock.now()} />;
    if (part !== "{claims}") return part;
    return context.may("mdm.view_enrollmentclaim") ? <a href="/claims/">Claims</a> : "Claims";
  });
  return (
    <div class="card" role="note">
      <p>
        <Chip tone={said.tone}>{said.word}</Chip> {words}
      </p>
    </div>
  );
}
