import assert from "node:assert/strict";
import { openDatabase } from "../../../db/open.ts";
import { insertMetaBusinessUnit } from "../../../db/tags/meta_business_units.ts";
import { insertTag } from "../../../db/tags/tags.ts";
import {
  createEnrollmentSecret,
  type EnrollmentSecretInput,
  type EnrollmentSecretProof,
  revealEnrollmentSecret,
  revokeEnrollmentSecret,
  updateEnrollmentSecret,
  verifyEnrollmentSecret,
} from "../../../src/enrollment/secrets.ts";
import { Problem } from "../../../src/errors.ts";
import { testByFrom } from "../../routes/api/support.ts";
import { type TestRuntime, withRuntime } from "../../support/runtime.ts";

const FROM = testByFrom({ userAgent: "mdmclient", ip: "192.0.2.7" });

async function make(runtime: TestRuntime, change: Partial<EnrollmentSecretInput> = {}) {
  const unit = await insertMetaBusinessUnit(runtime.sql, { name: runtime.random.uuid() }, runtime.clock.now());
  return await runtime.sql.begin(async (tx) => {
    const row = await createEnrollmentSecret(tx, runtime, {
      metaBusinessUnitId: unit.id,
      tags: [],
      serialNumbers: [],
      udids: [],
      quota: null,
      expiredAt: null,
      ...change,
    });
    return { row, secret: await revealEnrollmentSecret(runtime, row) };
  });
}

const verify = (runtime: TestRuntime, proof: EnrollmentSecretProof) =>
  runtime.sql.begin((tx) => verifyEnrollmentSecret(tx, runtime, FROM, proof));

const reason = async (runtime: TestRuntime, proof: EnrollmentSecretProof) => {
  const result = await verify(runtime, proof);
  return result.ok ? "ok" : result.reason;
};

Deno.test("a secret is 64 random characters, sealed and hashed in the database", async () => {
  await withRuntime(async (runtime) => {
    const { secret } = await make(runtime);
    assert.match(secret, /^[0-9A-Za-z]{64}$/);
    const stored = JSON.stringify(await runtime.sql`select * from enrollment_secrets`);
    assert.ok(!stored.includes(secret));
  });
});

Deno.test("the reasons to refuse are checked in order", async () => {
  await withRuntime(async (runtime) => {
    const now = runtime.clock.now();
    const { row, secret } = await make(runtime, {
      serialNumbers: ["C02A", " C02B "],
      udids: ["00008030-1"],
      quota: 1,
      expiredAt: new Date(now.getTime() + 3600_000),
    });
    assert.deepEqual(row.serialNumbers, ["C02A", "C02B"]);
    const right = { secret, serialNumber: "c02b", udid: "00008030-1", metaBusinessUnitId: row.metaBusinessUnitId };
    assert.equal(await reason(runtime, { ...right, secret: "x" }), "unknown secret");
    assert.equal(await reason(runtime, { ...right, secret: secret.repeat(10) }), "unknown secret");
    assert.equal(await reason(runtime, { ...right, serialNumber: "C02C" }), "serial number mismatch");
    assert.equal(await reason(runtime, { ...right, serialNumber: undefined }), "serial number mismatch");
    assert.equal(await reason(runtime, { ...right, serialNumber: "C02C", udid: "2" }), "serial number mismatch");
    assert.equal(await reason(runtime, { ...right, udid: "2", metaBusinessUnitId: 99 }), "udid mismatch");
    assert.equal(await reason(runtime, { ...right, metaBusinessUnitId: 99 }), "business unit mismatch");
    assert.equal(await reason(runtime, right), "ok");
    assert.equal(await reason(runtime, { ...right, metaBusinessUnitId: 99 }), "business unit mismatch");
    assert.equal(await reason(runtime, right), "quota used up");
    runtime.clock.advance(3600);
    assert.equal(await reason(runtime, { ...right, udid: "2" }), "expired");
    assert.ok(await runtime.sql.begin((tx) => revokeEnrollmentSecret(tx, runtime, row.id)));
    assert.equal(await runtime.sql.begin((tx) => revokeEnrollmentSecret(tx, runtime, row.id)), false);
    assert.equal(await reason(runtime, right), "revoked");
  });
});

Deno.test("success and failure leave their events and only success a request", async () => {
  await withRuntime(async (runtime) => {
    const { row, secret } = await make(runtime, { serialNumbers: ["C02A"] });
    await verify(runtime, { secret, serialNumber: "C02A", udid: "U" });
    await verify(runtime, { secret, serialNumber: "C02X" });
    const requests = await runtime.sql`select user_agent, ip, serial_number, udid from enrollment_secret_requests`;
    assert.deepEqual([...requests], [{ userAgent: "mdmclient", ip: "192.0.2.7", serialNumber: "C02A", udid: "U" }]);
    const events = await runtime.sql<{ serialNumber: string; objects: unknown; payload: Record<string, unknown> }[]>`
      select serial_number, objects, payload from events where type = 'enrollment_secret_verification'
      order by serial_number`;
    assert.deepEqual(events.map(({ payload }) => [payload.status, payload.reason, payload.enrollment_secret_id]), [
      ["success", undefined, row.id],
      ["failure", "serial number mismatch", row.id],
    ]);
    assert.deepEqual(events[0]?.objects, { enrollment_secret: [String(row.id)] });
    assert.ok(!JSON.stringify(events).includes(secret));
  });
});

Deno.test("a quota is exact for many concurrent uses", async () => {
  await withRuntime(async (runtime) => {
    const { row, secret } = await make(runtime, { quota: 5 });
    const other = openDatabase(runtime.databaseUrl, { max: 4 });
    try {
      const results = await Promise.all(
        Array.from(
          { length: 20 },
          (_, index) =>
            (index % 2 === 0 ? runtime.sql : other).begin((tx) =>
              verifyEnrollmentSecret(tx, runtime, FROM, { secret, serialNumber: `S${index}` })
            ),
        ),
      );
      assert.equal(results.filter(({ ok }) => ok).length, 5);
      const [count] = await runtime.sql`select request_count from enrollment_secrets where id = ${row.id}`;
      assert.equal(count?.requestCount, 5);
      assert.equal((await runtime.sql`select 1 from enrollment_secret_requests`).length, 5);
    } finally {
      await other.end();
    }
  });
});

Deno.test("unknown units and tags are refused; a written secret keeps its text", async () => {
  await withRuntime(async (runtime) => {
    const fields = (change: Partial<EnrollmentSecretInput>) =>
      make(runtime, change).then(() => "made", (error) => error instanceof Problem ? error.details.fields : error);
    assert.deepEqual(await fields({ metaBusinessUnitId: 999 }), {
      meta_business_unit: ['Invalid pk "999" - object does not exist.'],
    });
    assert.deepEqual(await fields({ tags: [999] }), { tags: ['Invalid pk "999" - object does not exist.'] });
    const tag = await insertTag(runtime.sql, {
      name: "t",
      slug: "t",
      color: "ffffff",
      taxonomyId: null,
      metaBusinessUnitId: null,
    }, runtime.clock.now());
    const { row, secret } = await make(runtime, { tags: [tag.id] });
    assert.deepEqual(row.tags, [tag.id]);
    const after = await runtime.sql.begin((tx) =>
      updateEnrollmentSecret(tx, row.id, { ...row, tags: [], serialNumbers: ["A", "A", " "], quota: 7 })
    );
    assert.deepEqual([after.tags, after.serialNumbers, after.quota], [[], ["A"], 7]);
    assert.equal(await revealEnrollmentSecret(runtime, after), secret);
  });
});
