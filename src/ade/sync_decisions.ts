/**
 * Decisions of the sync: what kind of sync follows, and what an answer of Apple's means for it.
 *
 * @module
 */

import type { SyncPlace } from "../../db/ade/tokens.ts";
import type { DeviceAssignmentError } from "../apple/device_assignment.ts";

/** The kinds of sync, as task results name them. */
export type SyncType = "full_sync" | "delta_sync";

/** Apple accepts a cursor for seven days; an hour less, so that it does not end on its way. */
const CURSOR_MS = 7 * 86_400_000 - 3_600_000;
/** A full fetch a day shows what changes have missed. A schedule of every ten minutes is never a day late. */
const AUDIT_MS = 86_400_000 - 600_000;

/** What a sync begins with. `because` is for the log. */
export type Beginning =
  | { kind: "full"; restart: true; because: "requested" | "first" | "expired" | "audit" }
  | { kind: "full" | "delta"; restart: false; cursor: string };

/**
 * Returns how a sync begins: where the one before stopped, or with a full fetch. One that was interrupted goes on, unless
 * its cursor is too old.
 */
export function beginningOf(
  { kind, cursor, cursorAt, fullSyncAt }: Pick<SyncPlace, "kind" | "cursor" | "cursorAt" | "fullSyncAt">,
  { full, now }: { full: boolean; now: Date },
): Beginning {
  if (full) return { kind: "full", restart: true, because: "requested" };
  if (cursor === null || cursorAt === null) return { kind: "full", restart: true, because: "first" };
  if (now.getTime() - cursorAt.getTime() >= CURSOR_MS) return { kind: "full", restart: true, because: "expired" };
  if (kind === "delta" && (fullSyncAt === null || now.getTime() - fullSyncAt.getTime() >= AUDIT_MS)) {
    return { kind: "full", restart: true, because: "audit" };
  }
  return { kind, restart: false, cursor };
}

/** Whether Apple refuses the cursor, so that a full fetch is needed. */
export const isCursorRefused = ({ status, code }: DeviceAssignmentError): boolean =>
  status === 400 && /^(EXPIRED|INVALID|EXHAUSTED)_CURSOR$|^CURSOR_REQUIRED$/.test(code);

/** Pages without a device, one after the other, and pages of one sync: more are a circle whose cursors have many names. */
const MOST_EMPTY = 100;
const MOST_PAGES = 20_000;

/** The cursors of one sync: each leads to another, and some time to the last one. */
export class CursorTrail {
  readonly #seen = new Set<string>();
  #pages = 0;
  #empty = 0;

  /**
   * Whether the cursor that follows a page leads in a circle. Apple has answered with a cursor that it gave before, and
   * says that more follows, for ever.
   */
  loops(
    asked: string | undefined,
    page: { cursor: string; moreToFollow: boolean; devices: readonly unknown[] },
  ): boolean {
    if (asked !== undefined) this.#seen.add(asked);
    this.#pages++;
    this.#empty = page.devices.length === 0 ? this.#empty + 1 : 0;
    return page.moreToFollow &&
      (this.#seen.has(page.cursor) || this.#empty >= MOST_EMPTY || this.#pages >= MOST_PAGES);
  }
}
