/**
 * Applies the effects of a device's answer to its records, in the transaction that finishes the command.
 *
 * @module
 */

import { createHash } from "node:crypto";
import {
  type CollectedLists,
  findCollectedLists,
  type InstalledAppRow,
  type InstalledCertificateRow,
  type OddRow,
  replaceApps,
  replaceCertificates,
  replaceProfiles,
} from "../../db/devices/inventory.ts";
import { countRemoval } from "../../db/devices/escrowed_passwords.ts";
import { type EnrollmentChange, updateEnrollment } from "../../db/enrollment/enrollments.ts";
import { recordRefused, recordTold } from "../../db/work/channel_plans.ts";
import { confirmApps, confirmationRefused, recordBegun } from "../blueprints/confirm_apps.ts";
import { confirmInHouseApps } from "../blueprints/confirm_in_house_apps.ts";
import { confirmManagedApps, recordStoreAppAnswer } from "../blueprints/confirm_store_apps.ts";
import type { ObservedStatus } from "../blueprints/observed_artifact.ts";
import { failureInfo, recordSeen, type SeenVersion } from "../blueprints/record_observations.ts";
import { recordRemoved } from "../blueprints/record_removed.ts";
import { rejectionVerdict } from "../blueprints/store_app_states.ts";
import { verifyProfiles } from "../blueprints/verify_profiles.ts";
import { verifyProvisioningProfiles } from "../blueprints/verify_provisioning_profiles.ts";
import type { Effect } from "../commands/effect.ts";
import { installedApplicationList } from "../commands/installed_application_list.ts";
import { managedApplicationList } from "../commands/managed_application_list.ts";
import { profileList } from "../commands/profile_list.ts";
import { provisioningProfileList } from "../commands/provisioning_profile_list.ts";
import { queueCommand } from "../commands/queue.ts";
import type { AnyCommand } from "../commands/registry.ts";
import { keepList, MOST_ODD_ROWS, oddRow } from "../devices/keep_list.ts";
import { keepLocation } from "../devices/location.ts";
import { withRepeats } from "../devices/repeated_apps.ts";
import { denyPasswordOf } from "../escrow/passwords.ts";
import { recordEvents } from "../events/record.ts";
import { endRecoveryKey, receiveRecoveryKey } from "../filevault/receive_key.ts";
import { foreignText } from "../foreign_text.ts";
import { parseCertificate } from "../pki/certificate.ts";
import { PkiError } from "../pki/errors.ts";
import type { JsonObject } from "../protocol/plist_json.ts";
import { redeliver, variablesOf } from "../variables/redeliver.ts";
import { applyFilevault, verifyFilevault } from "./apply_filevault.ts";
import {
  applyAdminAccount,
  applyBypassCode,
  applyBypassCodeCleared,
  applyLockPin,
  applyNoAdminAccount,
  applyPasswordChecked,
  applyPasswordTaken,
  reconcilePasswords,
} from "./apply_passwords.ts";
import { artifactOwnerOf, type TargetedConversation } from "./conversation.ts";

type EffectOf<Kind extends Effect["kind"]> = Extract<Effect, { kind: Kind }>;

/** Present values only: an absent fact keeps the stored value. */
function present<T extends object>(values: T): Partial<T> {
  const result: Partial<T> = {};
  for (const key in values) if (values[key] !== undefined) result[key] = values[key];
  return result;
}

/** Returns the last of the rows that share a key. */
function distinct<T>(rows: readonly T[], keyOf: (row: T) => string): T[] {
  return [...new Map(rows.map((row) => [keyOf(row), row])).values()];
}

async function applyDeviceInformation(
  { values: v, raw, partial }: EffectOf<"deviceInformation">,
  context: TargetedConversation,
) {
  const change = present({
    platform: v.platform ?? undefined,
    awaitingConfiguration: v.awaitingConfiguration,
    name: v.name,
    model: v.model,
    osVersion: v.osVersion,
    osVersionExtra: v.osVersionExtra,
    buildVersion: v.buildVersion,
    buildVersionExtra: v.buildVersionExtra,
    appleSilicon: v.appleSilicon,
    supervised: v.supervised,
    sharedIpad: v.sharedIpad,
    lostMode: v.lostMode,
  }) as EnrollmentChange;
  const { tx, runtime, owner, now } = context;
  const changed = await updateEnrollment(
    tx,
    owner.enrollmentId,
    partial
      ? { ...change, someDeviceInformation: raw }
      : { ...change, deviceInformation: raw, deviceInformationAt: now },
    now,
  );
  await redeliver(tx, runtime, { deviceId: owner.deviceId }, variablesOf(changed), "device");
  // In Setup Assistant the account is still to be created.
  if (v.autoSetupAdminAccounts?.length === 0 && v.awaitingConfiguration === false) await applyNoAdminAccount(context);
}

