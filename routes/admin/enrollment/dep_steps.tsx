/**
 * The way to devices that enroll out of the box, step by step, with what is done already.
 *
 * @module
 */

import type { Child } from "hono/jsx";
import { Chip } from "../parts/components.tsx";

/** The steps before an enrollment exists. */
export function DepSteps({ hasPush, hasServer }: { hasPush: boolean; hasServer: boolean }) {
  return (
    <ol class="steps">
      <Step done={hasPush} title="Upload a push certificate">
        The server needs it to wake devices. Add one under <a href="/push-certificates/">Push certificates</a>.
      </Step>
      <Step done={hasServer} title="Connect a virtual server">
        Under{" "}
        <a href="/virtual-servers/">Virtual servers</a>, choose Connect and download the public key. In Apple Business
        Manager or Apple School Manager, open Preferences, and click Add beside Your MDM Servers. Give the server a
        name, upload the public key, save, and click Download Token. Upload that file on the page here.
      </Step>
      <Step done={false} title="Create the enrollment">
        Choose the virtual server, the push certificate and the blueprint that devices land on. Then choose the panes of
        Setup Assistant that users do not see. Save: Apple gets the profile at once. If users have to read or accept
        something first, write it under <a href="/custom-views/">Custom views</a>, and add it on the enrollment's page.
      </Step>
      <Step done={false} title="Set as default">
        On the page of the enrollment, click Set as default. Every device that you assign to its virtual server at Apple
        then gets it after the next sync, which runs every ten minutes, or when you click Synchronize.
      </Step>
      <Step done={false} title="Try it">
        On the page of the enrollment, click Test to compare Apple's copy with yours. Then erase a device, or turn on a
        new one: it shows your organization's name in Setup Assistant. Under{" "}
        <a href="/assigned-devices/">Assigned devices</a>, Setup says how far each device has come. Look again when a
        new OS brings new panes.
      </Step>
    </ol>
  );
}

function Step({ done, title, children }: { done: boolean; title: string; children?: Child }) {
  return (
    <li>
      <strong>{title}</strong> {done ? <Chip tone="good">Done</Chip> : null}
      <p>{children}</p>
    </li>
  );
}
