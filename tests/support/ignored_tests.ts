/**
 * The tests that a run ignored, from what `deno test --parallel` prints.
 *
 * @module
 */

/** A test or a step of one, with its file: "./tests/a_test.ts => a name ... ignored (0ms)". */
const IGNORED = /^(\.{0,2}\/\S+_test\.tsx? => .+) \.\.\. ignored \([^()]*\)$/;

/** Reads what a run prints, in pieces of any length. */
export class IgnoredTests {
  readonly #names: string[] = [];
  #line = "";

  /** Takes the next piece. */
  read(text: string): void {
    const lines = (this.#line + text).split("\n");
    this.#line = lines.pop() ?? "";
    for (const line of lines) {
      const [, name] = IGNORED.exec(line) ?? [];
      if (name !== undefined) this.#names.push(name);
    }
  }

  /** Returns how many tests were ignored, then each on a line of its own, in order. */
  lines(): string[] {
    return [`${this.#names.length} ignored${this.#names.length > 0 ? ":" : ""}`, ...this.#names.toSorted()];
  }
}
