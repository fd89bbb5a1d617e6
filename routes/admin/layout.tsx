/**
 * The frame of every page: head, navigation, the message of the last action.
 *
 * @module
 */

import type { Child } from "hono/jsx";
import type { Permission } from "../../src/access/actor.ts";
import { CSRF_FIELD } from "../../src/access/csrf.ts";
import { SCRIPT, STYLE } from "./assets.ts";
import type { PageContext } from "./page.tsx";

/** The navigation: a page is listed for those who may see it. */
const PLACES: readonly { path: string; name: string; needs: Permission | null }[] = [
  { path: "/", name: "Overview", needs: null },
  { path: "/devices/", name: "Devices", needs: "mdm.view_enrolleddevice" },
  { path: "/commands/", name: "Commands", needs: "mdm.view_devicecommand" },
  { path: "/blueprints/", name: "Blueprints", needs: "mdm.view_blueprint" },
  { path: "/artifacts/", name: "Artifacts", needs: "mdm.view_artifact" },
  { path: "/enrollments/", name: "Enrollments", needs: "mdm.view_otaenrollment" },
  { path: "/claims/", name: "Claims", needs: "mdm.view_enrollmentclaim" },
  { path: "/push-certificates/", name: "Push certificates", needs: "mdm.view_pushcertificate" },
  { path: "/scep-issuers/", name: "SCEP issuers", needs: "mdm.view_scepissuer" },
  { path: "/tags/", name: "Tags", needs: "inventory.view_tag" },
  { path: "/users/", name: "Users", needs: "accounts.view_user" },
  { path: "/roles/", name: "Roles", needs: "accounts.view_role" },
  { path: "/tokens/", name: "API tokens", needs: "accounts.view_apitoken" },
  { path: "/events/", name: "Events", needs: "events.view_event" },
  { path: "/jobs/", name: "Jobs", needs: "jobs.view_job" },
];

/** What an action did, by the code in the address: no text of the address is ever shown. */
const MESSAGES: Record<string, string> = {
  saved: "Saved.",
  password: "Password changed. Your other sessions have ended.",
  ended: "The session has ended.",
  created: "Created.",
  deleted: "Deleted.",
  restored: "Restored. The device is managed again.",
  queued: "The command is queued. The device has been notified.",
  cancelled: "The command was cancelled.",
  blocked: "The device is blocked. It is released at its next contact.",
  unblocked: "The device may enroll again.",
  collecting: "The inventory was requested. The device has been notified.",
  poked: "The device has been notified.",
  reinstalling: "The device has been asked to reinstall it.",
  confirmed: "Confirmed.",
  dismissed: "Dismissed.",
  discarded: "The unused certificate has been discarded.",
  revoked: "Revoked. No more devices enroll with it.",
  uploaded: "The certificate is in use.",
  added: "Added. Affected devices have been notified.",
  removed: "Removed. Affected devices have been notified.",
  halted: "The version is halted. Devices that have it keep it. No other device gets it.",
  active: "The rollout of the version continues.",
  rerun: "The job runs again.",
  withdrawn: "The version was withdrawn. Devices that have it return to the previous version.",
};

function Navigation({ context, path }: { context: PageContext; path: string }) {
  const current = (place: string) => place === "/" ? path === "/" : path.startsWith(place);
  return (
    <header class="top">
      <a class="brand" href="/">Espalier</a>
      <nav aria-label="Main">
        <ul>
          {PLACES.filter(({ needs }) => needs === null || context.may(needs)).map((place) => (
            <li>
              <a href={place.path} {...(current(place.path) ? { "aria-current": "page" } : {})}>{place.name}</a>
            </li>
          ))}
        </ul>
      </nav>
      <form class="account" method="post" action="/signout/">
        <input type="hidden" name={CSRF_FIELD} value={context.csrf} />
        <a href="/account/" {...(current("/account/") ? { "aria-current": "page" } : {})}>{context.actor.username}</a>
        <button type="submit" class="quiet">Sign out</button>
      </form>
    </header>
  );
}

/** A whole document. */
export function Layout(
  { title, context, path, children }: {
    title: string;
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
        {context === undefined ? null : <Navigation context={context} path={path} />}
        <main id="content" tabindex={-1}>
          {message === undefined ? null : <p class="done" role="status">{message}</p>}
          <h1>{title}</h1>
          {children}
        </main>
      </body>
    </html>
  );
}
