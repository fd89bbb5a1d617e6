/**
 * Automated Device Enrollment in the web view of Setup Assistant: the device opens the address with its signed
 * MachineInfo in a header, a person continues from page to page, and the last address answers with the profile.
 *
 * Between the pages, a cookie names the visit. It proves that the browser sent a message which was verified, and nothing
 * more: what decides (the block, the secret, the assignment, the message) is decided again before the profile is given.
 * A visit that is abandoned costs nothing: the device opens the address again and begins another.
 *
 * The attacks:
 * - A person with a visit asks for the profile without the pages before it. Each page counts only once it was continued
 *   from, and only in its place.
 * - A cookie is taken to another enrollment, or is kept until the device has enrolled: both are compared.
 * - A page that an operator wrote runs under this server's address: see `routes/device/ade.tsx`.
 *
 * Source: Apple, "Authenticating through web views"
 * (developer.apple.com/documentation/devicemanagement/authenticating-through-web-views).
 *
 * @module
 */

import { type CustomViewRow, viewsOfDepEnrollment } from "../../db/ade/custom_views.ts";
import { setRequiredVersion } from "../../db/ade/messages.ts";
import { beginVisit, lockVisit, recordSeenView, type WebVisitRow } from "../../db/ade/web_visits.ts";
import type { Tx } from "../../db/open.ts";
import type { Caller } from "../events/by.ts";
import { recordEvents } from "../events/record.ts";
import { signProfile } from "../issuing/profile_signer.ts";
import { hashSecret } from "../issuing/session_name.ts";
import { randomText, type Runtime } from "../runtime.ts";
import { profileEvent, recordingRefusals, updateEvent } from "./ade.ts";
import { adeEvent, admit, type Admitted, gateOf, openAdeSession, type Refusal } from "./ade_admission.ts";
import { type Applicant, readApplicant, refuseApplicant } from "./ade_message.ts";
import type { RequiredOs } from "./os_gate.ts";
import { renderView } from "./view_template.ts";

/** Hours from the first page to the profile. */
const VISIT_HOURS = 2;
const TOKEN_LENGTH = 43;
const TOKEN = /^[A-Za-z0-9]{43}$/;

/** The next step of a visit: a page, or the profile. */
export type WebStep = { kind: "view"; id: string } | { kind: "profile" };

type View = Pick<CustomViewRow, "id" | "requiresAuthentication">;

/**
 * Returns the step between the pages for everybody and those for people who are signed in; null when there is none.
 * Signing in with a realm will be a step here.
 */
const signInStep = (): WebStep | null => null;

/** Returns the next step. A page for people who are signed in cannot be shown, and is never passed over. */
export function nextStep(views: readonly View[], seen: readonly string[]): WebStep | Refusal {
  const isNext = ({ id }: View) => !seen.includes(id);
  const first = views.find((view) => !view.requiresAuthentication && isNext(view));
  if (first !== undefined) return { kind: "view", id: first.id };
  const signIn = signInStep();
  if (signIn !== null) return signIn;
  if (views.some(({ requiresAuthentication }) => requiresAuthentication)) {
    return { refusal: "this DEP enrollment has a view that requires authentication, which is not available" };
  }
  return { kind: "profile" };
}

/** How a visit begins: with a cookie and its first step, or with an update before. */
export type WebEntry =
  | { kind: "begun"; token: string; expiresAt: Date; step: WebStep }
  | { kind: "update"; details: RequiredOs };

/** The facts of MachineInfo that are kept for the pages and the event of the profile. */
type KeptInfo = { language?: string; product?: string; osVersion?: string; buildVersion?: string; note?: string };

const text = (value: unknown, key: string): string | undefined => {
  const found: unknown = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
  return typeof found === "string" ? found : undefined;
};

/** Begins a visit. Throws `enrollment-refused` with the reason; its event is recorded. */
export async function enterWeb(runtime: Runtime, by: Caller, secret: string, cms: Uint8Array): Promise<WebEntry> {
  let applicant: Applicant | undefined;
  return await recordingRefusals(runtime, by, () => applicant, async () => {
    const device = readApplicant(runtime, cms);
    applicant = device;
    const entry = await runtime.sql.begin(async (tx): Promise<WebEntry | Refusal> => {
      const admitted = await admit(tx, runtime, by, secret, device);
      if ("refusal" in admitted) return admitted;
      const gate = await gateOf(tx, runtime, admitted, device.info);
      if (gate.kind === "update") {
        await setRequiredVersion(tx, device.digest, gate.details.OSVersion);
        await recordEvents(tx, runtime, by, [updateEvent(device, admitted.enrollment, gate.details)]);
        return { kind: "update", details: gate.details };
      }
      const step = nextStep(await viewsOfDepEnrollment(tx, admitted.enrollment.id), []);
      if ("refusal" in step) return step;
      const now = runtime.clock.now();
      const token = randomText(runtime.random, TOKEN_LENGTH);
      const expiresAt = new Date(now.getTime() + VISIT_HOURS * 3_600_000);
      const { language, product, osVersion, buildVersion } = device.info;
      const kept = { language, product, osVersion, buildVersion, note: gate.note };
      await beginVisit(tx, {
        tokenHash: await hashSecret(token),
        messageDigest: device.digest,
        depEnrollmentId: admitted.enrollment.id,
        serialNumber: device.serialNumber,
        udid: device.udid,
        factoryKey: device.factoryKey,
        machineInfo: kept,
        expiresAt,
      }, now);
      return { kind: "begun", token, expiresAt, step };
    });
    if ("refusal" in entry) throw refuseApplicant(entry.refusal);
    return entry;
  });
}

