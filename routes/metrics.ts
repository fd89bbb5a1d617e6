/**
 * `/metrics`: figures for Prometheus (text format 0.0.4), for clients with `METRICS_TOKEN`; 403 for all others.
 *
 * Everything except refusals and counters is read from the database, so every process returns the same figures for the
 * installation.
 *
 * @module
 */

import type { Hono } from "hono";
import { listServersInCare } from "../db/ade/virtual_servers.ts";
import { countLicences } from "../db/apps/asset_views.ts";
import { listAllLocations } from "../db/apps/locations.ts";
import { countMetrics } from "../db/installation/metrics_views.ts";
import { findFeed } from "../db/updates/software_updates.ts";
import { catalogueSize } from "../db/updates/update_views.ts";
import { databaseUse } from "../db/supervised_pool.ts";
import { countJobs } from "../db/work/job_queue.ts";
import { COUNTED, type Counted } from "../src/counters.ts";
import { TOKEN_STATES, tokenVerdict } from "../src/ade/health.ts";
import { LOCATION_STATES, locationVerdict } from "../src/apps/health.ts";
import type { AppEnv } from "./context.ts";
import { hasMetricsToken } from "./metrics_token.ts";

type Metric = { name: string; help: string; values: { labels?: Record<string, string>; value: number }[] };

/** Returns a label's value in the text format. */
const escaped = (text: string) => text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");

