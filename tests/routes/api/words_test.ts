import assert from "node:assert/strict";
import { withFleet } from "../../support/fleet.ts";

/** Every summary and description of a document, with its place. */
function wordsOf(value: unknown, place = ""): { place: string; text: string }[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    (key === "summary" || key === "description") && typeof inner === "string"
      ? [{ place: `${place}/${key}`, text: inner }]
      : wordsOf(inner, `${place}/${key}`)
  );
}

Deno.test("the API describes claims and rollouts in the words of the pages", () =>
  withFleet(async (fleet) => {
    const { json } = await fleet.api("GET", "/api/openapi.json");
    const words = wordsOf(json).filter(({ place }) => /claim|identity_alert|rollback|versions|rollout/i.test(place));
    assert.ok(words.length > 10);
    const wanting = /\bwho has it\b|\bnobody else\b|\blet in\b|\banew\b|\bsay they are\b|looks like a copied/i;
    assert.deepEqual(words.filter(({ text }) => wanting.test(text)), []);
  }));
