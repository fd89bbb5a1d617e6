/**
 * A lint rule: no regular expression of the server takes more than linear time.
 *
 * Each pattern is judged by what an automaton says of it (recheck), so nested quantifiers (exponential) and adjacent ones
 * over the same characters (polynomial) are found alike. Backreferences, and lookarounds beside repetitions, which no
 * automaton has, are refused. Patterns that are put together at run time are refused too: where one is needed, an ignore
 * comment says why its time is linear.
 *
 * @module
 */

import recheck from "recheck";

/** Which files are the server's; the simulators, the bench and the tests read what they wrote themselves. */
const SERVER = /^((src|routes|db|jobs)\/.*|main\.ts)$/;
/** Generated facts hold Apple's patterns as texts; a test judges those. */
const GENERATED = /^src\/apple_schema\/generated\//;
const ROOT = new URL("../../", import.meta.url).pathname;

const judged = new Map<string, string | null>();

/** Returns the error of a pattern, or null. */
export function patternFault(source: string, flags: string): string | null {
  const key = `${flags}/${source}`;
  let fault = judged.get(key);
  if (fault === undefined) {
    const { status, complexity, error } = recheck.checkSync(source, flags, { checker: "automaton", timeout: 120_000 });
    fault = status === "safe"
      ? null
      : status === "vulnerable"
      ? `takes ${complexity.summary} time`
      : `cannot be judged (${error.kind}${error.kind === "unsupported" ? `: ${error.message}` : ""})`;
    judged.set(key, fault);
  }
  return fault;
}

const isRegExp = ({ callee }: Deno.lint.NewExpression | Deno.lint.CallExpression) =>
  callee.type === "Identifier" && callee.name === "RegExp";

const rule: Deno.lint.Rule = {
  create(context) {
    const path = context.filename.startsWith(ROOT) ? context.filename.slice(ROOT.length) : context.filename;
    if (!SERVER.test(path) || GENERATED.test(path)) return {};
    const built = (node: Deno.lint.NewExpression | Deno.lint.CallExpression) => {
      if (isRegExp(node)) {
        context.report({ node, message: "A pattern that is put together at run time cannot be judged" });
      }
    };
    return {
      Literal(node) {
        if (!("regex" in node) || node.regex === undefined) return;
        const fault = patternFault(node.regex.pattern, node.regex.flags);
        if (fault !== null) context.report({ node, message: `The pattern ${fault}` });
      },
      NewExpression: built,
      CallExpression: built,
    };
  },
};

const plugin: Deno.lint.Plugin = { name: "espalier", rules: { "linear-pattern": rule } };
export default plugin;
