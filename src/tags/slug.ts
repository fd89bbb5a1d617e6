/**
 * A name as it may stand in an address.
 *
 * @module
 */

/** Lower-case letters, digits, `_` and `-` of a name, accents dropped; `tag` when nothing is left. */
export function slugOf(name: string): string {
  const slug = name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase()
    .replace(/[^a-z0-9_]+/g, "-").replace(/^-+|-+$/g, "");
  return slug === "" ? "tag" : slug;
}
