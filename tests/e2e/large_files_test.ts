import assert from "node:assert/strict";
import { startServer } from "../../simulators/server_process.ts";
import { createApiToken } from "../../src/access/api_tokens.ts";
import { CSRF_FIELD } from "../../src/access/csrf.ts";
import { COMMAND_LINE } from "../../src/access/operator.ts";
import { FILE_BODY_LIMIT } from "../../src/blueprints/versions/file_limit.ts";
import { buildPlist } from "../../src/protocol/plist.ts";
import { errorOf } from "../routes/admin/artifacts/uploads.ts";
import { personWith } from "../routes/admin/support.ts";
import { withDatabase } from "../support/database.ts";
import { testRuntime } from "../support/runtime.ts";

const SECRET_KEYS = "test:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/** A profile with a font, of about so many bytes. */
function fontProfile(bytes: number): Uint8Array<ArrayBuffer> {
  const font = new Uint8Array(Math.floor(bytes * 0.73));
  for (let at = 0; at < font.length; at += 65_536) crypto.getRandomValues(font.subarray(at, at + 65_536));
  return Uint8Array.from(buildPlist({
    PayloadType: "Configuration",
    PayloadVersion: 1,
    PayloadIdentifier: "com.example.font",
    PayloadUUID: crypto.randomUUID(),
    PayloadDisplayName: "Font",
    PayloadScope: "System",
    PayloadContent: [{
      PayloadType: "com.apple.font",
      PayloadVersion: 1,
      PayloadIdentifier: "com.example.font.1",
      PayloadUUID: crypto.randomUUID(),
      Name: "Large.otf",
      Font: font,
    }],
  }));
}

/** The most memory that a process ever had, in MB; undefined where the system does not say. */
async function peakMegabytes(pid: number): Promise<number | undefined> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`).catch(() => "");
  const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(status) ?? [];
  return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / 1000);
}

Deno.test("a profile of 30 MB passes through API and page in bounded memory, and one above the limit through neither", () =>
  withDatabase(async (sql, databaseUrl) => {
    const runtime = await testRuntime(sql, databaseUrl);
    runtime.clock.set(new Date());
    const ada = await personWith(runtime, "superuser");
    const { token } = await createApiToken(runtime, COMMAND_LINE, { userId: ada.userId, name: "t", expiresAt: null });
    const server = await startServer({
      DATABASE_URL: databaseUrl,
      SECRET_KEYS,
      BASE_URL: runtime.config.BASE_URL,
    });
    const call = async (path: string, body: unknown) => {
      const response = await fetch(server.url + path, {
        method: "POST",
        headers: { Authorization: `Token ${token}`, "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
      return { status: response.status, json: await response.json() };
    };
    const upload = async (path: string, file: Uint8Array<ArrayBuffer>) => {
      const form = new FormData();
      form.append(CSRF_FIELD, ada.csrf);
      form.append("channel", "Device");
      form.append("source", new File([file], "font.mobileconfig"));
      const response = await fetch(server.url + path, {
        method: "POST",
        headers: { Cookie: ada.cookie, "Sec-Fetch-Site": "same-origin" },
        redirect: "manual",
        body: form,
      });
      return { status: response.status, text: await response.text() };
    };
    try {
      const file = fontProfile(30_000_000);
      assert.ok(file.length > 29e6 && file.length < 32e6, `${file.length}`);
      const peaks = [await peakMegabytes(server.pid)];
      const { json: { id: artifact } } = await call("/api/mdm/artifacts/", {
        name: "Font by API",
        type: "Profile",
        channel: "Device",
        platforms: ["macOS"],
      });
      const body = { artifact, version: 1, macos: true, filename: "font.mobileconfig" };
      const api = await call("/api/mdm/profiles/", { ...body, source: file.toBase64() });
      assert.equal(api.status, 201, JSON.stringify(api.json).slice(0, 500));
      peaks.push(await peakMegabytes(server.pid));
      const page = await upload("/artifacts/new/profile/", file);
      assert.equal(page.status, 303, page.text);
      peaks.push(await peakMegabytes(server.pid));

      const large = new Uint8Array(33_000_000);
      const refused = await call("/api/mdm/profiles/", { ...body, version: 2, source: large.toBase64() });
      const sentence = "The file has 33 MB. Files of up to 32 MB are accepted.";
      assert.deepEqual([refused.status, refused.json.source], [400, [sentence]]);
      const form = await upload("/artifacts/new/profile/", large);
      assert.deepEqual([form.status, errorOf(form.text, "source")], [400, sentence]);

      const larger = await call("/api/mdm/profiles/", { ...body, source: "A".repeat(FILE_BODY_LIMIT) });
      assert.equal(larger.status, 413);
      assert.match(larger.json.detail, /files of up to 32 MB are accepted/);
      const largerForm = await upload("/artifacts/new/profile/", new Uint8Array(50_000_000));
      assert.equal(largerForm.status, 413);
      assert.match(largerForm.text, /files of up to 32 MB are accepted/);
      // Measured: 0.7 GB after the first, 0.9 GB after the second; 1.2 GB after 25, and no more.
      for (const peak of peaks) assert.ok(peak === undefined || peak < 1300, `${peaks}`);
    } finally {
      await server.kill();
    }
  }));
