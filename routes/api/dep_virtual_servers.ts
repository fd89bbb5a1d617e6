/**
 * `/api/mdm/dep/virtual_servers/`: the servers at Apple that devices are assigned to.
 *
 * @module
 */

import { z } from "zod";
import { findVirtualServer, listVirtualServers } from "../../db/ade/virtual_servers.ts";
import { betaTokens, requestSync, virtualServerRepresentation } from "../../src/ade/virtual_servers.ts";
import { problem } from "../../src/errors.ts";
import { present } from "../../src/protocol/present.ts";
import { endpoint } from "./endpoint.ts";
import { idParams, textFilter, timeOut } from "./fields.ts";
import { queuedTask, taskSchema } from "./queued_task.ts";
import { pageOf, pageOfSchema, pageQuery, paginated } from "./paging.ts";

const virtualServerSchema = z.object({
  id: z.int(),
  name: z.string(),
  uuid: z.string(),
  created_at: timeOut,
  updated_at: timeOut,
}).meta({ id: "DEPVirtualServer" });

const ONE = "/api/mdm/dep/virtual_servers/{id}/";
const TAG = "Device assignment";
const VIEW = "mdm.view_depvirtualserver";

/** The endpoints of virtual servers. */
export const DEP_VIRTUAL_SERVER_ENDPOINTS = [
  endpoint({
    method: "GET",
    path: "/api/mdm/dep/virtual_servers/",
    permission: VIEW,
    tag: TAG,
    summary: "List virtual servers",
    query: z.object({ name: textFilter, ...pageQuery }),
    response: { status: 200, schema: pageOfSchema(virtualServerSchema) },
    async handle(input) {
      const page = pageOf(input.query);
      const { count, rows } = await listVirtualServers(input.runtime.sql, {
        ...page,
        ...present({ name: input.query.name }),
      });
      return paginated(input, page, { count, rows: rows.map(virtualServerRepresentation) });
    },
  }),
  endpoint({
    method: "GET",
    path: ONE,
    permission: VIEW,
    tag: TAG,
    summary: "Read a virtual server",
    params: idParams,
    response: { status: 200, schema: virtualServerSchema },
    async handle({ runtime, params }) {
      const row = await findVirtualServer(runtime.sql, params.id);
      if (row === undefined) throw problem("not-found");
      return virtualServerRepresentation(row);
    },
  }),
  endpoint({
    method: "POST",
    path: `${ONE}sync_devices/`,
    permission: VIEW,
    session: true,
    tag: TAG,
    summary: "Synchronize the devices of a virtual server with Apple",
    params: idParams,
    query: z.object({
      full_sync: z.string().optional().describe("`yes`, `y`, `t`, `true` or nothing: all devices are fetched again."),
    }),
    response: { status: 201, schema: taskSchema },
    async handle({ runtime, by, params, query }) {
      const full = query.full_sync !== undefined && /^(|yes|y|t|true)$/i.test(query.full_sync);
      const id = await requestSync(runtime, by, params.id, full);
      return queuedTask(id);
    },
  }),
  endpoint({
    method: "GET",
    path: `${ONE}beta_tokens/`,
    permission: VIEW,
    session: true,
    tag: TAG,
    summary: "List the organization's tokens for beta programs",
    description: "They come from Apple with each request. `error` says why there are none.",
    params: idParams,
    response: {
      status: 200,
      schema: z.object({
        beta_tokens: z.array(z.object({ os: z.string(), title: z.string(), token: z.string() })),
        error: z.string().optional(),
      }).meta({ id: "BetaTokens" }),
    },
    handle: async ({ runtime, params }) => await betaTokens(runtime, params.id),
  }),
];
