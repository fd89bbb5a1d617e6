import assert from "node:assert/strict";
import { createApp } from "../../../routes/app.ts";
import { withFleet } from "../../support/fleet.ts";
import { digests, world } from "../../support/refused_writes.ts";
import { withRuntime } from "../../support/runtime.ts";
import { FORMS, LEFT_OUT } from "./refused_forms.ts";
import { personWith } from "./support.ts";

Deno.test("every form of the pages has an attempt at it that is half right", () =>
  withRuntime(async (runtime) => {
    const forms = await Promise.resolve(createApp(runtime).routes.filter(({ method }) => method === "POST"));
    const paths = [...new Set(forms.map(({ path }) => path))];
    assert.deepEqual([...Object.keys(FORMS), ...Object.keys(LEFT_OUT)].sort(), paths.sort());
  }));

Deno.test("a refused form leaves nothing of itself", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const known = await world(fleet);
    const { post } = await personWith(runtime, "superuser");
    let before = await digests(runtime);
    const wrong: string[] = [];
    for (const [form, attempts] of Object.entries(FORMS)) {
      for (const [index, attempt] of attempts.entries()) {
        const title = `${form}, attempt ${index}`;
        const { path, fields = {} } = attempt(known);
        runtime.clock.advance(60);
        const { status, text } = await post(path, fields);
        if (status < 400 || status >= 500) wrong.push(`${title} was answered with ${status}: ${text.slice(0, 300)}`);
        const after = await digests(runtime);
        const changed = Object.keys(after).filter((table) => after[table] !== before[table]);
        if (changed.length > 0) wrong.push(`${title} changed ${changed.join(", ")}`);
        before = after;
      }
    }
    assert.deepEqual(wrong, []);
  }));
