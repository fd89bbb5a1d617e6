import assert from "node:assert/strict";
import { startSoftwareLookup } from "../../../simulators/apple/software_lookup.ts";
import { pinnedGet, PinnedGetError } from "../../../src/apple/pinned_get.ts";

const SECTIONS = { AssetSets: { macOS: [] } };

Deno.test("a server that is silent, cuts its answer or sends too much fails within its bounds, and the next answer is read", async () => {
  const lookup = await startSoftwareLookup(new Date(), SECTIONS);
  try {
    const get = (bounds: { timeoutMs?: number; maxBytes?: number } = {}) =>
      pinnedGet(`${lookup.url}/v2/pmv`, { roots: [lookup.caPem], timeoutMs: 20_000, maxBytes: 1000, ...bounds });
    const fails = (reason: RegExp, bounds?: { timeoutMs?: number; maxBytes?: number }) =>
      assert.rejects(get(bounds), (error) => error instanceof PinnedGetError && reason.test(error.message));
    lookup.fault = "silent";
    await fails(/no complete answer within 0\.05 s/, { timeoutMs: 50 });
    lookup.fault = "cut";
    await fails(/Cannot fetch/);
    lookup.fault = { text: "x".repeat(1001) };
    await fails(/more than 1000 bytes/);
    lookup.fault = undefined;
    assert.deepEqual(JSON.parse(new TextDecoder().decode(await get())), SECTIONS);
  } finally {
    await lookup.close();
  }
});
