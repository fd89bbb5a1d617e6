/**
 * Packages that declarations refer to: their list, an upload, and one package with what refers to it.
 *
 * @module
 */

import type { Hono } from "hono";
import type { z } from "zod";
import { listPackages, listPackageUses, type PackageRow, type PackageUse } from "../../../db/packages/packages.ts";
import { byteSize } from "../../../src/byte_size.ts";
import { type FieldErrors, invalid, Problem } from "../../../src/errors.ts";
import { keepPackage, uploadedUri } from "../../../src/packages/keep_package.ts";
import { PackageError } from "../../../src/packages/package_error.ts";
import { packageFields, packageInput } from "../../../src/packages/package_input.ts";
import { changePackage, createPackage, mustFindPackage, removePackage } from "../../../src/packages/packages.ts";
import type { Runtime } from "../../../src/runtime.ts";
import { parseOrRefuse } from "../../api/parse.ts";
import { attachment } from "../../attachment.ts";
import type { AppEnv } from "../../context.ts";
import {
  ActionButton,
  Chip,
  counted,
  Csrf,
  Fact,
  Field,
  FormErrors,
  offsetOf,
  Pager,
  Table,
  Time,
} from "../parts/components.tsx";
import { under } from "../parts/crumbs.ts";
import { isUuid, UPLOAD_LIMIT } from "../parts/form.ts";
import { TextArea } from "../parts/form_parts.tsx";
import { limitsOf } from "../parts/limits.ts";
import { PackageField } from "../parts/package_field.tsx";
import { action, type Form, type FormState, type Page, page, type PageContext } from "../parts/page.tsx";
import { Warnings } from "../parts/warnings.tsx";

const ALL = "/packages/";
const [VIEW, ADD, CHANGE, DELETE] = [
  "mdm.view_package",
  "mdm.add_package",
  "mdm.change_package",
  "mdm.delete_package",
] as const;
const LIMIT = 50;

const SIGNATURES = {
  signed: { text: "Signed", tone: "good" },
  unsigned: { text: "Not signed", tone: "bad" },
  invalid: { text: "Signature invalid", tone: "bad" },
} as const;

function Signature({ row: { signature, signer } }: { row: Pick<PackageRow, "signature" | "signer"> }) {
  const { text, tone } = SIGNATURES[signature];
  return (
    <>
      <Chip tone={tone}>{text}</Chip> {signer === "" ? null : <span class="small">{signer}</span>}
    </>
  );
}

/** The package of a form is where the script has sent it, or comes with the form. Throws `invalid`. */
async function newOf(runtime: Runtime, form: Form): Promise<z.output<typeof packageInput>> {
  const upload = form.upload("package");
  const given = { name: form.value("name"), description: form.value("description") };
  const [uri, sha256] = [form.text("package_uri"), form.text("package_sha256")];
  if (upload === undefined) {
    if (uri === "") throw invalid({ package: ["Choose a file."] });
    return await parseOrRefuse(packageInput, { ...given, source_uri: uri, sha256 });
  }
  await parseOrRefuse(packageFields, given);
  try {
    const facts = await keepPackage(runtime, upload.bytes);
    const source_uri = uploadedUri(upload.filename.slice(0, 256));
    return await parseOrRefuse(packageInput, { ...given, source_uri, sha256: facts.sha256 });
  } catch (error) {
    if (error instanceof PackageError) throw invalid({ package: [error.message] });
    throw error;
  }
}

/** Errors of what the form has no field for are about its file. */
const ofFile = ({ source_uri: uri = [], sha256 = [], ...errors }: FieldErrors): FieldErrors => ({
  ...errors,
  ...(uri.length + sha256.length === 0 ? {} : { package: [...uri, ...sha256] }),
});

async function created({ runtime, by }: PageContext, form: Form): Promise<string> {
  try {
    const { source_uri: uri, sha256, ...values } = await newOf(runtime, form);
    return (await createPackage(runtime, by, values, { uri, sha256 })).id;
  } catch (error) {
    if (error instanceof Problem && error.details.fields !== undefined) throw invalid(ofFile(error.details.fields));
    throw error;
  }
}

/** The fields that can be changed. */
function Words({ row, state }: { row?: Pick<PackageRow, "name" | "description">; state: FormState | undefined }) {
  return (
    <>
      <Field
        name="name"
        label="Name"
        required
        {...limitsOf(packageFields.shape.name)}
        value={row?.name ?? ""}
        state={state}
      />
      <TextArea name="description" label="Description" rows={3} value={row?.description ?? ""} state={state} />
    </>
  );
}

