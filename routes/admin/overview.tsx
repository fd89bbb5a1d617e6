/**
 * The overview: what needs attention first, then what there is.
 *
 * @module
 */

import type { Hono } from "hono";
import { findFirstSteps } from "../../db/first_run.ts";
import { countQuarantined } from "../../db/jobs.ts";
import {
  countLastSeen,
  countOverview,
  countVersions,
  type OverviewCounts,
  pushCertificatesInNeed,
} from "../../db/overview.ts";
import { listHalted } from "../../db/rollouts.ts";
import { silentBefore } from "../../src/devices/state.ts";
import { compareOsVersions } from "../../src/protocol/os_version.ts";
import type { AppEnv } from "../context.ts";
import { type Bar, Bars } from "./charts.tsx";
import { ago } from "./components.tsx";
import { FirstRun, isFirstRunOver } from "./first_run.tsx";
import { page } from "./page.tsx";

const DAY_MS = 86_400_000;
const AGES: readonly [number, string][] = [
  [3600, "within an hour"],
  [4 * 3600, "within 4 hours"],
  [86_400, "within a day"],
  [7 * 86_400, "within a week"],
  [30 * 86_400, "within a month"],
];

type Need = { urgent: boolean; text: string; href: string; link: string };

function needsOf(
  counts: OverviewCounts,
  certificates: { id: number; name: string; notAfter: Date | null }[],
  halted: Awaited<ReturnType<typeof listHalted>>,
  quarantined: number,
  mayClaims: boolean,
  now: Date,
): Need[] {
  const count = (n: number, one: string, many: string) => n === 1 ? `1 ${one}` : `${n} ${many}`;
  const needs: (Need | false)[] = [
    ...certificates.map(({ id, name, notAfter }): Need => ({
      urgent: notAfter === null || notAfter <= now,
      text: notAfter === null
        ? `The push certificate "${name}" has no certificate yet: no device can enroll or be pushed with it.`
        : notAfter <= now
        ? `The push certificate "${name}" has ended: no device can be pushed.`
        : `The push certificate "${name}" ends ${ago(notAfter, now)}.`,
      href: `/push-certificates/${id}/`,
      link: "See what to do",
    })),
    quarantined > 0 && {
      urgent: true,
      text: `${count(quarantined, "job was", "jobs were")} set aside, because the process ended each time they ran.`,
      href: "/jobs/",
      link: "See which",
    },
    ...halted.map(({ artifactId, artifactName, version, reason }): Need => ({
      urgent: true,
      text: `The rollout of version ${version} of "${artifactName}" is halted: ${reason || "an operator stopped it"}.`,
      href: `/artifacts/${artifactId}/`,
      link: "See what to do",
    })),
    mayClaims && counts.claims > 0 && {
      urgent: true,
      text: `${
        count(counts.claims, "device claims", "devices claim")
      } the hardware of an enrolled device. Nothing changes until you confirm it.`,
      href: "/claims/",
      link: "Decide",
    },
    mayClaims && counts.identityAlerts > 0 && {
      urgent: true,
      text: `The identity of ${count(counts.identityAlerts, "device", "devices")} may have been copied.`,
      href: "/claims/",
      link: "See what happened",
    },
    mayClaims && counts.unproven > 0 && {
      urgent: false,
      text: `${
        count(counts.unproven, "device is", "devices are")
      } enrolled without the tags and values of the hardware, which nobody confirmed.`,
      href: "/claims/",
      link: "Show them",
    },
    counts.unreachable > 0 && {
      urgent: false,
      text: `${
        count(counts.unreachable, "device", "devices")
      } cannot be pushed: Apple says that the token is not valid.`,
      href: "/devices/?state=enrolled&sort=seen",
      link: "Show devices",
    },
    counts.silent > 0 && {
      urgent: false,
      text: `${count(counts.silent, "device was", "devices were")} not seen for a week.`,
      href: "/devices/?state=enrolled&seen=older",
      link: "Show them",
    },
    counts.expiring > 0 && {
      urgent: false,
      text: `The identity of ${
        count(counts.expiring, "device ends", "devices ends")
      } within 30 days and was not renewed.`,
      href: "/devices/?state=enrolled&sort=seen",
      link: "Show devices",
    },
    counts.failed > 0 && {
      urgent: false,
      text: `${count(counts.failed, "command", "commands")} failed in the last day.`,
      href: "/events/?type=mdm_request",
      link: "Show events",
    },
    counts.blocked > 0 && {
      urgent: false,
      text: `${count(counts.blocked, "device is", "devices are")} blocked.`,
      href: "/devices/?state=blocked",
      link: "Show them",
    },
  ];
  return needs.filter((need) => need !== false);
}

