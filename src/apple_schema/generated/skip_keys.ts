/**
 * Facts about the panes of Setup Assistant that can be skipped, of Apple's device management schema. Written by `deno task schema`: do not edit.
 *
 * @module
 */

import type { FactTable, SkipKeyFacts } from "../types.ts";

export const skipKeys: FactTable<SkipKeyFacts> = {
  Accessibility: {
    title: "Skip Accessibility pane",
    description:
      "The key to skip the Accessibility pane, when creating additional users. Note: This key doesn't skip the Accessibility pane in Setup Assistant during initial device set up. It does skip the Accessibility pane when Setup Assistant runs due to a new user log in.",
    systems: { iOS: false, macOS: { introduced: "11.0" }, tvOS: false, visionOS: false, watchOS: false },
  },
  AccessibilityAppearance: {
    title: "Skip Accessibility Appearance setup pane",
    description: "The key to skip the Accessibility Appearance configuration pane.",
    systems: { iOS: { introduced: "17.0" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
  },
  ActionButton: {
    title: "Skip Action Button setup pane",
    description: "The key to skip the Action Button configuration pane.",
    systems: { iOS: { introduced: "17.0" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
  },
  Android: {
    title: "Prevents migration from Android device",
    description:
      "If the Restore pane isn't skipped, this is the key to remove the Move from Android option in the Restore pane.",
    systems: { iOS: { introduced: "9.0" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
  },
  AppStore: {
    title: "Skips AppStore information pane",
    description: "The key to skip the App Store pane.",
    systems: {
      iOS: { introduced: "14.3" },
      macOS: { introduced: "11.1" },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
  },
  Appearance: {
    title: "Skip Choose Your Look setup pane",
    description: "The key to skip the Choose Your Look screen.",
    systems: {
      iOS: { introduced: "13.0" },
      macOS: { introduced: "10.14" },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
  },
  AppleID: {
    title: "Disables signing in to an Apple Account and iCloud",
    description: "The key to skip Apple Account setup.",
    systems: {
      iOS: { introduced: "7.0" },
      macOS: { introduced: "10.9" },
      tvOS: { introduced: "10.2" },
      visionOS: { introduced: "26.0" },
      watchOS: false,
    },
  },
  Biometric: {
    title: "Skips Touch ID/Face ID setup",
    description: "The key to skip biometric setup.",
    systems: {
      iOS: { introduced: "8.1" },
      macOS: { introduced: "10.12.4" },
      tvOS: false,
      visionOS: { introduced: "26.0" },
      watchOS: false,
    },
  },
  CameraButton: {
    title: "Skips Camera Control pane",
    description: "The key to skip the Camera Button pane.",
    systems: { iOS: { introduced: "18.0" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
  },
  DeviceToDeviceMigration: {
    title: "Skip Device To Device Migration pane",
    description: "The key to skip Device to Device Migration pane.",
    systems: { iOS: { introduced: "12.4" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
  },
  Diagnostics: {
    title: "Disables automatically sending diagnostic information",
    description: "The key to skip the App Analytics pane.",
    systems: {
      iOS: { introduced: "7.0" },
      macOS: { introduced: "10.9" },
      tvOS: { introduced: "10.2" },
      visionOS: { introduced: "26.0" },
      watchOS: false,
    },
  },
  DisplayTone: {
    title: "Disables True Tone pane",
    description: "The key to skip DisplayTone setup.",
    systems: {
      iOS: { introduced: "9.3.2", deprecated: "15.0" },
      macOS: { introduced: "10.13.6", deprecated: "12.0" },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
  },
  EnableLockdownMode: {
    title: "Skips enable Lockdown Mode",
    description: "The key to skip the Lockdown Mode pane if an Apple Account is set up.",
    systems: {
      iOS: { introduced: "17.1" },
      macOS: { introduced: "14.0" },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
  },
  FileVault: {
    title: "Skip configuration of FileVault",
    description: "The key to disable the FileVault Setup Assistant screen.",
    systems: { iOS: false, macOS: { introduced: "10.10" }, tvOS: false, visionOS: false, watchOS: false },
  },
  HomeButtonSensitivity: {
    title: "Skips Home Button sensitivity setup",
    description:
      "The key to skip the Meet the New Home Button screen on iPhone 7, iPhone 7 Plus, iPhone 8, iPhone 8 Plus, and iPhone SE.",
    systems: {
      iOS: { introduced: "10.0", deprecated: "15.0" },
      macOS: false,
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
  },
  Intelligence: {
    title: "Skip Intelligence setup pane",
    description: "The key to skip the Intelligence pane.",
    systems: {
      iOS: { introduced: "18.0" },
      macOS: { introduced: "15.0" },
      tvOS: false,
      visionOS: { introduced: "26.0" },
      watchOS: false,
    },
  },
  Keyboard: {
    title: "Skip Keyboard pane",
    description:
      "The key to skip the Keyboard pane. This pane isn't always skippable because it appears before the device retrieves the Cloud Configuration from the server.",
    systems: { iOS: { introduced: "13.0" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
  },
  LiquidGlass: {
    title: "Skip Liquid Glass pane",
    description: "The key to skip the Liquid Glass pane.",
    systems: {
      iOS: { introduced: "27.0" },
      macOS: { introduced: "27.0" },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
  },
  Location: {
    title: "Disables Location Services",
    description: "The key to disable Location Services.",
    systems: {
      iOS: { introduced: "7.0" },
      macOS: { introduced: "10.11" },
      tvOS: { introduced: "10.2" },
      visionOS: { introduced: "26.0" },
      watchOS: false,
    },
  },
  MessagingActivationUsingPhoneNumber: {
    title: "Disables iMessage activation using a phone number in select regions",
    description: "The key to skip the iMessage pane.",
    systems: { iOS: { introduced: "10.0" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
  },
  Multitasking: {
    title: "Skips Multitasking pane",
    description: "The key to skip the Multitasking pane.",
    systems: { iOS: { introduced: "26.0" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
  },
  OSShowcase: {
    title: "Skips OSShowcase pane",
    description: "The key to skip the OS Showcase pane.",
    systems: {
      iOS: { introduced: "26.0" },
      macOS: { introduced: "26.1" },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
  },
  OnBoarding: {
    title: "Skip on-boarding informational panes",
    description:
      "The key to skip the on-boarding informational screens for user education (Go Home, Cover Sheet, Multitasking & Control Center, for example).",
    systems: {
      iOS: { introduced: "11.0", deprecated: "14.0" },
      macOS: false,
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
  },
  Passcode: {
    title: "Skips prompting the user to set a passcode",
    description: "The key to hide and disable the passcode pane.",
    systems: {
      iOS: { introduced: "7.0" },
      macOS: { introduced: "10.9" },
      tvOS: false,
      visionOS: { introduced: "26.0" },
      watchOS: false,
    },
  },
  Payment: {
    title: "Skips Apple Pay setup",
    description: "The key to skip Apple Pay setup.",
    systems: {
      iOS: { introduced: "8.1" },
      macOS: { introduced: "10.12.4" },
      tvOS: false,
      visionOS: { introduced: "26.0" },
      watchOS: false,
    },
  },
  Privacy: {
    title: "Skip Privacy pane",
    description: "The key to skip the privacy pane.",
    systems: {
      iOS: { introduced: "11.3" },
      macOS: { introduced: "10.13.4" },
      tvOS: { introduced: "11.3" },
      visionOS: { introduced: "26.0" },
      watchOS: false,
    },
  },
  Restore: {
    title: "Disables restoring from backup",
    description: "The key to disable restoring from backup.",
    systems: {
      iOS: { introduced: "7.0" },
      macOS: { introduced: "10.9" },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
  },
  RestoreCompleted: {
    title: "Skips Restore Completed pane",
    description: "The key to skip the Restore Completed pane.",
    systems: { iOS: { introduced: "14.0" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
  },
  SIMSetup: {
    title: "Skip sim-related setup",
    description:
      "The key to skip the add cellular plan pane. Skipping this pane prevents automatic eSIM setup during Setup Assistant.",
    systems: { iOS: { introduced: "12.0" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
  },
  Safety: {
    title: "Skips Safety pane",
    description: "The key to skip the Safety pane.",
    systems: { iOS: { introduced: "16.0" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
  },
  SafetyAndHandling: {
    title: "Skips Safety and Handling pane",
    description:
      "The key to skip the Safety and Handling pane. This pane isn't always skippable because it appears before the device retrieves the Cloud Configuration from the server.",
    systems: { iOS: { introduced: "18.4" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
  },
  ScreenSaver: {
    title: "Skips screen saver setup",
    description: "The key to skip the tvOS screen about using aerial screensavers on an Apple TV.",
    systems: { iOS: false, macOS: false, tvOS: { introduced: "10.2" }, visionOS: false, watchOS: false },
  },
  ScreenTime: {
    title: "Skip Screen Time pane",
    description: "The key to skip the Screen Time pane.",
    systems: {
      iOS: { introduced: "12.0" },
      macOS: { introduced: "10.15" },
      tvOS: false,
      visionOS: { introduced: "26.0" },
      watchOS: false,
    },
  },
  Siri: {
    title: "Disables Siri",
    description: "The key to disable Siri.",
    systems: {
      iOS: { introduced: "7.0" },
      macOS: { introduced: "10.12" },
      tvOS: { introduced: "10.2" },
      visionOS: { introduced: "26.0" },
      watchOS: false,
    },
  },
  SoftwareUpdate: {
    title: "Skip automatic software update configuration pane",
    description: "The key to skip the mandatory software update screen.",
    systems: {
      iOS: { introduced: "12.0" },
      macOS: { introduced: "15.4" },
      tvOS: false,
      visionOS: { introduced: "26.0" },
      watchOS: false,
    },
  },
  SpokenLanguage: {
    title: "Skip Dictation pane",
    description:
      "The key to skip the Dictation pane. This pane isn't always skippable because it appears before the device retrieves the Cloud Configuration from the server.",
    systems: { iOS: { introduced: "13.0" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
  },
  TOS: {
    title: "Skips Terms and Conditions",
    description: "The key to skip Terms and Conditions.",
    systems: {
      iOS: { introduced: "7.0" },
      macOS: { introduced: "10.9" },
      tvOS: { introduced: "10.2" },
      visionOS: { introduced: "26.0" },
      watchOS: false,
    },
  },
  TVHomeScreenSync: {
    title: "Skip TV Home Screen Layout",
    description: "The key to skip TV Home Screen layout sync screen.",
    systems: { iOS: false, macOS: false, tvOS: { introduced: "11.0" }, visionOS: false, watchOS: false },
  },
  TVProviderSignIn: {
    title: "Skip TV Provider sign in",
    description: "The key to skip the TV provider sign in screen.",
    systems: { iOS: false, macOS: false, tvOS: { introduced: "11.0" }, visionOS: false, watchOS: false },
  },
  TVRoom: {
    title: "Skip where is this Apple TV pane",
    description: 'The key to skip the "Where is this Apple TV?" screen.',
    systems: { iOS: false, macOS: false, tvOS: { introduced: "11.4" }, visionOS: false, watchOS: false },
  },
  TapToSetup: {
    title: "Skips simplified tap setup",
    description:
      "The key to skip the Tap To Set Up option in Apple TV related to using an iOS device to set up your Apple TV.",
    systems: { iOS: false, macOS: false, tvOS: { introduced: "10.2" }, visionOS: false, watchOS: false },
  },
  TermsOfAddress: {
    title: "Skips Terms of Address",
    description:
      "The key to skip the Terms of Address pane. This key isn't always skippable because this pane appears before the device retrieves the Cloud Configuration from the server.",
    systems: {
      iOS: { introduced: "16.0" },
      macOS: { introduced: "13.0" },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
  },
  Tips: {
    title: "Skips Tips",
    description: "The key to skip the Tips pane.",
    systems: { iOS: false, macOS: false, tvOS: false, visionOS: { introduced: "26.0" }, watchOS: false },
  },
  UnlockWithWatch: {
    title: "Skips Unlock with Apple Watch pane",
    description: 'The key to skip the "Unlock with Apple Watch" screen.',
    systems: { iOS: false, macOS: { introduced: "15.0" }, tvOS: false, visionOS: false, watchOS: false },
  },
  UpdateCompleted: {
    title: "Skips Software Update Complete pane",
    description: "The key to skip the Software Update Complete pane.",
    systems: {
      iOS: { introduced: "14.0" },
      macOS: { introduced: "26.1" },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
  },
  Wallpaper: {
    title: "Skips Wallpaper selection",
    description: "The key to skip Wallpaper setup.",
    systems: {
      iOS: false,
      macOS: { introduced: "14.1", removed: "26.0" },
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
  },
  WatchMigration: {
    title: "Skip watch migration",
    description: "The key to skip the screen for watch migration.",
    systems: { iOS: { introduced: "11.0" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
  },
  WebContentFiltering: {
    title: "Skip Web Content Filtering pane",
    description: "The key to skip the Web Content Filtering pane.",
    systems: {
      iOS: { introduced: "18.2", removed: "26.1" },
      macOS: false,
      tvOS: false,
      visionOS: false,
      watchOS: false,
    },
  },
  Welcome: {
    title: "Skip Get Started pane",
    description: "The key to skip the Get Started pane.",
    systems: {
      iOS: { introduced: "13.0" },
      macOS: { introduced: "15.0" },
      tvOS: false,
      visionOS: { introduced: "26.0" },
      watchOS: false,
    },
  },
  Zoom: {
    title: "Skips setting zoom configuration",
    description: "The key to skip zoom setup.",
    systems: {
      iOS: { introduced: "8.3", deprecated: "17.0" },
      macOS: false,
      tvOS: false,
      visionOS: { introduced: "26.0" },
      watchOS: false,
    },
  },
  iCloudDiagnostics: {
    title: "Skip iCloud Analytics pane",
    description: "The key to skip the iCloud Analytics screen.",
    systems: { iOS: false, macOS: { introduced: "10.12.4" }, tvOS: false, visionOS: false, watchOS: false },
  },
  iCloudStorage: {
    title: "Skip iCloud Documents and Desktop pane",
    description: "The key to skip the iCloud Documents and Desktop screen.",
    systems: { iOS: false, macOS: { introduced: "10.13.4" }, tvOS: false, visionOS: false, watchOS: false },
  },
  iMessageAndFaceTime: {
    title: "Skip iMessage and FaceTime set up pane",
    description: "The key to skip the iMessage and FaceTime screen.",
    systems: { iOS: { introduced: "12.0" }, macOS: false, tvOS: false, visionOS: false, watchOS: false },
  },
};
