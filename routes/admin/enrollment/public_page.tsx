/**
 * The page that the QR code of an enrollment leads to: for people without an account, on the device that shall enroll.
 *
 * @module
 */

import type { Context, Hono } from "hono";
import { raw } from "hono/html";
import { renderSVG } from "uqr";
import { downloadPublicProfile, openPublicAddress } from "../../../src/enrollment/public_address.ts";
import { asRefusal, type Problem } from "../../../src/errors.ts";
import type { Caller } from "../../../src/events/by.ts";
import { attachment } from "../../attachment.ts";
import type { AppEnv } from "../../context.ts";
import { render, visitorOf } from "../parts/page.tsx";

const PROFILE_TYPE = "application/x-apple-aspen-config";

type Guide = { heading: string; steps: readonly string[] };

const MOBILE: Guide = {
  heading: "On an iPhone or iPad",
  steps: [
    "Open this page in Safari, tap “Install the profile”, then “Allow”.",
    "Open Settings and tap “Profile Downloaded”. If it is not there, tap General, then “VPN & Device Management”.",
    "Tap “Install” and enter the passcode of the device.",
  ],
};

const MAC: Guide = {
  heading: "On a Mac",
  steps: [
    "Open this page in Safari and click “Install the profile”.",
    "Open System Settings, search for “Profiles” or “Device Management”, and open the downloaded profile.",
    "Click “Install” and enter an administrator's password.",
  ],
};

/** The guides for a browser. Safari on an iPad calls itself a Mac's. */
function guidesFor(userAgent: string): readonly Guide[] {
  if (/iPhone|iPad|iPod/.test(userAgent)) return [MOBILE];
  return /Macintosh/.test(userAgent) ? [MAC, MOBILE] : [];
}

/** The request as it may be kept: an address is as good as the profile behind it, so no event and no log gets it. */
function withoutAddress(c: Context<AppEnv>): Caller {
  c.set("request", { ...c.get("request"), path: "/enroll/" });
  return visitorOf(c);
}

function refused(c: Context<AppEnv>, error: Problem): Response {
  for (const [name, value] of Object.entries(error.details.headers ?? {})) c.header(name, value);
  if (error.code === "too-many-requests") {
    return render(c, { title: "Too many attempts", status: 429, body: <p>Try again in a few minutes.</p> });
  }
  return render(c, {
    title: "Not found",
    status: 404,
    body: <p>This address is not valid. Ask your administrator for another one.</p>,
  });
}

function mountOne(
  app: Hono<AppEnv>,
  path: string,
  answer: (c: Context<AppEnv>, by: Caller, address: string) => Promise<Response>,
): void {
  app.get(path, async (c) => {
    const by = withoutAddress(c);
    c.header("X-Robots-Tag", "noindex");
    try {
      return await answer(c, by, c.req.param("address") ?? "");
    } catch (error) {
      const refusal = asRefusal(error);
      if (refusal === undefined || (refusal.code !== "not-found" && refusal.code !== "too-many-requests")) throw error;
      return refused(c, refusal);
    }
  });
}

/** Mounts the page and its profile. */
export function mountPublicEnrollment(app: Hono<AppEnv>): void {
  mountOne(app, "/enroll/:address/", async (c, by, address) => {
    const runtime = c.get("runtime");
    const { displayName } = await openPublicAddress(runtime, by, address);
    const { ORGANIZATION, BASE_URL } = runtime.config;
    const guides = guidesFor(by.request.userAgent);
    const here = `${BASE_URL}/enroll/${address}/`;
    return render(c, {
      title: `Enroll with ${ORGANIZATION}`,
      body: (
        <>
          <p>
            {`${ORGANIZATION} will manage this device: it can install settings and apps, and lock or erase the device.`}
          </p>
          {displayName === ORGANIZATION ? null : <p class="faint">{displayName}</p>}
          {guides.length === 0
            ? (
              <>
                <p>Open this page on the iPhone, iPad or Mac that you want to enroll.</p>
                <div class="qr" role="img" aria-label="QR code of this page">{raw(renderSVG(here, { border: 0 }))}</div>
              </>
            )
            : (
              <>
                <p>
                  <a class="button" href={`/enroll/${address}/profile/`}>Install the profile</a>
                </p>
                {guides.map(({ heading, steps }) => (
                  <section class="card">
                    <h2>{heading}</h2>
                    <ol>{steps.map((step) => <li>{step}</li>)}</ol>
                  </section>
                ))}
              </>
            )}
        </>
      ),
    });
  });
  mountOne(
    app,
    "/enroll/:address/profile/",
    async (c, by, address) =>
      attachment(
        await downloadPublicProfile(c.get("runtime"), by, address),
        PROFILE_TYPE,
        "enrollment.mobileconfig",
      ),
  );
}
