/**
 * Reads JSON of a stranger.
 *
 * @module
 */

/** Returns the object that `text` holds; undefined when it is no JSON, or JSON of another kind. */
export function asRecord(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
