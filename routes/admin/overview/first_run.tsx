/**
 * The checklist of a new server: the remaining steps until the first device is managed.
 *
 * @module
 */

import type { FirstSteps } from "../../../db/installation/first_steps_views.ts";
import type { Permission } from "../../../src/access/actor.ts";
import { isDeviceAddress } from "../../../src/device_address.ts";
import { Chip } from "../parts/components.tsx";
import type { PageContext } from "../parts/page.tsx";

type Step = { done: boolean; name: string; text: string; link?: { href: string; label: string; needs: Permission } };

function stepsOf(found: FirstSteps, baseUrl: string): Step[] {
  const reachable = isDeviceAddress(baseUrl);
  return [
    {
      done: reachable,
      name: "Server address",
      text: reachable
        ? `Devices use ${baseUrl}.`
        : `Devices cannot use ${baseUrl}. Set BASE_URL to an https address that devices can reach, and restart the server. Devices keep the address that they enroll with.`,
    },
    {
      done: found.pushCertificate,
      name: "Push certificate",
      text: "The server needs a push certificate from Apple before it can wake devices.",
      link: { href: "/push-certificates/", label: "Push certificates", needs: "mdm.view_pushcertificate" },
    },
    {
      done: found.enrollment,
      name: "Enrollment",
      text: "Create an enrollment. Its profile enrolls devices.",
      link: { href: "/enrollments/", label: "Enrollments", needs: "mdm.view_otaenrollment" },
    },
    {
      done: found.device,
      name: "First device",
      text: "Install the enrollment profile on a device.",
      link: { href: "/enrollments/", label: "Enrollment profiles", needs: "mdm.view_otaenrollment" },
    },
  ];
}

/** Whether every step is done. */
export const isFirstRunOver = (found: FirstSteps, baseUrl: string): boolean =>
  stepsOf(found, baseUrl).every(({ done }) => done);

/** The checklist. A step that is done needs no link. */
export function FirstRun({ found, context }: { found: FirstSteps; context: PageContext }) {
  return (
    <section aria-labelledby="first-run">
      <h2 id="first-run">First steps</h2>
      <ol class="attention">
        {stepsOf(found, context.runtime.config.BASE_URL).map(({ done, name, text, link }) => (
          <li class={done ? "fine" : ""}>
            {done ? <Chip tone="good">Done</Chip> : <Chip tone="warn">To do</Chip>} <strong>{name}</strong> {text}{" "}
            {done || link === undefined || !context.may(link.needs) ? null : <a href={link.href}>{link.label}</a>}
          </li>
        ))}
      </ol>
    </section>
  );
}
