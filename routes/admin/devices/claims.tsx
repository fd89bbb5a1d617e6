/**
 * Claims: devices that wait for an operator's decision about their hardware, and identities that may have been copied.
 *
 * @module
 */

import type { Hono } from "hono";
import { listUnproven } from "../../../db/devices/hardware.ts";
import { type ClaimRow, listClaims } from "../../../db/enrollment/enrollment_claims.ts";
import { type IdentityAlertKind, listIdentityAlerts } from "../../../db/enrollment/identity_alerts.ts";
import { dismissAlert } from "../../../src/devices/successors.ts";
import { decideOnClaim } from "../../../src/enrollment/hardware_claims.ts";
import type { AppEnv } from "../../context.ts";
import { CLAIM_WORDS } from "../../state_words.ts";
import { ActionButton, StateChip, Table, Time } from "../parts/components.tsx";
import { action, type Page, page, type PageContext } from "../parts/page.tsx";

const SHOWN = 100;

const REASONS: Record<ClaimRow["reason"], string> = {
  "udid enrolled": "A device with this UDID is enrolled.",
  "serial number enrolled": "Another device with this serial number is enrolled.",
  "serial number changed": "The UDID belongs to a device with another serial number. This cannot be confirmed.",
};

const EVIDENCE: Record<string, string> = {
  "limited profile": "The profile was downloaded for this serial number and UDID.",
  "apple device": "The message was signed by an Apple device, not necessarily this one.",
  "device assignment": "The serial number is assigned to this server by Apple.",
};

const ALERTS: Record<IdentityAlertKind, string> = {
  "second successor":
    "The device requested a second renewal certificate while the first one is unused. It continues to use its current certificate. If the device cannot use the first one, discard it. Otherwise dismiss this alert.",
  "retired identity": "A replaced identity is still in use.",
  "cloned identity": "Its identity was used with another UDID.",
};

function Claim({ claim, context, now }: { claim: ClaimRow; context: PageContext; now: Date }) {
  const may = context.may("mdm.change_enrollmentclaim");
  const name = claim.deviceName || "the device";
  return (
    <tr>
      <td>
        {claim.deviceName} <span class="faint">{claim.model}</span>
        <br />
        <code class="serial">{claim.serialNumber}</code>
        <br />
        <code>{claim.udid}</code>
      </td>
      <td>
        {REASONS[claim.reason]}
        {claim.deviceId === null ? null : (
          <>
            {" "}
            <a href={`/devices/${claim.deviceId}/`}>
              {claim.knownName || claim.knownSerialNumber || "The known device"}
            </a>
          </>
        )}
        {claim.hardwareEvidence === null ? null : <p class="faint">{EVIDENCE[claim.hardwareEvidence]}</p>}
        {claim.severalCertificates
          ? (
            <p class="faint">
              The attempts used different certificates. More than one device may be claiming this hardware.
            </p>
          )
          : null}
      </td>
      <td>
        <a
          href={claim.otaEnrollmentId === null
            ? `/enrollments/automated/${claim.depEnrollmentId}/`
            : `/enrollments/${claim.otaEnrollmentId}/`}
        >
          {claim.enrollmentName}
        </a>
        <br />
        <span class="faint">{`from ${claim.ip}`}</span>
      </td>
      <td>
        <Time at={claim.attemptedAt} now={now} />
        <br />
        <span class="faint">{claim.attempts === 1 ? "1 attempt" : `${claim.attempts} attempts`}</span>
      </td>
      <td>
        <StateChip word={CLAIM_WORDS[claim.state]} />
        {claim.decidedBy === null ? null : <span class="faint">{`by ${claim.decidedBy}`}</span>}
        {!may ? null : (
          <>
            {claim.state === "confirmed" || claim.reason === "serial number changed" ? null : (
              <ActionButton
                context={context}
                action={`/claims/${claim.id}/confirm/`}
                label="Confirm"
                tone="plain"
                confirm={`Confirm the claim of ${name}? If it enrolls within 24 hours, the current enrollment of this hardware ends and the new one gets its tags and values.`}
              />
            )}
            {claim.state === "dismissed"
              ? null
              : <ActionButton context={context} action={`/claims/${claim.id}/dismiss/`} label="Dismiss" tone="quiet" />}
          </>
        )}
      </td>
    </tr>
  );
}

