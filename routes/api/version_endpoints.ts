/**
 * The endpoints of versions, alike for every kind: list, make, read, change, delete.
 *
 * @module
 */

import { z } from "zod";
import { findArtifact } from "../../db/artifacts/artifacts.ts";
import { filterOfFields } from "../../src/blueprints/filter_fields.ts";
import { valueWarnings } from "../../src/blueprints/value_warnings.ts";
import { FILE_BODY_LIMIT, FILE_TOO_LARGE } from "../../src/blueprints/versions/file_limit.ts";
import { kindsBy } from "../../src/blueprints/versions/kinds.ts";
import type { AnyVersionKind } from "../../src/blueprints/versions/version_kind.ts";
import {
  changeVersion,
  createVersion,
  listVersions,
  mustFindVersion,
  removeVersion,
  type Version,
  versionRepresentation,
} from "../../src/blueprints/versions/versions.ts";
import { invalid } from "../../src/errors.ts";
import type { Runtime } from "../../src/runtime.ts";
import { type Endpoint, endpoint, NO_CONTENT } from "./endpoint.ts";
import { notAChoice, timeOut, uuidField, uuidFilter, uuidParams } from "./fields.ts";
import { filterBody, filterShown } from "./filter_fields.ts";
import { orderingQuery, pageOf, pageOfSchema, pageQuery, paginated } from "./paging.ts";
import { warningsIn, warningsShown } from "./warnings.ts";

/** The common fields of a version's body; a kind adds its own fields. */
const versionBody = {
  artifact: uuidField,
  version: z.int().min(1).max(2_147_483_647),
  ...filterBody,
};

/** The common fields of a version's answer. */
const versionShown = {
  id: z.string(),
  artifact: z.string(),
  ...filterShown,
  version: z.int(),
  created_at: timeOut,
  updated_at: timeOut,
};

/** Creates the endpoints of a kind. */
function versionEndpoints(kind: AnyVersionKind): Endpoint[] {
  const { path: name, noun, hasFile, content } = kind.api;
  const body = z.object({ ...versionBody, ...kind.api.body }).meta({ id: `${kind.api.schema}Request` });
  const schema = z.object({ ...versionShown, ...kind.api.shown }).meta({ id: kind.api.schema });
  type Body = z.output<typeof body>;
  const all = `/api/mdm/${name}/`;
  const one = `/api/mdm/${name}/{id}/`;
  const facts = {
    tag: "Artifacts",
    ...(hasFile === true ? { bodyLimit: FILE_BODY_LIMIT, tooLarge: FILE_TOO_LARGE } : {}),
  };
  const shown = async (runtime: Runtime, { row, stored }: Version<unknown>) => ({
    ...versionRepresentation(row),
    ...await kind.show(runtime, row, stored),
  });
  const saved = async (runtime: Runtime, version: Version<unknown>) => {
    const answer = await shown(runtime, version);
    return { ...answer, warnings: [...warningsIn(answer), ...await valueWarnings(runtime.sql, [version.row.id])] };
  };
  const savedSchema = schema.extend({ warnings: warningsShown }).meta({ id: `Saved${kind.api.schema}` });
  const inputOf = ({ artifact, version, ...filter }: Body) => ({
    artifactId: artifact,
    version,
    filter: filterOfFields(filter),
  });
  /** The files fetched for previewed bodies. */
  const fetched = new WeakMap<Body, unknown>();
  const given = (body: Body): unknown => fetched.get(body) ?? content(body);
  const fetch = async ({ runtime, body }: { runtime: Runtime; body: Body }): Promise<Body> => {
    const tried = { ...body };
    fetched.set(tried, await kind.fetch?.(runtime, content(body)) ?? content(body));
    return tried;
  };
  return [
    endpoint({
      ...facts,
      method: "GET",
      path: all,
      permission: "mdm.view_artifactversion",
      summary: `List versions of ${noun}s`,
      query: z.object({
        artifact: uuidFilter,
        ordering: orderingQuery(["created_at", "updated_at"], { column: "created_at", descending: true }),
        ...pageQuery,
      }),
      response: { status: 200, schema: pageOfSchema(schema) },
      async handle(input) {
        const page = pageOf(input.query);
        const { artifact: artifactId, ordering: order } = input.query;
        const { runtime } = input;
        if (artifactId !== undefined && await findArtifact(runtime.sql, artifactId) === undefined) {
          throw invalid({ artifact: [notAChoice(artifactId)] });
        }
        const { rows, count } = await listVersions(runtime.sql, kind, { artifactId, order, ...page });
        return paginated(input, page, { count, rows: await Promise.all(rows.map((row) => shown(runtime, row))) });
      },
    }),
    endpoint({
      ...facts,
      method: "POST",
      path: all,
      permission: "mdm.add_artifactversion",
      summary: `Create a version of a ${noun}`,
      previews: true,
      body,
      response: { status: 201, schema: savedSchema },
      fetch,
      handle: async ({ runtime, by, body }) =>
        await saved(runtime, await createVersion(runtime, by, kind, inputOf(body), given(body))),
    }),
    endpoint({
      ...facts,
      method: "GET",
      path: one,
      permission: "mdm.view_artifactversion",
      summary: `Read a version of a ${noun}`,
      params: uuidParams,
      response: { status: 200, schema },
      handle: async ({ runtime, params }) => await shown(runtime, await mustFindVersion(runtime.sql, kind, params.id)),
    }),
    endpoint({
      ...facts,
      method: "PUT",
      path: one,
      permission: "mdm.change_artifactversion",
      summary: `Update a version of a ${noun}`,
      description: "The artifact cannot be changed.",
      previews: true,
      params: uuidParams,
      body,
      response: { status: 200, schema: savedSchema },
      fetch,
      handle: async ({ runtime, by, params, body }) =>
        await saved(runtime, await changeVersion(runtime, by, kind, params.id, inputOf(body), given(body))),
    }),
    endpoint({
      ...facts,
      method: "DELETE",
      path: one,
      permission: "mdm.delete_artifactversion",
      summary: `Delete a version of a ${noun}`,
      description: "Refused while a device has it or a command with it is queued.",
      previews: true,
      params: uuidParams,
      response: NO_CONTENT,
      handle: ({ runtime, by, params }) => removeVersion(runtime, by, kind, params.id),
    }),
  ];
}

/** The endpoints of every kind. */
export const VERSION_ENDPOINTS: readonly Endpoint[] = kindsBy("api").flatMap(versionEndpoints);