async function newPage(context: PageContext, state?: FormState): Promise<Page> {
  const of = context.url.searchParams.get("of") ?? "";
  const before = isUuid(of) ? await mustFindPackage(context.runtime.sql, of) : undefined;
  return {
    title: "New package",
    parents: under(ALL),
    live: true,
    body: (
      <>
        {before === undefined ? null : (
          <p>
            The file of a package never changes, so that Macs get what was declared. The next version of{" "}
            <a href={`${ALL}${before.id}/`}>{before.name}</a>{" "}
            is a package of its own. Then create a new version of each declaration that refers to the previous one.
          </p>
        )}
        <form class="stack" method="post" action={`${ALL}new/`} enctype="multipart/form-data">
          <Csrf context={context} />
          <FormErrors state={state} />
          <PackageField
            name="package"
            label="Package"
            accept=".pkg"
            help="An installer package (.pkg), signed with a Developer ID or by your organization."
            to="/api/mdm/packages/files/"
            values={{}}
            state={state}
          />
          <Words {...(before === undefined ? {} : { row: { ...before, name: "" } })} state={state} />
          <div class="actions">
            <button type="submit">Create package</button>
            <a class="button plain" href={ALL}>Cancel</a>
          </div>
        </form>
      </>
    ),
  };
}

function Uses({ uses, context }: { uses: readonly PackageUse[]; context: PageContext }) {
  return (
    <Table
      stacked
      caption={uses.length === 1 ? "1 version refers to it" : `${uses.length} versions refer to it`}
      head={["Declaration", "Version", "Blueprints"]}
      empty="No declaration refers to it."
      rows={uses.map(({ artifactId, name, version, isLatest, blueprints }) => (
        <tr>
          <td>
            {context.may("mdm.view_artifact") ? <a href={`/artifacts/${artifactId}/`}>{name}</a> : name}
          </td>
          <td data-label="Version">
            {version} {isLatest ? null : <span class="faint">an earlier version</span>}
          </td>
          <td data-label="Blueprints">{String(blueprints)}</td>
        </tr>
      ))}
    />
  );
}

/** The declaration that installs the package, to be copied. */
const declarationOf = ({ id }: PackageRow) =>
  JSON.stringify(
    {
      Type: "com.apple.configuration.package",
      Identifier: `com.example.package.${id.slice(0, 8)}`,
      ServerToken: "1",
      Payload: {
        ManifestURL: `ztl:${id}`,
        InstallBehavior: { Install: "Required" },
        UninstallBehavior: { Remove: true },
      },
    },
    null,
    2,
  );

async function detailPage(context: PageContext, state?: FormState): Promise<Page> {
  const { sql, clock } = context.runtime;
  const row = await mustFindPackage(sql, context.uuid());
  const [uses, same] = await Promise.all([
    listPackageUses(sql, [row.id]),
    listPackages(sql, { productId: row.productId, limit: LIMIT, offset: 0 }),
  ]);
  const others = same.rows.filter(({ id }) => id !== row.id);
  const path = `${ALL}${row.id}/`;
  return {
    title: row.name,
    parents: under(ALL),
    body: (
      <>
        <Warnings warnings={row.warnings} />
        <section class="card">
          <dl class="facts">
            <Fact name="Product">
              <code>{row.productId}</code>
            </Fact>
            <Fact name="Version">{row.productVersion}</Fact>
            <Fact name="Signature">
              <Signature row={row} />
            </Fact>
            <Fact name="File">{`${row.filename}, ${byteSize(row.size)}`}</Fact>
            <Fact name="SHA-256">
              <code>{row.sha256}</code>
            </Fact>
            <Fact name="Apps">
              {row.bundles.length === 0 ? "none" : row.bundles.map(({ id, version_str: version }) => (
                <div>
                  <code>{id}</code> {version}
                </div>
              ))}
            </Fact>
            <Fact name="Description">{row.description || "none"}</Fact>
            <Fact name="Created">
              <Time at={row.createdAt} now={clock.now()} />
            </Fact>
          </dl>
        </section>
        <h2>Usage</h2>
        <Uses uses={uses} context={context} />
        <details>
          <summary>A declaration that installs it</summary>
          <pre>{declarationOf(row)}</pre>
          <p>
            {context.may("mdm.add_artifact")
              ? (
                <>
                  Create it with a new declaration under <a href="/artifacts/">Artifacts</a>.{" "}
                </>
              )
              : null}
            Macs with macOS 26 install the package. With{" "}
            <code>UninstallBehavior</code>, Macs with macOS 27 remove it when they no longer have the declaration;
            earlier ones do not accept this key.
          </p>
        </details>
        {others.length === 0 ? null : (
          <>
            <h2>Other packages of this product</h2>
            <PackageTable rows={others} uses={await listPackageUses(sql, others.map(({ id }) => id))} empty="" />
          </>
        )}
        <div class="actions spaced">
          {context.may(ADD) ? <a class="button plain" href={`${ALL}new/?of=${row.id}`}>Upload next version</a> : null}
          <a class="button plain" href={`${path}download/`}>Download</a>
          {context.may(DELETE) && uses.length === 0
            ? (
              <ActionButton
                context={context}
                action={`${path}delete/`}
                label="Delete"
                tone="danger"
                confirm={`Delete the package "${row.name}"?`}
              />
            )
            : null}
        </div>
        {context.may(CHANGE)
          ? (
            <section>
              <h2>Name and description</h2>
              <form class="stack" method="post" action={path}>
                <Csrf context={context} />
                <FormErrors state={state} />
                <Words row={row} state={state} />
                <button type="submit" class="plain">Save</button>
              </form>
            </section>
          )
          : null}
      </>
    ),
  };
}

