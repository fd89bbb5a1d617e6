/**
 * Artifacts that need each other in a circle could never be installed: such circles are refused with their path.
 *
 * Pure.
 *
 * @module
 */

/** An artifact by id and name. */
export type NamedArtifact = { id: string; name: string };

/** One artifact that needs another, by requirement or because a declaration of it names the other. */
export type Dependency = {
  from: string;
  fromName: string;
  to: string;
  toName: string;
  kind: "requires" | "refers to";
};

/** Returns a shortest path along `dependencies`; undefined if there is none. It is empty from an artifact to itself. */
function wayBetween(dependencies: readonly Dependency[], from: string, to: string): Dependency[] | undefined {
  const after = Map.groupBy(dependencies, (dependency) => dependency.from);
  const ways = new Map<string, Dependency[]>([[from, []]]);
  // A Map may grow while it is walked: this is the queue as well.
  for (const [place, way] of ways) {
    if (place === to) return way;
    for (const next of after.get(place) ?? []) if (!ways.has(next.to)) ways.set(next.to, [...way, next]);
  }
  return undefined;
}

/**
 * Returns why `artifact` may not need `other`: it is needed by it already, along this way. Undefined when it may.
 *
 * ```ts
 * // Cannot require "B": "B" requires "C", which refers to "A"
 * circleSentence("require", a, b, dependencies);
 * ```
 */
export function circleSentence(
  verb: "require" | "refer to",
  artifact: NamedArtifact,
  other: NamedArtifact,
  dependencies: readonly Dependency[],
): string | undefined {
  if (artifact.id === other.id) return `Cannot ${verb} "${other.name}": an artifact cannot ${verb} itself`;
  const way = wayBetween(dependencies, other.id, artifact.id);
  if (way === undefined) return undefined;
  const steps = way.map(({ kind, toName }) => `${kind} "${toName}"`);
  return `Cannot ${verb} "${other.name}": "${other.name}" ${steps.join(", which ")}`;
}
