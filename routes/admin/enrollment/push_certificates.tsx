/**
 * Push certificates, with the steps at Apple's portal.
 *
 * @module
 */

import type { Hono } from "hono";
import { usesOfPushCertificate } from "../../../db/installation/use_views.ts";
import {
  countDevicesOfPushCertificate,
  findPushCertificate,
  listPushCertificates,
  type PushCertificateRow,
} from "../../../db/push/push_certificates.ts";
import { problem } from "../../../src/errors.ts";
import { usesSentence } from "../../../src/in_use.ts";
import {
  pushCertificateFields,
  pushCertificateOfFiles,
  pushCertificateUpload,
} from "../../../src/push/certificate_input.ts";
import {
  addPushCertificate,
  changePushCertificate,
  pushCertificateRequest,
  removePushCertificate,
  signedPushCertificateRequest,
} from "../../../src/push/certificates.ts";
import { parseOrRefuse } from "../../api/parse.ts";
import { attachment } from "../../attachment.ts";
import type { AppEnv } from "../../context.ts";
import {
  ActionButton,
  ago,
  Chip,
  counted,
  Csrf,
  Expiry,
  Fact,
  Field,
  FormErrors,
  Table,
} from "../parts/components.tsx";
import { under } from "../parts/crumbs.ts";
import { limitsOf } from "../parts/limits.ts";
import { action, type Form, type FormState, type Page, page, type PageContext } from "../parts/page.tsx";

const DAY_MS = 86_400_000;

function Validity({ row, now }: { row: PushCertificateRow; now: Date }) {
  if (row.notAfter === null) return <Chip tone="warn">No certificate yet</Chip>;
  if (row.notAfter <= now) return <Chip tone="bad">Expired</Chip>;
  const soon = row.notAfter.getTime() - now.getTime() < 30 * DAY_MS;
  return soon ? <Chip tone="warn">{`Expires ${ago(row.notAfter, now)}`}</Chip> : <Chip tone="good">Valid</Chip>;
}

async function listPage(context: PageContext, state?: FormState): Promise<Page> {
  const { sql, clock } = context.runtime;
  const { rows } = await listPushCertificates(sql, { limit: 500, offset: 0 });
  const now = clock.now();
  const uploading = state?.values.has("upload") === true;
  return {
    title: "Push certificates",
    body: (
      <>
        <p>
          Apple's push service wakes devices so that they check in. It requires a certificate, renewed each year with
          the same Apple Account.
        </p>
        <Table
          caption={counted(rows.length, "push certificate")}
          head={["Name", "Topic", "State", "Expires"]}
          empty="No push certificates yet. Create one below."
          rows={rows.map((row) => (
            <tr>
              <td>
                <a href={`/push-certificates/${row.id}/`}>{row.name}</a>
              </td>
              <td class="mono">{row.topic ?? ""}</td>
              <td>
                <Validity row={row} now={now} />
              </td>
              <td>
                <Expiry at={row.notAfter} now={now} />
              </td>
            </tr>
          ))}
        />
        {!context.may("mdm.add_pushcertificate") ? null : (
          <div class="columns">
            <section>
              <h2>Create a certificate</h2>
              <p>The server creates the private key and keeps it. Apple signs a certificate request for it.</p>
              <form class="stack" method="post" action="/push-certificates/">
                <Csrf context={context} />
                {uploading ? null : <FormErrors state={state} />}
                <Field
                  name="name"
                  label="Name"
                  required
                  {...limitsOf(pushCertificateFields.shape.name)}
                  state={uploading ? undefined : state}
                />
                <button type="submit">Create key</button>
              </form>
            </section>
            <section>
              <h2>Upload an existing certificate</h2>
              <p>
                The certificate from Apple's portal with its private key: two files (PEM or DER), or one PKCS #12 file
                (.p12) with both.
              </p>
              <form class="stack" method="post" action="/push-certificates/" enctype="multipart/form-data">
                <Csrf context={context} />
                <input type="hidden" name="upload" value="1" />
                {uploading ? <FormErrors state={state} /> : null}
                <Field
                  name="name"
                  label="Name"
                  required
                  {...limitsOf(pushCertificateFields.shape.name)}
                  state={uploading ? state : undefined}
                />
                <Field
                  name="certificate"
                  label="Certificate"
                  type="file"
                  required
                  state={uploading ? state : undefined}
                />
                <Field
                  name="private_key"
                  label="Private key"
                  type="file"
                  help="Not needed with a PKCS #12 file."
                  state={uploading ? state : undefined}
                />
                <Field
                  name="key_password"
                  label="Password of the key or file"
                  type="password"
                  autocomplete="off"
                  help="If it has one."
                  state={uploading ? state : undefined}
                />
                <button type="submit" class="plain">Upload certificate</button>
              </form>
            </section>
          </div>
        )}
      </>
    ),
  };
}

