import assert from "node:assert/strict";
import { Hono } from "hono";
import type { AppEnv } from "../../routes/context.ts";
import { limitProxied } from "../../routes/proxied_requests.ts";
import { requestContext } from "../../routes/request.ts";
import { withRuntime } from "../support/runtime.ts";

Deno.test("a client behind a trusted proxy has so many requests in flight, the proxy and others as many as they want", () =>
  withRuntime(async (runtime) => {
    const app = new Hono<AppEnv>();
    app.use(requestContext(runtime));
    app.use(limitProxied(runtime));
    const release = Promise.withResolvers<void>();
    app.get("/", async (c) => {
      await release.promise;
      return c.text("served");
    });
    const ask = async (client: string, peer = "10.0.0.1") => {
      const request = new Request("https://mdm.example.com/", { headers: { "X-Forwarded-For": client } });
      const response = await app.fetch(request, { remoteAddress: peer });
      await response.body?.cancel();
      return response;
    };
    const held = [ask("192.0.2.1"), ask("192.0.2.1")];
    const refused = await ask("192.0.2.1");
    assert.deepEqual([refused.status, refused.headers.get("Retry-After")], [503, "5"]);
    assert.equal((await ask("::ffff:192.0.2.1")).status, 503, "another way to write the same address");
    // Another client of the proxy, and one that only says to be behind it.
    const others = [ask("192.0.2.2"), ask("192.0.2.1", "198.51.100.1"), ask("192.0.2.1", "198.51.100.1")];
    release.resolve();
    for (const { status } of await Promise.all([...held, ...others])) assert.equal(status, 200);
    assert.equal((await ask("192.0.2.1")).status, 200, "what was in flight is over");
    assert.equal(runtime.counters.of("requests_crowded"), 2);
  }, { TRUSTED_PROXIES: ["10.0.0.1"], MAX_CONNECTIONS_PER_ADDRESS: 2 }));
