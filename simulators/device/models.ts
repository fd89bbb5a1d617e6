/**
 * Hardware and software of simulated devices, by platform. Data only.
 *
 * @module
 */

import type { Platform } from "../../src/protocol/platform.ts";

/** The hardware of a simulated device. */
export type Model = {
  platform: Platform;
  /** The hardware identifier. */
  product: string;
  modelName: string;
  osVersion: string;
  build: string;
  /** Of a rapid security response, such as "(a)", and the build with it. */
  osVersionExtra?: string;
  buildExtra?: string;
  appleSilicon?: boolean;
  supervised: boolean;
  /** Whether an iPad is shared by several users. */
  sharedIpad?: boolean;
  /** The id by which Apple lists its updates, where that is not `product`. */
  softwareUpdateDeviceId?: string;
};

/** Models that are on sale or in use; several of each platform, with old and new systems. */
export const MODELS: readonly Model[] = [
  {
    platform: "macOS",
    product: "Mac16,12",
    softwareUpdateDeviceId: "J713AP",
    modelName: "MacBook Air",
    osVersion: "26.1",
    build: "25B78",
    appleSilicon: true,
    supervised: true,
  },
  {
    platform: "iOS",
    product: "iPhone17,3",
    modelName: "iPhone 16",
    osVersion: "26.1",
    build: "23B85",
    supervised: true,
  },
  {
    platform: "iPadOS",
    product: "iPad14,8",
    modelName: "iPad Air",
    osVersion: "26.0.1",
    build: "23A355",
    supervised: true,
  },
  {
    platform: "macOS",
    product: "Mac14,2",
    softwareUpdateDeviceId: "J413AP",
    modelName: "MacBook Air",
    osVersion: "15.7.1",
    build: "24G231",
    appleSilicon: true,
    supervised: true,
  },
  {
    platform: "macOS",
    product: "MacBookPro16,1",
    softwareUpdateDeviceId: "J152FAP",
    modelName: "MacBook Pro",
    osVersion: "15.6",
    build: "24G84",
    appleSilicon: false,
    supervised: false,
  },
  {
    platform: "tvOS",
    product: "AppleTV14,1",
    modelName: "Apple TV 4K",
    osVersion: "26.1",
    build: "23K54",
    supervised: true,
  },
  {
    platform: "iOS",
    product: "iPhone14,5",
    modelName: "iPhone 13",
    osVersion: "18.7.1",
    build: "22H31",
    supervised: false,
  },
  {
    platform: "macOS",
    product: "Mac15,3",
    modelName: "MacBook Pro",
    osVersion: "14.8.1",
    build: "23J30",
    appleSilicon: true,
    supervised: true,
  },
  {
    platform: "iPadOS",
    product: "iPad12,1",
    modelName: "iPad",
    osVersion: "18.6.2",
    build: "22G100",
    supervised: true,
  },
];

/** An app in the form of InstalledApplicationList. */
export type SimulatedApp = {
  Identifier: string;
  Name: string;
  Version: string;
  ShortVersion: string;
  BundleSize: number;
};

const app = (Identifier: string, Name: string, ShortVersion: string, Version: string, BundleSize: number) => ({
  Identifier,
  Name,
  Version,
  ShortVersion,
  BundleSize,
});

/** Apps that devices of a platform have. */
export const APPS: Readonly<Record<Platform, readonly SimulatedApp[]>> = {
  macOS: [
    app("com.apple.Safari", "Safari", "26.1", "21622.2.11", 17_000_000),
    app("com.apple.iWork.Pages", "Pages", "14.4", "7044.0.71", 612_000_000),
    app("org.mozilla.firefox", "Firefox", "144.0", "14425.10.8", 398_000_000),
    app("com.example.inventory", "Inventory", "3.2.1", "321", 24_000_000),
  ],
  iOS: [
    app("com.apple.Pages", "Pages", "14.4", "7044.0.71", 540_000_000),
    app("com.example.timesheet", "Timesheet", "2.0", "200", 31_000_000),
  ],
  iPadOS: [
    app("com.apple.Keynote", "Keynote", "14.4", "7044.0.71", 560_000_000),
    app("com.example.kiosk", "Kiosk", "1.9", "190", 12_000_000),
  ],
  tvOS: [app("com.example.signage", "Signage", "5.1", "510", 44_000_000)],
};
