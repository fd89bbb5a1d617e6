import assert from "node:assert/strict";
import { RequestBody } from "../../routes/body.ts";
import { BodyMemory } from "../../routes/body_memory.ts";
import { Counters } from "../../src/counters.ts";
import { Problem, type ProblemCode } from "../../src/errors.ts";
import { buildPlist } from "../../src/protocol/plist.ts";
import { KEYS, withFleet } from "../support/fleet.ts";
import { signDetached } from "../../simulators/device/sign_detached.ts";
import { selfSigned } from "../../simulators/device/self_signed.ts";

const is = (code: ProblemCode) => (error: unknown) => error instanceof Problem && error.code === code;
const memoryOf = (limit: number) => new BodyMemory(limit, new Counters());
const fast = { graceMs: 60_000, bytesPerSecond: 1 };

/** A body in pieces that come when they are asked for. */
function pieces(sizes: number[], headers: Record<string, string> = {}) {
  let pulled = 0;
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const size = sizes[pulled++];
      if (size === undefined) controller.close();
      else controller.enqueue(new Uint8Array(size).fill(pulled));
    },
    cancel: () => void (cancelled = true),
  }, { highWaterMark: 0 });
  const request = new Request("https://x/", { method: "POST", body, headers });
  return { request, pulled: () => pulled, cancelled: () => cancelled };
}

Deno.test("a body is read completely, in order, and its memory is released once", async () => {
  const memory = memoryOf(1000);
  const body = new RequestBody(pieces([3, 4]).request, memory, fast);
  assert.deepEqual([...await body.read(7)], [1, 1, 1, 2, 2, 2, 2]);
  assert.equal(memory.used, 7);
  body.release();
  body.release();
  assert.equal(memory.used, 0);
});

Deno.test("bodies beyond the memory of all are refused with 503 and Retry-After, and leave nothing reserved", async () => {
  const memory = memoryOf(100);
  const first = new RequestBody(pieces([80]).request, memory, fast);
  await first.read(100);
  const second = new RequestBody(pieces([15, 15]).request, memory, fast);
  await assert.rejects(
    second.read(100),
    (error) =>
      is("unavailable")(error) && error instanceof Problem && error.status === 503 &&
      error.details.headers?.["Retry-After"] !== undefined,
  );
  second.release();
  assert.equal(memory.used, 80);
  first.release();
  await new RequestBody(pieces([90]).request, memory, fast).read(100);
});

Deno.test("large bodies leave a quarter of the memory to small ones", async () => {
  const memory = memoryOf(1024 * 1024);
  const large = new RequestBody(pieces([700_000]).request, memory, fast);
  await large.read(1024 * 1024);
  await assert.rejects(new RequestBody(pieces([100_000]).request, memory, fast).read(1024 * 1024), is("unavailable"));
  await new RequestBody(pieces([60_000]).request, memory, fast).read(1024 * 1024);
});

Deno.test("a client that disconnects in the middle leaves nothing reserved", async () => {
  const memory = memoryOf(100);
  const broken = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new Uint8Array(50));
    },
    pull: (controller) => controller.error(new Error("reset")),
  });
  const body = new RequestBody(new Request("https://x/", { method: "POST", body: broken }), memory, fast);
  await assert.rejects(body.read(100), is("invalid"));
  body.release();
  assert.equal(memory.used, 0);
});

Deno.test("more than the first look allows is read only after a second one, and nothing is pulled when that refuses", async () => {
  const memory = memoryOf(1000);
  let looks = 0;
  const allowed = () => {
    looks++;
    return Promise.resolve();
  };
  assert.equal(
    (await new RequestBody(pieces([10]).request, memory, fast).read(100, { look: { beyond: 10, allowed } })).length,
    10,
  );
  assert.equal(looks, 0);
  assert.equal(
    (await new RequestBody(pieces([10, 1, 50]).request, memory, fast).read(100, { look: { beyond: 10, allowed } }))
      .length,
    61,
  );
  assert.equal(looks, 1);
  const declared = pieces([10, 10, 10], { "content-length": "30" });
  const refusal = new Problem("too-large");
  const never = { beyond: 10, allowed: () => Promise.reject(refusal) };
  await assert.rejects(new RequestBody(declared.request, memory, fast).read(100, { look: never }), is("too-large"));
  assert.equal(declared.pulled(), 0);
  const lying = pieces([8, 8, 8, 8]);
  await assert.rejects(new RequestBody(lying.request, memory, fast).read(100, { look: never }), is("too-large"));
  assert.ok(lying.pulled() <= 3 && lying.cancelled());
});