/** Mounts the page. */
export function mountOverview(app: Hono<AppEnv>): void {
  page(app, "/", null, async (context) => {
    const { sql, clock, config } = context.runtime;
    if (!context.may("mdm.view_enrolleddevice")) {
      return { title: "Overview", body: <p>You may not see devices. Ask an administrator for a role.</p> };
    }
    const now = clock.now();
    const [counts, certificates, versions, seen, halted, quarantined, steps] = await Promise.all([
      countOverview(sql, {
        silentBefore: silentBefore(now),
        failedSince: new Date(now.getTime() - DAY_MS),
        expiresBefore: new Date(now.getTime() + 30 * DAY_MS),
        now,
      }),
      pushCertificatesInNeed(sql, new Date(now.getTime() + 30 * DAY_MS)),
      countVersions(sql),
      countLastSeen(sql, AGES.map(([seconds]) => seconds), now),
      context.may("mdm.view_artifactversion") ? listHalted(sql) : [],
      context.may("jobs.view_job") ? countQuarantined(sql) : 0,
      findFirstSteps(sql),
    ]);
    const begun = isFirstRunOver(steps, config.BASE_URL);
    const needs = needsOf(counts, certificates, halted, quarantined, context.may("mdm.view_enrollmentclaim"), now);
    const versionBars = [...versions].sort((one, other) =>
      (one.platform ?? "").localeCompare(other.platform ?? "") || compareOsVersions(other.osVersion, one.osVersion)
    ).map(({ platform, osVersion, count }): Bar => ({
      label: `${platform ?? "Unknown"} ${osVersion}`.trim(),
      count,
    }));
    const seenBars = [...AGES.map(([, label]) => label), "longer ago", "never"].map((label, index): Bar => ({
      label,
      count: seen[index] ?? 0,
      old: index >= AGES.length - 1,
    }));
    return {
      title: "Overview",
      body: (
        <>
          {needs.length === 0 && !begun ? null : (
            <ul class="attention" aria-label="What needs attention">
              {needs.length === 0
                ? <li class="fine">Nothing needs attention.</li>
                : needs.map((need) => (
                  <li class={need.urgent ? "urgent" : ""}>
                    {need.text} <a href={need.href}>{need.link}</a>
                  </li>
                ))}
            </ul>
          )}
          {begun ? null : <FirstRun found={steps} context={context} />}
          <div class="cards">
            <div class="card">
              <a href="/devices/?state=enrolled">
                <div class="figure">{String(counts.enrolled)}</div>
                <div class="faint">enrolled devices</div>
              </a>
            </div>
            <div class="card">
              <a href="/devices/?state=released">
                <div class="figure">{String(counts.released)}</div>
                <div class="faint">released</div>
              </a>
            </div>
            <div class="card">
              <a href="/devices/?state=blocked">
                <div class="figure">{String(counts.blocked)}</div>
                <div class="faint">blocked</div>
              </a>
            </div>
          </div>
          <h2>The fleet</h2>
          <div class="columns">
            <Bars id="versions" title="System versions" bars={versionBars} empty="No device is enrolled yet." />
            <Bars
              id="seen"
              title="Last contact"
              bars={counts.enrolled === 0 ? [] : seenBars}
              empty="No device is enrolled yet."
            />
          </div>
          {begun ? null : (
            <p>
              The API is described at <a href="/api/docs/">{config.BASE_URL}/api/docs/</a>.
            </p>
          )}
        </>
      ),
    };
  });
}
