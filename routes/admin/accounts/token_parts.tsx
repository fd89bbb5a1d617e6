/**
 * The common parts of the pages of API tokens: the form's fields, and the page that shows a new token once.
 *
 * @module
 */

import { apiTokenFields, apiTokenInput } from "../../../src/access/api_token_input.ts";
import type { ApiTokenInput } from "../../../src/access/api_tokens.ts";
import { parseOrRefuse } from "../../api/parse.ts";
import { Field } from "../parts/components.tsx";
import type { Crumb } from "../parts/crumbs.ts";
import { limitsOf } from "../parts/limits.ts";
import type { Form, FormState, Page, PageContext } from "../parts/page.tsx";

/** The fields of a new token. */
export function TokenFields({ state }: { state: FormState | undefined }) {
  return (
    <>
      <Field name="name" label="Name" required {...limitsOf(apiTokenFields.shape.name)} state={state} />
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

/** The end of a day, UTC; an invalid day as its text, for the schema to refuse. */
const endOf = (day: string): string => /^\d{4}-\d{2}-\d{2}$/.test(day) ? `${day}T23:59:59Z` : day;

/**
 * Reads the fields of a new token, which is for the person where the form does not ask. The token expires at the end of the
 * day. Throws `invalid`.
 */
export async function tokenOf({ by }: PageContext, form: Form): Promise<ApiTokenInput> {
  const expires = form.text("expires_at");
  const { userId, ...input } = await parseOrRefuse(apiTokenInput, {
    user: form.pk("user"),
    name: form.value("name"),
    expires_at: expires === "" ? null : endOf(expires),
  });
  return { ...input, userId: userId ?? by.actor.userId };
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
