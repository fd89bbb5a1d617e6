/**
 * The parts that pages are made of.
 *
 * @module
 */

import type { Child } from "hono/jsx";
import { CSRF_FIELD } from "../../../src/access/csrf.ts";
import type { StateWord } from "../../state_words.ts";
import { errorsOf } from "./form.ts";
import type { FormState, PageContext } from "./page.tsx";

/**
 * A time: how long ago in words. The exact time stands in its title, and the script puts the browser's local time and zone
 * there, which also show while it has the focus.
 */
export function Time({ at, now }: { at: Date | null | undefined; now: Date }) {
  if (at === null || at === undefined) return <span class="faint">never</span>;
  return (
    <time datetime={at.toISOString()} title={`${at.toISOString().slice(0, 19).replace("T", " ")} UTC`} tabindex={0}>
      {ago(at, now)}
    </time>
  );
}

/** A date that matters, such as an expiry: the date, and how far away it is. Days are those of UTC. */
export function Expiry({ at, now }: { at: Date | null | undefined; now: Date }) {
  if (at === null || at === undefined) return <span class="faint">never</span>;
  const date = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  return (
    <>
      <time datetime={at.toISOString()} title={`${at.toISOString().slice(0, 19).replace("T", " ")} UTC`}>
        {date.format(at)}
      </time>{" "}
      <span class="faint small">{ago(at, now)}</span>
    </>
  );
}

const UNITS: readonly [number, string][] = [
  [365 * 86_400, "year"],
  [30 * 86_400, "month"],
  [86_400, "day"],
  [3600, "hour"],
  [60, "minute"],
];

/** "3 hours ago", "in 2 days", "just now". */
export function ago(at: Date, now: Date): string {
  const seconds = (now.getTime() - at.getTime()) / 1000;
  const [length, unit] = UNITS.find(([length]) => Math.abs(seconds) >= length) ?? [0, ""];
  if (length === 0) return seconds >= 0 ? "just now" : "in a moment";
  const count = Math.floor(Math.abs(seconds) / length);
  const words = `${count} ${unit}${count === 1 ? "" : "s"}`;
  return seconds >= 0 ? `${words} ago` : `in ${words}`;
}

/** "27 December", with the year where it is another one. Days are those of UTC. */
export function dayOf(at: Date, now: Date): string {
  const year = at.getUTCFullYear() === now.getUTCFullYear() ? {} : { year: "numeric" as const };
  return new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", ...year, timeZone: "UTC" }).format(at);
}

/** "1 device", "2 devices". */
export const counted = (count: number, what: string): string => count === 1 ? `1 ${what}` : `${count} ${what}s`;

/** A state in words, with a colour that helps. */
export function Chip({ tone, children }: { tone?: "good" | "bad" | "warn"; children?: Child }) {
  return <span class={tone === undefined ? "chip" : `chip ${tone}`}>{children}</span>;
}

/** The chip of a state; `children` in place of its word. */
export function StateChip({ word: { text, tone }, children }: { word: StateWord; children?: Child }) {
  return tone === undefined ? <Chip>{children ?? text}</Chip> : <Chip tone={tone}>{children ?? text}</Chip>;
}

/** Something that may be unknown. */
export function Fact({ name, children }: { name: string; children?: Child }) {
  const empty = children === undefined || children === null || children === "";
  return (
    <>
      <dt>{name}</dt>
      <dd>{empty ? <span class="faint">unknown</span> : children}</dd>
    </>
  );
}

/** Yes, no or unknown. */
export const yesNo = (value: boolean | null | undefined): string =>
  value === true ? "yes" : value === false ? "no" : "";

/** A name that is written as one word, such as a request type: broken between its words only. */
export const Joined = ({ name }: { name: string }) => (
  <span class="joined">
    {name.split(/(?<=[\p{Ll}\d])(?=\p{Lu})/u).map((part, index) =>
      index === 0 ? part : (
        <>
          <wbr />
          {part}
        </>
      )
    )}
  </span>
);

/**
 * A table with a caption; `rows` are table rows, and `empty` is shown if there are none. On a phone, the cells of a
 * `stacked` one are below each other: for sentences, and for what would lie beyond the edge. There, `data-label` of a cell
 * is shown before it.
 */
export function Table(
  { caption, head, rows, empty, stacked }: {
    caption: string;
    head: Child[];
    rows: Child[];
    empty: string;
    stacked?: boolean;
  },
) {
  return (
    <div class="scroll" role="region" aria-label={caption} tabindex={0}>
      <table class={stacked === true ? "stacked" : ""}>
        <caption>{caption}</caption>
        <thead>
          <tr>{head.map((cell) => typeof cell === "string" ? <th scope="col">{cell}</th> : cell)}</tr>
        </thead>
        <tbody>
          {rows.length === 0
            ? (
              <tr>
                <td class="empty" colspan={head.length}>{empty}</td>
              </tr>
            )
            : rows}
        </tbody>
      </table>
    </div>
  );
}

/** The heads of columns that a table can be sorted by: links that keep the other parameters of the address. */
export function SortHead<Key extends string>(
  { url, sorts, column, descending }: {
    url: URL;
    sorts: readonly (readonly [Key, string])[];
    column: string;
    descending: boolean;
  },
): Child[] {
  return sorts.map(([key, label]) => {
    const current = column === key;
    const target = new URL(url);
    target.searchParams.set("sort", key);
    target.searchParams.set("dir", current && !descending ? "desc" : "asc");
    target.searchParams.delete("offset");
    const mark = current ? (descending ? " ↓" : " ↑") : "";
    return (
      <th scope="col" {...(current ? { "aria-sort": descending ? "descending" as const : "ascending" as const } : {})}>
        <a href={target.pathname + target.search}>{label + mark}</a>
      </th>
    );
  });
}

