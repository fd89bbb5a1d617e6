/**
 * The inventory of a device and its plan: `/api/mdm/devices/{id}/apps/`, `certificates/`, `profiles/` and `plan/`.
 *
 * @module
 */

import { z } from "zod";
import { type DeviceView, findDevice } from "../../db/devices/device_views.ts";
import { listInstalledApps, listInstalledCertificates, listInstalledProfiles } from "../../db/devices/inventory.ts";
import type { DeviceId } from "../../db/ids.ts";
import { newerOf } from "../../src/devices/fleet_apps.ts";
import { collectInventory } from "../../src/devices/collect_inventory.ts";
import { problem } from "../../src/errors.ts";
import type { Permission } from "../../src/access/actor.ts";
import type { LiveKind } from "../../src/escrow/kinds.ts";
import { revealEscrowed } from "../../src/escrow/reveal.ts";
import { naiveUtc } from "../../src/naive_utc.ts";
import { toPem } from "../../src/pki/certificate.ts";
import { explainChannel } from "../../src/planner/explain.ts";
import type { Step } from "../../src/planner/plan.ts";
import type { Runtime } from "../../src/runtime.ts";
import { endpoint } from "./endpoint.ts";
import { deviceParams, timeOut } from "./fields.ts";

async function mustFind(runtime: Runtime, id: DeviceId): Promise<DeviceView> {
  const device = await findDevice(runtime.sql, id);
  if (device === undefined) throw problem("not-found");
  return device;
}

const stepRepresentation = (step: Step) => ({
  kind: step.kind,
  ...("commandId" in step ? { command_id: step.commandId } : {}),
  ...(step.kind === "command" ? { name: step.name, arguments: step.arguments } : {}),
});

const path = (segment: string) => `/api/mdm/devices/{id}/${segment}/`;
const facts = { method: "GET", permission: "mdm.view_enrolleddevice", tag: "Devices", params: deviceParams } as const;

/** A secret of a device that an endpoint reveals: the current one of the first kind that there is. */
type Reveal = {
  /** The last part of the path, and the field of the answer. */
  field: string;
  permission: Permission;
  kinds: readonly LiveKind[];
  schema: string;
  summary: string;
  /** What follows from a read, beside its event. */
  then?: string;
};

const REVEALS: readonly Reveal[] = [
  {
    field: "filevault_prk",
    permission: "mdm.view_filevault_prk",
    kinds: ["filevault_prk"],
    schema: "DeviceFileVaultPrk",
    summary: "Read the FileVault recovery key of a Mac",
    then: "If the FileVault configuration of the Mac says so, the key is rotated after a delay.",
  },
  {
    field: "device_lock_pin",
    permission: "mdm.view_device_lock_pin",
    kinds: ["device_lock_pin"],
    schema: "DeviceLockPin",
    summary: "Read the PIN that unlocks a device",
  },
  {
    field: "recovery_password",
    permission: "mdm.view_recovery_password",
    kinds: ["recovery_lock_password", "firmware_password"],
    schema: "DeviceRecoveryPassword",
    summary: "Read the recovery lock password or the firmware password of a Mac",
    then:
      "A password is shown after the Mac has verified it, and is replaced after a delay if its configuration says so.",
  },
  {
    field: "activation_lock_bypass_code",
    permission: "mdm.view_activation_lock_bypass",
    kinds: ["activation_lock_bypass_code"],
    schema: "DeviceActivationLockBypassCode",
    summary: "Read the code that removes the Activation Lock of a device's user",
  },
  {
    field: "admin_password",
    permission: "mdm.view_admin_password",
    kinds: ["admin_password"],
    schema: "DeviceAdminPassword",
    summary: "Read the password of a Mac's managed administrator",
    then: "If the DEP enrollment of the Mac says so, the password is replaced after a delay.",
  },
];

const answerWith = (field: string, id: string): z.ZodType<Readonly<Record<string, string | number | null>>> =>
  z.object({ id: z.int(), serial_number: z.string(), [field]: z.string().nullable() }).meta({ id });

const revealing = ({ field, permission, kinds, schema, summary, then }: Reveal) =>
  endpoint({
    ...facts,
    path: path(field),
    permission,
    reasoned: true,
    session: true,
    summary,
    description: ["Each read is recorded as an event.", ...(then === undefined ? [] : [then])].join(" "),
    response: {
      status: 200,
      schema: answerWith(field, schema),
    },
    async handle({ runtime, by, params }) {
      const { id, serialNumber } = await mustFind(runtime, params.id);
      let secret: string | null = null;
      for (const kind of kinds) {
        secret ??= (await revealEscrowed(runtime, by, { deviceId: id, serialNumber }, kind))?.secret ?? null;
      }
      return { id, serial_number: serialNumber, [field]: secret };
    },
  });

