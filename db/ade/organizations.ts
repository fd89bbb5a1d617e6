/**
 * Organizations of Apple Business Manager and Apple School Manager.
 *
 * @module
 */

import { type Db, one } from "../open.ts";

/** The facts of an organization. `identifier` is Apple's org_id; texts are "" where Apple says nothing. */
export type OrganizationFacts = {
  identifier: string;
  adminId: string;
  name: string;
  email: string;
  phone: string;
  address: string;
  type: string;
  version: string;
};

/** Creates the organization, or brings it up to date. Returns its id. */
export async function upsertOrganization(db: Db, row: OrganizationFacts, now: Date): Promise<number> {
  return one(
    await db<{ id: number }[]>`
      insert into dep_organizations (identifier, admin_id, name, email, phone, address, type, version, created_at, updated_at)
      values (${row.identifier}, ${row.adminId}, ${row.name}, ${row.email}, ${row.phone}, ${row.address}, ${row.type},
        ${row.version}, ${now}, ${now})
      on conflict (identifier) do update set admin_id = excluded.admin_id, name = excluded.name,
        email = excluded.email, phone = excluded.phone, address = excluded.address, type = excluded.type,
        version = excluded.version,
        updated_at = case when (dep_organizations.admin_id, dep_organizations.name, dep_organizations.email,
            dep_organizations.phone, dep_organizations.address, dep_organizations.type, dep_organizations.version)
          is distinct from (excluded.admin_id, excluded.name, excluded.email, excluded.phone, excluded.address,
            excluded.type, excluded.version)
          then excluded.updated_at else dep_organizations.updated_at end
      returning id`,
  ).id;
}