function labelText(labels: Record<string, string> | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

/** Metrics in the text format. */
export function prometheusText(metrics: readonly Metric[]): string {
  return metrics.map(({ name, help, values }) =>
    `# HELP ${name} ${help}\n# TYPE ${name} gauge\n` +
    values.map(({ labels, value }) => `${name}${labelText(labels)} ${value}\n`).join("")
  ).join("");
}

/** Mounts the address. */
export function mountMetrics(app: Hono<AppEnv>): void {
  app.get("/metrics", async (c) => {
    if (!hasMetricsToken(c)) return c.text("Forbidden.", 403);
    const { sql, deviceSql, clock, refusals, counters } = c.get("runtime");
    const now = clock.now();
    const [counts, jobs, servers, feed, catalogue, locations, licences] = await Promise.all([
      countMetrics(sql, now),
      countJobs(sql),
      listServersInCare(sql),
      findFeed(sql),
      catalogueSize(sql),
      listAllLocations(sql),
      countLicences(sql),
    ]);
    const text = prometheusText([
      {
        name: "espalier_devices",
        help: "Enrolled devices by platform.",
        values: counts.platforms.map(({ platform, count }) => ({
          labels: { platform: platform ?? "unknown" },
          value: count,
        })),
      },
      {
        name: "espalier_channels_push_due",
        help: "Channels that the server can push to.",
        values: [{ value: counts.pushDue }],
      },
      {
        name: "espalier_channels_push_dead",
        help: "Channels whose push token Apple no longer accepts.",
        values: [{ value: counts.pushDead }],
      },
      {
        name: "espalier_commands_waiting",
        help: "Commands of the live queue by state.",
        values: counts.commands.map(({ state, count }) => ({ labels: { state }, value: count })),
      },
      {
        name: "espalier_jobs",
        help: "Jobs by kind and state.",
        values: jobs.map(({ kind, state, count }) => ({ labels: { kind, state }, value: count })),
      },
      {
        name: "espalier_target_artifacts",
        help: "Devices and users by their state of an artifact version.",
        values: counts.artifacts.map(({ name, type, version, status, count }) => ({
          labels: { name, type, version: String(version), status },
          value: count,
        })),
      },
      {
        name: "espalier_refusals",
        help: "Requests that this process refused since it started, by type of event.",
        values: [...refusals.totals].map(([type, value]) => ({ labels: { type }, value })),
      },
      ...Object.entries(COUNTED).map(([name, help]): Metric => ({
        name: `espalier_${name}`,
        help: `${help} Of this process, since it started.`,
        values: [{ value: counters.of(name as Counted) }],
      })),
      {
        name: "espalier_database_round_trips",
        help: "Waits for the database since the process started, for messages of devices and for all other work.",
        values: Object.entries({ devices: deviceSql, other: sql }).flatMap(([work, pool]) =>
          pool === undefined ? [] : [{ labels: { work }, value: databaseUse(pool).roundTrips }]
        ),
      },
      {
        name: "espalier_artifact_versions_halted",
        help: "Versions whose rollout is halted.",
        values: [{ value: counts.haltedVersions }],
      },
      {
        name: "espalier_push_certificate_not_after_seconds",
        help: "Expiry of a push certificate, in seconds since 1970.",
        values: counts.certificates.map(({ name, notAfter }) => ({
          labels: { name },
          value: Math.floor(notAfter.getTime() / 1000),
        })),
      },
      {
        name: "espalier_dep_token_not_after_seconds",
        help: "Expiry of the server token of a virtual server at Apple, in seconds since 1970.",
        values: servers.map(({ name, tokenExpiry }) => ({
          labels: { name },
          value: Math.floor(tokenExpiry.getTime() / 1000),
        })),
      },
      {
        name: "espalier_dep_token_state",
        help: "1 for the state of a virtual server's token at Apple, 0 for all other states.",
        values: servers.flatMap((server) => {
          const { state } = tokenVerdict(server, now);
          return TOKEN_STATES.map((one) => ({
            labels: { name: server.name, state: one },
            value: one === state ? 1 : 0,
          }));
        }),
      },
      {
        name: "espalier_dep_last_sync_seconds",
        help: "When the devices of a virtual server were synchronized with Apple last, in seconds since 1970.",
        values: servers.flatMap(({ name, lastSyncedAt }) =>
          lastSyncedAt === null ? [] : [{ labels: { name }, value: Math.floor(lastSyncedAt.getTime() / 1000) }]
        ),
      },
      {
        name: "espalier_location_token_not_after_seconds",
        help: "Expiry of the content token of an Apps & Books location, in seconds since 1970.",
        values: locations.map(({ name, serverTokenExpirationDate }) => ({
          labels: { name },
          value: Math.floor(serverTokenExpirationDate.getTime() / 1000),
        })),
      },
      {
        name: "espalier_location_state",
        help: "1 for the state of an Apps & Books location, 0 for all other states.",
        values: locations.flatMap((location) => {
          const { state } = locationVerdict(location, now);
          return LOCATION_STATES.map((one) => ({
            labels: { name: location.name, state: one },
            value: one === state ? 1 : 0,
          }));
        }),
      },
      {
        name: "espalier_location_last_sync_seconds",
        help: "When a location was synchronized with Apple last, in seconds since 1970.",
        values: locations.flatMap(({ name, lastSyncedAt }) =>
          lastSyncedAt === null ? [] : [{ labels: { name }, value: Math.floor(lastSyncedAt.getTime() / 1000) }]
        ),
      },
      {
        name: "espalier_licences",
        help: "Licences of a location: assigned, available, and waited for by devices and people.",
        values: licences.flatMap(({ name, assigned, available, waiting }) =>
          Object.entries({ assigned, available, waiting }).map(([state, value]) => ({ labels: { name, state }, value }))
        ),
      },
      {
        name: "espalier_location_assets_low",
        help: "Apps and books of a location of which a fifth of the licences or less is left.",
        values: licences.map(({ name, low }) => ({ labels: { name }, value: low })),
      },
      {
        name: "espalier_software_updates",
        help: "Software updates in Apple's list that was taken last.",
        values: [{ value: catalogue.releases }],
      },
      {
        name: "espalier_software_updates_fetched_seconds",
        help: "When Apple's list of software updates was taken last, in seconds since 1970.",
        values: feed.fetchedAt === null ? [] : [{ value: Math.floor(feed.fetchedAt.getTime() / 1000) }],
      },
      {
        name: "espalier_software_updates_refused",
        help: "1 if the last list of software updates was not taken, or could not be fetched.",
        values: [{ value: feed.refusal === null ? 0 : 1 }],
      },
    ]);
    return c.text(text, 200, { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" });
  });
}
