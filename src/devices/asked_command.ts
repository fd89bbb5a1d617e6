/**
 * A command that waits for a second person, as it is stored until then.
 *
 * Pure.
 *
 * @module
 */

import { z } from "zod";
import { type ChannelId, channelIdOf } from "../../db/ids.ts";
import type { Json } from "../../db/open.ts";
import type { SendOptions } from "../commands/queue.ts";

/** A command with its arguments, times and order; for a user of the device if there is one. */
export type AskedCommand = { input: Record<string, Json>; options: SendOptions; user: ChannelId | null };

const stored = z.object({
  arguments: z.record(z.string(), z.json()),
  not_before: z.string().nullable(),
  expires_at: z.string().nullable(),
  order_group: z.string().nullable(),
  user: z.int().nullable(),
});

/** Returns what is stored. */
export const askedCommand = (
  input: Readonly<Record<string, Json>>,
  { notBefore, expiresAt, orderGroup }: SendOptions,
  user: ChannelId | null,
) => ({
  arguments: { ...input },
  not_before: notBefore?.toISOString() ?? null,
  expires_at: expiresAt?.toISOString() ?? null,
  order_group: orderGroup ?? null,
  user,
});

/** Returns the command that was stored. */
export function readAskedCommand(json: Json): AskedCommand {
  const { arguments: input, not_before: from, expires_at: until, order_group: group, user } = stored.parse(json);
  return {
    input,
    options: {
      ...(from === null ? {} : { notBefore: new Date(from) }),
      ...(until === null ? {} : { expiresAt: new Date(until) }),
      ...(group === null ? {} : { orderGroup: group }),
    },
    user: user === null ? null : channelIdOf(user),
  };
}
