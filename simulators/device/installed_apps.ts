/**
 * Apps that a simulated device was sent: downloaded by their manifest, checked chunk by chunk, installed after a time.
 *
 * How it differs from the real thing: a download takes no time, only the installation does; nothing of a package is
 * run, and its signature is not checked.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { readPackage } from "../../src/packages/keep_package.ts";
import { array, asDict, dict, dicts, int, parsePlist, type PlistDict, str } from "../../src/protocol/plist.ts";
import type { SimulatedApp } from "./models.ts";

/**
 * What becomes of an app: the download fails, its user cancels it, or never signs in at the App Store; or the device does
 * not support it and says so in its answer (an organization's own apps).
 */
export type AppMischief = "fail" | "decline" | "ignore" | "reject";

/** An app as the App Store has it now. */
export type StoreApp = { bundleId: string; name: string; version: string; externalVersion: number };

/** What the App Store says to a device that asks for an app: the app, or Apple's error. */
export type StoreAnswer =
  | { app: StoreApp; error?: undefined }
  | { app?: undefined; error: { code: number; text: string } };

/** An app that was sent. */
export type AppHere = SimulatedApp & {
  managed: boolean;
  /** The configuration that came with it. */
  configuration?: PlistDict | undefined;
  /** When it waits no more, and when it is installed; milliseconds. */
  startsAt: number;
  readyAt: number;
  mischief?: AppMischief | undefined;
  /** The version of an app of the App Store. */
  externalVersion?: number;
  /** The declaration that it is there for. */
  declaration?: string;
  /** Why it failed, as Apple's code. */
  reason?: string;
  /** Whether its user has removed it since. */
  removed?: true;
  /** The one that it replaces, while it is not ready. */
  before?: AppHere | undefined;
};

/** The ways of a device with apps. */
export type AppHabits = {
  /** Fetches an address as the system does: without the device's identity. */
  download(url: string): Promise<Response>;
  now(): Date;
  /** Seconds from the end of a download to the installed app. */
  seconds: number;
  mischief(identifier: string): AppMischief | undefined;
  /** Whether there is an App Store. */
  hasStore: boolean;
  /** Asks the App Store for an app by Apple's id. */
  store(adamId: string): StoreAnswer;
};

/** The download did not give what its manifest says. */
export class DownloadRefused extends Error {
  override readonly name = "DownloadRefused";
}

/** Fetches a manifest, then the package, and checks size and digests. Throws DownloadRefused. */
export async function downloadPackage(
  habits: Pick<AppHabits, "download">,
  manifestUrl: string,
): Promise<Uint8Array<ArrayBuffer>> {
  if (URL.parse(manifestUrl) === null) throw new DownloadRefused("the address of the manifest is not one");
  const answer = await habits.download(manifestUrl);
  const bytes = await answer.bytes();
  if (answer.status !== 200) throw new DownloadRefused(`the manifest was answered with ${answer.status}`);
  const [item] = dicts(asDict(parsePlist(bytes)), "items");
  const asset = dicts(item ?? {}, "assets").find((one) => str(one, "kind") === "software-package");
  if (item === undefined || asset === undefined) throw new DownloadRefused("the manifest names no package");
  const file = await habits.download(str(asset, "url") ?? "");
  const content = await file.bytes();
  if (file.status !== 200) throw new DownloadRefused(`the package was answered with ${file.status}`);
  const expected = int(dict(item, "metadata") ?? {}, "sizeInBytes");
  if (expected !== undefined && content.length !== expected) throw new DownloadRefused("the size is another");
  for (const algorithm of ["sha256", "md5"]) {
    const [size = 0, digests = []] = [int(asset, `${algorithm}-size`), array(asset, `${algorithm}s`)];
    if (size <= 0 || Math.ceil(content.length / size) !== digests.length) {
      throw new DownloadRefused(`the manifest has ${digests.length} digests`);
    }
    digests.forEach((digest, n) => {
      const chunk = content.subarray(n * size, (n + 1) * size);
      if (createHash(algorithm).update(chunk).digest("hex") !== digest) {
        throw new DownloadRefused(`chunk ${n} has another digest`);
      }
    });
  }
  return content;
}

/** Returns the apps of a package. */
export async function appsIn(content: Uint8Array<ArrayBuffer>): Promise<SimulatedApp[]> {
  const { bundles, title } = await readPackage({
    size: content.length,
    read: (start, length) => Promise.resolve(content.slice(start, start + length)),
  });
  return bundles.map(({ id, version_str: short, version }) => ({
    Identifier: id,
    Name: title,
    Version: version,
    ShortVersion: short,
    BundleSize: content.length,
  }));
}

/** Returns the apps with others that begin to be installed. */
export function withApps(
  here: readonly AppHere[],
  apps: readonly SimulatedApp[],
  { managed, configuration, externalVersion }: Pick<AppHere, "managed" | "configuration" | "externalVersion">,
  habits: AppHabits,
): AppHere[] {
  const now = habits.now().getTime();
  const identifiers = new Set(apps.map(({ Identifier }) => Identifier));
  return [
    ...here.filter(({ Identifier }) => !identifiers.has(Identifier)),
    ...apps.map((app): AppHere => ({
      ...app,
      managed,
      configuration,
      ...(externalVersion === undefined ? {} : { externalVersion }),
      startsAt: now + habits.seconds * 500,
      readyAt: now + habits.seconds * 1000,
      mischief: habits.mischief(app.Identifier),
      before: here.find(({ Identifier, readyAt, removed }) =>
        Identifier === app.Identifier && readyAt <= now && removed !== true
      ),
    })),
  ];
}

/** Returns an app as InstalledApplicationList has it now. */
export function listed(app: AppHere, now: Date): PlistDict[] {
  const { Identifier, Name, Version, ShortVersion, BundleSize, mischief, before, startsAt, readyAt } = app;
  const plain = { Identifier, Name, Version, ShortVersion, BundleSize };
  const old = before === undefined ? [] : listed(before, now);
  if (app.removed === true) return [];
  if (mischief === "fail") return [...old, { ...plain, DownloadFailed: true }];
  if (mischief === "ignore") return old;
  if (mischief === "decline") return [...old, { ...plain, DownloadCancelled: true }];
  const time = now.getTime();
  if (time < startsAt) return [...old, { ...plain, DownloadWaiting: true, Installing: false }];
  if (time < readyAt) return [...old, { ...plain, Installing: true }];
  return [{ ...plain, Installing: false }];
}

/** Returns the state of an app as ManagedApplicationList has it now. */
export function managedStatus({ mischief, removed, startsAt, readyAt, before }: AppHere, now: Date): string {
  const update = before !== undefined;
  if (removed === true) return "ManagedButUninstalled";
  if (mischief === "fail") return "Failed";
  if (mischief === "decline") return update ? "UpdateRejected" : "UserRejected";
  if (mischief === "ignore") return update ? "PromptingForUpdateLogin" : "PromptingForLogin";
  const time = now.getTime();
  if (time < startsAt) return "Queued";
  return time < readyAt ? update ? "Updating" : "Installing" : "Managed";
}
