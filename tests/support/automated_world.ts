/**
 * Automated enrollment in a full house: a virtual server, enrollments, and views.
 *
 * @module
 */

import { BUILT_IN_ISSUER } from "../../src/issuing/scep_issuers.ts";
import { AppleProfiles, assignedDevice, connectedServer } from "./apple_profiles.ts";
import { made } from "./artifacts.ts";
import type { Fleet } from "./fleet.ts";

/** Fills the house. */
export async function automatedWorld(fleet: Fleet, { unit, push }: { unit: number; push: number }) {
  const { runtime } = fleet;
  runtime.network = new AppleProfiles();
  const server = await connectedServer(runtime);
  const otherServer = await connectedServer(runtime, "School");
  const enrollment = async (name: string) =>
    await made(fleet, "POST", "/api/mdm/dep_enrollments/", {
      name,
      virtual_server: server,
      push_certificate: push,
      scep_issuer: BUILT_IN_ISSUER,
      skip_setup_items: [],
      enrollment_secret: { meta_business_unit: unit },
    });
  const [used, other] = [await enrollment("Out of the box"), await enrollment("Kiosks")];
  await assignedDevice(runtime, {
    virtualServerId: server,
    serialNumber: "C02ASSIGNED",
    enrollmentId: used.id,
    profileUuid: used.uuid,
  });
  const { json } = await fleet.api("GET", "/api/mdm/dep/devices/?serial_number=C02ASSIGNED");
  const view = async (name: string) =>
    await made(fleet, "POST", "/api/mdm/enrollment_custom_views/", { name, html: "<p>Hello</p>" });
  const [shown, unshown] = [await view("Welcome"), await view("Rules")];
  const link = await made(fleet, "POST", "/api/mdm/dep_enrollment_custom_views/", {
    dep_enrollment: used.id,
    custom_view: shown.id,
  });
  return {
    server,
    otherServer,
    device: Number(json.results[0].id),
    used: Number(used.id),
    other: Number(other.id),
    shown: String(shown.id),
    unshown: String(unshown.id),
    link: String(link.id),
  };
}