function PackageTable(
  { rows, uses, empty, count = rows.length }: {
    rows: readonly PackageRow[];
    uses: readonly PackageUse[];
    empty: string;
    count?: number;
  },
) {
  const usesOf = (id: string) => new Set(uses.filter((use) => use.packageId === id).map(({ name }) => name));
  return (
    <Table
      stacked
      caption={counted(count, "package")}
      head={["Package", "Version", "Signature", "Size", "Used by"]}
      empty={empty}
      rows={rows.map((row) => (
        <tr>
          <td>
            <a href={`${ALL}${row.id}/`}>{row.name}</a>
            <div class="faint small">{row.productId}</div>
          </td>
          <td data-label="Version">{row.productVersion}</td>
          <td>
            <Signature row={row} />
          </td>
          <td data-label="Size">{byteSize(row.size)}</td>
          <td data-label="Used by">{[...usesOf(row.id)].join(", ") || <span class="faint">no declaration</span>}</td>
        </tr>
      ))}
    />
  );
}

/** Mounts the pages. */
export function mountPackages(app: Hono<AppEnv>): void {
  page(app, ALL, VIEW, async (context) => {
    const { runtime: { sql }, url } = context;
    const search = url.searchParams.get("q")?.trim().slice(0, 100) ?? "";
    const offset = offsetOf(url);
    const { rows, count } = await listPackages(sql, { limit: LIMIT, offset, ...(search === "" ? {} : { search }) });
    return {
      title: "Packages",
      body: (
        <>
          <p>
            Installer packages that Macs get by declarations of the type{" "}
            <code>com.apple.configuration.package</code>. Apps that a command installs are enterprise apps, among the
            {" "}
            <a href="/artifacts/">artifacts</a>.
          </p>
          <form class="row" method="get" action={ALL} role="search">
            <Field name="q" label="Name or product" type="search" value={search} maxlength={100} />
            <button type="submit" class="plain">Search</button>
          </form>
          <PackageTable
            rows={rows}
            count={count}
            uses={await listPackageUses(sql, rows.map(({ id }) => id))}
            empty={search === "" ? "No packages yet." : "No package matches."}
          />
          {context.may(ADD)
            ? (
              <p>
                <a class="button" href={`${ALL}new/`}>New package</a>
              </p>
            )
            : null}
          <Pager url={url} limit={LIMIT} offset={offset} count={count} />
        </>
      ),
    };
  });
  page(app, `${ALL}new/`, ADD, (context) => newPage(context));
  action(
    app,
    `${ALL}new/`,
    ADD,
    async (context, form) => `${ALL}${await created(context, form)}/?done=created`,
    newPage,
    UPLOAD_LIMIT,
  );
  page(app, `${ALL}:id/`, VIEW, (context) => detailPage(context));
  action(app, `${ALL}:id/`, CHANGE, async ({ runtime, by, uuid }, form) => {
    const given = { name: form.value("name"), description: form.value("description") };
    await changePackage(runtime, by, uuid(), await parseOrRefuse(packageFields, given));
    return `${ALL}${uuid()}/?done=saved`;
  }, detailPage);
  action(app, `${ALL}:id/delete/`, DELETE, async ({ runtime, by, uuid }) => {
    await removePackage(runtime, by, uuid());
    return `${ALL}?done=deleted`;
  });
  page(app, `${ALL}:id/download/`, VIEW, async ({ runtime, uuid }) => {
    const { sha256, filename } = await mustFindPackage(runtime.sql, uuid());
    const file = await runtime.files.get(sha256);
    if (file === undefined) throw new Error(`Cannot read the stored file ${sha256}: it is missing`);
    return attachment(file.body, "application/octet-stream", filename);
  });
}
