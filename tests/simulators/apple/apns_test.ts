import assert from "node:assert/strict";
import http2 from "node:http2";
import { SignJWT } from "jose";
import { type FakeApns, startApns } from "../../../simulators/apple/apns.ts";
import type { PemIdentity } from "../../../simulators/apple/apns_certificates.ts";
import { systemNetwork } from "../../../src/runtime.ts";
import { TestClock } from "../../support/runtime.ts";
import { AUTHORITY_KEY } from "../../support/keys.ts";

const TOPIC = "com.apple.mgmt.External.00000000-0000-4000-8000-000000000009";
const TOKEN = "ab".repeat(32);
const key = AUTHORITY_KEY;

type Sent = { status: number; reason?: string; timestamp?: number; headers: Headers };
type Send = (change?: {
  token?: string;
  path?: string;
  method?: string;
  body?: string;
  headers?: Record<string, string | undefined>;
}) => Promise<Sent>;

async function withApns(
  body: (house: { apns: FakeApns; clock: TestClock; send: Send; as(identity?: PemIdentity): Send }) => Promise<void>,
): Promise<void> {
  const clock = new TestClock();
  const apns = await startApns({ clock });
  const clients: { close(): void }[] = [];
  const as = (identity?: PemIdentity): Send => {
    const client = systemNetwork.client({
      anchors: [apns.caPem],
      http2: true,
      ...(identity === undefined ? {} : { certificate: identity.certificatePem, key: identity.keyPem }),
    });
    clients.push(client);
    return async (change = {}) => {
      const method = change.method ?? "POST";
      const headers = Object.entries({
        "apns-topic": TOPIC,
        "apns-push-type": "mdm",
        "apns-expiration": String(clock.now().getTime() / 1000 + 3600),
        ...change.headers,
      });
      const response = await client.fetch(apns.url + (change.path ?? `/3/device/${change.token ?? TOKEN}`), {
        method,
        headers: Object.fromEntries(headers.flatMap(([name, value]) => value === undefined ? [] : [[name, value]])),
        ...(method === "POST" ? { body: change.body ?? '{"mdm":"magic"}' } : {}),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, ...(text === "" ? {} : JSON.parse(text)) };
    };
  };
  try {
    apns.register(TOKEN, TOPIC);
    await body({ apns, clock, as, send: as(await apns.makePushCertificate(TOPIC, { key })) });
  } finally {
    for (const client of clients) client.close();
    await apns.close();
  }
}

const reasonOf = ({ status, reason }: Sent) => `${status} ${reason}`;

Deno.test("a push reaches a device that is online, with its magic and an id, over one connection", () =>
  withApns(async ({ apns, send }) => {
    const seen: string[] = [];
    apns.onPush(TOKEN.toUpperCase(), ({ magic }) => seen.push(magic));
    const answers = await Promise.all([1, 2, 3].map((n) => send({ body: `{"mdm":"magic ${n}"}` })));
    assert.deepEqual(answers.map(({ status }) => status), [200, 200, 200]);
    assert.match(answers[0]?.headers.get("apns-id") ?? "", /^[0-9a-f-]{36}$/);
    assert.deepEqual(seen.sort(), ["magic 1", "magic 2", "magic 3"]);
    assert.equal(apns.deliveries[0]?.authenticatedBy, "certificate");
    assert.equal(apns.connections, 1);
  }));

Deno.test("for a device that is away only the last push is kept, until its expiration", () =>
  withApns(async ({ apns, clock, send }) => {
    await send({ body: '{"mdm":"first"}' });
    await send({ body: '{"mdm":"last"}' });
    const seen: string[] = [];
    const leave = apns.onPush(TOKEN, ({ magic }) => seen.push(magic));
    assert.deepEqual(seen, ["last"]);
    leave();
    await send({ body: '{"mdm":"late"}' });
    clock.advance(3601);
    apns.onPush(TOKEN, ({ magic }) => seen.push(magic))();
    await send({ body: '{"mdm":"not kept"}', headers: { "apns-expiration": "0" } });
    apns.onPush(TOKEN, ({ magic }) => seen.push(magic));
    assert.deepEqual(seen, ["last"]);
  }));

Deno.test("errors in a request are reported in Apple's terms", () =>
  withApns(async ({ apns, send }) => {
    const big = JSON.stringify({ mdm: "x".repeat(5000) });
    const cases: [Parameters<Send>[0], string][] = [
      [{ method: "GET" }, "405 MethodNotAllowed"],
      [{ path: "/4/device/00" }, "404 BadPath"],
      [{ token: "" }, "400 MissingDeviceToken"],
      [{ token: "00".repeat(32) }, "400 BadDeviceToken"],
      [{ token: "zz" }, "400 BadDeviceToken"],
      [{ headers: { "apns-topic": "com.example.app" } }, "400 TopicDisallowed"],
      [{ headers: { "apns-push-type": undefined } }, "400 InvalidPushType"],
      [{ headers: { "apns-push-type": "alert" } }, "400 InvalidPushType"],
      [{ headers: { "apns-priority": "7" } }, "400 BadPriority"],
      [{ headers: { "apns-expiration": "soon" } }, "400 BadExpirationDate"],
      [{ headers: { "apns-id": "1" } }, "400 BadMessageId"],
      [{ headers: { "apns-collapse-id": "x".repeat(65) } }, "400 BadCollapseId"],
      [{ body: big }, "413 PayloadTooLarge"],
      [{ body: "" }, "400 PayloadEmpty"],
      [{ body: '{"aps":{}}' }, "400 PayloadEmpty"],
      [{ body: '{"mdm":"magic","aps":{}}' }, "400 PayloadEmpty"],
    ];
    for (const [change, expected] of cases) assert.equal(reasonOf(await send(change)), expected);
    assert.deepEqual(apns.deliveries, []);
    assert.equal(apns.requests.length, cases.length);
  }));

Deno.test("without a topic header the certificate's only topic is meant", () =>
  withApns(async ({ send }) => {
    assert.equal((await send({ headers: { "apns-topic": undefined } })).status, 200);
  }));

Deno.test("a token of another topic is refused, a dead one is invalid until its device registers again", () =>
  withApns(async ({ apns, clock, send }) => {
    apns.register("cd", "com.apple.mgmt.External.other");
    assert.equal(reasonOf(await send({ token: "cd" })), "400 DeviceTokenNotForTopic");
    apns.expire(TOKEN);
    const gone = await send();
    assert.deepEqual([reasonOf(gone), gone.timestamp], ["410 Unregistered", clock.now().getTime()]);
    apns.register(TOKEN, TOPIC);
    assert.equal((await send()).status, 200);
    assert.throws(() => apns.expire("ef"), /no device has it/);
    assert.throws(() => apns.onPush("ef", () => {}), /register the token first/);
  }));

Deno.test("a client without a certificate, with an outdated one or a stranger's may not push", () =>
  withApns(async ({ apns, clock, as }) => {
    assert.equal(reasonOf(await as()()), "403 MissingProviderToken");
    const ended = await apns.makePushCertificate(TOPIC, { key, notAfter: new Date("2026-05-31T00:00:00Z") });
    assert.equal(reasonOf(await as(ended)()), "403 BadCertificate");
    const stranger = await startApns({ clock });
    const foreign = await stranger.makePushCertificate(TOPIC, { key });
    await stranger.close();
    assert.equal(reasonOf(await as(foreign)()), "403 BadCertificate");
    assert.deepEqual(apns.deliveries, []);
  }));

Deno.test("a provider token pushes for an hour, and only when its key and team are known", () =>
  withApns(async ({ apns, clock, as }) => {
    const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
    const other = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
    apns.trustKey({ keyId: "ABCDE12345", teamId: "TEAM123456", publicKey: pair.publicKey, topics: [TOPIC] });
    const send = as();
    apns.onPush(TOKEN, () => {});
    const token = (privateKey: CryptoKey, team: string, kid: string) =>
      new SignJWT().setProtectedHeader({ alg: "ES256", kid }).setIssuer(team)
        .setIssuedAt(clock.now().getTime() / 1000).sign(privateKey);
    const bearer = async (jwt: string | Promise<string>, topic = TOPIC) =>
      await send({ headers: { authorization: `bearer ${await jwt}`, "apns-topic": topic } });
    const good = await token(pair.privateKey, "TEAM123456", "ABCDE12345");
    assert.equal((await bearer(good)).status, 200);
    assert.equal(reasonOf(await bearer(good, "")), "400 MissingTopic");
    assert.equal(reasonOf(await bearer(good, "com.example.other")), "400 TopicDisallowed");
    for (
      const bad of [
        token(other.privateKey, "TEAM123456", "ABCDE12345"),
        token(pair.privateKey, "TEAM000000", "ABCDE12345"),
        token(pair.privateKey, "TEAM123456", "XXXXX00000"),
        "rubbish",
      ]
    ) assert.equal(reasonOf(await bearer(bad)), "403 InvalidProviderToken");
    clock.advance(3601);
    assert.equal(reasonOf(await bearer(good)), "403 ExpiredProviderToken");
    assert.equal(apns.deliveries.length, 1);
  }));

Deno.test("failures can be ordered, and end", () =>
  withApns(async ({ apns, send }) => {
    apns.failNext(429, "TooManyRequests", { retryAfterSeconds: 30 });
    apns.failNext(503, "ServiceUnavailable", { times: 2 });
    const first = await send();
    assert.deepEqual([reasonOf(first), first.headers.get("retry-after")], ["429 TooManyRequests", "30"]);
    assert.equal(reasonOf(await send()), "503 ServiceUnavailable");
    assert.equal(reasonOf(await send()), "503 ServiceUnavailable");
    assert.equal((await send()).status, 200);
  }));

/** How a client goes away in the middle of its requests. */
const LEAVING: Record<string, (session: http2.ClientHttp2Session, streams: http2.ClientHttp2Stream[]) => void> = {
  "all at once": (session) => session.destroy(),
  "after its requests": (session, streams) => {
    for (const stream of streams) stream.close(http2.constants.NGHTTP2_CANCEL);
    session.destroy();
  },
  "with an error": (session) => session.destroy(undefined, http2.constants.NGHTTP2_INTERNAL_ERROR),
};

Deno.test("clients that go away in the middle, by the hundred, end nothing but their own connection", () =>
  withApns(async ({ apns, send }) => {
    const { certificatePem, keyPem } = await apns.makePushCertificate(TOPIC, { key });
    const headers = { ":method": "POST", ":path": `/3/device/${TOKEN}`, "apns-topic": TOPIC, "apns-push-type": "mdm" };
    /** Begins ten pushes; the client leaves after `turns` of the event loop, so at another moment each time. */
    const visit = async (leave: (typeof LEAVING)[string], whole: boolean, turns: number) => {
      const session = http2.connect(apns.url, { ca: apns.caPem, cert: certificatePem, key: keyPem });
      const closed = new Promise<void>((resolve) => session.once("close", () => resolve()));
      session.on("error", () => {});
      await new Promise<void>((resolve) => session.once("connect", () => resolve()));
      const streams = Array.from({ length: 10 }, () => session.request(headers));
      for (const stream of streams) {
        stream.on("error", () => {});
        if (whole) stream.end('{"mdm":"magic"}');
        else stream.write('{"mdm":');
        stream.resume();
      }
      for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
      leave(session, streams);
      await closed;
    };
    for (let turns = 0; turns < 40; turns++) {
      for (const leave of Object.values(LEAVING)) {
        for (const whole of [true, false]) await visit(leave, whole, turns);
      }
      assert.equal((await send()).status, 200);
    }
    assert.ok(apns.connections > 240);
  }));