Deno.test("a body's time limit grows with the bytes that arrive", async () => {
  const memory = memoryOf(1000);
  const slow = (wait: number) =>
    new ReadableStream<Uint8Array>({
      async pull(controller) {
        await new Promise((resolve) => timer = setTimeout(resolve, wait));
        controller.enqueue(new Uint8Array(100));
        if (--left === 0) controller.close();
      },
      cancel: () => clearTimeout(timer),
    }, { highWaterMark: 0 });
  let timer: ReturnType<typeof setTimeout> | undefined;
  let left = 5;
  const request = (body: ReadableStream) => new Request("https://x/", { method: "POST", body });
  const paid = new RequestBody(request(slow(8)), memory, { graceMs: 30, bytesPerSecond: 1000 });
  assert.equal((await paid.read(1000)).length, 500);
  left = 1000;
  const unpaid = new RequestBody(request(slow(8)), memory, { graceMs: 30, bytesPerSecond: 1e9 });
  await assert.rejects(unpaid.read(100_000), is("timeout"));
});

Deno.test("a stranger's large message is refused before it is read, a device's is accepted", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled();
    await device.connect();
    const { identity } = device;
    assert.ok(identity);
    const report = buildPlist({ UDID: device.udid, Status: "Idle", Filling: "x".repeat(200_000) });
    const send = async (signer: { certificate: Uint8Array; key: typeof identity.key }) => {
      let pulled = 0;
      const stream = new ReadableStream<Uint8Array>({
        pull(controller) {
          const piece = report.subarray(pulled, pulled + 16_384);
          pulled += piece.length;
          if (piece.length === 0) controller.close();
          else controller.enqueue(piece);
        },
      }, { highWaterMark: 0 });
      const response = await fleet.fetch(
        new Request("https://mdm.example.com/public/mdm/connect/", {
          method: "PUT",
          body: stream,
          headers: { "Mdm-Signature": signDetached(report, signer, { form: "der" }).toBase64() },
        }),
      );
      await response.body?.cancel();
      return { status: response.status, pulled };
    };
    assert.deepEqual(await send({ certificate: identity.certificate.der, key: identity.key }), {
      status: 200,
      pulled: report.length,
    });
    const dates = { notBefore: new Date("2026-01-01T00:00:00Z"), notAfter: new Date("2036-01-01T00:00:00Z") };
    const stranger = selfSigned({ subject: [["CN", `MDM$OTA$${"x".repeat(56)}`]], key: KEYS[0], ...dates });
    const refused = await send({ certificate: stranger, key: KEYS[0] });
    assert.equal(refused.status, 413);
    assert.ok(refused.pulled <= 6 * 16_384, `${refused.pulled} bytes were read`);
  }));

Deno.test("of a body that is too large so much is thrown away as its reader allows, and no memory is held for it", async () => {
  const memory = memoryOf(1000);
  const reads: [number[], Record<string, string>, number][] = [
    // To its end, since a browser reads the answer only then.
    [[60, 60, 60], {}, 4],
    [[60, 60, 60], { "content-length": "180" }, 4],
    // No further than allowed.
    [Array.from({ length: 20 }, () => 60), {}, 6],
    [Array.from({ length: 20 }, () => 60), { "content-length": "1200" }, 0],
  ];
  for (const [sizes, headers, pulled] of reads) {
    const large = pieces(sizes, headers);
    const body = new RequestBody(large.request, memory, fast);
    await assert.rejects(
      body.read(100, { discard: 200 }),
      (error) =>
        is("too-large")(error) && error instanceof Error && /larger than allowed \(100 bytes\)/.test(error.message),
    );
    assert.deepEqual([large.pulled(), memory.used], [pulled, 0], JSON.stringify({ sizes, headers }));
  }
});

Deno.test("a body with a larger parsed form counts for more", async () => {
  const memory = memoryOf(1_000_000);
  const body = new RequestBody(pieces([300_000]).request, memory, fast);
  await body.read(1024 * 1024, { weight: 2 });
  assert.equal(memory.used, 600_000);
  const other = new RequestBody(pieces([300_000]).request, memory, fast);
  await assert.rejects(other.read(1024 * 1024, { weight: 2 }), is("unavailable"));
  body.release();
  other.release();
  assert.equal(memory.used, 0);
});
