/**
 * The overview: first the problems that need attention, then the counts.
 *
 * @module
 */

import type { Hono } from "hono";
import { listServersInCare, type ServerInCare } from "../../../db/ade/virtual_servers.ts";
import { type AssetInTrouble, listAssetsInTrouble } from "../../../db/apps/asset_views.ts";
import { listAllLocations, type LocationRow } from "../../../db/apps/locations.ts";
import { type HaltedRow, listHalted } from "../../../db/artifacts/rollouts.ts";
import { countDevices, countVersions } from "../../../db/devices/device_list_views.ts";
import { listUnproven } from "../../../db/devices/hardware.ts";
import { listClaims } from "../../../db/enrollment/enrollment_claims.ts";
import { listIdentityAlerts } from "../../../db/enrollment/identity_alerts.ts";
import { findFirstSteps } from "../../../db/installation/first_steps_views.ts";
import { pushCertificatesInNeed } from "../../../db/push/push_certificates.ts";
import { type FeedRow, findFeed } from "../../../db/updates/software_updates.ts";
import { countCommands } from "../../../db/work/command_list_views.ts";
import { countQuarantined } from "../../../db/work/job_queue.ts";
import { tokenVerdict } from "../../../src/ade/health.ts";
import { assetName } from "../../../src/apps/assets.ts";
import { locationVerdict } from "../../../src/apps/health.ts";
import { type ProvisioningNeed, provisioningNeeds } from "../../../src/blueprints/provisioning.ts";
import { feedTrouble } from "../../../src/updates/feed_health.ts";
import { compareOsVersions } from "../../../src/protocol/os_version.ts";
import type { AppEnv } from "../../context.ts";
import { commandsOf, FAILED_TODAY } from "../activity/commands.tsx";
import { AGES, NEVER, searchOf, UNKNOWN } from "../devices/filters.ts";
import { type Bar, Bars } from "../parts/charts.tsx";
import { ago, counted } from "../parts/components.tsx";
import { page, type PageContext } from "../parts/page.tsx";
import { FirstRun, isFirstRunOver } from "./first_run.tsx";

const DAY_MS = 86_400_000;
/** The figures of devices. A figure is counted by the address that its link leads to. */
const FIGURES = {
  enrolled: "/devices/?state=enrolled",
  released: "/devices/?state=released",
  blocked: "/devices/?state=blocked",
  silent: "/devices/?state=silent",
  unreachable: "/devices/?state=enrolled&attention=push",
  expiring: "/devices/?state=enrolled&attention=identity",
  ...Object.fromEntries(
    [...AGES.map(({ key }) => key), NEVER].map((key) => [key, `/devices/?state=enrolled&seen=${key}`]),
  ),
} as const;

/** Apps and books that are named. */
const MOST_ASSETS = 5;

type Need = { urgent: boolean; text: string; href: string; link: string };

/** The counts of the overview in addition to devices; null for users who may not see them. */
type Others = { claims: number; alerts: number; unproven: number; failed: number; quarantined: number };

async function othersOf({ runtime: { sql, clock }, may, only }: PageContext): Promise<Others> {
  const now = clock.now();
  const none = { count: 0 };
  const claims = may("mdm.view_enrollmentclaim");
  const claimed = only("mdm.view_enrollmentclaim");
  const [pending, alerts, unproven, failed, quarantined] = await Promise.all([
    claims ? listClaims(sql, { limit: 0, offset: 0, state: "pending", only: claimed }, now) : none,
    claims ? listIdentityAlerts(sql, { limit: 0, offset: 0, only: claimed }) : none,
    claims ? listUnproven(sql, 0, claimed) : none,
    may("mdm.view_devicecommand")
      ? countCommands(sql, {
        ...commandsOf(new URL(FAILED_TODAY, "http://localhost"), now),
        only: only("mdm.view_devicecommand"),
      })
      : 0,
    may("jobs.view_job") ? countQuarantined(sql) : 0,
  ]);
  return { claims: pending.count, alerts: alerts.count, unproven: unproven.count, failed, quarantined };
}

const count = (n: number, one: string, many: string) => n === 1 ? `1 ${one}` : `${n} ${many}`;

function haltedNeed({ artifactId, artifactName, versionId, version, reason, failed }: HaltedRow): Need {
  return {
    urgent: true,
    text: `The rollout of version ${version} of "${artifactName}" is halted: ${reason || "stopped by an operator"}.`,
    ...(failed === 0 ? { href: `/artifacts/${artifactId}/`, link: "Show the artifact" } : {
      href: `/artifacts/${artifactId}/versions/${versionId}/failures/`,
      link: `Show the ${counted(failed, "device")} where it failed`,
    }),
  };
}

