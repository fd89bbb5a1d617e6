/**
 * What Apple's account details say of a virtual server and its organization.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { upsertOrganization } from "../../db/ade/organizations.ts";
import { updateAccount, upsertVirtualServer } from "../../db/ade/virtual_servers.ts";
import type { Tx } from "../../db/open.ts";
import type { Account } from "../apple/device_assignment_answers.ts";
import type { Runtime } from "../runtime.ts";

async function storeOrganization(tx: Tx, account: Account, now: Date): Promise<number> {
  return await upsertOrganization(tx, {
    // Apple names no organization to very old accounts.
    identifier: account.orgId || `server ${createHash("sha256").update(account.serverUuid).digest("hex").slice(0, 32)}`,
    adminId: account.adminId,
    name: account.orgName,
    email: account.orgEmail,
    phone: account.orgPhone,
    address: account.orgAddress,
    type: account.orgType,
    version: account.orgVersion,
  }, now);
}

const factsOf = (account: Account) => ({
  name: account.serverName || account.serverUuid,
  account: { limits: account.limits },
});

/** Creates the virtual server of an account, or gives it this token. Returns its id. */
export async function storeServer(
  tx: Tx,
  { clock }: Pick<Runtime, "clock">,
  tokenId: number,
  account: Account,
): Promise<number> {
  const now = clock.now();
  const organizationId = await storeOrganization(tx, account, now);
  return await upsertVirtualServer(tx, { ...factsOf(account), uuid: account.serverUuid, organizationId, tokenId }, now);
}

/** Brings the name, the limits and the organization of a known virtual server up to date. */
export async function refreshServer(tx: Tx, { clock }: Pick<Runtime, "clock">, account: Account): Promise<void> {
  const now = clock.now();
  const organizationId = await storeOrganization(tx, account, now);
  await updateAccount(tx, { ...factsOf(account), uuid: account.serverUuid, organizationId }, now);
}