async function applySecurityInfo({ values: v, raw }: EffectOf<"securityInfo">, context: TargetedConversation) {
  const change = present({
    depEnrollment: v.depEnrollment,
    userEnrollment: v.userEnrollment,
    userApprovedEnrollment: v.userApproved,
    activationLockManageable: v.activationLockManageable,
  }) as EnrollmentChange;
  const { tx, owner, now } = context;
  await reconcilePasswords(v, context);
  await updateEnrollment(tx, owner.enrollmentId, { ...change, securityInfo: raw, securityInfoAt: now }, now);
}

/**
 * Whether a list is the device's inventory. That of a user's channel is not: it has what the user can see. What a person has
 * asked for is, if the blueprint collects that list.
 */
async function isInventory(
  kind: keyof CollectedLists,
  { byHand, managedOnly }: { byHand?: true; managedOnly: boolean },
  { tx, owner, target }: TargetedConversation,
): Promise<boolean> {
  if (owner.userKey !== "") return false;
  if (byHand !== true) return true;
  const level = (await findCollectedLists(tx, owner.enrollmentId))[kind];
  // A user enrollment never lists more than the managed ones.
  return level === "all" ? !managedOnly || target.userEnrollment === true : level === "managed" && managedOnly;
}

async function applyManagedApps(effect: EffectOf<"managedApps">, context: TargetedConversation) {
  const { tx, runtime, by, owner, target } = context;
  await confirmManagedApps(tx, runtime, by, artifactOwnerOf(context), effect);
  const identifiers = await confirmInHouseApps(tx, runtime, by, artifactOwnerOf(context), effect);
  if (identifiers.length === 0 || installedApplicationList.invalidFor(target) !== null) return;
  await queueCommand(tx, runtime, installedApplicationList, target, owner.channelId, { identifiers }, {
    singleton: "InstalledApplicationList of installations",
    byPlan: true,
  });
}

async function applyApps(effect: EffectOf<"apps">, context: TargetedConversation) {
  const { tx, runtime, by, owner, now } = context;
  await confirmApps(tx, runtime, by, artifactOwnerOf(context), {
    ...effect,
    complete: effect.identifiers === null && !effect.managedOnly,
    unmanaged: managedApplicationList.invalidFor(context.target) !== null,
  });
  // An answer about selected apps does not cover the others.
  if (effect.identifiers !== null || !await isInventory("apps", effect, context)) return;
  const rows = effect.apps.map((app): InstalledAppRow => ({
    identifier: app.identifier ?? "",
    name: app.name ?? "",
    version: app.version ?? "",
    shortVersion: app.shortVersion ?? "",
    managed: effect.managedOnly ? true : null,
    bundleSize: app.bundleSize,
    dynamicSize: app.dynamicSize,
    flags: app.flags,
    source: app.source,
  }));
  const key = (row: InstalledAppRow) => JSON.stringify([row.identifier, row.name, row.version, row.shortVersion]);
  const { enrollmentId } = owner;
  await keepList(
    tx,
    enrollmentId,
    "apps",
    withRepeats(distinct(rows, key)),
    [],
    (inner, some) => replaceApps(inner, enrollmentId, some, now),
  );
}

/**
 * Certificates of one list that are read: a device has some dozens of identities. The attack: each costs more to read than its
 * bytes cost to send, and a list of 30 MB has tens of thousands.
 */
const MOST_CERTIFICATES = 5000;

