/**
 * Charts drawn by the server: horizontal bars as SVG, with the same figures as text for screen readers.
 *
 * @module
 */

/** One bar; `href` leads to the rows that it counts. */
export type Bar = { label: string; count: number; old?: boolean; href: string };

const ROW = 26;
const LABEL = 170;
const WIDTH = 520;
const ROOM = WIDTH - LABEL - 50;

/** A bar chart. */
export function Bars({ id, title, bars, empty }: { id: string; title: string; bars: readonly Bar[]; empty: string }) {
  const most = Math.max(1, ...bars.map(({ count }) => count));
  const text = bars.map(({ label, count }) => `${label}: ${count}`).join(", ");
  return (
    <figure class="card">
      <figcaption>{title}</figcaption>
      {bars.length === 0 ? <p class="faint">{empty}</p> : (
        <svg
          class="chart"
          viewBox={`0 0 ${WIDTH} ${bars.length * ROW}`}
          role="group"
          aria-labelledby={`${id}-title ${id}-text`}
        >
          <title id={`${id}-title`}>{title}</title>
          <desc id={`${id}-text`}>{text}</desc>
          {bars.map(({ label, count, old, href }, index) => (
            <a href={href}>
              <text class="label" x={0} y={index * ROW + 18}>{label}</text>
              <rect
                class={old === true ? "bar old" : "bar"}
                x={LABEL}
                y={index * ROW + 5}
                width={count === 0 ? 0 : Math.max(3, Math.round(count / most * ROOM))}
                height={ROW - 10}
                rx={3}
              />
              <text x={LABEL + 8 + Math.round(count / most * ROOM)} y={index * ROW + 18}>{String(count)}</text>
            </a>
          ))}
        </svg>
      )}
    </figure>
  );
}
