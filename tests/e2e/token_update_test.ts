import assert from "node:assert/strict";
import { unlockContext } from "../../src/enrollment/unlock_token.ts";
import type { EnrollmentId } from "../../db/ids.ts";
import { MODELS } from "../../simulators/device/models.ts";
import { findEvents } from "../support/events.ts";
import { withFleet } from "../support/fleet.ts";

Deno.test("a TokenUpdate that says what is known is recorded and changes nothing; each change alone is stored", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const { sql, clock, keys } = runtime;
    const model = MODELS.find(({ platform }) => platform === "iOS");
    assert.ok(model);
    const device = await fleet.enrolled({ model });
    await device.connect();
    await runtime.routine.flush();
    type Row = {
      pushToken: Uint8Array;
      pushMagicSealed: string;
      pushDeadAt: Date | null;
      updatedAt: Date;
      unlockTokenSealed: string;
      id: number;
      enrollmentId: EnrollmentId;
    };
    const row = async () => {
      const [found] = await sql<Row[]>`
        select c.id, c.enrollment_id, c.push_token, c.push_magic_sealed, c.push_dead_at, c.updated_at, e.unlock_token_sealed
        from channels c join enrollments e on e.id = c.enrollment_id`;
      assert.ok(found);
      return found;
    };
    const events = async () =>
      (await findEvents(sql, { type: "mdm_request", limit: 100 }))
        .filter(({ payload }) => JSON.stringify(payload).includes('"TokenUpdate"')).length;
    const send = async () => {
      clock.advance(60);
      assert.equal((await device.tokenUpdate()).status, 200);
      await runtime.routine.flush();
      return await row();
    };
    const known = await row();
    const [seen] = [await events()];
    assert.deepEqual(await send(), known);
    assert.equal(await events(), seen + 1);

    device.pushToken.set(crypto.getRandomValues(new Uint8Array(32)));
    const token = await send();
    assert.deepEqual(new Uint8Array(token.pushToken), device.pushToken);
    assert.deepEqual(await send(), token);

    device.pushMagic = crypto.randomUUID();
    const magic = await send();
    const open = async ({ id, pushMagicSealed }: Row) =>
      await keys.openText(pushMagicSealed, { table: "channels", column: "push_magic_sealed", id });
    assert.equal(await open(magic), device.pushMagic);
    assert.deepEqual(await send(), magic);

    device.unlockToken = crypto.getRandomValues(new Uint8Array(200));
    const unlock = await send();
    assert.deepEqual(
      await keys.open(unlock.unlockTokenSealed, unlockContext(unlock.enrollmentId)),
      device.unlockToken,
    );
    assert.deepEqual(await send(), unlock);

    // A token that Apple refused, no time for a push, and values that cannot be opened are stored again.
    await sql`update channels set push_dead_at = ${clock.now()}`;
    assert.notDeepEqual((await send()).updatedAt, unlock.updatedAt);
    await sql`update channels set push_dead_at = null, push_due_at = null`;
    await send();
    assert.equal((await sql`select 1 from channels where push_due_at is null`).length, 0);
    await sql`update channels set push_magic_sealed = 'e1.test.AAAAAAAAAAAAAAAA.AAAA'`;
    assert.equal(await open(await send()), device.pushMagic);
    await sql`update enrollments set unlock_token_sealed = null`;
    assert.ok((await send()).unlockTokenSealed !== null);
  }));
