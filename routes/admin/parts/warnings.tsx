/**
 * Warnings about content that is saved nevertheless.
 *
 * @module
 */

/** Why devices may not do what the content says: deviations from Apple's schema, a missing signature; nothing if there are none. */
export function Warnings({ warnings, heading = "Warnings" }: { warnings: readonly string[]; heading?: string }) {
  if (warnings.length === 0) return null;
  return (
    <section class="warnings" aria-labelledby="warnings">
      <h2 id="warnings">{heading}</h2>
      <p>It is saved as it is. Devices may refuse it, or ignore parts of it.</p>
      <ul>{warnings.map((text) => <li>{text}</li>)}</ul>
    </section>
  );
}
