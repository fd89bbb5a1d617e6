import assert from "node:assert/strict";
import { Problem } from "../../src/errors.ts";
import { addressKey, limitAttempts } from "../../src/rate_limit.ts";
import { withRuntime } from "../support/runtime.ts";

Deno.test("an address counts as the range that one client owns", () => {
  assert.equal(addressKey("192.0.2.7"), "192.0.2.7");
  assert.equal(addressKey("::ffff:192.0.2.7"), "192.0.2.7");
  assert.equal(addressKey("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2");
  assert.equal(addressKey("2001:db8:1:2::1"), addressKey("2001:DB8:1:0002:ffff::"));
  assert.equal(addressKey("2001:db8::1"), "2001:db8:0:0");
  assert.equal(addressKey("::1"), "0:0:0:0");
});

Deno.test("a limit admits a fixed number per window, also for concurrent attempts", async () => {
  await withRuntime(async (runtime) => {
    const attempt = () => limitAttempts(runtime, "k", { attempts: 3, seconds: 60 }).then(() => true, () => false);
    const results = await Promise.all(Array.from({ length: 10 }, attempt));
    assert.equal(results.filter(Boolean).length, 3);
    await assert.rejects(
      limitAttempts(runtime, "k", { attempts: 3, seconds: 60 }),
      (error) => error instanceof Problem && error.details.headers?.["Retry-After"] === "60",
    );
    runtime.clock.advance(60);
    assert.ok(await attempt());
  });
});
