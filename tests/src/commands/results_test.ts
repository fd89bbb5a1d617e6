import assert from "node:assert/strict";
import { REQUEST_TYPES, responseFacts } from "../../../src/apple_schema/commands.ts";
import { type ResultNode, resultNodes } from "../../../src/commands/result_nodes.ts";
import { permissionsFor, shownResult } from "../../../src/commands/secrets_of_results.ts";
import { asDict, buildPlist, parsePlist, type PlistDict, Real } from "../../../src/protocol/plist.ts";
import { compose } from "../../../simulators/compose.ts";
import { mac } from "./target.ts";

Deno.test("an answer is shown in Apple's order, without what every answer has; a list of dictionaries is a table", () => {
  assert.deepEqual(
    resultNodes("UserList", {
      Status: "Acknowledged",
      UDID: "x",
      CommandUUID: "y",
      Surprise: new Date("2026-01-02T03:04:05Z"),
      Users: [{ IsLoggedIn: true, UserName: "jane", Extra: 2 }, { UserName: "tom" }],
    }),
    [
      {
        kind: "table",
        label: "Users",
        head: ["User name", "Is logged in", "Extra"],
        rows: [["jane", "yes", "2"], ["tom", "", ""]],
        count: 2,
      },
      { kind: "value", label: "Surprise", text: "2026-01-02T03:04:05.000Z" },
    ],
  );
  assert.deepEqual(resultNodes("SecurityInfo", { SecurityInfo: { FDE_Enabled: false, Odd: new Real(2) } }), [{
    kind: "group",
    label: "Security info",
    nodes: [
      { kind: "value", label: "FDE enabled", text: "no" },
      { kind: "value", label: "Odd", text: "2" },
    ],
  }]);
  assert.deepEqual(resultNodes("NoSuchCommand", { A: [], B: ["x", 1], C: new Uint8Array(7) }), [
    { kind: "value", label: "A", text: "none" },
    { kind: "value", label: "B", text: "x, 1" },
    { kind: "value", label: "C", text: "7 bytes" },
  ]);
});

Deno.test("every answer of the catalogue is readable", () => {
  let read = 0;
  for (const requestType of REQUEST_TYPES) {
    const answer = compose(responseFacts(requestType), mac);
    const nodes = resultNodes(requestType, answer);
    assert.equal(nodes.length === 0, Object.keys(answer).length === 0, requestType);
    read += nodes.length;
  }
  assert.ok(read > 30);
});

const count = (nodes: readonly ResultNode[]): number =>
  nodes.reduce(
    (sum, node) => sum + (node.kind === "group" ? 1 + count(node.nodes) : node.kind === "table" ? node.rows.length : 1),
    0,
  );

Deno.test("an answer of any size and depth becomes a page of some size", () => {
  const wide: PlistDict = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`k${i}`, "v"]));
  assert.ok(count(resultNodes("X", wide)) <= 2000);
  const long = resultNodes("X", { List: Array.from({ length: 9000 }, (_, i) => ({ Name: `n${i}` })) });
  assert.ok(long[0]?.kind === "table" && long[0].rows.length === 500 && long[0].count === 9000);
  let deep: PlistDict = { end: "x" };
  for (let i = 0; i < 60; i++) deep = { deep };
  assert.ok(JSON.stringify(resultNodes("X", deep)).length < 2000);
  const [text] = resultNodes("X", { Text: "x".repeat(100_000) });
  assert.ok(text?.kind === "value" && text.text.length < 500);
});

Deno.test("secrets of an answer are left out at any depth, and the rest is the same", () => {
  const answer = {
    Status: "Acknowledged",
    UnlockToken: new Uint8Array(60),
    SecurityInfo: { FDE_Enabled: true, FDE_PersonalRecoveryKeyCMS: new Uint8Array(9), Scale: new Real(2) },
    List: [{ ActivationLockBypassCode: "AAAA-BBBB" }],
  };
  const { bytes, secrets } = shownResult(buildPlist(answer));
  assert.deepEqual(secrets, ["ActivationLockBypassCode", "FDE_PersonalRecoveryKeyCMS", "UnlockToken"]);
  assert.deepEqual(asDict(parsePlist(bytes, { keepReals: true })), {
    Status: "Acknowledged",
    UnlockToken: "<redacted>",
    SecurityInfo: { FDE_Enabled: true, FDE_PersonalRecoveryKeyCMS: "<redacted>", Scale: new Real(2) },
    List: [{ ActivationLockBypassCode: "<redacted>" }],
  });
  assert.deepEqual(permissionsFor(secrets), [
    "mdm.view_activation_lock_bypass",
    "mdm.view_filevault_prk",
    "mdm.view_bootstrap_token",
  ]);
});

Deno.test("an answer without secrets is unchanged to the byte; one that cannot be read and names a secret is left out", () => {
  const plain = buildPlist({ Status: "Acknowledged", Token: "UnlockTokens are elsewhere" });
  assert.equal(shownResult(plain).bytes, plain, "a word in a value is not a key");
  const broken = new TextEncoder().encode("<plist><dict><key>UnlockToken</key><data>AAAA");
  assert.deepEqual(shownResult(broken), { bytes: new Uint8Array(), secrets: ["UnlockToken"] });
  const nonsense = new TextEncoder().encode("nonsense");
  assert.equal(shownResult(nonsense).bytes, nonsense);
});
