/**
 * Objects whose absent keys are really absent.
 *
 * Promise: the result has exactly the keys whose value is not undefined, so "not sent" and "sent empty" stay apart.
 *
 * @module
 */

/** `T`, where every key whose type admits undefined is optional. */
export type Present<T> =
  & { [K in keyof T as undefined extends T[K] ? never : K]: T[K] }
  & { [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> };

/** Returns a copy of `object` without the keys whose value is undefined. */
export function present<T extends Record<string, unknown>>(object: T): Present<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Present<T>;
}