function Steps(
  { row, context, state }: { row: PushCertificateRow; context: PageContext; state: FormState | undefined },
) {
  const { PUSH_CSR_SIGNER_URL } = context.runtime.config;
  const path = `/push-certificates/${row.id}`;
  const renewing = row.topic !== null;
  return (
    <section>
      <h2>{renewing ? "Renew" : "Get Apple's certificate"}</h2>
      <ol>
        {PUSH_CSR_SIGNER_URL === undefined
          ? (
            <li>
              <p>
                <a href={`${path}/csr/`}>Download the request</a>. Have it signed by an MDM vendor, for example with
                your own vendor certificate: <code>deno task mdmcerts sign_req FILE</code>.
              </p>
            </li>
          )
          : (
            <li>
              <p>
                <a href={`${path}/signed-csr/`}>Download the signed request</a>.
              </p>
            </li>
          )}
        <li>
          <p>
            Sign in at{" "}
            <a href="https://identity.apple.com/pushcert/" rel="noreferrer external">identity.apple.com/pushcert</a>
            {" "}
            {renewing
              ? "with the Apple Account that created the certificate, choose Renew beside it, and upload the signed request. Do not create a new one: it would have another topic."
              : "with an Apple Account of the organization, create a certificate, and upload the signed request."}
          </p>
        </li>
        <li>
          <p>Download the certificate there and upload it here.</p>
          <form class="stack" method="post" action={`${path}/certificate/`} enctype="multipart/form-data">
            <Csrf context={context} />
            <FormErrors state={state} />
            <Field name="certificate" label="Certificate" type="file" required state={state} />
            <details>
              <summary>Use another private key</summary>
              <Field name="private_key" label="Private key" type="file" state={state} />
              <Field name="key_password" label="Password of the key" type="password" autocomplete="off" state={state} />
            </details>
            <button type="submit">Upload certificate</button>
          </form>
        </li>
      </ol>
    </section>
  );
}

async function mustFind({ runtime, id }: PageContext): Promise<PushCertificateRow> {
  const row = await findPushCertificate(runtime.sql, id());
  if (row === undefined) throw problem("not-found");
  return row;
}

async function detailPage(context: PageContext, state?: FormState): Promise<Page> {
  const { sql, clock } = context.runtime;
  const row = await mustFind(context);
  const devices = await countDevicesOfPushCertificate(sql, row.id);
  const used = usesSentence(await usesOfPushCertificate(sql, row.id));
  const now = clock.now();
  return {
    title: row.name,
    parents: under("/push-certificates/"),
    body: (
      <>
        <section class="card">
          <dl class="facts">
            <Fact name="State">
              <Validity row={row} now={now} />
            </Fact>
            <Fact name="Topic">
              <code>{row.topic ?? "none yet"}</code>
            </Fact>
            <Fact name="Expires">
              <Expiry at={row.notAfter} now={now} />
            </Fact>
            <Fact name="Devices">{String(devices)}</Fact>
          </dl>
        </section>
        {context.may("mdm.change_pushcertificate") ? <Steps row={row} context={context} state={state} /> : null}
        {!context.may("mdm.delete_pushcertificate") ? null : (
          <>
            <h2>Delete</h2>
            {used !== undefined ? <p>{`Cannot be deleted. ${used}`}</p> : (
              <ActionButton
                context={context}
                action={`/push-certificates/${row.id}/delete/`}
                label="Delete"
                tone="danger"
                confirm="Delete the push certificate? Its private key is deleted and cannot be restored."
              />
            )}
          </>
        )}
      </>
    ),
  };
}

/** Returns a file in the API's form: PEM unchanged, anything else in base64. */
async function fileText(form: Form, name: string): Promise<string | undefined> {
  const file = await form.file(name);
  if (file === undefined || typeof file === "string") return file;
  const text = new TextDecoder().decode(file);
  return text.includes("-----BEGIN ") ? text : file.toBase64();
}

/** Returns the input of a form with files for the push certificate of that name. Throws `invalid`. */
async function inputOf(form: Form, name: string | undefined) {
  return await parseOrRefuse(pushCertificateOfFiles, {
    name,
    certificate: await fileText(form, "certificate"),
    private_key: await fileText(form, "private_key"),
    key_password: form.raw("key_password") || undefined,
  });
}

/** Mounts the pages. */
export function mountPushCertificates(app: Hono<AppEnv>): void {
  page(app, "/push-certificates/", "mdm.view_pushcertificate", (context) => listPage(context));
  action(app, "/push-certificates/", "mdm.add_pushcertificate", async (context, form) => {
    const name = form.value("name");
    const input = form.has("upload") ? await inputOf(form, name) : await parseOrRefuse(pushCertificateUpload, { name });
    const row = await addPushCertificate(context.runtime, context.by, input);
    return `/push-certificates/${row.id}/?done=created`;
  }, listPage);
  page(app, "/push-certificates/:id/", "mdm.view_pushcertificate", (context) => detailPage(context));
  page(
    app,
    "/push-certificates/:id/csr/",
    "mdm.change_pushcertificate",
    async ({ runtime, id }) =>
      attachment(await pushCertificateRequest(runtime, id()), "application/pkcs10", `push_certificate_${id()}.csr`),
  );
  page(app, "/push-certificates/:id/signed-csr/", "mdm.change_pushcertificate", async ({ runtime, id }) =>
    attachment(
      await signedPushCertificateRequest(runtime, id()),
      "text/plain",
      `push_certificate_${id()}_signed_csr.b64`,
    ));
  action(app, "/push-certificates/:id/certificate/", "mdm.change_pushcertificate", async (context, form) => {
    const { id, name } = await mustFind(context);
    await changePushCertificate(context.runtime, context.by, id, await inputOf(form, name));
    return `/push-certificates/${context.id()}/?done=uploaded`;
  }, detailPage);
  action(app, "/push-certificates/:id/delete/", "mdm.delete_pushcertificate", async (context) => {
    await removePushCertificate(context.runtime, context.by, context.id());
    return "/push-certificates/?done=deleted";
  });
}
