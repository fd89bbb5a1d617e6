/**
 * `/api/mdm/packages/`: packages that declarations refer to.
 *
 * @module
 */

import { z } from "zod";
import { findPackageChunks } from "../../db/packages/package_files.ts";
import { listPackages, type PackageRow } from "../../db/packages/packages.ts";
import { bundlesShown } from "../../src/blueprints/versions/enterprise_app_api.ts";
import { packageManifest } from "../../src/downloads/manifest.ts";
import { packageChange, packageInput } from "../../src/packages/package_input.ts";
import {
  changePackage,
  createPackage,
  mustFindPackage,
  packageRepresentation,
  removePackage,
} from "../../src/packages/packages.ts";
import { toJson } from "../../src/protocol/plist_json.ts";
import { present } from "../../src/protocol/present.ts";
import type { Runtime } from "../../src/runtime.ts";
import { endpoint, NO_CONTENT } from "./endpoint.ts";
import { textFilter, timeOut, uuidParams } from "./fields.ts";
import { pageOf, pageOfSchema, pageQuery, paginated } from "./paging.ts";

const schema = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  source_uri: z.string(),
  sha256: z.string(),
  type: z.enum(["IPA", "PKG"]),
  size: z.int().describe("Bytes."),
  filename: z.string(),
  product_id: z.string(),
  product_version: z.string(),
  signature: z.enum(["signed", "unsigned", "invalid"]),
  signer: z.string(),
  warnings: z.array(z.string()).describe("What keeps Macs from installing it, as sentences."),
  bundles: bundlesShown,
  manifest: z.json().describe("As devices get it, without the address of the file."),
  created_at: timeOut,
  updated_at: timeOut,
}).meta({ id: "Package" });

const PATH = "/api/mdm/packages/";
const ONE = `${PATH}{id}/` as const;
const tag = "Artifacts";

async function shown({ sql }: Runtime, row: PackageRow): Promise<z.input<typeof schema>> {
  const chunks = await findPackageChunks(sql, row.sha256);
  const { name: title } = row;
  return {
    ...packageRepresentation(row),
    signature: row.signature,
    signer: row.signer,
    warnings: row.warnings,
    bundles: row.bundles,
    manifest: chunks === undefined ? {} : toJson(packageManifest({ ...row, title }, chunks, "")),
  };
}

/** The endpoints. */
export const PACKAGE_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: PATH,
    permission: "mdm.view_package",
    tag,
    summary: "List packages",
    query: z.object({ name: textFilter, ...pageQuery }),
    response: { status: 200, schema: pageOfSchema(schema) },
    async handle(input) {
      const page = pageOf(input.query);
      const { name } = input.query;
      const { rows, count } = await listPackages(input.runtime.sql, { ...page, ...present({ name }) });
      return paginated(input, page, { count, rows: await Promise.all(rows.map((row) => shown(input.runtime, row))) });
    },
  }),
  endpoint({
    method: "POST",
    path: PATH,
    permission: "mdm.add_package",
    tag,
    summary: "Create a package",
    description:
      "Refer to it in a declaration of type com.apple.configuration.package: set ManifestURL to `ztl:` and " +
      "the id of the package.",
    body: packageInput.meta({ id: "PackageRequest" }),
    response: { status: 201, schema },
    handle: async ({ runtime, by, body: { source_uri: uri, sha256, ...values } }) =>
      await shown(runtime, await createPackage(runtime, by, values, { uri, sha256 })),
  }),
  endpoint({
    method: "GET",
    path: ONE,
    permission: "mdm.view_package",
    tag,
    summary: "Read a package",
    params: uuidParams,
    response: { status: 200, schema },
    handle: async ({ runtime, params }) => await shown(runtime, await mustFindPackage(runtime.sql, params.id)),
  }),
  endpoint({
    method: "PUT",
    path: ONE,
    permission: "mdm.change_package",
    tag,
    summary: "Update a package",
    description: "The file cannot be changed.",
    params: uuidParams,
    body: packageChange.meta({ id: "PackageChange" }),
    response: { status: 200, schema },
    handle: async ({ runtime, by, params, body: { source_uri: uri, sha256, ...values } }) =>
      await shown(runtime, await changePackage(runtime, by, params.id, values, { uri, sha256 })),
  }),
  endpoint({
    method: "DELETE",
    path: ONE,
    permission: "mdm.delete_package",
    tag,
    summary: "Delete a package",
    description: "Refused while a declaration refers to it.",
    params: uuidParams,
    response: NO_CONTENT,
    handle: ({ runtime, by, params }) => removePackage(runtime, by, params.id),
  }),
];
