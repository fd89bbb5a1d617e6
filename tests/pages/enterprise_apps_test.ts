import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { pkgOf } from "../support/packages.ts";
import { withPages } from "./browser.ts";

const quiet = { sanitizeOps: false, sanitizeResources: false };

Deno.test(
  "a package is uploaded with its progress, fills in the form, and becomes an enterprise app",
  quiet,
  () =>
    withPages({ admin: true }, async ({ fleet, page, signIn, problems }) => {
      await signIn();
      await page.getByRole("link", { name: "Artifacts", exact: true }).click();
      await page.getByRole("link", { name: "New enterprise app" }).click();
      const input = page.getByLabel("Package", { exact: true });
      // A file that is no package: the reason is shown, and nothing is filled in.
      await input.setInputFiles({ name: "Notes.pkg", mimeType: "", buffer: Buffer.from("notes") });
      await page.getByText("Not a package: the file should be").waitFor();
      assert.deepEqual(problems.splice(0).length, 1);
      await input.setInputFiles({
        name: "Editor.pkg",
        mimeType: "",
        buffer: Buffer.from(pkgOf({ signed: "unsigned" })),
      });
      await page.getByText("Editor 1.0 (com.example.editor.pkg) is uploaded.").waitFor();
      assert.match(await page.locator(".upload output").innerText(), /is not signed: a Mac does not install it by MDM/);
      assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "Editor");
      assert.equal(await page.getByLabel("macOS", { exact: true }).isChecked(), true);
      assert.equal(await page.getByLabel("iOS", { exact: true }).isChecked(), false);
      await page.getByRole("button", { name: "Create artifact" }).click();
      await page.getByRole("heading", { name: "Editor" }).waitFor();
      const [app] = (await fleet.api("GET", "/api/mdm/enterprise_apps/")).json.results;
      assert.deepEqual([app.package_uri, app.product_id, app.install_as_managed, app.macos, app.ios], [
        "upload://Editor.pkg",
        "com.example.editor.pkg",
        true,
        true,
        false,
      ]);
      assert.deepEqual(problems, []);
    }),
);

Deno.test(
  "a package for declarations is dropped on its field",
  quiet,
  () =>
    withPages({ admin: true }, async ({ fleet, page, url, signIn, problems }) => {
      await signIn();
      await page.goto(`${url}/packages/`);
      await page.getByRole("link", { name: "New package" }).click();
      // A text: it runs in the browser, whose types are not those of Deno.
      const transfer = await page.evaluateHandle(`(() => {
      const transfer = new DataTransfer();
      const bytes = Uint8Array.from(atob("${pkgOf({ signed: "unsigned" }).toBase64()}"), (one) => one.charCodeAt(0));
      transfer.items.add(new File([bytes], "Tool.pkg"));
      return transfer;
    })()`);
      const field = page.locator(".upload");
      await field.dispatchEvent("dragover", { dataTransfer: transfer });
      assert.match(await field.getAttribute("class") ?? "", /over/);
      await field.dispatchEvent("drop", { dataTransfer: transfer });
      await page.getByText("Editor 1.0 (com.example.editor.pkg) is uploaded.").waitFor();
      assert.match(await field.locator("output").innerText(), /is not signed: a Mac does not install it by MDM/);
      assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "Editor");
      await page.getByLabel("Name", { exact: true }).fill("x".repeat(200));
      await page.getByRole("button", { name: "Create package" }).click();
      await page.getByText("Created.").waitFor();
      const [pack] = (await fleet.api("GET", "/api/mdm/packages/")).json.results;
      assert.deepEqual([pack.filename, pack.product_id], ["Tool.pkg", "com.example.editor.pkg"]);
      assert.deepEqual(problems, []);
    }),
);
