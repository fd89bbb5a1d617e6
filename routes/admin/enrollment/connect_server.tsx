/**
 * Connecting a virtual server, step by step: the public key for Apple, and the server token from Apple.
 *
 * @module
 */

import type { Hono } from "hono";
import { findToken } from "../../../db/ade/tokens.ts";
import { cancelConnecting, finishConnecting, publicKeyFile } from "../../../src/ade/connect.ts";
import { invalid, problem, REQUIRED } from "../../../src/errors.ts";
import { attachment } from "../../attachment.ts";
import type { AppEnv } from "../../context.ts";
import { ActionButton, Csrf, Field, FormErrors } from "../parts/components.tsx";
import { under } from "../parts/crumbs.ts";
import { action, type Form, type FormState, type Page, page, type PageContext } from "../parts/page.tsx";

const ADD = "mdm.add_depvirtualserver";

/** Returns the uploaded server token. Throws `invalid`. */
export async function tokenFileOf(form: Form): Promise<Uint8Array> {
  const file = await form.file("encrypted_token");
  if (file === undefined) throw invalid({ encrypted_token: [REQUIRED] });
  return typeof file === "string" ? new TextEncoder().encode(file) : file;
}

/** The field of the server token. */
export function TokenField({ state }: { state: FormState | undefined }) {
  return (
    <Field
      name="encrypted_token"
      label="Server token"
      type="file"
      accept=".p7m"
      required
      help="The file ends with .p7m."
      state={state}
    />
  );
}

async function wizard(context: PageContext, state?: FormState): Promise<Page> {
  const id = context.id();
  const token = await findToken(context.runtime.sql, id);
  if (token === undefined || token.consumerKey !== null) throw problem("not-found");
  const path = `/virtual-servers/connect/${id}`;
  return {
    title: "Connect a virtual server",
    parents: under("/virtual-servers/"),
    body: (
      <>
        <p>
          Apple encrypts a server token for this server's public key. Only this server can read it. The private key
          never leaves the server.
        </p>
        <ol>
          <li>
            <p>
              <a href={`${path}/public-key/`}>Download the public key</a>. The file ends with .pem.
            </p>
          </li>
          <li>
            <p>
              Sign in to <a href="https://business.apple.com/" rel="noreferrer external">business.apple.com</a> or{" "}
              <a href="https://school.apple.com/" rel="noreferrer external">school.apple.com</a>{" "}
              with an account that may manage device settings. Select your name at the bottom of the sidebar, then
              Preferences.
            </p>
          </li>
          <li>
            <p>
              Under Your MDM Servers, select Add. For a server that exists already, select its name, then Edit. Enter a
              name, and under MDM Server Settings select Choose File to upload the public key. Select Save.
            </p>
          </li>
          <li>
            <p>
              At the top of the server's page, select Download Token, then Download Server Token. Every download revokes
              the token before it, so download it once.
            </p>
          </li>
          <li>
            <p>Upload the server token here.</p>
            <form class="stack" method="post" action={`${path}/token/`} enctype="multipart/form-data">
              <Csrf context={context} />
              <FormErrors state={state} />
              <TokenField state={state} />
              <button type="submit">Connect</button>
            </form>
          </li>
          <li>
            <p>
              Assign devices to the server at Apple, and choose it under Default Device Assignment for new ones. They
              appear here with the next sync.
            </p>
          </li>
        </ol>
        <ActionButton
          context={context}
          action={`${path}/cancel/`}
          label="Cancel"
          tone="plain"
          confirm="Delete this key? A server token that Apple encrypted for it can then not be used."
        />
      </>
    ),
  };
}

/** Mounts the pages. */
export function mountConnectServer(app: Hono<AppEnv>): void {
  page(app, "/virtual-servers/connect/:id/", ADD, (context) => wizard(context));
  page(app, "/virtual-servers/connect/:id/public-key/", ADD, async ({ runtime, id }) => {
    const { pem, filename } = await publicKeyFile(runtime, id());
    return attachment(pem, "application/x-pem-file", filename);
  });
  action(app, "/virtual-servers/connect/:id/token/", ADD, async ({ runtime, by, id }, form) => {
    const server = await finishConnecting(runtime, by, id(), await tokenFileOf(form));
    return `/virtual-servers/${server.id}/?done=connected`;
  }, wizard);
  action(app, "/virtual-servers/connect/:id/cancel/", ADD, async ({ runtime, by, id }) => {
    await cancelConnecting(runtime, by, id());
    return "/virtual-servers/?done=deleted";
  });
}
