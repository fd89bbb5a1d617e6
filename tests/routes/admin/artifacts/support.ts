/**
 * Shared parts of the tests of artifact pages: a house with a Mac, and the fields of a filter.
 *
 * @module
 */

import { assign, link, makeBlueprint, makeProfile, settle } from "../../../support/artifacts.ts";
import type { Fleet } from "../../../support/fleet.ts";
import type { Fields } from "../support.ts";

/** The fields of a filter as its form sends them. */
export const FILTER: Fields = {
  ios: "on",
  ipados: "on",
  macos: "on",
  tvos: "on",
  shard_modulo: "100",
  default_shard: "100",
};

/** A blueprint with a Mac called Ada's that has all of it. */
export async function house(fleet: Fleet) {
  const device = await fleet.enrolled({ name: "Ada's Mac" });
  await device.connect();
  const blueprint = await makeBlueprint(fleet, { name: "Office" });
  const { artifact, version } = await makeProfile(fleet, { name: "Wi-Fi" });
  const linked = await link(fleet, blueprint.id, artifact.id);
  await assign(fleet, device.serialNumber, blueprint.id);
  await settle(fleet);
  while ((await device.connect()).length > 0);
  return { device, blueprint, artifact, version, linked };
}
