import assert from "node:assert/strict";
import { MODELS } from "../../../../simulators/device/models.ts";
import { idOf, made } from "../../../support/artifacts.ts";
import { type Fleet, withFleet } from "../../../support/fleet.ts";
import { haltedRollout } from "../../../support/halted.ts";
import { type Person, personWith } from "../support.ts";

const DAY = 86_400;

/** A figure with the address of what it counts. */
type Figure = { text: string; count: number; href: string };

const plain = (html: string) => html.replaceAll("&quot;", '"').replaceAll("&amp;", "&").replace(/<[^>]+>/g, " ");

function figuresOf(html: string): Figure[] {
  const figures: Figure[] = [];
  const attention = /<ul class="attention"[\s\S]*?<\/ul>/.exec(html)?.[0] ?? "";
  for (const [, item = ""] of attention.matchAll(/<li class="[^"]*">([\s\S]*?)<\/li>/g)) {
    const href = plain(/href="([^"]+)"/.exec(item)?.[1] ?? "");
    const text = plain(item);
    const number = /Show the (\d+) device/.exec(text)?.[1] ?? /^\s*(\d+) /.exec(text)?.[1] ??
      /identity of (\d+)/.exec(text)?.[1];
    figures.push({ text, href, count: Number(number ?? "1") });
  }
  for (const [all, href = ""] of html.matchAll(/<a href="([^"]+)"><div class="figure">\d+<\/div>[\s\S]*?<\/a>/g)) {
    figures.push({ text: plain(all), href: plain(href), count: Number(/figure">(\d+)/.exec(all)?.[1]) });
  }
  const charts = [...html.matchAll(/<svg[\s\S]*?<\/svg>/g)].map(([chart]) => chart).join("");
  for (const [, href = "", bar = ""] of charts.matchAll(/<a href="([^"]+)">([\s\S]*?)<\/a>/g)) {
    const texts = [...bar.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text = ""]) => text);
    figures.push({ text: texts[0] ?? "", href: plain(href), count: Number(texts[1]) });
  }
  return figures;
}

/** The rows of the table that an address leads to: of the whole page, or after its anchor. */
async function rowsAt(ada: Person, href: string): Promise<number> {
  const [path = "", anchor] = href.split("#");
  const { status, text } = await ada.get(path);
  assert.equal(status, 200, href);
  const from = anchor === undefined ? text : text.slice(text.indexOf(`id="${anchor}"`));
  const body = /<tbody>([\s\S]*?)<\/tbody>/.exec(from)?.[1] ?? "";
  return body.includes('class="empty"') ? 0 : body.split("<tr>").length - 1;
}

/** A fleet where each figure of the overview counts another number of devices. */
async function troubled(fleet: Fleet): Promise<void> {
  const { runtime: { sql, clock } } = fleet;
  const enroll = async (count: number, model = MODELS[0]!) => {
    const ids: number[] = [];
    for (let n = 0; n < count; n++) {
      const device = await fleet.enrolled({ model });
      await device.connect();
      ids.push(await idOf(fleet, device.serialNumber));
    }
    return ids;
  };
  const old = await enroll(3);
  const [deleted = 0, ...unreachable] = await enroll(3, MODELS.find(({ platform }) => platform === "iOS"));
  clock.advance(10 * DAY);
  const blocked = await enroll(1);
  const fresh = await enroll(4, MODELS.find(({ platform }) => platform === "iPadOS"));
  const now = clock.now();
  const channels = (ids: number[]) =>
    sql`(select c.id from channels c join enrollments e on e.id = c.enrollment_id where e.device_id in ${sql(ids)})`;
  await sql`update devices set blocked_at = ${now} where id in ${sql(blocked.concat(old.slice(0, 1)))}`;
  await sql`update channels set push_dead_at = ${now} where id in ${channels(unreachable.concat(deleted))}`;
  await sql`update channels set last_seen_at = null where id in ${channels(fresh.slice(0, 1))}`;
  await sql`update channels set last_seen_at = ${new Date(now.getTime() - 2 * 3_600_000)}
    where id in ${channels(fresh.slice(1, 3))}`;
  await sql`update enrollment_identities set not_after = ${new Date(now.getTime() + 5 * DAY * 1000)}
    where enrollment_id in (select id from enrollments where device_id in ${sql(fresh.slice(0, 3))})`;
  await sql`update enrollments set hardware_proven = false where device_id in ${sql(fresh.slice(2))}`;
  await sql`update enrollments set os_version = '' where device_id = ${fresh[3] ?? 0}`;
  await made(fleet, "DELETE", `/api/mdm/devices/${deleted}/`);
  await sql`update command_history set state = 'error' where created_at > ${new Date(now.getTime() - DAY * 1000)}
    and device_id in ${sql(fresh.slice(0, 2))}`;
  await sql`insert into identity_alerts (enrollment_id, kind, fingerprint, ip, attempts, attempted_at, created_at)
    select id, 'retired identity', 'aa', '192.0.2.1', 1, ${now}, ${now} from enrollments where device_id = ${
    fresh[0] ?? 0
  }`;
}

