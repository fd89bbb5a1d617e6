import assert from "node:assert/strict";
import fc from "fast-check";
import { ProtocolError } from "../../../src/protocol/errors.ts";
import { bool, buildPlist, parsePlist, type PlistDict, PlistError } from "../../../src/protocol/plist.ts";
import { commandPayload } from "../../../src/protocol/report.ts";
import { wire } from "../../fixtures/wire/wire.ts";
import { reportOf } from "../../support/messages.ts";

const MAC = "0B3A5C1E-7A4D-5F2B-9C11-2E6D4F8A9B01";
const COMMAND = "c0ffee00-1234-4abc-8def-0123456789ab";

Deno.test("an idle report has ids and status, and keeps its bytes", () => {
  const raw = wire("report-idle");
  assert.deepEqual(reportOf(raw), {
    ids: { udid: MAC, deviceKey: MAC, channel: "Device" },
    status: "Idle",
    body: { Status: "Idle", UDID: MAC },
    raw,
  });
});

Deno.test("a user's report is on the user channel and keeps further keys in its body", () => {
  const report = reportOf(wire("report-idle-user"));
  assert.equal(report.ids.channel, "User");
  assert.equal(bool(report.body, "NotOnConsole"), true);
});

Deno.test("an error report has its chain, the outermost error first", () => {
  const report = reportOf(wire("report-error"));
  assert.equal(report.status, "Error");
  assert.equal(report.commandUuid, COMMAND);
  assert.deepEqual(report.errorChain, [
    {
      ErrorCode: 12021,
      ErrorDomain: "MCMDMErrorDomain",
      LocalizedDescription: "„Commande“ inconnue",
      USEnglishDescription: "Unknown command",
    },
    { ErrorCode: 4, ErrorDomain: "MCProfileErrorDomain", LocalizedDescription: "x" },
  ]);
});

Deno.test("NotNow and CommandFormatError are read, and an empty RequestType counts as absent", () => {
  assert.equal(reportOf(wire("report-not-now")).status, "NotNow");
  const report = reportOf(wire("report-command-format-error"));
  assert.equal(report.status, "CommandFormatError");
  assert.equal("requestType" in report, false);
  assert.equal("errorChain" in report, false);
});

Deno.test("a binary report reads like an XML one", () => {
  assert.equal(reportOf(wire("report-device-information-iphone")).commandUuid, COMMAND);
});

Deno.test("a report without a status that Apple has is refused", () => {
  const refused = (body: PlistDict, sentence: RegExp) =>
    assert.throws(
      () => reportOf(buildPlist(body)),
      (error) => error instanceof ProtocolError && sentence.test(error.message),
    );
  refused({ UDID: MAC }, /"Status" is missing/);
  for (const Status of ["", "idle", "Done", "toString", 1, true]) refused({ UDID: MAC, Status }, /should be one of/);
  refused({ Status: "Idle" }, /"UDID" and "EnrollmentID" are missing/);
  assert.throws(() => reportOf(buildPlist("Idle")), /should be a dictionary/);
  assert.throws(() => reportOf(new TextEncoder().encode("<dict")), PlistError);
});

Deno.test("an error chain of odd shape is read as far as it goes", () => {
  const report = reportOf(buildPlist({ UDID: MAC, Status: "Error", ErrorChain: ["x", { ErrorCode: "1" }] }));
  assert.deepEqual(report.errorChain, [{ ErrorDomain: "", ErrorCode: 0 }]);
});

Deno.test("text that is not a UUID is unchanged", () => {
  const uuidOf = (CommandUUID: string) =>
    reportOf(buildPlist({ UDID: MAC, Status: "NotNow", CommandUUID })).commandUuid;
  assert.equal(uuidOf("Not A UUID"), "Not A UUID");
  assert.equal(uuidOf(COMMAND.toUpperCase()), COMMAND);
  assert.equal(uuidOf(" "), undefined);
});

Deno.test("a command is handed out with its UUID in upper case", () => {
  const payload = parsePlist(commandPayload(COMMAND, { RequestType: "ProfileList", ManagedOnly: true }));
  assert.deepEqual(payload, parsePlist(wire("command-profile-list")));
  assert.throws(() => commandPayload(COMMAND, { ManagedOnly: true }), /"RequestType" is missing/);
});

Deno.test("random bytes throw PlistError or ProtocolError and nothing else", () => {
  const samples = ["report-error", "report-installed-application-list"].map(wire);
  fc.assert(
    fc.property(fc.constantFrom(...samples), fc.nat(), fc.nat(255), (sample, at, byte) => {
      const bytes = sample.slice();
      bytes[at % bytes.length] = byte;
      try {
        reportOf(bytes);
      } catch (error) {
        assert.ok(error instanceof PlistError || error instanceof ProtocolError, `threw ${error}`);
      }
    }),
    { numRuns: 1000 },
  );
});
