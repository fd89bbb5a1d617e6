/**
 * The frame of every page: head, menu, the message of the last action.
 *
 * @module
 */

import type { Child } from "hono/jsx";
import { CSRF_FIELD } from "../../../src/access/csrf.ts";
import { ROLLOUT_WORDS } from "../../state_words.ts";
import { currentOf, mayOpen, menuFor } from "../menu.ts";
import { SCRIPT, STYLE } from "./assets.ts";
import type { Crumb } from "./crumbs.ts";
import type { PageContext } from "./page.tsx";

/** The result of an action, by the code in the address: no text of the address is ever shown. */
const MESSAGES: Record<string, string> = {
  saved: "Saved.",
  password: "Password changed. Your other sessions have ended.",
  ended: "The session has ended.",
  created: "Created.",
  synchronizing: "Queued. The list is here in a moment; reload the page.",
  deleted: "Deleted.",
  restored: "Restored. The device is managed again.",
  queued: "The command is queued. The device has been notified.",
  activation_locked: "Apple turned on Activation Lock. Its bypass code is escrowed.",
  activation_unlocked: "Apple removed the Activation Lock.",
  cancelled: "The command was cancelled.",
  blocked: "The device is blocked. It is released at its next check-in.",
  unblocked: "The device can enroll again.",
  collecting: "The inventory was requested. The device has been notified.",
  poked: "The device has been notified.",
  reinstalling: "The device has been asked to reinstall it.",
  confirmed: "Confirmed.",
  dismissed: "Dismissed.",
  discarded: "The unused certificate has been discarded.",
  approved: "Approved.",
  declined: "Declined.",
  revoked: "Revoked. No more devices enroll with it.",
  defined: "Apple has the profile. The devices with the old one are being assigned it.",
  uploaded: "The certificate is in use.",
  added: "Added. Affected devices have been notified.",
  removed: "Removed. Affected devices have been notified.",
  halted: `The version is halted. ${ROLLOUT_WORDS.halted.means}`,
  active: "The rollout of the version continues.",
  rerun: "The job runs again.",
  connected: "Connected. The server fetches its devices now.",
  disconnected: "Disconnected. Its devices and enrollments stay.",
  renewed: "The new token is in use.",
  syncing: "The devices are being synchronized.",
  locationAdded: "Added. Its apps and books are being synchronized.",
  contentSyncing: "The apps and books are being synchronized.",
  takingOver: "Apple is being told that this server manages the location.",
  associating: "Licences are being assigned. Apple takes some seconds to minutes.",
  disassociating: "Licences are being given back. Apple takes some seconds to minutes.",
  assigned: "The enrollment was assigned.",
  assigning: "The enrollment is being assigned.",
  refreshed: "Read from Apple again.",
  disowned: "The organization no longer owns the device.",
  withdrawn: "The version was withdrawn. Devices that have it return to the previous version.",
};

const current = (href: string, path: string) => {
  const is = currentOf(href, path);
  return is === undefined ? {} : { "aria-current": is };
};

/** The menu. On a phone it is collapsed; on a wide screen the style shows its content, open or not. */
function Menu({ context, path }: { context: PageContext; path: string }) {
  return (
    <nav aria-label="Main">
      <details>
        <summary>Menu</summary>
        <div class="menu">
          {menuFor(context.mayAnywhere).map(({ group, entries }) => (
            <div>
              <p id={`menu-${group.toLowerCase()}`}>{group}</p>
              <ul aria-labelledby={`menu-${group.toLowerCase()}`}>
                {entries.map(({ href, label }) => (
                  <li>
                    <a href={href} {...current(href, path)}>
                      {label}
                      {href === "/approvals/" && context.waiting > 0 ? ` (${context.waiting})` : ""}
                    </a>
                  </li>
                ))}
              </ul>
            </div>
          ))}
        </div>
      </details>
    </nav>
  );
}

function Top({ context, path }: { context: PageContext; path: string }) {
  return (
    <header class="top">
      <a class="brand" href="/">Espalier</a>
      <Menu context={context} path={path} />
      <form class="account" method="post" action="/signout/">
        <input type="hidden" name={CSRF_FIELD} value={context.csrf} />
        <a href="/account/" {...current("/account/", path)}>{context.by.actor.username}</a>
        <button type="submit" class="quiet">Sign out</button>
      </form>
    </header>
  );
}

/** The pages above this one; one that the person may not see is named without a link. */
function Breadcrumb({ parents, context }: { parents: readonly Crumb[]; context: PageContext }) {
  return (
    <nav class="crumbs" aria-label="Breadcrumb">
      <ol>
        {parents.map(({ href, label, needs }) => (
          <li>{mayOpen(context.may, needs) ? <a href={href}>{label}</a> : label}</li>
        ))}
      </ol>
    </nav>
  );
}

/** A whole document. */
export function Layout(
  { title, parents = [], context, path, children }: {
    title: string;
    parents?: readonly Crumb[] | undefined;
    context: PageContext | undefined;
    path: string;
    children?: Child;
  },
) {
  const message = MESSAGES[context?.url.searchParams.get("done") ?? ""];
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${title} · Espalier`}</title>
        <link rel="stylesheet" href={STYLE.path} />
        <link rel="icon" href="data:," />
        <script src={SCRIPT.path} defer></script>
      </head>
      <body class={context === undefined ? "alone" : "framed"}>
        <a class="skip" href="#content">Skip to the content</a>
        {context === undefined ? null : <Top context={context} path={path} />}
        <main id="content" tabindex={-1}>
          {message === undefined ? null : <p class="done" role="status">{message}</p>}
          {context === undefined || parents.length === 0 ? null : <Breadcrumb parents={parents} context={context} />}
          <h1>{title}</h1>
          {children}
        </main>
      </body>
    </html>
  );
}
