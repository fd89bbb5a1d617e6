import assert from "node:assert/strict";
import { COMMAND_LINE, operatorOf } from "../../../src/access/operator.ts";
import { type By, byJob, usernameOf } from "../../../src/events/by.ts";
import { recordEvents } from "../../../src/events/record.ts";
import { makeCaller, testBy, testRequest } from "../../routes/api/support.ts";
import { withRuntime } from "../../support/runtime.ts";

const REQUEST = {
  id: testRequest.id,
  ip: "192.0.2.7",
  user_agent: "test",
  method: "POST",
  path: "/test/",
};

Deno.test("an event names its user and its token in addition to the request, and no other user", async () => {
  await withRuntime(async (runtime) => {
    const { actor, userId } = await makeCaller(runtime, []);
    const { username } = actor;
    const user = { id: userId, username, is_service_account: false };
    const cases: [By, number | null, unknown, string][] = [
      [operatorOf(actor, testRequest), userId, { ...REQUEST, user }, username],
      [
        operatorOf({ ...actor, isServiceAccount: true, tokenId: "t" }, testRequest),
        userId,
        { ...REQUEST, user: { ...user, is_service_account: true, api_key: "t" } },
        username,
      ],
      [{ who: { kind: "device" }, request: testRequest }, null, REQUEST, ""],
      [testBy, null, REQUEST, ""],
      [byJob("housekeeping"), null, null, ""],
      [COMMAND_LINE, null, null, ""],
    ];
    for (const [index, [by, id, request, name]] of cases.entries()) {
      await recordEvents(runtime.sql, runtime, by, [{ type: `test${index}` }]);
      const [row] = await runtime.sql`select user_id, request from events where type = ${`test${index}`}`;
      assert.deepEqual([row?.userId, row?.request, usernameOf(by)], [id, request, name], by.who.kind);
    }
  });
});
