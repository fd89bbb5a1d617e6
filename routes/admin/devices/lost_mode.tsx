/**
 * Lost mode on a device's page: the state, and locations that nobody has seen.
 *
 * @module
 */

import type { Hono } from "hono";
import { unseenLocations } from "../../../db/devices/device_locations.ts";
import { type DeviceView, findDevice } from "../../../db/devices/device_views.ts";
import { approvalSettings, reasonWanted } from "../../../src/approvals/settings.ts";
import { revealLocation } from "../../../src/devices/location.ts";
import { inWords } from "../../../src/commands/schema_fields.ts";
import { problem } from "../../../src/errors.ts";
import type { AppEnv } from "../../context.ts";
import { ActionButton, Chip, Fact, Time } from "../parts/components.tsx";
import { underDevice } from "../parts/crumbs.ts";
import { action, type PageContext } from "../parts/page.tsx";

/** Returns the note; null for a device that is not in lost mode and has no location to show. */
export async function LostMode({ device, context }: { device: DeviceView; context: PageContext }) {
  const { sql, clock } = context.runtime;
  const locations = context.may("mdm.view_device_location") ? await unseenLocations(sql, device.id) : [];
  const reason = reasonWanted(await approvalSettings(sql), "reveals");
  if (device.lostMode !== true && locations.length === 0) return null;
  return (
    <div class="card" role="note">
      {device.lostMode === true
        ? (
          <p>
            <Chip tone="bad">In lost mode</Chip> The device is locked until lost mode is turned off.
          </p>
        )
        : null}
      {locations.map(({ commandUuid, createdAt }) => (
        <>
          <p>
            Location of <Time at={createdAt} now={clock.now()} />. It is shown once.
          </p>
          <ActionButton
            context={context}
            action={`/devices/${device.id}/locations/${commandUuid}/`}
            label="Show location"
            tone="plain"
            reason={reason}
          />
        </>
      ))}
    </div>
  );
}

/** Mounts the page of a location. */
export function mountLostMode(app: Hono<AppEnv>): void {
  action(app, "/devices/:id/locations/:uuid/", "mdm.view_device_location", async (context) => {
    const { runtime, by } = context;
    const device = await findDevice(runtime.sql, context.deviceId());
    if (device === undefined) throw problem("not-found");
    const { location, at } = await revealLocation(runtime, by, device, context.uuid("uuid"));
    const { Latitude: latitude, Longitude: longitude } = location;
    return {
      title: `Location of ${device.name || device.serialNumber}`,
      parents: underDevice(device),
      body: (
        <>
          <p>
            The device answered <Time at={at} now={runtime.clock.now()} />.
          </p>
          <dl class="facts">
            {Object.entries(location).map(([key, value]) => <Fact name={inWords(key)}>{String(value)}</Fact>)}
          </dl>
          <p>
            <a href={`geo:${Number(latitude)},${Number(longitude)}`}>Open in a maps app</a>
          </p>
          <p>Your viewing of the location was recorded as an event. The location is now deleted.</p>
        </>
      ),
    };
  });
}