Deno.test("every figure of the overview counts the rows that its link opens", () =>
  withFleet(async (fleet) => {
    await troubled(fleet);
    const ada = await personWith(fleet.runtime, "superuser");
    const figures = figuresOf((await ada.get("/")).text);
    for (const { text, count, href } of figures) {
      if (href.startsWith("/push-certificates/")) continue;
      assert.equal(await rowsAt(ada, href), count, `${text} (${href})`);
    }
    const words = figures.filter(({ count }) => count > 0).map(({ text }) => text).join("\n");
    for (
      const figure of [
        /2 devices cannot be woken/,
        /devices have not checked in for a week/,
        /The identity of 3 devices expires/,
        /commands of the last day failed/,
        /2 devices are enrolled without/,
        /1 alert says/,
        /2 devices are blocked/,
        /1 to 4 hours ago/,
        /Never/,
        /enrolled/,
        /released/,
      ]
    ) assert.match(words, figure);
  }));

Deno.test("a halted rollout leads to the devices where it failed, with the reason, and filters by it", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const { artifact, second, blueprint } = await haltedRollout(fleet);
    const ada = await personWith(runtime, "superuser");
    const home = (await ada.get("/")).text;
    const path = `/artifacts/${artifact.id}/versions/${second.id}/failures/`;
    assert.match(home, new RegExp(`href="${path}">Show the 3 devices where it failed`));
    const page = (await ada.get(path)).text;
    assert.match(page, /<caption>3 devices<\/caption>/);
    assert.match(page, /The payload is &lt;invalid&gt;\. \(MCProfileErrorDomain 1000\)/);
    assert.match(page, /value="MCProfileErrorDomain 1000"[^>]*>The payload is &lt;invalid&gt;\.[^<]*: 2 devices/);
    const one = (await ada.get(`${path}?reason=MCProfileErrorDomain%201001`)).text;
    assert.match(one, /<caption>1 device<\/caption>[\s\S]*Mac 1[\s\S]*The disk is full/);
    assert.doesNotMatch(one, /Mac 0/);
    // No device of this blueprint has all that it should: the new version did not reach it.
    const progress = (await ada.get(`/blueprints/${blueprint.id}/`)).text;
    assert.match(progress, /4 enrolled devices\. 0 of 4/);
    assert.match(progress, /Version 2 of Wi-Fi is halted\. The device stays on version 1\./);
    assert.doesNotMatch(progress, />complete</);
    const lists = [(await ada.get("/artifacts/")).text, progress];
    for (const text of lists) assert.match(text, /1 <span class="chip bad">Version 2 halted<\/span>/);
    const own = (await ada.get(`/artifacts/${artifact.id}/`)).text;
    assert.ok(own.includes(`href="${path}"`));
    await ada.post(`/artifacts/${artifact.id}/rollback/`, { save: "save" });
    assert.match((await ada.get("/artifacts/")).text, /Version 2 withdrawn/);
    assert.match((await ada.get(`/blueprints/${blueprint.id}/`)).text, />Complete</);
    const blind = await personWith(runtime, ["mdm.view_artifactversion"]);
    assert.equal((await blind.get(path)).status, 403);
  }));
