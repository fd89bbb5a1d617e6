/**
 * Forms that change the desired state of devices: they can be previewed before they are saved.
 *
 * @module
 */

import type { Hono } from "hono";
import type { Child } from "hono/jsx";
import type { Permission } from "../../../src/access/actor.ts";
import { type Preview, previewChange } from "../../../src/planner/preview.ts";
import type { Runtime } from "../../../src/runtime.ts";
import type { AppEnv } from "../../context.ts";
import { counted, Csrf, FormErrors, Table } from "./components.tsx";
import type { Crumb } from "./crumbs.ts";
import { action, type Form, type FormState, type Page, page, type PageContext } from "./page.tsx";
import { changesOf, sentencesOf } from "./preview_words.ts";
import { Warnings } from "./warnings.tsx";

/** The page to show after a change, and the warnings. */
export type Done = { to: string; warnings: readonly string[] };

/** Applies a change and returns the page to show then. */
export type Work = (runtime: Runtime) => Promise<string | Done>;

/** The effect of a change, and its warnings. */
export type Tried = Preview & { about?: readonly string[] };

/** A form with its page. */
export type ChangeForm = {
  needs: Permission;
  /** Reads the form; returns a function that applies the change on a given runtime. Throws `invalid`. */
  read(context: PageContext, form: Form): Work | Promise<Work>;
  /** The page with the form. */
  show(context: PageContext, state?: FormState, preview?: Tried): Promise<Page>;
  /** Bytes that the form may have. */
  limit?: number;
};

/** Mounts a form that is shown, tried and saved at one address. */
export function mountChange(app: Hono<AppEnv>, path: string, { needs, read, show, limit }: ChangeForm): void {
  page(app, path, needs, (context) => show(context));
  action(
    app,
    path,
    needs,
    async (context, form) => {
      const work = await read(context, form);
      if (!form.has("preview")) {
        const done = await work(context.runtime);
        return typeof done === "string" ? done : done.to;
      }
      const about: string[] = [];
      const preview = await previewChange(context.runtime, async (runtime) => {
        const done = await work(runtime);
        if (typeof done !== "string") about.push(...done.warnings);
      });
      return await show(context, { values: form, errors: {} }, { ...preview, about });
    },
    (context, state) => show(context, state),
    limit,
  );
}

/** The buttons of such a form. The Enter key presses the first one. */
export function SaveButtons({ label = "Save" }: { label?: string }) {
  return (
    <div class="actions">
      <button type="submit" name="preview" value="1" class="plain">Preview</button>
      <button type="submit">{label}</button>
    </div>
  );
}

const comers = (count: number): string => count === 1 ? "1 has" : `${count} have`;

/** Sentences above the form: with more, the buttons would be out of sight. */
const ABOVE = 6;

const GRAVITY = { bad: 2, warn: 1, good: 0 } as const;

function Sentences({ list }: { list: ReturnType<typeof sentencesOf> }) {
  return <ul class="consequences">{list.map(({ text, tone }) => <li class={tone}>{text}</li>)}</ul>;
}

/**
 * A form with the effect of its change: the summary above it, the rest below, so that its buttons stay in sight.
 * Numbers are for users who may make the change, names for users who may see the devices.
 */
export function Previewed(
  { preview, context, children }: { preview: Tried | undefined; context: PageContext; children?: Child },
) {
  if (preview === undefined) return <>{children}</>;
  const { devices, changes, truncated, warnings, about = [] } = preview;
  const all = sentencesOf(preview);
  const sentences = all.length > ABOVE ? [...all].sort((one, other) => GRAVITY[other.tone] - GRAVITY[one.tone]) : all;
  const more = sentences.slice(ABOVE);
  return (
    <>
      <Warnings warnings={[...about, ...warnings.map(({ message }) => message)]} />
      <section class="preview" aria-labelledby="preview">
        <h2 id="preview">Effects of this change</h2>
        {sentences.length > 0
          ? <Sentences list={sentences.slice(0, ABOVE)} />
          : devices.woken > 0
          ? <p>{`${counted(devices.woken, "device")} would get other settings.`}</p>
          : <p>No device changes.</p>}
        {more.length === 0 ? null : (
          <p>
            <a href="#preview-more">{`${counted(more.length, "more change")} below`}</a>
          </p>
        )}
        <p class="faint">
          {`Nothing is saved yet. ${counted(devices.examined, "device")} looked at${
            devices.woken === 0
              ? "; none has to check in."
              : `; ${comers(devices.woken)} to check in and will be notified.`
          }`}
        </p>
      </section>
      {children}
      {more.length === 0 ? null : (
        <section class="preview" aria-labelledby="preview-more">
          <h2 id="preview-more">More changes</h2>
          <Sentences list={more} />
        </section>
      )}
      {changes.length === 0 || !context.may("mdm.view_enrolleddevice") ? null : (
        <Table
          caption={truncated ? `The first ${changes.length} devices that change` : "The devices that change"}
          head={["Device", "What changes"]}
          empty=""
          rows={changes.map((change) => (
            <tr>
              <td>
                <a href={`/devices/${change.device.id}/`}>{change.device.name || change.device.serial_number}</a>
                <div class="faint small">
                  {change.device.serial_number}
                  {change.user === "" ? "" : `, user ${change.user}`}
                </div>
              </td>
              <td>{changesOf(change).map((part) => <div>{part}</div>)}</td>
            </tr>
          ))}
        />
      )}
    </>
  );
}

/** A change without its own form: its effect is shown immediately, and a button applies it. */
export type Confirmation = {
  title: string;
  /** The pages above it. */
  parents: readonly Crumb[];
  /** The reason, or the meaning. */
  text: string;
  label: string;
  tone?: "danger";
  /** Where "Cancel" leads. */
  back: string;
};

/** Mounts a change that is requested, shown with its effect, and confirmed. */
export function mountConfirmed(
  app: Hono<AppEnv>,
  path: string,
  { needs, read, ask, fields }: {
    needs: Permission;
    read(context: PageContext, form: Form | undefined): Work | Promise<Work>;
    ask(context: PageContext): Promise<Confirmation>;
    /** The optional remark. */
    fields?(state: FormState | undefined): ReturnType<typeof FormErrors>;
  },
): void {
  mountChange(app, path, {
    needs,
    read,
    async show(context, state, preview) {
      const { title, parents, text, label, tone, back } = await ask(context);
      // The errors of the input are shown, not those that would follow.
      const failed = Object.keys(state?.errors ?? {}).length > 0;
      const consequences = preview ??
        (failed ? undefined : await previewChange(context.runtime, await read(context, undefined)));
      return {
        title,
        parents,
        body: (
          <>
            <p>{text}</p>
            <Previewed preview={consequences} context={context}>
              <form class="stack" method="post" action={context.url.pathname}>
                <Csrf context={context} />
                <FormErrors state={state} />
                {fields?.(state)}
                <div class="actions">
                  <button type="submit" class={tone ?? ""}>{label}</button>
                  <a class="button plain" href={back}>Cancel</a>
                </div>
              </form>
            </Previewed>
          </>
        ),
      };
    },
  });
}
