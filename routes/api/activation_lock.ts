/**
 * The Activation Lock of devices: `/api/mdm/devices/{id}/activation_lock/`.
 *
 * @module
 */

import { z } from "zod";
import { lockActivation, unlockActivation } from "../../src/ade/activation_lock.ts";
import { lostMessage } from "../../src/ade/lost_message.ts";
import { endpoint, NO_CONTENT } from "./endpoint.ts";
import { deviceParams } from "./fields.ts";

/** The endpoints of Activation Locks. */
export const ACTIVATION_LOCK_ENDPOINTS = [
  endpoint({
    method: "POST",
    path: "/api/mdm/devices/{id}/activation_lock/",
    permission: "mdm.add_devicecommand",
    tag: "Devices",
    summary: "Lock an iPhone or iPad to the organization",
    description:
      "Apple locks the device, which must be assigned to a virtual server. The bypass code is escrowed first. Not for roles " +
      "with a list of commands.",
    params: deviceParams,
    body: z.object({ lost_message: lostMessage.default("") }).meta({
      id: "ActivationLockRequest",
      examples: [{ lost_message: "Please call us." }],
    }),
    response: NO_CONTENT,
    handle: async ({ runtime, by, params, body }) => {
      await lockActivation(runtime, by, params.id, body.lost_message);
    },
  }),
  endpoint({
    method: "POST",
    path: "/api/mdm/devices/{id}/activation_lock/remove/",
    permission: "mdm.add_devicecommand",
    tag: "Devices",
    summary: "Remove the Activation Lock of a device",
    description:
      "Apple removes it if one of the stored bypass codes is the right one: that of the device, or the organization's. Not for " +
      "roles with a list of commands.",
    params: deviceParams,
    response: NO_CONTENT,
    handle: async ({ runtime, by, params }) => {
      await unlockActivation(runtime, by, params.id);
    },
  }),
];
