/**
 * The field of a package.
 *
 * @module
 */

import { CSRF_FIELD } from "../../../src/access/csrf.ts";
import { FileField, marked } from "./form_parts.tsx";
import type { FormState } from "./page.tsx";

/**
 * A package. The script uploads it as soon as it is chosen or dropped, with a progress bar, and fills in where it is;
 * without the script a small one comes with the form. The page has to be `live`, so that the script may send.
 */
export function PackageField(
  { name, label, accept, help, to, values, state }: {
    name: string;
    label: string;
    accept: string;
    help: string;
    /** The endpoint that takes it. */
    to: string;
    /** `…_uri`, `…_sha256`, and the description of the present one under the name itself. */
    values: Readonly<Record<string, string>>;
    state: FormState | undefined;
  },
) {
  const value = (key: string) => state?.values.text(key) || (values[key] ?? "");
  const uri = value(`${name}_uri`);
  return (
    <div class="field upload" data-upload={to} data-csrf={CSRF_FIELD}>
      <FileField name={name} label={label} accept={accept} help={marked(help)} state={state} />
      <input type="hidden" name={`${name}_uri`} value={uri} />
      <input type="hidden" name={`${name}_sha256`} value={value(`${name}_sha256`)} />
      <progress max="100" value="0" hidden aria-label={`Upload of the ${label.toLowerCase()}`}></progress>
      <output class="faint" aria-live="polite">
        {uri === "" ? "" : values[name] ?? decodeURIComponent(uri.split("/").at(-1) ?? "")}
      </output>
    </div>
  );
}
