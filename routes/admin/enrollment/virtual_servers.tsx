/**
 * The list of virtual servers, and key pairs that wait for their server token.
 *
 * @module
 */

import type { Hono } from "hono";
import { listPendingTokens } from "../../../db/ade/tokens.ts";
import { listVirtualServers } from "../../../db/ade/virtual_servers.ts";
import { startConnecting } from "../../../src/ade/connect.ts";
import { type TokenFacts, tokenVerdict } from "../../../src/ade/health.ts";
import type { AppEnv } from "../../context.ts";
import { TOKEN_WORDS } from "../../state_words.ts";
import { ActionButton, counted, Expiry, StateChip, Table, Time } from "../parts/components.tsx";
import { action, page, type PageContext } from "../parts/page.tsx";

/** The state of a server's token as a chip. */
export function TokenChip({ server, now }: { server: TokenFacts; now: Date }) {
  return <StateChip word={TOKEN_WORDS[tokenVerdict(server, now).state]} />;
}

/** The key pairs that wait. */
function Pending({ tokens, context, now }: {
  tokens: readonly { id: number; createdAt: Date }[];
  context: PageContext;
  now: Date;
}) {
  if (tokens.length === 0) return null;
  return (
    <>
      <h2>Not finished</h2>
      <p>These keys wait for the server token that Apple encrypts for them.</p>
      <Table
        caption={counted(tokens.length, "key")}
        head={["Key", "Created", ""]}
        empty=""
        rows={tokens.map(({ id, createdAt }) => (
          <tr>
            <td>
              <a href={`/virtual-servers/connect/${id}/`}>{`Key ${id}`}</a>
            </td>
            <td>
              <Time at={createdAt} now={now} />
            </td>
            <td>
              <ActionButton
                context={context}
                action={`/virtual-servers/connect/${id}/cancel/`}
                label="Cancel"
                tone="quiet"
                confirm="Delete this key? A server token that Apple encrypted for it can then not be used."
              />
            </td>
          </tr>
        ))}
      />
    </>
  );
}

/** Mounts the pages. */
export function mountVirtualServers(app: Hono<AppEnv>): void {
  page(app, "/virtual-servers/", "mdm.view_depvirtualserver", async (context) => {
    const { sql, clock } = context.runtime;
    const mayAdd = context.may("mdm.add_depvirtualserver");
    const now = clock.now();
    const [{ rows }, pending] = await Promise.all([
      listVirtualServers(sql, { limit: 500, offset: 0 }),
      mayAdd ? listPendingTokens(sql) : [],
    ]);
    return {
      title: "Virtual servers",
      body: (
        <>
          <p>
            A virtual server is an MDM server of your organization in Apple Business Manager or Apple School Manager.
            Devices that are assigned to it there enroll here out of the box.
          </p>
          <Table
            caption={counted(rows.length, "virtual server")}
            head={["Name", "Organization", "Token", "Expires", "Devices", "Last sync"]}
            empty="No virtual server is connected yet."
            rows={rows.map((server) => (
              <tr>
                <td>
                  <a href={`/virtual-servers/${server.id}/`}>{server.name}</a>
                </td>
                <td>{server.organizationName}</td>
                <td>
                  <TokenChip server={server} now={now} />
                </td>
                <td>
                  <Expiry at={server.tokenExpiry} now={now} />
                </td>
                <td>{String(server.devices)}</td>
                <td>
                  <Time at={server.lastSyncedAt} now={now} />
                </td>
              </tr>
            ))}
          />
          {mayAdd
            ? <ActionButton context={context} action="/virtual-servers/connect/" label="Connect a virtual server" />
            : null}
          <Pending tokens={pending} context={context} now={now} />
        </>
      ),
    };
  });
  action(
    app,
    "/virtual-servers/connect/",
    "mdm.add_depvirtualserver",
    async ({ runtime, by }) => `/virtual-servers/connect/${await startConnecting(runtime, by)}/`,
  );
}
