/**
 * How far the first steps of a server are.
 *
 * @module
 */

import { type Db, one } from "../open.ts";

/** Which of the first steps that leave a row are done. */
export type FirstSteps = { pushCertificate: boolean; enrollment: boolean; device: boolean };

/**
 * Returns which steps are done. A step stays done: a certificate that expires, or an enrollment that is revoked after
 * devices used it, is a matter of running the server, not of the first run.
 */
export async function findFirstSteps(db: Db): Promise<FirstSteps> {
  return one(
    await db<FirstSteps[]>`
      select exists (select 1 from push_certificates where not_after is not null) as push_certificate,
        exists (select 1 from ota_enrollments o join enrollment_secrets s on s.id = o.enrollment_secret_id
          where s.revoked_at is null) or exists (select 1 from dep_enrollments)
          or exists (select 1 from enrollments) as enrollment,
        exists (select 1 from enrollments) as device`,
  );
}