/** The hidden field that proves that a form is ours. */
export function Csrf({ context }: { context: PageContext }) {
  return <input type="hidden" name={CSRF_FIELD} value={context.csrf} />;
}

/** A form of one button. */
export function ActionButton(
  { context, action, label, tone, confirm, reason }: {
    context: PageContext;
    action: string;
    label: string;
    tone?: "plain" | "danger" | "quiet";
    confirm?: string;
    /** Whether the action asks for a reason, which may have to be given. */
    reason?: ReasonWanted;
  },
) {
  if (reason !== undefined && reason !== "none") {
    return (
      <details {...(tone === "danger" ? { class: "danger" } : {})}>
        <summary>{`${label}…`}</summary>
        <form class="stack" method="post" action={action}>
          <Csrf context={context} />
          {confirm === undefined ? null : <p>{confirm}</p>}
          <Reason wanted={reason} />
          <button type="submit" class={tone ?? ""}>{label}</button>
        </form>
      </details>
    );
  }
  return (
    <form method="post" action={action} {...(confirm === undefined ? {} : { "data-confirm": confirm })}>
      <Csrf context={context} />
      <button type="submit" class={tone ?? ""}>{label}</button>
    </form>
  );
}

/** Whether a sensitive action asks for a reason. */
export type ReasonWanted = "none" | "optional" | "required";

/** The field for the reason of a sensitive action. */
export function Reason({ wanted, state }: { wanted: ReasonWanted; state?: FormState | undefined }) {
  return wanted === "none"
    ? null
    : <Field name="reason" label="Reason" required={wanted === "required"} maxlength={1000} state={state} />;
}

/** A labelled input with its error. */
export function Field(
  { name, path, label, type = "text", state, value, help, required, wide, ...rest }: {
    name: string;
    /** Its name in the API, if that differs. */
    path?: string | undefined;
    label: string;
    type?: string;
    state?: FormState | undefined;
    value?: string;
    help?: string;
    required?: boolean;
    wide?: boolean;
    autocomplete?: string;
    maxlength?: number;
    pattern?: string;
    inputmode?: "numeric" | "email" | "search" | "text";
    accept?: string;
    min?: number;
    max?: number;
    step?: "any";
    autofocus?: boolean;
    spellcheck?: boolean;
  },
) {
  const errors = errorsOf(state, name, path);
  const shown = type === "password" || type === "file" ? {} : { value: state?.values.text(name) ?? value ?? "" };
  return (
    <label class={wide === true ? "field wide" : "field"}>
      <span>{label}</span>
      <input
        name={name}
        type={type}
        required={required === true}
        {...shown}
        {...(errors.length > 0 ? { "aria-invalid": "true" as const, "aria-describedby": `${name}-error` } : {})}
        {...rest}
      />
      {help === undefined ? null : <small>{help}</small>}
      {errors.length === 0 ? null : <span class="error" id={`${name}-error`}>{errors.join(" ")}</span>}
    </label>
  );
}

/** A choice among a few. */
export function Select(
  { name, path, label, options, value, state, help }: {
    name: string;
    path?: string | undefined;
    label: string;
    options: readonly (readonly [string, string])[];
    value?: string;
    state?: FormState | undefined;
    help?: string;
  },
) {
  const errors = errorsOf(state, name, path);
  const chosen = state?.values.text(name) ?? value ?? "";
  return (
    <label class="field">
      <span>{label}</span>
      <select
        name={name}
        {...(errors.length > 0 ? { "aria-invalid": "true" as const, "aria-describedby": `${name}-error` } : {})}
      >
        {options.map(([key, text]) => <option value={key} selected={key === chosen}>{text}</option>)}
      </select>
      {help === undefined ? null : <small>{help}</small>}
      {errors.length === 0 ? null : <span class="error" id={`${name}-error`}>{errors.join(" ")}</span>}
    </label>
  );
}

/** The errors of a form as a whole. */
export function FormErrors({ state }: { state?: FormState | undefined }) {
  const errors = errorsOf(state, "non_field_errors");
  return errors.length === 0 ? null : <p role="alert">{errors.join(" ")}</p>;
}

/** Links to the pages around; `url` keeps its other parameters. */
export function Pager({ url, limit, offset, count }: { url: URL; limit: number; offset: number; count: number }) {
  const at = (next: number) => {
    const target = new URL(url);
    if (next === 0) target.searchParams.delete("offset");
    else target.searchParams.set("offset", String(next));
    return target.pathname + target.search + target.hash;
  };
  if (count <= limit && offset === 0) return null;
  return (
    <nav class="pager" aria-label="Pages">
      {offset > 0 ? <a rel="prev" href={at(Math.max(0, offset - limit))}>← Before</a> : null}
      <span>{`${Math.min(offset + 1, count)} to ${Math.min(offset + limit, count)} of ${count}`}</span>
      {offset + limit < count ? <a rel="next" href={at(offset + limit)}>After →</a> : null}
    </nav>
  );
}

/** The offset of a page in its address. */
export function offsetOf(url: URL): number {
  const text = url.searchParams.get("offset") ?? "";
  return /^[0-9]{1,7}$/.test(text) ? Number(text) : 0;
}
