/**
 * The simulation's requests to a server's API: an enrollment, and a profile of it for each device.
 *
 * @module
 */

import { z } from "zod";
import { problem } from "../../src/errors.ts";
import { apiClient } from "../api_client.ts";

/** The API of a server with a token. */
export type EnrollmentApi = {
  /** Returns the id of the blueprint of simulated devices, which is created if there is none. */
  blueprint(): Promise<number>;
  /** Returns the id of the business unit of simulated devices, which is created if there is none. */
  unit(): Promise<number>;
  /** Creates an enrollment for simulated devices, with a given push certificate or the first one; returns its id. */
  makeEnrollment(name: string, pushCertificate?: number): Promise<number>;
  /** The profile with which any device begins to enroll over the air. */
  overTheAirProfile(enrollment: number): Promise<Uint8Array<ArrayBuffer>>;
  /** An enrollment profile for one device. */
  profile(enrollment: number, device: { serialNumber: string; udid: string }): Promise<Uint8Array<ArrayBuffer>>;
};

const UNIT = "Simulated devices";
const one = z.object({ id: z.int() });
/** Collects all inventory. */
const BLUEPRINT = "Everything";
const listed = z.array(one);
const certificates = z.array(z.object({ id: z.int(), topic: z.string().nullable() }));

/** Returns the API at `server`, an address like `http://localhost:8000`. */
export function enrollmentApi(
  server: string,
  token: string,
  send: (request: Request) => Promise<Response> = fetch,
): EnrollmentApi {
  const { call, json } = apiClient(server, token, send);
  const blueprint = async () => {
    const [known] = await json(listed, "GET", `/api/mdm/blueprints/?name=${encodeURIComponent(BLUEPRINT)}`);
    const collect = { collect_apps: 2, collect_certificates: 2, collect_profiles: 2 };
    return (known ?? await json(one, "POST", "/api/mdm/blueprints/", { name: BLUEPRINT, ...collect })).id;
  };
  const unit = async () => {
    const query = `?name=${encodeURIComponent(UNIT)}`;
    const [known] = await json(listed, "GET", `/api/inventory/meta_business_units/${query}`);
    return (known ?? await json(one, "POST", "/api/inventory/meta_business_units/", { name: UNIT })).id;
  };
  return {
    blueprint,
    unit,
    async makeEnrollment(name, pushCertificate) {
      const known = await json(certificates, "GET", "/api/mdm/push_certificates/");
      const certificate = pushCertificate ?? known.find(({ topic }) => topic !== null)?.id;
      if (certificate === undefined) {
        throw problem(
          "refused",
          "The server has no push certificate yet: upload one first, its topic goes into enrollments",
        );
      }
      const { id } = await json(one, "POST", "/api/mdm/ota_enrollments/", {
        name,
        blueprint: await blueprint(),
        display_name: UNIT,
        push_certificate: certificate,
        enrollment_secret: { meta_business_unit: await unit() },
      });
      return id;
    },
    async overTheAirProfile(enrollment) {
      const response = await call("GET", `/api/mdm/ota_enrollments/${enrollment}/ota_profile/`);
      return new Uint8Array(await response.arrayBuffer());
    },
    async profile(enrollment, { serialNumber, udid }) {
      const query = new URLSearchParams({ serial_number: serialNumber, udid });
      const response = await call("GET", `/api/mdm/ota_enrollments/${enrollment}/profile/?${query}`);
      return new Uint8Array(await response.arrayBuffer());
    },
  };
}
