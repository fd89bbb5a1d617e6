/** Versions of data assets through the API. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { buildPlist } from "../../../src/protocol/plist.ts";
import { zipOf } from "../../../fuzz/builders/zips.ts";
import type { TestRuntime } from "../../support/runtime.ts";
import { artifact, audits, bodyOf, contentRevision, OPEN_FILTER, revision, textOf } from "./artifacts_support.ts";
import { withApi } from "./support.ts";
import { buildBinaryPlist } from "../../../simulators/device/binary_plist.ts";

const ALL = "/api/mdm/data_assets/";
const PLIST = buildPlist({ Key: "a secret of the house" });
const ZIP = zipOf([["sudoers.d/admins", "%admins ALL=(ALL) ALL"]]);
const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** Lets the server read from one host, which has these files; returns the addresses that were asked. */
function serve(runtime: TestRuntime, files: Record<string, Uint8Array<ArrayBuffer>>): string[] {
  const asked: string[] = [];
  runtime.config = { ...runtime.config, FILE_URI_HOSTS: ["files.example.com"] };
  runtime.network = {
    client: () => ({
      fetch(url) {
        asked.push(url);
        const file = files[new URL(url).pathname];
        return Promise.resolve(file === undefined ? new Response("no", { status: 404 }) : new Response(file));
      },
      close() {},
    }),
  };
  return asked;
}

Deno.test("a data asset is created, read, changed with its own representation, and deleted", async () => {
  await withApi(async ({ as, runtime }) => {
    const call = await as("superuser");
    const id = await artifact(call, { name: "Data", type: "Data Asset" });
    const start = await revision(runtime);
    const body = { artifact: id, version: 1, macos: true, type: "PLIST", source: PLIST.toBase64() };
    const made = bodyOf(await call("POST", ALL, body), 201);
    assert.deepEqual(made, {
      warnings: [],
      id: made.id,
      artifact: id,
      version: 1,
      ...OPEN_FILTER,
      type: "PLIST",
      file_sha256: digest(PLIST),
      file_size: PLIST.length,
      filename: "",
      created_at: "2026-06-01T12:00:00",
      updated_at: "2026-06-01T12:00:00",
    });
    const versionId = textOf(made, "id");
    const path = `${ALL}${versionId}/`;
    assert.deepEqual({ ...bodyOf(await call("GET", path), 200), warnings: [] }, made);
    const changed = bodyOf(await call("PUT", path, { ...made, tvos: true }), 200);
    assert.deepEqual(changed, { ...made, tvos: true }, "the file is the one that is there");
    assert.deepEqual(bodyOf(await call("PUT", path, body), 200), made);
    assert.equal(await contentRevision(runtime, versionId), 0);
    const replaced = bodyOf(await call("PUT", path, { ...body, type: "ZIP", source: ZIP.toBase64() }), 200);
    assert.deepEqual(replaced, { ...made, type: "ZIP", file_sha256: digest(ZIP), file_size: ZIP.length });
    assert.equal(await contentRevision(runtime, versionId), 1);
    for (const file of [PLIST, ZIP]) {
      const kept = await runtime.files.get(digest(file));
      assert.ok(kept !== undefined);
      assert.deepEqual(await new Response(kept.body).bytes(), new Uint8Array(file));
    }
    assert.equal((await call("DELETE", path)).status, 204);
    assert.equal((await call("GET", path)).status, 404);
    assert.equal(await revision(runtime), start + 5);
    const entries = (await audits(call)).filter((entry) => entry.includes("mdm.artifactversion"));
    assert.ok(entries.length === 5 && entries.every((entry) => entry.includes('"file_sha256"')));
    assert.ok(!entries.some((entry) => entry.includes(PLIST.toBase64())));
  });
});

