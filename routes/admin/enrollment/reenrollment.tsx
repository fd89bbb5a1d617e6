/**
 * Re-enrollment without confirmation: its risk, and its switch.
 *
 * @module
 */

import type { Hono } from "hono";
import type { OtaEnrollmentRow } from "../../../db/enrollment/ota_enrollments.ts";
import { setReenrollmentWithoutConfirmation } from "../../../src/enrollment/ota_enrollments.ts";
import type { AppEnv } from "../../context.ts";
import { Csrf } from "../parts/components.tsx";
import { Check } from "../parts/form_parts.tsx";
import { action, type FormState, type PageContext } from "../parts/page.tsx";

const OPENS =
  "Any holder of this enrollment's profile can then replace any enrolled device, and gets its tags, values and profiles.";

/** The choice for a new enrollment. */
export function ReenrollmentChoice({ state }: { state: FormState | undefined }) {
  return (
    <Check
      name="reenrollment_without_confirmation"
      label="Re-enrollment without confirmation"
      help={OPENS}
      value={false}
      state={state}
    />
  );
}

/** The current choice of an enrollment, and the switch. */
export function Reenrollment({ enrollment, context }: { enrollment: OtaEnrollmentRow; context: PageContext }) {
  return (
    <>
      <h2>Re-enrollment</h2>
      {enrollment.reenrollmentWithoutConfirmation
        ? (
          <p>
            No confirmation is needed. {OPENS}
          </p>
        )
        : (
          <p>
            A device that states the serial number or UDID of an enrolled device can enroll after you confirm its{" "}
            <a href="/claims/">claim</a>. Without confirmation: {OPENS}
          </p>
        )}
      <form method="post" action={`/enrollments/${enrollment.id}/reenrollment/`}>
        <Csrf context={context} />
        {enrollment.reenrollmentWithoutConfirmation
          ? <button type="submit" class="plain">Require confirmation</button>
          : (
            <>
              <label class="check">
                <input type="checkbox" name="without_confirmation" required /> Re-enrollment without confirmation
              </label>
              <button type="submit" class="danger">Save</button>
            </>
          )}
      </form>
    </>
  );
}

/** Mounts the action of the switch. */
export function mountReenrollment(app: Hono<AppEnv>): void {
  action(app, "/enrollments/:id/reenrollment/", "mdm.change_otaenrollment", async (context, form) => {
    const allowed = form.has("without_confirmation");
    await setReenrollmentWithoutConfirmation(context.runtime, context.by, context.id(), allowed);
    return `/enrollments/${context.id()}/?done=saved`;
  });
}