function tokenNeed(server: ServerInCare, now: Date): Need | false {
  const { state, sentence, cure } = tokenVerdict(server, now);
  return state !== "ok" && {
    urgent: state !== "expiring",
    text: `Virtual server "${server.name}": ${sentence} ${cure}`,
    href: `/virtual-servers/${server.id}/`,
    link: "Show the virtual server",
  };
}

function locationNeed(location: LocationRow, now: Date): Need | false {
  const { state, sentence, cure } = locationVerdict(location, now);
  return state !== "ok" && {
    urgent: state !== "expiring",
    text: `Location "${location.name}": ${sentence} ${cure}`,
    href: `/locations/${location.id}/`,
    link: "Show the location",
  };
}

function assetNeed(asset: AssetInTrouble): Need {
  const name = assetName(asset);
  const waits = asset.waiting === 0
    ? ""
    : ` ${counted(asset.waiting, "licence")} more ${asset.waiting === 1 ? "is" : "are"} needed.`;
  return {
    urgent: asset.waiting > 0 || asset.trouble !== "",
    text: asset.trouble === ""
      ? `"${name}" of "${asset.locationName}" has ${asset.available} of ${
        counted(asset.total, "licence")
      } left.${waits}`
      : `Apple did not assign a licence of "${name}" of "${asset.locationName}": ${asset.trouble}.`,
    href: `/apps-and-books/${asset.id}/`,
    link: "Show its licences",
  };
}

const provisioningNeed = ({ artifactId, urgent, sentence, cure }: ProvisioningNeed): Need => ({
  urgent,
  text: `${sentence} ${cure}`,
  href: `/artifacts/${artifactId}/`,
  link: "Show the artifact",
});

/** Apps and books of which licences are needed, or that Apple does not assign; the others are on their page. */
const needing = (assets: readonly AssetInTrouble[]) =>
  assets.filter(({ waiting, trouble }) => waiting > 0 || trouble !== "");

function needsOf(
  devices: ReadonlyMap<string, number>,
  others: Others,
  certificates: { id: number; name: string; notAfter: Date | null }[],
  servers: readonly ServerInCare[],
  halted: readonly HaltedRow[],
  feed: FeedRow | null,
  { locations, assets, provisioning }: {
    locations: readonly LocationRow[];
    assets: readonly AssetInTrouble[];
    provisioning: readonly ProvisioningNeed[];
  },
  now: Date,
): Need[] {
  const of = (name: string) => devices.get(name) ?? 0;
  const feedSentence = feed === null ? null : feedTrouble(feed, now);
  const needs: (Need | false)[] = [
    ...certificates.map(({ id, name, notAfter }): Need => ({
      urgent: notAfter === null || notAfter <= now,
      text: notAfter === null
        ? `The push certificate "${name}" has no certificate yet. Until it has one, the server cannot enroll or wake devices with it.`
        : notAfter <= now
        ? `The push certificate "${name}" has expired. The server cannot wake its devices.`
        : `The push certificate "${name}" expires ${ago(notAfter, now)}.`,
      href: `/push-certificates/${id}/`,
      link: "Show the certificate",
    })),
    ...servers.map((server) => tokenNeed(server, now)),
    ...locations.map((location) => locationNeed(location, now)),
    ...provisioning.map(provisioningNeed),
    ...needing(assets).slice(0, MOST_ASSETS).map(assetNeed),
    assets.length > 0 && needing(assets).length < assets.length && {
      urgent: false,
      text: `${
        count(assets.length - needing(assets).length, "app or book has", "apps and books have")
      } few licences left.`,
      href: "/apps-and-books/?low=yes",
      link: "Show apps and books",
    },
    others.quarantined > 0 && {
      urgent: true,
      text: `${
        count(others.quarantined, "job was", "jobs were")
      } set aside, because the server process ended during its attempts.`,
      href: "/jobs/?state=quarantined",
      link: "Show jobs",
    },
    ...halted.map(haltedNeed),
    feedSentence !== null && {
      urgent: false,
      text: `${feedSentence} Devices get no newer targets.`,
      href: "/software-updates/",
      link: "Show software updates",
    },
    others.claims > 0 && {
      urgent: true,
      text: `${
        count(others.claims, "device claims", "devices claim")
      } the hardware of an enrolled device. Nothing changes until you confirm it.`,
      href: "/claims/?state=pending",
      link: "Review claims",
    },
    others.alerts > 0 && {
      urgent: true,
      text: `${count(others.alerts, "alert says", "alerts say")} that the identity of a device may have been copied.`,
      href: "/claims/#identities",
      link: "Show alerts",
    },
    others.unproven > 0 && {
      urgent: false,
      text: `${
        count(others.unproven, "device is", "devices are")
      } enrolled without the tags and values of the hardware until you confirm it.`,
      href: "/claims/#hardware",
      link: "Show devices",
    },
    of("unreachable") > 0 && {
      urgent: false,
      text: `${count(of("unreachable"), "device", "devices")} cannot be woken: Apple reports an invalid push token.`,
      href: FIGURES.unreachable,
      link: "Show devices",
    },
    of("silent") > 0 && {
      urgent: false,
      text: `${count(of("silent"), "device has", "devices have")} not checked in for a week.`,
      href: FIGURES.silent,
      link: "Show devices",
    },
    of("expiring") > 0 && {
      urgent: false,
      text: `The identity of ${
        count(of("expiring"), "device expires", "devices expires")
      } within 30 days and was not renewed.`,
      href: FIGURES.expiring,
      link: "Show devices",
    },
    others.failed > 0 && {
      urgent: false,
      text: `${counted(others.failed, "command")} of the last day failed.`,
      href: FAILED_TODAY,
      link: "Show commands",
    },
    of("blocked") > 0 && {
      urgent: false,
      text: `${count(of("blocked"), "device is", "devices are")} blocked.`,
      href: FIGURES.blocked,
      link: "Show devices",
    },
  ];
  return needs.filter((need) => need !== false);
}

