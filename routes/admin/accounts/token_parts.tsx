/**
 * What the pages of API tokens have in common: the form's fields, and the page that shows a new token once.
 *
 * @module
 */

import { invalid } from "../../../src/errors.ts";
import { Field } from "../parts/components.tsx";
import type { Crumb } from "../parts/crumbs.ts";
import type { Form, FormState, Page } from "../parts/page.tsx";

/** The fields of a new token. */
export function TokenFields({ state }: { state: FormState | undefined }) {
  return (
    <>
      <Field name="name" label="Name" required maxlength={256} state={state} />
      <Field
        name="expires_at"
        label="Expires"
        type="date"
        help="Leave empty for a token that never expires."
        state={state}
      />
    </>
  );
}

/** Reads the fields of a new token. The token expires at the end of the day, UTC. Throws `invalid`. */
export function tokenOf(form: Form): { name: string; expiresAt: Date | null } {
  const expires = form.text("expires_at");
  const expiresAt = expires === "" ? null : new Date(`${expires}T23:59:59Z`);
  if (expiresAt !== null && !(/^\d{4}-\d{2}-\d{2}$/.test(expires) && Number.isFinite(expiresAt.getTime()))) {
    throw invalid({ expires_at: [`"${expires}" is not a date. Enter one such as 2027-01-31.`] });
  }
  const name = form.text("name");
  if (name === "" || name.length > 256) throw invalid({ name: ["This should have 1 to 256 characters."] });
  return { name, expiresAt };
}

/** The page with a new token. `parents` lead to its list. */
export function newTokenPage(token: string, parents: readonly Crumb[]): Page {
  return {
    title: "New token",
    parents,
    body: (
      <>
        <p>Copy the token now: it is not shown again. Send it as “Authorization: Token …”.</p>
        <p class="secret" id="token">{token}</p>
        <p class="row">
          <button class="plain" type="button" data-copy="token" hidden>Copy</button>
        </p>
      </>
    ),
  };
}