async function claimsPage(context: PageContext): Promise<Page> {
  const { sql, clock } = context.runtime;
  const now = clock.now();
  const pending = context.url.searchParams.get("state") === "pending";
  const only = context.only("mdm.view_enrollmentclaim");
  const [claims, unproven, alerts] = await Promise.all([
    listClaims(sql, { limit: SHOWN, offset: 0, only, ...(pending ? { state: "pending" } : {}) }, now),
    listUnproven(sql, SHOWN, only),
    listIdentityAlerts(sql, { limit: SHOWN, offset: 0, only }),
  ]);
  const may = context.may("mdm.change_enrollmentclaim");
  return {
    title: "Claims",
    body: (
      <>
        <p>
          During enrollment a device states its own serial number and UDID. If they belong to an enrolled device, the
          installation fails until you confirm the claim here. Then install the enrollment profile again.
        </p>
        {pending
          ? (
            <p>
              <a href="/claims/">Also show decided claims</a>
            </p>
          )
          : null}
        <Table
          caption={claims.count === 1 ? "1 claim" : `${claims.count} claims`}
          head={["Device", "Claim", "Enrollment", "Last attempt", "State"]}
          empty="No claims."
          rows={claims.rows.map((claim) => <Claim claim={claim} context={context} now={now} />)}
        />
        <h2 id="hardware">Hardware to confirm</h2>
        <p>
          These devices are enrolled under a serial number or UDID that was known before. Until you confirm the
          hardware, they have only the tags of their enrollment, and none of the tags, values or profiles of the
          hardware.
        </p>
        <Table
          caption={unproven.count === 1 ? "1 device" : `${unproven.count} devices`}
          head={["Device", "Serial number", "UDID", "Enrolled", ""]}
          empty="The hardware of every enrolled device is confirmed."
          rows={unproven.rows.map((device) => (
            <tr>
              <td>
                <a href={`/devices/${device.id}/`}>{device.name || device.serialNumber}</a>
              </td>
              <td>
                <code class="serial">{device.serialNumber}</code>
              </td>
              <td>
                <code>{device.udid}</code>
              </td>
              <td>
                <Time at={device.enrolledAt} now={now} />
              </td>
              <td>
                {may
                  ? (
                    <ActionButton
                      context={context}
                      action={`/devices/${device.id}/confirm-hardware/`}
                      label="Confirm hardware"
                      tone="plain"
                      confirm={`Confirm that ${
                        device.name || device.serialNumber
                      } is this hardware? It gets the tags, values and profiles of its serial number.`}
                    />
                  )
                  : null}
              </td>
            </tr>
          ))}
        />
        <h2 id="identities">Identities</h2>
        <p>
          These identities may have been copied. If you cannot explain an alert, block the device, or erase it and
          enroll it again.
        </p>
        <Table
          caption={alerts.count === 1 ? "1 alert" : `${alerts.count} alerts`}
          head={["Device", "Alert", "Last occurrence", ""]}
          empty="No identity alerts."
          rows={alerts.rows.map((alert) => (
            <tr>
              <td>
                <a href={`/devices/${alert.deviceId}/`}>{alert.deviceName || alert.serialNumber}</a>
              </td>
              <td>{ALERTS[alert.kind]}</td>
              <td>
                <Time at={alert.attemptedAt} now={now} />
                <br />
                <span class="faint">
                  {`${alert.attempts === 1 ? "once" : `${alert.attempts} times`}, from ${alert.ip}`}
                </span>
              </td>
              <td>
                {!may ? null : (
                  <>
                    {alert.kind === "second successor"
                      ? (
                        <ActionButton
                          context={context}
                          action={`/devices/${alert.deviceId}/discard-successor/`}
                          label="Discard the unused certificate"
                          tone="plain"
                          confirm={`Discard the unused certificate of ${
                            alert.deviceName || alert.serialNumber
                          }? It stops working, and the device can request another.`}
                        />
                      )
                      : null}
                    <ActionButton
                      context={context}
                      action={`/claims/alerts/${alert.id}/dismiss/`}
                      label="Dismiss"
                      tone="quiet"
                    />
                  </>
                )}
              </td>
            </tr>
          ))}
        />
      </>
    ),
  };
}

/** Mounts the page and the actions of its forms. */
export function mountClaims(app: Hono<AppEnv>): void {
  page(app, "/claims/", "mdm.view_enrollmentclaim", claimsPage);
  action(app, "/claims/:id/confirm/", "mdm.change_enrollmentclaim", async ({ runtime, by, id }) => {
    await decideOnClaim(runtime, by, id(), "confirmed");
    return "/claims/?done=confirmed";
  });
  action(app, "/claims/:id/dismiss/", "mdm.change_enrollmentclaim", async ({ runtime, by, id }) => {
    await decideOnClaim(runtime, by, id(), "dismissed");
    return "/claims/?done=dismissed";
  });
  action(app, "/claims/alerts/:id/dismiss/", "mdm.change_enrollmentclaim", async ({ runtime, by, id }) => {
    await dismissAlert(runtime, by, id());
    return "/claims/?done=dismissed";
  });
}
