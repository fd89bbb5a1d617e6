/**
 * Parts of the pages about secrets of Macs.
 *
 * @module
 */

import { counted } from "../parts/components.tsx";
import type { PageContext } from "../parts/page.tsx";

/** A rotation interval in words. */
export const every = (days: number): string => days === 0 ? "never" : `every ${counted(days, "day")}`;

/** A delay after a reveal in words. */
export const minutesAfterReveal = (minutes: number): string =>
  minutes === 0 ? "no rotation after a reveal" : `rotated ${counted(minutes, "minute")} after a reveal`;

/** The blueprints that have a configuration. */
export function BlueprintLinks(
  { blueprints, context }: { blueprints: readonly { id: number; name: string }[]; context: PageContext },
) {
  return (
    <>
      {blueprints.length === 0 ? "none" : blueprints.map(({ id, name }, index) => (
        <>
          {index === 0 ? "" : ", "}
          {context.may("mdm.view_blueprint") ? <a href={`/blueprints/${id}/`}>{name}</a> : name}
        </>
      ))}
    </>
  );
}