async function applyCertificates(effect: EffectOf<"certificates">, context: TargetedConversation) {
  const { tx, owner, now } = context;
  if (!await isInventory("certificates", effect, context)) return;
  const odd: OddRow[] = [];
  const setApart = (raw: unknown, reason: string) => {
    if (odd.length < MOST_ODD_ROWS) odd.push(oddRow(raw, reason));
    return [];
  };
  const more = effect.certificates.length - MOST_CERTIFICATES;
  if (more > 0) {
    setApart({ more }, `The list has ${more} certificates more than the ${MOST_CERTIFICATES} that are kept`);
  }
  const rows = effect.certificates.slice(0, MOST_CERTIFICATES).flatMap(
    ({ der, commonName }): InstalledCertificateRow[] => {
      try {
        const certificate = parseCertificate(Uint8Array.from(der));
        // X.509 has a year 0, PostgreSQL has none.
        if ([certificate.notBefore, certificate.notAfter].some((date) => date.getUTCFullYear() < 1)) {
          return setApart(
            { commonName, der },
            "Cannot keep the certificate: its validity begins or ends in the year 0",
          );
        }
        return [{
          fingerprint: certificate.fingerprint,
          certificate: certificate.der,
          subject: foreignText(String(certificate.subject)),
          issuer: foreignText(String(certificate.issuer)),
          serialNumber: certificate.serialNumber,
          notBefore: certificate.notBefore,
          notAfter: certificate.notAfter,
          commonName,
        }];
      } catch (error) {
        if (!(error instanceof PkiError)) throw error;
        return setApart({ commonName, der }, error.message);
      }
    },
  );
  const { enrollmentId } = owner;
  await keepList(
    tx,
    enrollmentId,
    "certificates",
    distinct(rows, ({ fingerprint }) => fingerprint),
    odd,
    (inner, some) => replaceCertificates(inner, enrollmentId, some, now),
  );
}

async function applyProfiles(effect: EffectOf<"profiles">, context: TargetedConversation) {
  const { tx, runtime, by, owner, now } = context;
  const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
  const rows = effect.profiles.map(({ signers, ...profile }) => ({ ...profile, signers: signers.map(sha256) }));
  const key = ({ uuid, identifier }: { uuid: string; identifier: string }) => JSON.stringify([uuid, identifier]);
  const { enrollmentId } = owner;
  if (effect.inventory && await isInventory("profiles", effect, context)) {
    await keepList(
      tx,
      enrollmentId,
      "profiles",
      distinct(rows, key),
      [],
      (inner, some) => replaceProfiles(inner, enrollmentId, some, now),
    );
  }
  await verifyProfiles(tx, runtime, by, artifactOwnerOf(context), effect.profiles);
  await verifyFilevault(effect.profiles, context);
}

const ARTIFACT_STATUS = {
  accepted: "Acknowledged",
  failed: "Failed",
  removed: "Uninstalled",
  removalFailed: "RemovalFailed",
} as const satisfies Record<Exclude<EffectOf<"artifact">["outcome"], "begun">, ObservedStatus>;

async function applyArtifact(effect: EffectOf<"artifact">, context: TargetedConversation) {
  const { tx, runtime, by } = context;
  const { contentRevision, attempt, rejection } = effect;
  const verdict = rejection === undefined ? undefined : rejectionVerdict(rejection);
  const refused = verdict?.state === "failed" ? verdict : undefined;
  // An acknowledgement that says why the app is not installed is none.
  const outcome = refused === undefined || effect.outcome !== "begun" ? effect.outcome : "failed";
  if (outcome === "begun") {
    const begun = { versionId: effect.artifactVersion, contentRevision, attempt };
    return await recordBegun(tx, runtime, by, artifactOwnerOf(context), begun);
  }
  const seen: SeenVersion = {
    versionId: effect.artifactVersion,
    status: ARTIFACT_STATUS[outcome],
    via: "command",
    contentRevision: effect.contentRevision,
    extraInfo: refused === undefined
      ? failureInfo(effect.errors)
      : { ...Object(failureInfo(effect.errors)), reason: refused.sentence, rejection },
    uniqueInstallIdentifier: effect.attempt,
    ...(refused?.final === true ? { final: true } : {}),
  };
  if (outcome === "removed") return await recordRemoved(tx, runtime, by, artifactOwnerOf(context), seen);
  await recordSeen(tx, runtime, by, artifactOwnerOf(context), [seen]);
}

/** Seconds from an installation to the question for the list: one answers for all that follow each other closely. */
const VERIFY_SECONDS = 120;

