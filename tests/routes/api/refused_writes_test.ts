import assert from "node:assert/strict";
import { ENDPOINTS } from "../../../routes/api/registry.ts";
import { withFleet } from "../../support/fleet.ts";
import { digests, world } from "../../support/refused_writes.ts";
import { ATTEMPTS } from "./refused_bodies.ts";

Deno.test("every operation that writes has an attempt at it that is half right", () => {
  const writing = ENDPOINTS.filter(({ method }) => method !== "GET").map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual(Object.keys(ATTEMPTS).sort(), writing.sort());
});

Deno.test("a refused request of the API leaves nothing of itself", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const known = await world(fleet);
    let before = await digests(runtime);
    const wrong: string[] = [];
    for (const [operation, attempts] of Object.entries(ATTEMPTS)) {
      const [method = ""] = operation.split(" ");
      for (const [index, attempt] of attempts.entries()) {
        const title = `${operation}, attempt ${index}`;
        const { path, body } = attempt(known);
        runtime.clock.advance(60);
        const { status, json } = await fleet.api(method, path, body);
        if (status < 400 || status >= 500) wrong.push(`${title} was answered with ${status}: ${JSON.stringify(json)}`);
        const after = await digests(runtime);
        const changed = Object.keys(after).filter((table) => after[table] !== before[table]);
        if (changed.length > 0) wrong.push(`${title} changed ${changed.join(", ")}`);
        before = after;
      }
    }
    assert.deepEqual(wrong, []);
  }));