/** Mounts the page. */
export function mountOverview(app: Hono<AppEnv>): void {
  page(app, "/", null, async (context) => {
    const { sql, clock, config } = context.runtime;
    if (!context.may("mdm.view_enrolleddevice")) {
      return {
        title: "Overview",
        body: <p>You do not have permission to view devices. Ask an administrator for a role.</p>,
      };
    }
    const now = clock.now();
    const only = context.only("mdm.view_enrolleddevice");
    const searches = new Map(
      Object.entries(FIGURES).map(([name, path]) => [name, { ...searchOf(new URL(path, context.url), now), only }]),
    );
    const [devices, others, certificates, servers, versions, halted, feed, steps, locations, assets, provisioning] =
      await Promise
        .all([
          countDevices(sql, searches),
          othersOf(context),
          pushCertificatesInNeed(sql, new Date(now.getTime() + 30 * DAY_MS)),
          context.may("mdm.view_depvirtualserver") ? listServersInCare(sql) : [],
          countVersions(sql, only),
          context.may("mdm.view_artifactversion") ? listHalted(sql) : [],
          context.may("mdm.view_softwareupdate") ? findFeed(sql) : null,
          findFirstSteps(sql),
          context.may("mdm.view_location") ? listAllLocations(sql) : [],
          context.may("mdm.view_locationasset") ? listAssetsInTrouble(sql, 200) : [],
          context.may("mdm.view_artifactversion") ? provisioningNeeds(sql, now) : [],
        ]);
    const enrolled = devices.get("enrolled") ?? 0;
    const needs = needsOf(
      devices,
      others,
      certificates,
      servers,
      halted,
      feed,
      { locations, assets, provisioning },
      now,
    );
    const begun = isFirstRunOver(steps, config.BASE_URL);
    const versionBars = [...versions].sort((one, other) =>
      (one.platform ?? "").localeCompare(other.platform ?? "") || compareOsVersions(other.osVersion, one.osVersion)
    ).map(({ platform, osVersion, count }): Bar => {
      const query = new URLSearchParams({
        state: "enrolled",
        platform: platform ?? UNKNOWN,
        os: osVersion === "" ? UNKNOWN : osVersion,
      });
      return { label: `${platform ?? "Unknown"} ${osVersion}`.trim(), count, href: `/devices/?${query}` };
    });
    const seenBars = [...AGES, { key: NEVER, label: "Never" }].map(({ key, label }): Bar => ({
      label,
      count: devices.get(key) ?? 0,
      old: key === "30d" || key === NEVER,
      href: `/devices/?state=enrolled&seen=${key}`,
    }));
    return {
      title: "Overview",
      body: (
        <>
          {needs.length === 0 && !begun ? null : (
            <ul class="attention" aria-label="Needs attention">
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
            {(["enrolled", "released", "blocked"] as const).map((name) => (
              <div class="card">
                <a href={FIGURES[name]}>
                  <div class="figure">{String(devices.get(name) ?? 0)}</div>
                  <div class="faint">{name === "enrolled" ? "enrolled devices" : name}</div>
                </a>
              </div>
            ))}
          </div>
          <h2>Fleet</h2>
          <div class="columns">
            <Bars id="versions" title="OS versions" bars={versionBars} empty="No device is enrolled yet." />
            <Bars
              id="seen"
              title="Last check-in"
              bars={enrolled === 0 ? [] : seenBars}
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