Deno.test("errors in a data asset are reported by field", async () => {
  await withApi(async ({ as, runtime }) => {
    const call = await as("superuser");
    const id = await artifact(call, { name: "Data", type: "Data Asset" });
    const body = { artifact: id, version: 1, macos: true, type: "PLIST", source: PLIST.toBase64() };
    const errors = async (change: Record<string, unknown>) => (await call("POST", ALL, { ...body, ...change })).body;
    const uri = "https://files.example.com/a.plist";
    const hash = digest(PLIST);
    const none = { source: undefined };
    const cases: [Record<string, unknown>, unknown][] = [
      [{ type: "JSON" }, { type: ['"JSON" is not a valid choice.'] }],
      [none, { non_field_errors: ["file_uri or source is required"] }],
      [{ source: null, file_uri: null }, { non_field_errors: ["file_uri or source is required"] }],
      [{ ...none, file_sha256: hash }, { non_field_errors: ["file_uri or source is required"] }],
      [{ file_uri: uri }, { non_field_errors: ["file_uri and source are mutually exclusive"] }],
      [{ ...none, file_uri: uri }, { file_sha256: ["This field is required with file_uri"] }],
      [{ ...none, file_uri: uri, file_sha256: hash.toUpperCase() }, {
        file_sha256: ["This should be a SHA-256 digest: 64 hexadecimal digits in lower case."],
      }],
      [{ ...none, file_uri: "ftp://files.example.com/a", file_sha256: hash }, {
        file_uri: ["Unknown external resource URI scheme: 'ftp'"],
      }],
      [{ ...none, file_uri: uri, file_sha256: hash }, {
        file_uri: ['Cannot fetch from "files.example.com": the setting FILE_URI_HOSTS does not name it'],
      }],
      [{ source: "not base64!" }, { source: ["Invalid base64-encoded value"] }],
      [{ file_sha256: digest(ZIP) }, { source: ["Hash mismatch"] }],
      [{ source: ZIP.toBase64() }, { source: ["Invalid PLIST file"] }],
      [{ source: buildBinaryPlist({ a: 1 }).toBase64() }, { source: ["Invalid PLIST file"] }],
      [{ type: "ZIP" }, { source: ["Invalid ZIP file"] }],
      [{ type: "ZIP", source: zipOf([["../../etc/x", ""]]).toBase64() }, { source: ["Invalid ZIP file"] }],
    ];
    for (const [change, expected] of cases) assert.deepEqual(await errors(change), expected, JSON.stringify(change));
    const [left] = await runtime.sql<{ count: number }[]>`select count(*)::int as count from artifact_versions`;
    assert.equal(left?.count, 0);

    const first = bodyOf(await call("POST", ALL, body), 201);
    assert.deepEqual(await errors({ version: 2 }), { source: ["This file is not different from the latest one"] });
    assert.deepEqual(await errors({ version: 2, type: "ZIP", source: ZIP.toBase64() }), {
      type: ["Is ZIP, it should be PLIST as in the other versions of this artifact"],
    });
    const other = buildPlist({ Key: "other" });
    bodyOf(await call("POST", ALL, { ...body, version: 2, source: other.toBase64() }), 201);
    const put = async (change: Record<string, unknown>) =>
      (await call("PUT", `${ALL}${first.id}/`, { ...first, ...change })).body;
    assert.deepEqual(await put({ type: "ZIP" }), {
      type: ["Is ZIP, it should be PLIST as in the other versions of this artifact"],
    });
    assert.deepEqual(await put({ file_sha256: digest(other) }), {
      non_field_errors: ["file_uri or source is required"],
    });
  });
});

Deno.test("the file may be elsewhere: it is read from there, compared with its digest, and kept", async () => {
  await withApi(async ({ as, runtime }) => {
    const call = await as("superuser");
    const id = await artifact(call, { name: "Data", type: "Data Asset" });
    const asked = serve(runtime, { "/files/sudoers.zip": ZIP, "/a.plist": PLIST });
    const body = {
      artifact: id,
      version: 1,
      macos: true,
      type: "ZIP",
      file_uri: "https://files.example.com/files/sudoers.zip",
      file_sha256: digest(ZIP),
    };
    const errors = async (change: Record<string, unknown>) => (await call("POST", ALL, { ...body, ...change })).body;
    assert.deepEqual(await errors({ macos: false }), {
      non_field_errors: ["You need to activate at least one platform"],
    });
    assert.deepEqual(asked, [], "nothing is fetched for what cannot be kept anyway");
    assert.deepEqual(await errors({ file_sha256: digest(PLIST) }), { file_uri: ["Hash mismatch"] });
    assert.deepEqual(await errors({ file_uri: "https://files.example.com/nothing.zip" }), {
      file_uri: ["Could not download the file."],
    });
    assert.deepEqual(
      await errors({ file_uri: "https://files.example.com/a.plist", file_sha256: digest(PLIST) }),
      { file_uri: ["Invalid ZIP file"] },
    );
    const made = bodyOf(await call("POST", ALL, body), 201);
    assert.deepEqual([made.filename, made.file_size, made.file_sha256], ["sudoers.zip", ZIP.length, digest(ZIP)]);
    const changed = bodyOf(await call("PUT", `${ALL}${made.id}/`, { ...body, ios: true }), 200);
    assert.deepEqual(changed, { ...made, ios: true });
    assert.ok(await runtime.files.get(digest(ZIP)) !== undefined);
    assert.deepEqual(await errors({ version: 2 }), { file_uri: ["This file is not different from the latest one"] });
  });
});

Deno.test("a dry run fetches the file before its transaction", async () => {
  await withApi(async ({ as, runtime }) => {
    const call = await as("superuser");
    const id = await artifact(call, { name: "Data", type: "Data Asset" });
    serve(runtime, { "/files/sudoers.zip": ZIP });
    const { network } = runtime;
    const waiting: number[] = [];
    runtime.network = {
      client(options) {
        const { fetch, close } = network.client(options);
        return {
          async fetch(...request) {
            const open = await runtime.sql`
              select 1 from pg_stat_activity where datname = current_database() and state = 'idle in transaction'`;
            waiting.push(open.length);
            return await fetch(...request);
          },
          close,
        };
      },
    };
    const body = {
      artifact: id,
      version: 1,
      macos: true,
      type: "ZIP",
      file_uri: "https://files.example.com/files/sudoers.zip",
      file_sha256: digest(ZIP),
    };
    assert.ok("devices" in bodyOf(await call("POST", `${ALL}?dry_run=true`, body), 200));
    const { id: version } = bodyOf(await call("POST", ALL, body), 201);
    assert.ok("devices" in bodyOf(await call("PUT", `${ALL}${version}/?dry_run=true`, body), 200));
    assert.deepEqual(waiting, [0, 0, 0]);
  });
});
