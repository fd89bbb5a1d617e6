/**
 * A rollout that is halted: version 2 failed on three of four Macs, for two reasons.
 *
 * @module
 */

import { MODELS } from "../../simulators/device/models.ts";
import { assign, link, made, makeBlueprint, makeProfile, profileSource, rest, settle } from "./artifacts.ts";
import type { Fleet } from "./fleet.ts";

/** Creates it. "Mac 0" and "Mac 2" call the payload invalid, the disk of "Mac 1" is full, "Mac 3" was not asked. */
export async function haltedRollout(fleet: Fleet) {
  const { runtime } = fleet;
  const model = { ...MODELS[0]!, osVersion: "12.6" };
  const blueprint = await makeBlueprint(fleet);
  const { artifact, version } = await makeProfile(fleet, { name: "Wi-Fi" });
  await link(fleet, blueprint.id, artifact.id);
  const devices = [];
  for (let n = 0; n < 4; n++) {
    const device = await fleet.enrolled({ model, name: `Mac ${n}` });
    await assign(fleet, device.serialNumber, blueprint.id);
    await rest(device);
    devices.push(device);
  }
  const second = await made(fleet, "POST", "/api/mdm/profiles/", {
    ...version,
    id: undefined,
    version: 2,
    source: profileSource("com.example.wifi2", "two"),
  });
  const now = runtime.clock.now();
  const failing = devices.slice(0, 3);
  for (const [index, { serialNumber }] of failing.entries()) {
    const error = { ErrorDomain: "MCProfileErrorDomain", ErrorCode: 1000 + index % 2 };
    const chain = [
      { ErrorDomain: "MCMDMErrorDomain", ErrorCode: 1, USEnglishDescription: "The profile could not be installed." },
      { ...error, USEnglishDescription: index % 2 === 0 ? "The payload is <invalid>." : "The disk is full." },
    ];
    await runtime.sql`
        insert into target_artifacts (channel_id, artifact_version_id, artifact_id, status, via, content_revision,
          extra_info, os_version_at_install_time, unique_install_identifier, install_count, retry_count, max_retry_count,
          created_at, updated_at)
        select c.id, ${second.id}, ${artifact.id}, 'Failed', 'command', 1, ${
      runtime.sql.json({ error_chain: chain })
    }, '', '', 0, 1, 0, ${now}, ${now}
        from channels c join enrollments e on e.id = c.enrollment_id join devices d on d.id = e.device_id
        where d.serial_number = ${serialNumber} and c.user_key = ''`;
  }
  await made(fleet, "POST", `/api/mdm/artifact_versions/${second.id}/halt/`, { reason: "too many" });
  await settle(fleet);
  return { artifact, second, blueprint };
}
