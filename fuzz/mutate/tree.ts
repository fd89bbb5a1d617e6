/**
 * Changes of trees: values inside of lists and of dictionaries, whatever the format that they are written in.
 *
 * @module
 */

import type { Random } from "../random.ts";

/** A value of lists, dictionaries (plain objects) and leaves, which are anything else. */
export type Tree = unknown;

const isPlain = (value: Tree): value is Record<string, Tree> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

type Place = { value: Tree; replace(by: Tree): void; remove(): void; duplicate(): void };

const setKey = (dict: Record<string, Tree>, key: string, value: Tree) =>
  Object.defineProperty(dict, key, { value, enumerable: true, configurable: true, writable: true });

/** Every place in a tree that holds a value, breadth first, so many at most. */
function placesIn(root: { value: Tree }, most = 2000): Place[] {
  const places: Place[] = [{
    value: root.value,
    replace: (by) => root.value = by,
    remove: () => root.value = undefined,
    duplicate: () => root.value = [root.value, root.value],
  }];
  for (let index = 0; index < places.length && places.length < most; index++) {
    const value = places[index]?.value;
    if (Array.isArray(value)) {
      value.forEach((item, at) =>
        places.push({
          value: item,
          replace: (by) => value[at] = by,
          remove: () => value.splice(at, 1),
          duplicate: () => value.splice(at, 0, item),
        })
      );
    } else if (isPlain(value)) {
      for (const key of Object.keys(value)) {
        const item = value[key];
        places.push({
          value: item,
          replace: (by) => setKey(value, key, by),
          remove: () => delete value[key],
          duplicate: () => setKey(value, `${key}${key}`, item),
        });
      }
    }
  }
  return places;
}

/** A copy that shares no list and no dictionary with the original. */
function copyTree(value: Tree): Tree {
  if (Array.isArray(value)) return value.map(copyTree);
  if (!isPlain(value)) return value;
  const copy: Record<string, Tree> = {};
  for (const [key, item] of Object.entries(value)) setKey(copy, key, copyTree(item));
  return copy;
}

/** The values that a format offers for its trees. */
export type Leaves = {
  /** Any value of the format. */
  value(): Tree;
  /** A key that means something to some reader. */
  key(): string;
};

/** A copy of `tree` with one change. */
export function mutateTree(random: Random, tree: Tree, leaves: Leaves): Tree {
  const root = { value: copyTree(tree) };
  const places = placesIn(root);
  const place = random.pick(places);
  switch (random.below(8)) {
    case 0:
      place.remove();
      break;
    case 1:
      place.duplicate();
      break;
    case 2:
      place.replace(copyTree(random.pick(places).value));
      break;
    case 3:
      place.replace(random.chance(0.5) ? [place.value] : { [leaves.key()]: place.value });
      break;
    case 4: {
      const dicts = places.map(({ value }) => value).filter(isPlain);
      if (dicts.length > 0) setKey(random.pick(dicts), leaves.key(), leaves.value());
      break;
    }
    case 5: {
      const dicts = places.map(({ value }) => value).filter(isPlain).filter((dict) => Object.keys(dict).length > 0);
      if (dicts.length === 0) break;
      const dict = random.pick(dicts);
      const key = random.pick(Object.keys(dict));
      const value = dict[key];
      delete dict[key];
      setKey(dict, leaves.key(), value);
      break;
    }
    default:
      place.replace(leaves.value());
  }
  return root.value;
}

/**
 * `tree` with one of its lists or dictionaries so much longer that there are `count` more values in it; undefined when it
 * has none.
 */
export function growTree(random: Random, tree: Tree): ((count: number) => Tree) | undefined {
  const fitting = placesIn({ value: tree }).map(({ value }, index) => ({ value, index })).filter(({ value }) =>
    (Array.isArray(value) && value.length > 0) || (isPlain(value) && Object.keys(value).length > 0)
  );
  if (fitting.length === 0) return undefined;
  const { index } = random.pick(fitting);
  const chosen = random.next();
  return (count) => {
    const root = { value: copyTree(tree) };
    const value = placesIn(root)[index]?.value;
    if (Array.isArray(value)) {
      const item = value[chosen % value.length];
      for (let added = 0; added < count; added++) value.push(item);
    } else if (isPlain(value)) {
      const keys = Object.keys(value);
      const key = keys[chosen % keys.length] ?? "";
      for (let added = 0; added < count; added++) setKey(value, `${key}${added}`, value[key]);
    }
    return root.value;
  };
}
