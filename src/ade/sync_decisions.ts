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

/** The cursors of one sync: each leads to another. */
export class CursorTrail {
  readonly #seen = new Set<string>();

  /**
   * Whether the cursor that follows a page leads in a circle. Apple has answered with a cursor that it gave before, and
   * says that more follows, for ever.
   */
  loops(asked: string | undefined, next: string, moreToFollow: boolean): boolean {
    if (asked !== undefined) this.#seen.add(asked);
    return moreToFollow && this.#seen.has(next);
  }
}