/** The endpoints of a device's inventory and plan. */
export const DEVICE_INVENTORY_ENDPOINTS = [
  endpoint({
    method: "POST",
    permission: "mdm.add_devicecommand",
    tag: "Devices",
    path: path("collect_inventory"),
    summary: "Request the inventory of a device",
    description:
      "Queues the inventory commands that the device supports and its blueprint asks for, and wakes the device. A command that is already queued is not queued again.",
    params: deviceParams,
    response: { status: 200, schema: z.object({ commands: z.array(z.string()) }).meta({ id: "InventoryRequest" }) },
    handle: async ({ runtime, by, params }) => ({
      commands: await collectInventory(runtime, by, params.id),
    }),
  }),
  endpoint({
    ...facts,
    path: path("apps"),
    summary: "List the apps of a device",
    response: {
      status: 200,
      schema: z.array(
        z.object({
          identifier: z.string(),
          name: z.string(),
          version: z.string(),
          short_version: z.string(),
          managed: z.boolean().nullable(),
          bundle_size: z.int().nullable().describe("Bytes."),
          dynamic_size: z.int().nullable().describe("Bytes."),
          flags: z.record(z.string(), z.boolean()),
          source: z.string().nullable(),
          catalogue_version: z.string().nullable().describe("The version in Apple's catalogue, if it is later."),
        }).meta({ id: "InstalledApp" }),
      ),
    },
    async handle({ runtime, params }) {
      const { enrollmentId } = await mustFind(runtime, params.id);
      const apps = enrollmentId === null ? [] : await listInstalledApps(runtime.sql, enrollmentId);
      return apps.map(({ id: _, shortVersion, bundleSize, dynamicSize, latest, ...app }) => ({
        ...app,
        catalogue_version: newerOf({ shortVersion, version: app.version, latest }) || null,
        short_version: shortVersion,
        bundle_size: bundleSize,
        dynamic_size: dynamicSize,
      }));
    },
  }),
  endpoint({
    ...facts,
    path: path("certificates"),
    summary: "List the certificates of a device",
    response: {
      status: 200,
      schema: z.array(
        z.object({
          fingerprint: z.string().describe("SHA-256 in hex."),
          certificate: z.string().describe("PEM."),
          subject: z.string(),
          issuer: z.string(),
          serial_number: z.string(),
          not_before: timeOut,
          not_after: timeOut,
          common_name: z.string().nullable(),
        }).meta({ id: "InstalledCertificate" }),
      ),
    },
    async handle({ runtime, params }) {
      const { enrollmentId } = await mustFind(runtime, params.id);
      const rows = enrollmentId === null ? [] : await listInstalledCertificates(runtime.sql, enrollmentId);
      return rows.map((row) => ({
        fingerprint: row.fingerprint,
        certificate: toPem(Uint8Array.from(row.certificate), "CERTIFICATE"),
        subject: row.subject,
        issuer: row.issuer,
        serial_number: row.serialNumber,
        not_before: naiveUtc(row.notBefore),
        not_after: naiveUtc(row.notAfter),
        common_name: row.commonName,
      }));
    },
  }),
  endpoint({
    ...facts,
    path: path("profiles"),
    summary: "List the profiles of a device",
    response: {
      status: 200,
      schema: z.array(
        z.object({
          uuid: z.string(),
          identifier: z.string(),
          display_name: z.string().nullable(),
          description: z.string().nullable(),
          organization: z.string().nullable(),
          removal_disallowed: z.boolean(),
          has_removal_passcode: z.boolean(),
          managed: z.boolean().nullable(),
          encrypted: z.boolean(),
          source: z.string().nullable(),
          payloads: z.array(z.object({
            identifier: z.string(),
            type: z.string(),
            uuid: z.string().nullable(),
            display_name: z.string().nullable(),
          })),
          signers: z.array(z.string()),
        }).meta({ id: "InstalledProfile" }),
      ),
    },
    async handle({ runtime, params }) {
      const { enrollmentId } = await mustFind(runtime, params.id);
      const rows = enrollmentId === null ? [] : await listInstalledProfiles(runtime.sql, enrollmentId);
      return rows.map(({ displayName, removalDisallowed, hasRemovalPasscode, payloads, ...row }) => ({
        ...row,
        payloads: payloads.map(({ displayName, ...payload }) => ({ ...payload, display_name: displayName })),
        display_name: displayName,
        removal_disallowed: removalDisallowed,
        has_removal_passcode: hasRemovalPasscode,
      }));
    },
  }),
  endpoint({
    ...facts,
    path: path("plan"),
    summary: "Explain what a device needs next",
    description:
      "Shows which command the server would send if the device connected now, and why it would not send others.",
    response: {
      status: 200,
      schema: z.object({
        next: z.object({
          kind: z.enum([
            "queued",
            "command",
            "renewal",
            "admin account",
            "recovery password",
            "admin password",
            "cancel",
          ]),
          command_id: z.int().exactOptional().describe("The queued command that would be sent or cancelled."),
          name: z.string().exactOptional().describe("The name of a new command."),
          arguments: z.unknown().exactOptional().describe("The arguments of a new command."),
        }).nullable().describe("The command that would be sent; null if none."),
        plan_again_at: timeOut.nullable(),
        decisions: z.array(z.object({
          scheduler: z.string(),
          subject: z.string(),
          outcome: z.string(),
          evidence: z.string(),
          until: timeOut.nullable(),
          artifact: z.string().nullable(),
          artifact_version: z.string().nullable(),
        })),
      }).meta({ id: "DevicePlan" }),
    },
    async handle({ runtime, params }) {
      const { channelId, checkoutAt } = await mustFind(runtime, params.id);
      if (channelId === null || checkoutAt !== null) return { next: null, plan_again_at: null, decisions: [] };
      const { next, decisions, planAgainAt } = await explainChannel(runtime.sql, runtime, channelId);
      return {
        next: next === null ? null : stepRepresentation(next),
        plan_again_at: planAgainAt === null ? null : naiveUtc(planAgainAt),
        decisions: decisions.map(({ step: _, until, artifact, ...decision }) => ({
          ...decision,
          until: until === undefined ? null : naiveUtc(until),
          artifact: artifact?.id ?? null,
          artifact_version: artifact?.versionId ?? null,
        })),
      };
    },
  }),
  ...REVEALS.map(revealing),
];