async function askForList(
  list: AnyCommand,
  input: JsonObject,
  { tx, runtime, owner, target, now }: TargetedConversation,
) {
  if (list.invalidFor(target) !== null) return;
  await queueCommand(tx, runtime, list, target, owner.channelId, input, {
    singleton: `${list.name} after installations`,
    notBefore: new Date(now.getTime() + VERIFY_SECONDS * 1000),
  });
}

async function applyReleased({ because }: EffectOf<"released">, { tx, runtime, by, owner, now }: TargetedConversation) {
  const change = { awaitingConfiguration: false, releasedBecause: because } as const;
  await updateEnrollment(tx, owner.enrollmentId, change, now);
  await recordEvents(tx, runtime, by, [{
    type: "device_configured",
    serialNumber: owner.serialNumber,
    objects: { device: [owner.deviceId] },
    payload: { because },
  }]);
}

/** Applies one effect. */
export async function applyEffect(effect: Effect, context: TargetedConversation): Promise<void> {
  const { tx, runtime, by, owner, command } = context;
  switch (effect.kind) {
    case "deviceInformation":
      return await applyDeviceInformation(effect, context);
    case "securityInfo":
      return await applySecurityInfo(effect, context);
    case "apps":
      return await applyApps(effect, context);
    case "managedApps":
      return await applyManagedApps(effect, context);
    case "storeApp":
      return await recordStoreAppAnswer(tx, runtime, by, artifactOwnerOf(context), effect);
    case "appsRefused":
      return await confirmationRefused(tx, runtime, artifactOwnerOf(context));
    case "certificates":
      return await applyCertificates(effect, context);
    case "profiles":
      return await applyProfiles(effect, context);
    case "verifyProfiles":
      return await askForList(profileList, { managed_only: true, verify_only: true }, context);
    case "provisioningProfiles":
      return await verifyProvisioningProfiles(tx, runtime, by, artifactOwnerOf(context), effect.uuids);
    case "verifyProvisioningProfiles":
      return await askForList(provisioningProfileList, {}, context);
    case "lockPin":
      return await applyLockPin(effect.pin, context);
    case "lostMode":
      await updateEnrollment(tx, owner.enrollmentId, { lostMode: effect.on }, context.now);
      return;
    case "location":
      return await keepLocation(tx, runtime, owner, effect);
    case "released":
      return await applyReleased(effect, context);
    case "adminAccount":
      await updateEnrollment(tx, owner.enrollmentId, { accountConfiguredAt: context.now }, context.now);
      return await applyAdminAccount(effect.password, context);
    case "passwordTaken":
      return await applyPasswordTaken(effect, context);
    case "passwordRefused":
      if (command !== undefined) {
        await denyPasswordOf(tx, runtime, owner, effect.secret, { commandUuid: command.uuid });
      }
      if (effect.clear) await countRemoval(tx, owner.deviceId, effect.secret);
      return;
    case "passwordChecked":
      return await applyPasswordChecked(effect, context);
    case "bypassCode":
      return await applyBypassCode(effect.code, context);
    case "bypassCodeCleared":
      return await applyBypassCodeCleared(context);
    case "adminAccountRefused":
      await updateEnrollment(tx, owner.enrollmentId, { accountRefusedAt: context.now }, context.now);
      if (command === undefined) return;
      // It may be the second time that the Mac was told, and the first answer was lost: the password is kept.
      return await denyPasswordOf(tx, runtime, owner, "admin_password", { commandUuid: command.uuid });
    case "artifact":
      return await applyArtifact(effect, context);
    case "declarationsTold":
      await recordTold(tx, owner.channelId, effect.token, context.now);
      return;
    case "declarationsRefused":
      return await recordRefused(tx, owner.channelId, effect.token, context.now);
    case "prkCms":
      await receiveRecoveryKey(tx, runtime, by, owner, effect.cms, { reason: "reported", command });
      return;
    case "prkGone":
      return await endRecoveryKey(tx, runtime, by, owner, command);
    case "filevaultSetUp":
    case "filevaultRemoved":
    case "filevaultRefused":
    case "prkRotated":
    case "prkRotationRefused":
      return await applyFilevault(effect, context);
    case "unreadable":
      return runtime.log.warn("Cannot use the result of a command", { device: owner.deviceId, reason: effect.reason });
  }
}