/** A request of a browser in a visit: the secret of the address and the cookie. */
export type WebRequest = { secret: string; token: string | undefined };

type Visited = { admitted: Admitted; visit: WebVisitRow; views: CustomViewRow[]; step: WebStep };

/** Runs `work` for the visit of a request. Throws `enrollment-refused`; the event of a refusal is recorded. */
async function visiting<Result>(
  runtime: Runtime,
  by: Caller,
  { secret, token }: WebRequest,
  work: (tx: Tx, visited: Visited) => Promise<Result | Refusal>,
): Promise<Result> {
  let device: Pick<Applicant, "udid" | "serialNumber"> | undefined;
  return await recordingRefusals(runtime, by, () => device, async () => {
    const outcome = await runtime.sql.begin(async (tx): Promise<{ done: Result } | Refusal> => {
      const known = token !== undefined && TOKEN.test(token);
      const visit = known ? await lockVisit(tx, await hashSecret(token), runtime.clock.now()) : undefined;
      if (visit === undefined) return { refusal: "the web view has no visit, or it has expired" };
      device = visit;
      const admitted = await admit(tx, runtime, by, secret, { ...visit, digest: visit.messageDigest });
      if ("refusal" in admitted) return admitted;
      if (admitted.enrollment.id !== visit.depEnrollmentId) return { refusal: "the visit is of another enrollment" };
      const views = await viewsOfDepEnrollment(tx, visit.depEnrollmentId);
      const step = nextStep(views, visit.seen);
      if ("refusal" in step) return step;
      const result = await work(tx, { admitted, visit, views, step });
      return typeof result === "object" && result !== null && "refusal" in result ? result : { done: result };
    });
    if ("refusal" in outcome) throw refuseApplicant(outcome.refusal);
    return outcome.done;
  });
}

/** Whether a page is shown: the next one, or one before it. */
const isShown = (id: string, { visit, views, step }: Visited): boolean =>
  views.some((view) => view.id === id) && (visit.seen.includes(id) || (step.kind === "view" && step.id === id));

/** A page as it is shown, or the step to go to instead. */
export type ShownView = { kind: "page"; html: string } | { kind: "step"; step: WebStep };

/** Returns a page of a visit, for a browser with that first language. */
export async function showView(
  runtime: Runtime,
  by: Caller,
  request: WebRequest,
  view: { id: string; requestLanguage: string },
): Promise<ShownView> {
  return await visiting<ShownView>(runtime, by, request, (_tx, visited) => {
    const row = visited.views.find(({ id }) => id === view.id);
    if (row === undefined || !isShown(view.id, visited)) return Promise.resolve({ kind: "step", step: visited.step });
    const { machineInfo, serialNumber } = visited.visit;
    const html = renderView(row.html, {
      payload_language: (text(machineInfo, "language") ?? "").replaceAll("_", "-"),
      request_language: view.requestLanguage,
      authenticated: false,
      realm_user: null,
      serial_number: serialNumber,
    });
    return Promise.resolve({ kind: "page", html });
  });
}

/** Continues from a page; returns the next step. A page that is not the one that is shown changes nothing. */
export async function continueFromView(
  runtime: Runtime,
  by: Caller,
  request: WebRequest,
  id: string,
): Promise<WebStep> {
  return await visiting<WebStep>(runtime, by, request, async (tx, visited) => {
    const { visit, views, step, admitted } = visited;
    const row = views.find((view) => view.id === id);
    if (row === undefined || step.kind !== "view" || step.id !== id) return step;
    await recordSeenView(tx, visit.id, id, runtime.clock.now());
    await recordEvents(tx, runtime, by, [
      adeEvent(visit, admitted.enrollment, { status: "success", custom_view: { pk: row.id, name: row.name } }),
    ]);
    return nextStep(views, [...visit.seen, id]);
  });
}

/** The profile, signed, or the step that comes before it. */
export type WebProfile = { kind: "profile"; profile: Uint8Array<ArrayBuffer> } | { kind: "step"; step: WebStep };

/** Ends the pages of a visit with the profile. Asked again, it gives the same session again. */
export async function downloadWebProfile(runtime: Runtime, by: Caller, request: WebRequest): Promise<WebProfile> {
  const made = await visiting<WebProfile>(runtime, by, request, async (tx, { step, admitted, visit }) => {
    if (step.kind !== "profile") return { kind: "step", step };
    const { sessionId, profile } = await openAdeSession(tx, runtime, by, admitted);
    const { machineInfo, udid, serialNumber } = visit;
    const info = { ...keptOf(machineInfo) };
    await recordEvents(tx, runtime, by, [
      profileEvent({ udid, serialNumber, info }, admitted.enrollment, sessionId, text(machineInfo, "note")),
    ]);
    return { kind: "profile", profile };
  });
  return made.kind === "profile" ? { kind: "profile", profile: await signProfile(runtime, made.profile) } : made;
}

function keptOf(machineInfo: unknown): KeptInfo {
  const kept: KeptInfo = {};
  for (const key of ["product", "osVersion", "buildVersion"] as const) {
    const value = text(machineInfo, key);
    if (value !== undefined) kept[key] = value;
  }
  return kept;
}
