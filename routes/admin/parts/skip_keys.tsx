/**
 * The choice of panes of Setup Assistant to skip: every pane with Apple's words and its systems. With the script, a search
 * narrows the list.
 *
 * @module
 */

import { SKIP_KEYS } from "../../../src/apple_schema/skip_keys.ts";
import { Errors } from "./form_parts.tsx";
import type { FormState } from "./page.tsx";

/** The hidden field of a form that has the list: browsers send nothing for boxes that are not checked. */
export const PANES_SHOWN = "panes_shown";

/** The list; `values` are the keys that are skipped. */
export function SkipKeys({ values, state }: { values: readonly string[]; state: FormState | undefined }) {
  const chosen = new Set(state?.values.texts("skip_setup_items") ?? values);
  return (
    <fieldset class="panes" id="skip-keys">
      <legend>Panes to skip</legend>
      <input type="hidden" name={PANES_SHOWN} value="1" />
      <label class="field" hidden data-filter="skip-keys">
        <span>Search panes by title, description or system</span>
        <input type="search" autocomplete="off" />
      </label>
      {SKIP_KEYS.map(({ key, title, description, systems }) => (
        <label class="check" data-filtered>
          <input type="checkbox" name="skip_setup_items" value={key} checked={chosen.has(key)} />{" "}
          <span>
            {title} <code>{key}</code>
            <small>{`${description} ${systems}.`}</small>
          </span>
        </label>
      ))}
      <Errors name="skip_setup_items" state={state} />
    </fieldset>
  );
}
