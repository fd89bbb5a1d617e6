import assert from "node:assert/strict";
import { ALERT_DAYS, dueAlert, healthOf, tokenVerdict } from "../../../src/ade/health.ts";
import { DeviceAssignmentError } from "../../../src/apple/device_assignment.ts";
import { jobs } from "../../support/ade_jobs.ts";
import { withOrchard } from "../../support/ade.ts";
import { findEvents } from "../../support/events.ts";

const now = new Date("2026-06-01T12:00:00Z");
const inDays = (days: number) => new Date(now.getTime() + days * 86_400_000);
const stateOf = (days: number, health: Parameters<typeof tokenVerdict>[0]["health"] = "ok") =>
  tokenVerdict({ tokenExpiry: inDays(days), health, healthDetail: "" }, now);

Deno.test("every state of a token but ok has a cure in words", () => {
  assert.deepEqual([stateOf(100).state, stateOf(100).cure], ["ok", ""]);
  const states = [
    stateOf(30),
    stateOf(0),
    stateOf(100, "terms not signed"),
    stateOf(100, "revoked"),
    stateOf(100, "account gone"),
    stateOf(100, "refused"),
    tokenVerdict({ tokenExpiry: null, health: null, healthDetail: null }, now),
  ];
  assert.deepEqual(
    states.map(({ state }) => state),
    ["expiring", "expired", "terms not signed", "revoked", "account gone", "refused", "no token"],
  );
  for (const { sentence, cure } of states) assert.ok(sentence.endsWith(".") && cure.endsWith("."), sentence + cure);
  assert.equal(stateOf(-1, "revoked").state, "expired", "its end explains the rest");
});

Deno.test("Apple's words tell the states of a token from failures that pass", () => {
  const said = (status: number, code: string) => healthOf(new DeviceAssignmentError("", code, status, ""));
  assert.equal(said(403, "T_C_NOT_SIGNED"), "terms not signed");
  assert.equal(said(401, "token_rejected"), "revoked");
  assert.equal(said(403, "token_rejected"), "revoked");
  assert.equal(said(401, ""), "revoked");
  assert.equal(said(403, "ACCESS_DENIED"), "account gone");
  assert.equal(said(403, ""), "refused");
  assert.equal(said(401, "timestamp_refused"), "refused");
  for (const status of [0, 400, 404, 429, 500, 503]) assert.equal(said(status, "EXPIRED_CURSOR"), undefined);
});

Deno.test("the alert that is due is the closest to the expiry", () => {
  const due = (days: number) => dueAlert(inDays(days), now);
  assert.deepEqual([due(61), due(60), due(59), due(14), due(6.5), due(0.5), due(-3)], [undefined, 60, 60, 14, 7, 1, 0]);
  assert.deepEqual([...ALERT_DAYS], [...ALERT_DAYS].sort((one, other) => other - one));
});

Deno.test("each alert before an expiry is recorded once", () =>
  withOrchard(async ({ fleet, apple, connect }) => {
    const { runtime } = fleet;
    const server = apple.portal.addServer("Orchard");
    const id = await connect(server);
    const alerts = async () => {
      await jobs(fleet, "ade-sync-due");
      await jobs(fleet, "ade-sync-due");
      const events = await findEvents(runtime.sql, { type: "dep_token_expiry", limit: 100 });
      return events.map(({ payload }) => (payload as { days: number }).days);
    };
    assert.deepEqual(await alerts(), []);
    runtime.clock.advance(310 * 86_400);
    assert.deepEqual(await alerts(), [60]);
    runtime.clock.advance(53 * 86_400);
    assert.deepEqual(await alerts(), [3, 60]);
    runtime.clock.advance(3 * 86_400);
    assert.deepEqual(await alerts(), [0, 3, 60]);
    const failed = await fleet.api("GET", `/api/mdm/dep/virtual_servers/${id}/beta_tokens/`);
    assert.match(failed.json.error, /expired on 2027-06-01/);
  }));
