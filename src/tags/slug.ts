/**
 * Returns a name in the form for an address.
 *
 * @module
 */

/** Lower-case letters, digits, `_` and `-` of a name, accents dropped; `tag` when nothing is left. */
export function slugOf(name: string): string {
  const words = name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().split(/[^a-z0-9_]/);
  const slug = words.join("-").split("-").filter((word) => word !== "").join("-");
  return slug === "" ? "tag" : slug;
}
