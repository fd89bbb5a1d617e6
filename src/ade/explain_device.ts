/**
 * Where a device stands at Apple, in sentences: which server it is assigned to, which profile it has, what it waits for,
 * and what happens next. Pure.
 *
 * @module
 */

import type { TokenVerdict } from "./health.ts";

/** A row of the device at one virtual server. */
export type DeviceAtServer = {
  virtualServerId: number;
  virtualServerName: string;
  lastOpType: string;
  lastOpDate: Date | null;
  profileStatus: string;
  profileUuid: string | null;
  profileAssignTime: Date | null;
  profilePushTime: Date | null;
  enrollmentName: string | null;
  wantedEnrollmentName: string | null;
  assignStatus: string;
  assignAt: Date | null;
  throttledUntil: Date | null;
  disownedAt: Date | null;
};

/** What is known besides the rows. */
export type Surroundings = {
  /** Of the server that is looked at. */
  token: TokenVerdict;
  defaultEnrollmentName: string | null;
  /** Names of the other servers that have the device now. */
  elsewhere: readonly string[];
  now: Date;
};

/** A step of the explanation; `tone` says whether it goes on by itself. */
export type Explained = { text: string; tone: "good" | "warn" | "bad" };

const time = (at: Date) => `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
const since = (at: Date | null) => at === null ? "" : ` since ${time(at)}`;

/** Returns the explanation. */
export function explainDevice(
  device: DeviceAtServer,
  { token, defaultEnrollmentName, elsewhere, now }: Surroundings,
): Explained[] {
  const { virtualServerName: server } = device;
  if (device.disownedAt !== null) {
    return [{
      tone: "bad",
      text: `The organization gave this device up on ${time(device.disownedAt)}. It cannot be assigned again.`,
    }];
  }
  if (device.lastOpType === "deleted") {
    return [
      { tone: "bad", text: `Apple does not assign this device to ${server} any more${since(device.lastOpDate)}.` },
      elsewhere.length > 0 ? { tone: "good", text: `It is assigned to ${elsewhere.join(" and ")}.` } : {
        tone: "warn",
        text: `To manage it again, assign it to ${server} in Apple Business Manager or Apple School Manager.`,
      },
    ];
  }
  const steps: Explained[] = [{
    tone: "good",
    text: `Apple assigns this device to ${server}${since(device.lastOpDate)}.`,
  }];
  if (token.state !== "ok" && token.state !== "expiring") {
    steps.push({ tone: "bad", text: `Changes do not reach Apple now: ${token.sentence} ${token.cure}` });
  }
  steps.push(profileStep(device), ...waitingSteps(device, now));
  if (!hasProfile(device) && device.wantedEnrollmentName === null) {
    steps.push(
      defaultEnrollmentName === null
        ? {
          tone: "warn",
          text: `${server} has no default enrollment. Assign an enrollment here, or set a default one for the server.`,
        }
        : {
          tone: "good",
          text: device.assignStatus === "FAILED"
            ? `The server tries the default enrollment ${defaultEnrollmentName} again six hours after Apple refused it.`
            : `The next sync assigns the default enrollment ${defaultEnrollmentName}.`,
        },
    );
  }
  return steps;
}

const hasProfile = ({ profileUuid, profileStatus }: DeviceAtServer): boolean =>
  profileUuid !== null && profileStatus !== "empty" && profileStatus !== "removed";

function profileStep(device: DeviceAtServer): Explained {
  const name = device.enrollmentName === null
    ? "a profile that is no enrollment of this server"
    : `the enrollment ${device.enrollmentName}`;
  switch (device.profileStatus) {
    case "assigned":
      return {
        tone: device.enrollmentName === null ? "warn" : "good",
        text: `It has ${name}${since(device.profileAssignTime)}, and gets it whenever it is set up.`,
      };
    case "pushed":
      return {
        tone: device.enrollmentName === null ? "warn" : "good",
        text: `Setup Assistant took ${name}${
          device.profilePushTime === null ? "" : ` on ${time(device.profilePushTime)}`
        }.`,
      };
    case "removed":
      return {
        tone: "warn",
        text: "Apple dropped its profile when the device was assigned again. It enrolls with none until it gets one.",
      };
    default:
      return { tone: "warn", text: "It has no profile yet: Setup Assistant does not enroll it." };
  }
}

function waitingSteps(
  { wantedEnrollmentName: wanted, throttledUntil, assignStatus, assignAt }: DeviceAtServer,
  now: Date,
): Explained[] {
  if (wanted !== null) {
    return [
      throttledUntil !== null && throttledUntil > now
        ? {
          tone: "warn",
          text: `Apple throttles the assignment of ${wanted}. The server tries again after ${time(throttledUntil)}.`,
        }
        : { tone: "good", text: `The server assigns ${wanted} in a moment.` },
    ];
  }
  if (assignStatus === "" || assignStatus === "SUCCESS") return [];
  return [{ tone: "bad", text: `Apple's answer to the last assignment${since(assignAt)} is ${assignStatus}.` }];
}
