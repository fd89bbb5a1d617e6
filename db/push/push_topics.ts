/**
 * The push topics that enrollments may use.
 *
 * @module
 */

import type { Db } from "../open.ts";

/** Push certificates with their topics; null until Apple's certificate was uploaded. */
export async function listPushTopics(db: Db): Promise<{ id: number; topic: string | null }[]> {
  return await db<{ id: number; topic: string | null }[]>`select id, topic from push_certificates order by id`;
}
