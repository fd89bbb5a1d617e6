import assert from "node:assert/strict";
import { findDevice } from "../../db/devices/device_views.ts";
import { findChannelPlan } from "../../db/work/channel_plans.ts";
import { channelIdOf, deviceIdOf, enrollmentIdOf } from "../support/ids.ts";
import { withRuntime } from "../support/runtime.ts";

Deno.test("an id of another kind, or a bare number, is no id to the compiler, and each is its number when it runs", () =>
  withRuntime(async ({ sql }) => {
    // @ts-expect-error: a channel is no device
    assert.equal(await findDevice(sql, channelIdOf(7)), undefined);
    // @ts-expect-error: an enrollment is no channel
    assert.equal(await findChannelPlan(sql, enrollmentIdOf(7)), undefined);
    // @ts-expect-error: a number may be anything
    assert.equal(await findDevice(sql, 7), undefined);
    assert.deepEqual([deviceIdOf(7), channelIdOf(7), enrollmentIdOf(7)], [7, 7, 7]);
  }));
