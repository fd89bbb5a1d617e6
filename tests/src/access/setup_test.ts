import assert from "node:assert/strict";
import { COMMAND_LINE } from "../../../src/access/operator.ts";
import { completeSetup, ensureSetupToken, isSetupPending } from "../../../src/access/setup.ts";
import { createUser } from "../../../src/access/users.ts";
import { Problem } from "../../../src/errors.ts";
import { testBy } from "../../routes/api/support.ts";
import { withRuntime } from "../../support/runtime.ts";

const INPUT = { username: "root", password: "correct horse battery" };
const denied = (error: unknown) => error instanceof Problem && error.code === "permission-denied";

Deno.test("the setup token creates the first superuser and the first business unit, once", async () => {
  await withRuntime(async (runtime) => {
    assert.ok(await isSetupPending(runtime));
    const token = await ensureSetupToken(runtime) ?? "";
    assert.equal(token.length, 32);
    const stored = JSON.stringify(await runtime.sql`select * from instance_settings`);
    assert.ok(!stored.includes(token));
    const user = await completeSetup(runtime, testBy, token, INPUT);
    assert.deepEqual([user.username, user.isSuperuser], ["root", true]);
    const units = await runtime.sql<{ name: string }[]>`select name from meta_business_units`;
    assert.deepEqual(units.map(({ name }) => name), ["Default"]);
    assert.equal(await ensureSetupToken(runtime), null);
    await assert.rejects(completeSetup(runtime, testBy, token, { ...INPUT, username: "second" }), denied);
    assert.equal((await runtime.sql`select 1 from instance_settings`).length, 0);
  });
});

Deno.test("of two concurrent setups, one wins", async () => {
  await withRuntime(async (runtime) => {
    const tokens = [await ensureSetupToken(runtime), await ensureSetupToken(runtime)];
    // Both are held at the row of the tokens, so that they really go on together.
    const held = await runtime.sql.begin(async (tx) => {
      await tx`select 1 from instance_settings for update`;
      const both = Promise.allSettled(
        tokens.map((token, index) =>
          completeSetup(runtime, testBy, token ?? "", { ...INPUT, username: `root${index}` })
        ),
      );
      let waiting = 0;
      while (waiting < 2) {
        // Not in the transaction: there the statistics stand still.
        const [row] = await runtime.sql<{ count: number }[]>`
          select count(*)::int as count from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`;
        waiting = row?.count ?? 0;
      }
      return { both };
    });
    const settled = await held.both;
    assert.equal(settled.filter(({ status }) => status === "fulfilled").length, 1);
    for (const result of settled) if (result.status === "rejected") assert.ok(denied(result.reason));
    assert.equal((await runtime.sql`select 1 from users`).length, 1);
  });
});

Deno.test("a wrong token, a bad password and too many attempts are refused, and the token stays good", async () => {
  await withRuntime(async (runtime) => {
    await assert.rejects(completeSetup(runtime, testBy, "x", INPUT), denied);
    const token = await ensureSetupToken(runtime) ?? "";
    await assert.rejects(completeSetup(runtime, testBy, token.slice(1), INPUT), denied);
    await assert.rejects(
      completeSetup(runtime, testBy, token, { ...INPUT, password: "short" }),
      (error) => error instanceof Problem && error.details.fields?.password !== undefined,
    );
    await runtime.sql`update rate_limits set count = 20`;
    await assert.rejects(
      completeSetup(runtime, testBy, token, INPUT),
      (error) => error instanceof Problem && error.code === "too-many-requests",
    );
    runtime.clock.advance(900);
    await completeSetup(runtime, testBy, token, INPUT);
  });
});

Deno.test("a person created at the command line ends the setup, a service account does not", async () => {
  await withRuntime(async (runtime) => {
    const token = await ensureSetupToken(runtime) ?? "";
    const user = {
      email: "",
      fullName: "",
      isActive: true,
      isSuperuser: true,
      roles: [],
    };
    await createUser(runtime, COMMAND_LINE, { ...user, username: "robot", isServiceAccount: true });
    assert.ok(await isSetupPending(runtime));
    await createUser(runtime, COMMAND_LINE, { ...user, username: "ann", isServiceAccount: false });
    await assert.rejects(completeSetup(runtime, testBy, token, INPUT), denied);
  });
});
