/**
 * The pages of DEP enrollments.
 *
 * @module
 */

import type { Hono } from "hono";
import { findViewLink } from "../../../db/ade/custom_view_links.ts";
import { defineAgain, readAppleCopy } from "../../../src/ade/apple_copy.ts";
import { changeDepEnrollment, createDepEnrollment, removeDepEnrollment } from "../../../src/ade/dep_enrollments.ts";
import { appendViewLink, raiseViewLink, removeViewLink } from "../../../src/ade/view_links.ts";
import { invalid, problem } from "../../../src/errors.ts";
import type { AppEnv } from "../../context.ts";
import { ActionButton, Chip, Table } from "../parts/components.tsx";
import { under } from "../parts/crumbs.ts";
import { isUuid } from "../parts/form.ts";
import { action, type FormState, type Page, page, type PageContext } from "../parts/page.tsx";
import { depDetailPage, mustFindDep, pathOf, underDep } from "./dep_detail.tsx";
import { depChoices, DepEnrollmentForm, depEnrollmentFormInput } from "./dep_form.tsx";
import { DepSteps } from "./dep_steps.tsx";

const PATH = "/enrollments/automated";

async function newPage(context: PageContext, state?: FormState): Promise<Page> {
  const choices = await depChoices(context.runtime);
  const [hasPush, hasServer] = [choices.certificates.length > 0, choices.servers.length > 0];
  return {
    title: "Create an automated enrollment",
    parents: under("/enrollments/"),
    body: (
      <>
        <p>Devices that your organization bought enroll out of the box: Apple tells them where they belong.</p>
        <details open={!hasPush || !hasServer}>
          <summary>The way there, step by step</summary>
          <DepSteps hasPush={hasPush} hasServer={hasServer} />
        </details>
        {hasPush && hasServer
          ? <DepEnrollmentForm context={context} choices={choices} state={state} />
          : <p role="note">An enrollment needs a push certificate and a virtual server first.</p>}
      </>
    ),
  };
}

async function editPage(context: PageContext, state?: FormState): Promise<Page> {
  const enrollment = await mustFindDep(context);
  return {
    title: `Edit ${enrollment.row.name}`,
    parents: underDep(enrollment.row),
    body: (
      <>
        <p>
          If Apple's profile changes, Apple gets the new one, and the devices with the old one are assigned it. Devices
          that are enrolled get it when they are erased.
        </p>
        <DepEnrollmentForm
          context={context}
          choices={await depChoices(context.runtime)}
          enrollment={enrollment}
          state={state}
        />
      </>
    ),
  };
}

const shown = (value: unknown): string =>
  value === undefined
    ? "not set"
    : typeof value === "string"
    ? value
    : Array.isArray(value)
    ? value.map((item) => typeof item === "string" && item.length > 60 ? `${item.slice(0, 60)}…` : String(item)).join(
      ", ",
    )
    : JSON.stringify(value);

/** The test of an enrollment: Apple's copy beside ours. */
async function applePage(context: PageContext): Promise<Page> {
  const { row } = await mustFindDep(context);
  const copy = await readAppleCopy(context.runtime, row.id);
  return {
    title: "Apple's copy",
    parents: underDep(row),
    body: (
      <>
        {copy.state === "same"
          ? (
            <p>
              <Chip tone="good">Same</Chip> Apple has the profile as this server defines it.
            </p>
          )
          : copy.state === "missing"
          ? (
            <p>
              <Chip tone="bad">Missing</Chip>{" "}
              Apple does not know this profile. Define it again, and the devices with it are assigned the new one.
            </p>
          )
          : (
            <>
              <p>
                <Chip tone="warn">Different</Chip> Devices get what Apple has.
              </p>
              <Table
                caption="Fields that differ"
                head={["Field", "This server", "Apple"]}
                empty=""
                stacked
                rows={copy.differences.map(({ field, ours, apples }) => (
                  <tr>
                    <td>
                      <code>{field}</code>
                    </td>
                    <td>{shown(ours)}</td>
                    <td>{shown(apples)}</td>
                  </tr>
                ))}
              />
            </>
          )}
        {copy.state === "same" || !context.may("mdm.change_depenrollment")
          ? null
          : <ActionButton context={context} action={`${pathOf(row)}define/`} label="Define again at Apple" />}
      </>
    ),
  };
}

/** Returns the link that the path names, of the enrollment that it names. Throws `not-found`. */
async function mustFindLink({ runtime, id, uuid }: PageContext): Promise<string> {
  const link = await findViewLink(runtime.sql, uuid("link"));
  if (link === undefined || link.depEnrollmentId !== id()) throw problem("not-found");
  return link.id;
}

/** Mounts the pages. */
export function mountDepEnrollments(app: Hono<AppEnv>): void {
  page(app, `${PATH}/new/`, "mdm.add_depenrollment", (context) => newPage(context));
  action(app, `${PATH}/new/`, "mdm.add_depenrollment", async (context, form) => {
    const row = await createDepEnrollment(context.runtime, context.by, await depEnrollmentFormInput(form));
    return `${pathOf(row)}?done=created`;
  }, newPage);
  page(app, `${PATH}/:id/`, "mdm.view_depenrollment", (context) => depDetailPage(context));
  page(app, `${PATH}/:id/edit/`, "mdm.change_depenrollment", (context) => editPage(context));
  action(app, `${PATH}/:id/edit/`, "mdm.change_depenrollment", async (context, form) => {
    const input = await depEnrollmentFormInput(form, await mustFindDep(context));
    return `${pathOf(await changeDepEnrollment(context.runtime, context.by, context.id(), input))}?done=saved`;
  }, editPage);
  page(app, `${PATH}/:id/apple/`, "mdm.view_depenrollment", applePage);
  action(app, `${PATH}/:id/define/`, "mdm.change_depenrollment", async (context) => {
    await defineAgain(context.runtime, context.by, context.id());
    return `${PATH}/${context.id()}/?done=defined`;
  }, depDetailPage);
  action(app, `${PATH}/:id/delete/`, "mdm.delete_depenrollment", async (context) => {
    await removeDepEnrollment(context.runtime, context.by, context.id());
    return "/enrollments/?done=deleted";
  }, depDetailPage);
  action(app, `${PATH}/:id/views/`, "mdm.add_depenrollmentcustomview", async (context, form) => {
    const { row } = await mustFindDep(context);
    const customViewId = form.text("custom_view");
    if (!isUuid(customViewId)) throw invalid({ custom_view: ["Must be a valid UUID."] });
    await appendViewLink(context.runtime, context.by, { depEnrollmentId: row.id, customViewId });
    return `${pathOf(row)}?done=saved`;
  }, depDetailPage);
  action(app, `${PATH}/:id/views/:link/up/`, "mdm.change_depenrollmentcustomview", async (context) => {
    await raiseViewLink(context.runtime, context.by, await mustFindLink(context));
    return `${PATH}/${context.id()}/?done=saved`;
  });
  action(app, `${PATH}/:id/views/:link/remove/`, "mdm.delete_depenrollmentcustomview", async (context) => {
    await removeViewLink(context.runtime, context.by, await mustFindLink(context));
    return `${PATH}/${context.id()}/?done=saved`;
  }, depDetailPage);
}
