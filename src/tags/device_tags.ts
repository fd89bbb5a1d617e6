/**
 * The tags of devices. Every change goes through here: by operators, enrollment secrets and realm groups.
 *
 * @module
 */

import { discardPreparedLists } from "../../db/work/channel_plans.ts";
import { forgetAttempts } from "../../db/artifacts/reinstall_paces.ts";
import type { Db } from "../../db/open.ts";
import {
  addDeviceTags,
  type DeviceTag,
  findTags,
  lockTags,
  removeDeviceTags,
  removeOtherDeviceTags,
} from "../../db/tags/tags.ts";
import { enqueueJob } from "../enqueue_job.ts";
import { invalid } from "../errors.ts";
import { unknownPk } from "../input_fields.ts";
import type { By } from "../events/by.ts";
import { recordEvents } from "../events/record.ts";
import type { Runtime } from "../runtime.ts";
import { redeliver } from "../variables/redeliver.ts";

/** The kind of change: add tags, remove them, or set exactly these. */
export const TAG_ACTIONS = ["add", "remove", "set"] as const;

/** A change of tags. Unknown serial numbers are fine: tags may wait for their device. */
export type TagChange = {
  action: typeof TAG_ACTIONS[number];
  serialNumbers: readonly string[];
  tagIds: readonly number[];
};

/** The actual changes. */
export type TagChanges = { added: DeviceTag[]; removed: DeviceTag[] };

/** Changes tags for an operator. Throws `invalid` on `tags` when one does not exist. */
export async function changeTags(runtime: Runtime, by: By, change: TagChange): Promise<TagChanges> {
  return await runtime.sql.begin((tx) => changeDeviceTags(tx, runtime, by, change));
}

/**
 * Changes tags in the caller's transaction and records `add_machine_tag` and `remove_machine_tag` for what changed.
 *
 * Throws `invalid` on `tags` when one does not exist.
 */
export async function changeDeviceTags(
  tx: Db,
  runtime: Pick<Runtime, "clock" | "random" | "config">,
  by: By,
  { action, serialNumbers, tagIds }: TagChange,
): Promise<TagChanges> {
  const tags = new Map((await lockTags(tx, tagIds)).map((tag) => [tag.id, tag]));
  const unknown = tagIds.filter((id) => !tags.has(id));
  if (unknown.length > 0) {
    throw invalid({ tags: unknown.map(unknownPk) });
  }
  const removed = action === "add"
    ? []
    : action === "remove"
    ? await removeDeviceTags(tx, serialNumbers, tagIds)
    : await removeOtherDeviceTags(tx, serialNumbers, tagIds);
  const added = action === "remove" ? [] : await addDeviceTags(tx, serialNumbers, tagIds, runtime.clock.now());
  const gone = await findTags(tx, [...new Set(removed.map(({ tagId }) => tagId))]);
  for (const tag of gone) tags.set(tag.id, tag);
  const event = (type: string) => ({ serialNumber, tagId }: DeviceTag) => ({
    type,
    serialNumber,
    tags: ["machine"],
    objects: { tag: [tagId] },
    payload: { tag: { pk: tagId, name: tags.get(tagId)?.name } },
  });
  await recordEvents(tx, runtime, by, [
    ...removed.map(event("remove_machine_tag")),
    ...added.map(event("add_machine_tag")),
  ]);
  const changed = [...new Set([...added, ...removed].map(({ serialNumber }) => serialNumber))];
  if (changed.length > 0) {
    // Tags decide the desired state of devices.
    await enqueueJob(tx, runtime, { kind: "replan", payload: { serial_numbers: changed } });
    await forgetAttempts(tx, { serialNumbers: changed });
    await redeliver(tx, runtime, { serialNumbers: changed }, ["ENROLLED_DEVICE.TAGS"], "operator");
    // Last: it waits for conversations, and no conversation waits for what follows.
    await discardPreparedLists(tx, { serialNumbers: changed });
  }
  return { added, removed };
}
