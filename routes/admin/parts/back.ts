/**
 * Where a refused action leads back to. Pure.
 *
 * @module
 */

/** A link and its words. */
export type Back = { href: string; label: string };

/** Nouns whose pages hold the forms of their actions. */
const NOUNS: Readonly<Record<string, string>> = {
  artifacts: "artifact",
  blueprints: "blueprint",
  devices: "device",
  enrollments: "enrollment",
  "push-certificates": "push certificate",
  roles: "role",
  users: "user",
};

const START: Back = { href: "/", label: "Back to the overview" };

/**
 * Returns the page that a refused action came from, by the action's path, or the start page where there is none or where it
 * would be refused, too: not found (404) and not allowed (403).
 *
 * @example
 * backOf("/devices/7/restart/", 400); // { href: "/devices/7/", label: "Back to the device" }
 */
export function backOf(path: string, status: number): Back {
  const [, place = "", id = ""] = /^\/([a-z-]+)\/([0-9a-f-]+)\/[^/]/.exec(path) ?? [];
  const noun = Object.hasOwn(NOUNS, place) ? NOUNS[place] : undefined;
  if (noun === undefined || status === 403 || status === 404) return START;
  return { href: `/${place}/${id}/`, label: `Back to the ${noun}` };
}
