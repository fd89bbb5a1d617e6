/**
 * The facts of a device that Apple needs to turn its Activation Lock on or remove it.
 *
 * @module
 */

import type { DeviceId } from "../ids.ts";
import type { Db } from "../open.ts";

/** The hardware, where it is assigned, and the push certificate that its last enrollment used. Texts are "" if unknown. */
export type LockFacts = {
  serialNumber: string;
  model: string;
  platform: string | null;
  imei: string;
  meid: string;
  /** The virtual server that Apple assigns it to; null for none. */
  virtualServerId: number | null;
  pushCertificateId: number | null;
  pushCertificateVersion: Date | null;
};

/** Returns the facts of a device, also of one that is not enrolled any more; undefined if it is unknown. */
export async function findLockFacts(db: Db, id: DeviceId): Promise<LockFacts | undefined> {
  const [row] = await db<LockFacts[]>`
    select d.serial_number, coalesce(e.model, '') as model, e.platform,
      coalesce(e.device_information ->> 'IMEI', '') as imei, coalesce(e.device_information ->> 'MEID', '') as meid,
      (select v.virtual_server_id from dep_devices v where v.serial_number = d.serial_number and d.serial_number <> ''
        and v.last_op_type <> 'deleted' and v.disowned_at is null order by v.id desc limit 1) as virtual_server_id,
      p.id as push_certificate_id, p.updated_at as push_certificate_version
    from devices d
      left join lateral (select * from enrollments n where n.device_id = d.id order by n.id desc limit 1) e on true
      left join push_certificates p on p.id = coalesce(e.push_certificate_id, (select min(id) from push_certificates
        where certificate is not null))
    where d.id = ${id}`;
  return row;
}
