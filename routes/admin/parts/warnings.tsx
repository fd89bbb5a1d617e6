/**
 * Warnings about content that is saved nevertheless.
 *
 * @module
 */

/** The deviations of a profile from Apple's schema; nothing if there are none. */
export function Warnings({ warnings, heading = "Warnings" }: { warnings: readonly string[]; heading?: string }) {
  if (warnings.length === 0) return null;
  return (
    <section class="warnings" aria-labelledby="warnings">
      <h2 id="warnings">{heading}</h2>
      <p>Apple’s schema does not agree with this profile. Devices may refuse it, or ignore parts of it.</p>
      <ul>{warnings.map((text) => <li>{text}</li>)}</ul>
    </section>
  );
}
