/**
 * What the states mean that devices say of apps of the App Store: the one table.
 *
 * Pure. Sources: Apple, "Managed Application List", "Install Application" and the status item `app.managed.list`
 * (developer.apple.com/documentation/devicemanagement).
 *
 * @module
 */

/** How far an installation is. */
export type StoreProgress = "queued" | "asking" | "downloading" | "installing";

/** The meaning of a state, with a sentence for people. */
export type StoreVerdict =
  /** `managed`: whether it is the app that the device was sent, under management. */
  | { state: "installed"; managed: boolean; sentence: string }
  | { state: "in progress"; progress: StoreProgress; sentence: string }
  /** A person said no: it is asked again when somebody retries. */
  | { state: "declined"; sentence: string }
  /** `final`: trying again does not help. */
  | { state: "failed"; final: boolean; sentence: string }
  /** A person removed it. */
  | { state: "removed"; sentence: string }
  | { state: "unknown"; sentence: string };

const progress = (progress: StoreProgress, sentence: string): StoreVerdict => ({
  state: "in progress",
  progress,
  sentence,
});
const installed = (managed: boolean, sentence: string): StoreVerdict => ({ state: "installed", managed, sentence });
const declined = (sentence: string): StoreVerdict => ({ state: "declined", sentence });
const failed = (final: boolean, sentence: string): StoreVerdict => ({ state: "failed", final, sentence });

const PROMPT = "The device asks its user to install the app.";
const LOGIN = "The device asks its user to sign in at the App Store.";

/** The states of managed apps. */
const STATES: Readonly<Record<string, StoreVerdict>> = {
  Queued: progress("queued", "The device has put the installation on its list."),
  NeedsRedemption: failed(false, "The device asks for a redemption code: the App Store knows of no licence for it."),
  Redeeming: progress("queued", "The device redeems a code for the app."),
  Prompting: progress("asking", PROMPT),
  PromptingForLogin: progress("asking", LOGIN),
  ValidatingPurchase: progress("queued", "The device verifies the licence at the App Store."),
  Installing: progress("installing", "The device installs the app."),
  Managed: installed(true, "The device lists the app as installed and managed."),
  ManagedButUninstalled: { state: "removed", sentence: "The app was removed on the device." },
  UserInstalledApp: installed(false, "The user installed the app before the device could."),
  UserRejected: declined("The user declined the installation."),
  PromptingForUpdate: progress("asking", "The device asks its user to update the app."),
  PromptingForUpdateLogin: progress("asking", LOGIN),
  ValidatingUpdate: progress("queued", "The device verifies the update at the App Store."),
  Updating: progress("installing", "The device updates the app."),
  UpdateRejected: declined("The user declined the update."),
  PromptingForManagement: progress("asking", "The device asks its user whether the app may be managed."),
  ManagementRejected: declined("The user declined that the app is managed."),
  Failed: failed(false, "The device could not install the app."),
  Unknown: { state: "unknown", sentence: "The device does not know the state of the app." },
};

/** Returns the meaning of a state. One that Apple has added since is unknown. */
export const storeVerdict = (state: string): StoreVerdict =>
  (Object.hasOwn(STATES, state) ? STATES[state] : undefined) ?? {
    state: "unknown",
    sentence: `The device says "${state}".`,
  };

/** Why devices do not begin. The first two say that there is nothing to begin. */
const REJECTIONS: Readonly<Record<string, StoreVerdict>> = {
  AppAlreadyInstalled: progress("queued", "The app was on the device already."),
  AppAlreadyQueued: progress("queued", "The device had the installation on its list already."),
  AppStoreDisabled: failed(false, "The App Store is turned off on the device."),
  CouldNotVerifyAppID: failed(false, "The App Store does not know the app, or cannot be reached."),
  ManagementChangeNotSupported: failed(true, "The app on the device cannot become a managed app."),
  NotAnApp: failed(true, "The item is not an app."),
  NotSupported: failed(true, "The device does not support the installation."),
  Other: failed(false, "The device gives no reason."),
  PurchaseMethodNotSupported: failed(true, "The device does not support licences of Apps & Books."),
  PurchaseMethodNotSupportedInMultiUser: failed(true, "A device with several users needs a licence of the device."),
};

/** Returns the meaning of a RejectionReason. */
export const rejectionVerdict = (reason: string): StoreVerdict =>
  (Object.hasOwn(REJECTIONS, reason) ? REJECTIONS[reason] : undefined) ??
    failed(false, `The device refused the installation: "${reason}".`);

/** The states of apps that devices got as declarations. */
const DECLARED: Readonly<Record<string, StoreVerdict>> = {
  optional: progress("asking", "The user may install the app."),
  queued: progress("queued", "The device has put the installation on its list."),
  "prompting-for-consent": progress("asking", PROMPT),
  "prompting-for-login": progress("asking", LOGIN),
  "prompting-for-management": progress("asking", "The device asks its user whether the app may be managed."),
  downloading: progress("downloading", "The device downloads the app."),
  installing: progress("installing", "The device installs the app."),
  managed: installed(true, "The device reports the app as installed and managed."),
  "managed-but-uninstalled": { state: "removed", sentence: "The app was removed on the device." },
  failed: failed(false, "The device could not install the app."),
};

/** Returns the meaning of a state in `app.managed.list`. */
export const declaredVerdict = (state: string): StoreVerdict =>
  (Object.hasOwn(DECLARED, state) ? DECLARED[state] : undefined) ?? {
    state: "unknown",
    sentence: `The device says "${state}".`,
  };
