/**
 * Licences for many devices at once, without an installation: their devices are stored with the request, and put into the
 * ledger by a job, some in each transaction.
 *
 * @module
 */

import { z } from "zod";
import {
  type BulkAssociationRow,
  endBulkAssociation,
  findBulkAssociation,
  insertBulkAssociation,
  noteProgress,
  selectSerialNumbers,
  takeTargets,
} from "../../db/apps/bulk_associations.ts";
import { findLocationAsset } from "../../db/apps/asset_views.ts";
import { uncoveredSerialNumbers } from "../../db/access/device_limit_views.ts";
import { listServerChoices } from "../../db/ade/virtual_servers.ts";
import type { Db } from "../../db/open.ts";
import { findTags } from "../../db/tags/tags.ts";
import { limitOf, mustCover } from "../access/device_limit.ts";
import type { Authorised } from "../access/operator.ts";
import { enqueueJob } from "../enqueue_job.ts";
import { invalid, problem, refused } from "../errors.ts";
import { recordEvents } from "../events/record.ts";
import { unknownPk } from "../input_fields.ts";
import { naiveUtc } from "../naive_utc.ts";
import type { Runtime } from "../runtime.ts";
import { type BulkAssociationInput, MOST_ASSOCIATED } from "./bulk_input.ts";
import { mustBeAssignable, releaseLicences, reserveLicences } from "./licences.ts";

/** The kind of the job, and its payload. */
export const BULK_JOB = "apps-bulk";
export const bulkPayload = z.object({ bulk_association: z.uuid() });

const CHANGE = "mdm.change_locationasset";

/** Devices in one transaction. */
const BATCH = 500;

/** Returns a bulk association as the API shows it. */
export const bulkAssociationRepresentation = (row: BulkAssociationRow) => ({
  id: row.id,
  location_asset: row.locationAssetId,
  action: row.kind,
  state: row.state,
  devices: row.devices,
  done: row.done,
  left_out: row.leftOut,
  created_at: naiveUtc(row.createdAt),
  ended_at: naiveUtc(row.endedAt),
});

/** Refuses tags and virtual servers that do not exist. */
async function mustExist(db: Db, { tags, virtual_servers: servers }: BulkAssociationInput): Promise<void> {
  const known = new Set((await findTags(db, tags)).map(({ id }) => id));
  const connected = new Set((await listServerChoices(db)).map(({ id }) => id));
  const fields = {
    tags: tags.filter((id) => !known.has(id)).map(unknownPk),
    virtual_servers: servers.filter((id) => !connected.has(id)).map(unknownPk),
  };
  const wrong = Object.entries(fields).filter(([, sentences]) => sentences.length > 0);
  if (wrong.length > 0) throw invalid(Object.fromEntries(wrong));
}

/** Begins to give licences to devices, or to take them back. Returns its UUID. Throws `not-found`, `refused` and `invalid`. */
export async function beginBulkAssociation(
  runtime: Runtime,
  by: Authorised,
  locationAssetId: number,
  input: BulkAssociationInput,
): Promise<string> {
  const { sql, random, clock } = runtime;
  await mustBeAssignable(sql, locationAssetId, "device");
  const asset = await findLocationAsset(sql, locationAssetId);
  if (asset === undefined) throw problem("not-found");
  if (input.action === "disassociate" && !asset.revocable) {
    throw refused("Apple does not take licences of this item back");
  }
  await mustExist(sql, input);
  const given = new Set(input.serial_numbers.map((serial) => serial.toUpperCase()));
  await mustCover(sql, by.actor, [CHANGE], [...given]);
  const selected = await selectSerialNumbers(sql, {
    tags: input.tags,
    virtualServers: input.virtual_servers,
    serialNumbers: [...given],
  });
  // The attack: a tag or a server reaches devices that the operator may not see.
  const only = limitOf(by.actor, CHANGE);
  const beyond = new Set(only === undefined ? [] : await uncoveredSerialNumbers(sql, selected, only));
  const serialNumbers = selected.filter((serial) => !beyond.has(serial));
  if (serialNumbers.length > MOST_ASSOCIATED) {
    throw invalid({ non_field_errors: [`Select at most ${MOST_ASSOCIATED} devices at once.`] });
  }
  if (serialNumbers.length === 0) {
    throw invalid({
      non_field_errors: [
        given.size === 0
          ? "No device matches. Enter serial numbers, or select tags or virtual servers that have devices."
          : "These devices were deleted or are blocked.",
      ],
    });
  }
  const chosen = new Set(serialNumbers);
  const id = random.uuid();
  await sql.begin(async (tx) => {
    await insertBulkAssociation(tx, {
      id,
      locationAssetId,
      kind: input.action,
      createdById: by.who.kind === "user" ? by.who.userId : null,
      serialNumbers,
      leftOut: [...given].filter((serial) => !chosen.has(serial)).length,
    }, clock.now());
    await recordEvents(tx, runtime, by, [{
      type: "mdm_bulk_association",
      tags: ["mdm"],
      objects: { mdm_locationasset: [locationAssetId], mdm_location: [asset.locationId] },
      payload: {
        bulk_association: id,
        action: input.action,
        asset: { adam_id: asset.adamId, pricing_param: asset.pricingParam, name: asset.name },
        devices: serialNumbers.length,
      },
    }]);
    await enqueueJob(tx, runtime, { kind: BULK_JOB, key: id, payload: { bulk_association: id } });
  });
  return id;
}

/** Puts the devices of a bulk association into the ledger. Returns how many. */
export async function runBulkAssociation(
  runtime: Runtime,
  id: string,
  signal: AbortSignal,
): Promise<{ devices: number }> {
  let devices = 0;
  for (;;) {
    signal.throwIfAborted();
    const count = await runtime.sql.begin(async (tx) => {
      const bulk = await findBulkAssociation(tx, id);
      if (bulk === undefined || bulk.state !== "running") return 0;
      const serials = await takeTargets(tx, id, BATCH);
      const { locationAssetId } = bulk;
      const keys = serials.map((holder) => ({ locationAssetId, kind: "device" as const, holder }));
      if (bulk.kind === "associate") await reserveLicences(tx, runtime, "operator", keys);
      else await releaseLicences(tx, runtime, keys);
      await noteProgress(tx, id, serials.length);
      if (serials.length < BATCH) await endBulkAssociation(tx, id, runtime.clock.now());
      return serials.length;
    });
    devices += count;
    if (count < BATCH) return { devices };
  }
}
