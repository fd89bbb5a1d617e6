/**
 * Objects that go back to what they were.
 *
 * @module
 */

/**
 * Keeps what objects hold, with all that is reached from them through properties, lists, maps and sets. Returns a function that
 * brings it back, in the same objects. Private fields are not seen; dates and bytes are taken for values that nobody changes.
 */
export function keepState(...roots: readonly object[]): () => void {
  const seen = new Set<object>();
  const backs: (() => void)[] = [];
  const keep = (value: unknown): void => {
    if (typeof value !== "object" || value === null || seen.has(value)) return;
    if (value instanceof Date || ArrayBuffer.isView(value)) return;
    seen.add(value);
    if (value instanceof Map) {
      const entries = [...value];
      for (const [key, held] of entries) [key, held].forEach(keep);
      backs.push(() => {
        value.clear();
        for (const [key, held] of entries) value.set(key, held);
      });
    } else if (value instanceof Set) {
      const held = [...value];
      held.forEach(keep);
      backs.push(() => {
        value.clear();
        for (const one of held) value.add(one);
      });
    } else {
      // Lists, too: their length is a property.
      const properties = Object.getOwnPropertyDescriptors(value);
      for (const { value: held } of Object.values(properties)) keep(held);
      backs.push(() => {
        for (const key of Reflect.ownKeys(value)) {
          if (!Object.hasOwn(properties, key)) Reflect.deleteProperty(value, key);
        }
        Object.defineProperties(value, properties);
      });
    }
  };
  roots.forEach(keep);
  return () => backs.forEach((back) => back());
}
