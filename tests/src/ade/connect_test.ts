import assert from "node:assert/strict";
import { ownedDevices } from "../../../simulators/apple/device_assignment_portal.ts";
import {
  cancelConnecting,
  finishConnecting,
  publicKeyFile,
  renewToken,
  startConnecting,
} from "../../../src/ade/connect.ts";
import { Problem } from "../../../src/errors.ts";
import { rotateSecrets } from "../../../src/secrets/rotate.ts";
import { parseKeyRing } from "../../../src/secrets/key_ring.ts";
import { systemRandom } from "../../../src/runtime.ts";
import { readiness } from "../../../routes/health.ts";
import { personWith } from "../../routes/admin/support.ts";
import { testBy } from "../../routes/api/support.ts";
import { withOrchard } from "../../support/ade.ts";
import { jobs } from "../../support/ade_jobs.ts";
import { settle } from "../../support/artifacts.ts";
import { findEvents } from "../../support/events.ts";

async function sentenceOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(() => undefined, (thrown: unknown) => thrown);
  assert.ok(error instanceof Problem, String(error));
  return error.details.fields?.encrypted_token?.[0] ?? error.message;
}

Deno.test("OpenSSL reads our public key, encrypts the server token, and the server and its organization are known", () =>
  withOrchard(async ({ fleet, apple, connect }) => {
    const server = apple.portal.addServer("Orchard");
    const id = await connect(server, { openssl: "-des3" });
    assert.match(server.publicKeyPem ?? "", /^-----BEGIN CERTIFICATE-----/);
    const openssl = new Deno.Command("openssl", {
      args: ["x509", "-noout", "-subject", "-dates", "-pubkey"],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const writer = openssl.stdin.getWriter();
    await writer.write(new TextEncoder().encode(server.publicKeyPem));
    await writer.close();
    const said = new TextDecoder().decode((await openssl.output()).stdout);
    assert.match(said, /CN ?= ?espalier-dep-token-1\n/);
    assert.match(said, /notBefore=May 31 12:00:00 2026 GMT\nnotAfter=Jun {2}3 12:00:00 2026 GMT/);
    const { json } = await fleet.api("GET", `/api/mdm/dep/virtual_servers/${id}/`);
    assert.equal(json.name, "Orchard");
    assert.equal(json.uuid.replaceAll("-", "").toUpperCase(), server.uuid);
    const list = await fleet.api("GET", "/api/mdm/dep/virtual_servers/?name=Orchard");
    assert.deepEqual(list.json, { count: 1, next: null, previous: null, results: [json] });
  }));

Deno.test("the public key's file is named for the house, the key and the time", () =>
  withOrchard(async ({ fleet: { runtime } }) => {
    const id = await startConnecting(runtime, testBy);
    assert.equal((await publicKeyFile(runtime, id)).filename, `mdm.example.com_public_key_${id}_20260601120000.pem`);
    await cancelConnecting(runtime, testBy, id);
    await assert.rejects(publicKeyFile(runtime, id), /Not found/);
    await assert.rejects(cancelConnecting(runtime, testBy, id), /Not found/);
  }));

Deno.test("no secret of a token is in the clear: not in rows, events or the log; and rotation seals it again", () =>
  withOrchard(async ({ fleet, apple, connect, sync }) => {
    const { runtime } = fleet;
    const server = apple.portal.addServer("Orchard");
    const id = await connect(server);
    await sync(id);
    const rows = JSON.stringify([
      await runtime.sql`select * from dep_tokens`,
      await runtime.sql`select * from events`,
      runtime.lines,
    ]);
    for (const secret of [server.token.consumerSecret, server.token.accessSecret]) assert.ok(!rows.includes(secret));
    assert.ok(!rows.includes("PRIVATE KEY"));
    const keys = await parseKeyRing(
      "new:HxAhIiMkJSYnKCkqKywtLi8wMTIzNDU2Nzg5Ojs8PT4=,test:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
      systemRandom,
    );
    const { resealed } = await rotateSecrets({ sql: runtime.sql, keys });
    assert.equal(resealed["dep_tokens.private_key_sealed"], 1);
    assert.equal(resealed["dep_tokens.access_secret_sealed"], 1);
    assert.equal(resealed["dep_tokens.consumer_secret_sealed"], 1);
    runtime.keys = keys;
    assert.equal((await sync(id)).status, "SUCCESS");
  }));

Deno.test("a renewed token is for the same server only, and the devices stay", () =>
  withOrchard(async ({ fleet, apple, connect, sync, devices }) => {
    const { runtime } = fleet;
    const [one, other] = [apple.portal.addServer("Orchard"), apple.portal.addServer("Meadow")];
    apple.portal.assign(one, ownedDevices(3));
    const id = await connect(one);
    await settle(fleet);
    // Apple gave a new token; the old one is revoked.
    const renewed = await apple.portal.downloadToken(one);
    const failed = await sync(id);
    assert.equal(failed.status, "FAILURE");
    assert.match(failed.result.error, /does not accept the server token any more.*Renew token/s);
    apple.portal.uploadPublicKey(other, one.publicKeyPem ?? "");
    const foreign = await apple.portal.downloadToken(other);
    assert.match(await sentenceOf(renewToken(runtime, testBy, id, foreign)), /server "Meadow", and this is "Orchard"/);
    await renewToken(runtime, testBy, id, renewed);
    assert.equal((await sync(id)).status, "SUCCESS");
    assert.equal(Object.keys(await devices(id)).length, 3);
    assert.equal((await runtime.sql`select 1 from dep_tokens`).length, 1);
    const health = await findEvents(runtime.sql, { type: "dep_token_health", limit: 10 });
    assert.deepEqual(health.map(({ payload }) => (payload as { health: string }).health), ["revoked"]);
  }));

Deno.test("a server that is connected again keeps its devices, its place in the sync, and gets the new token", () =>
  withOrchard(async ({ fleet, apple, connect, sync }) => {
    const server = apple.portal.addServer("Orchard");
    apple.portal.assign(server, ownedDevices(3));
    const id = await connect(server);
    await settle(fleet);
    assert.equal(await connect(server), id);
    assert.equal((await fleet.runtime.sql`select 1 from dep_tokens`).length, 1);
    assert.equal((await sync(id)).result.effective_sync_type, "delta_sync");
  }));

Deno.test("a token is stored only when Apple accepts it", () =>
  withOrchard(async ({ fleet, apple }) => {
    const { runtime } = fleet;
    const server = apple.portal.addServer("Orchard");
    const tokenId = await startConnecting(runtime, testBy);
    apple.portal.uploadPublicKey(server, (await publicKeyFile(runtime, tokenId)).pem);
    const file = await apple.portal.downloadToken(server);
    const upload = () => finishConnecting(runtime, testBy, tokenId, file);
    server.trouble = "terms not signed";
    assert.match(await sentenceOf(upload()), /terms and conditions were not accepted.*accepts the new terms/s);
    server.trouble = "account gone";
    assert.match(await sentenceOf(upload()), /no access to Apple's service any more/);
    server.trouble = undefined;
    apple.failNext({ status: 503 });
    assert.match(await sentenceOf(upload()), /Try again later/);
    assert.match(
      await sentenceOf(finishConnecting(runtime, testBy, tokenId, new TextEncoder().encode("hello"))),
      /^Could not read or use encrypted token: the file is not one/,
    );
    assert.equal((await runtime.sql`select 1 from dep_virtual_servers`).length, 0);
    const results = await Promise.allSettled([upload(), upload()]);
    assert.deepEqual(results.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
    assert.equal((await runtime.sql`select 1 from dep_virtual_servers`).length, 1);
  }));

Deno.test("a server that was deleted at Apple is disconnected, warns no more, and can be connected again", () =>
  withOrchard(async ({ fleet, apple, connect, sync, devices }) => {
    const { runtime } = fleet;
    const server = apple.portal.addServer("Orchard");
    apple.portal.assign(server, ownedDevices(3));
    const id = await connect(server);
    await settle(fleet);
    server.trouble = "account gone";
    await sync(id);
    const warnings = async () => (await readiness(runtime)).filter(({ check }) => check === "server-token").length;
    assert.equal(await warnings(), 1);
    const ada = await personWith(runtime, "superuser");
    const path = `/virtual-servers/${id}/`;
    assert.match((await ada.get(path)).text, new RegExp(`action="${path}disconnect/"`));
    assert.equal((await ada.post(`${path}disconnect/`)).location, `${path}?done=disconnected`);
    assert.equal(await warnings(), 0);
    assert.equal((await runtime.sql`select 1 from dep_tokens`).length, 0);
    assert.match((await ada.get(path)).text, /There is no server token\. Connect the server again/);
    assert.equal((await ada.post(`${path}disconnect/`)).status, 404);
    await jobs(fleet, "ade-sync-due");
    assert.match((await sync(id)).result.error, /There is no server token/);
    server.trouble = undefined;
    assert.equal(await connect(server), id);
    await settle(fleet);
    assert.equal(Object.keys(await devices(id)).length, 3);
    assert.equal((await sync(id)).status, "SUCCESS");
  }));
