/**
 * Facts about commands, in Apple's words, of Apple's device management schema. Written by `deno task schema`: do not edit.
 *
 * @module
 */

import type { CommandWords, FactTable } from "../types.ts";

export const commandWords: FactTable<CommandWords> = {
  AccountConfiguration: {
    title: "Account Configuration",
    description:
      "This command can be sent to the device to have it create the local administrator account (thereby skipping the page to create this account in Setup Assistant)",
    keys: {
      SkipPrimarySetupAccountCreation:
        "If 'true', Setup Assistant skips the user interface for setting up primary accounts and disables autologin. If 'true', you must specify a value for 'AutoSetupAdminAccounts'.",
      SetPrimarySetupAccountAsRegularUser:
        "If 'true', Setup Assistant creates the primary accounts as regular users, and you must specify a value for 'AutoSetupAdminAccounts'.",
      PrimaryAccountFullName:
        "The full name for the primary account. If present, Setup Assistant uses this value to prefill the Full Name field. However, Setup Assistant ignores this value if 'DontAutoPopulatePrimaryAccountInfo' is 'true'.",
      PrimaryAccountUserName:
        "The account name for the primary account. If present, Setup Assistant uses this value to prefill the User Name field. However, Setup Assistant ignores this value if 'DontAutoPopulatePrimaryAccountInfo' is 'true'.",
      DontAutoPopulatePrimaryAccountInfo:
        "If 'true', Setup Assistant ignores the primary account information and requires the user to enter that information.",
      LockPrimaryAccountInfo:
        "If 'true', and you provide values for 'PrimaryAccountFullName' or 'PrimaryAccountUserName', Setup Assistant disables editing for the corresponding fields. 'DontAutoPopulatePrimaryAccountInfo' must also be 0 (or missing).",
      AutoSetupAdminAccounts:
        "A dictionary that describes the administrator account to create with Setup Assistant, which uses the first element and ignores additional elements.",
      "AutoSetupAdminAccounts.AutoSetupAdminAccountItem.shortName": "The short name of the user.",
      "AutoSetupAdminAccounts.AutoSetupAdminAccountItem.fullName":
        "The full name of the user, which defaults to 'shortName' if not specified.",
      "AutoSetupAdminAccounts.AutoSetupAdminAccountItem.passwordHash":
        "Data that contains the pre-created salted PBKDF2 SHA512 password hash for the account.",
      "AutoSetupAdminAccounts.AutoSetupAdminAccountItem.hidden":
        "If 'true', this sets the account attribute to make the account hidden in the login window and Users & Groups.",
      ManagedLocalUserShortName:
        "If present, this is the short name of the local account to manage, which can also be the account that results from setting 'AutoSetupAdminAccounts' to 'true'.",
    },
  },
  ActivationLockBypassCode: {
    title: "Activation Lock Bypass Code",
    description: "Retrieves the Activation Lock bypass code from the device.",
  },
  ActiveNSExtensions: {
    title: "Active NSExtensions",
    description: "Returns information about the active NSExtensions for a particular user.",
    keys: {
      FilterExtensionPoints:
        "An array of extension points. If you choose to provide this value, the response only includes the app extensions for the extension points you specify.",
    },
  },
  ApplyRedemptionCode: {
    title: "Apply Redemption Code",
    description:
      "If a redemption code is needed during app installation, the server can use this command to complete the app installation.",
    keys: {
      Identifier: "The bundle identifier of the app.",
      RedemptionCode: "The redemption code that applies to the app pending installation.",
    },
  },
  AvailableOSUpdates: {
    title: "Available OS Updates",
    description:
      "Queries the device for a list of available OS updates. On OS X, a ScheduleOSUpdateScan must be performed to update the results returned by this query.",
  },
  CertificateList: {
    title: "Certificate List",
    description:
      "This command allows the server to retrieve the list of installed certificates on the device. The command requires that the server has the Inspect Profile Manifest privilege.",
    keys: {
      ManagedOnly:
        "If 'true', only include certificates that MDM installed or that are in the same profile as the MDM payload. User-enrolled devices ignore this value and always only include managed certificates.",
    },
  },
  ClearActivationLockBypassCode: {
    title: "Clear Activation Lock Bypass Code",
    description: "Clears the Activation Lock bypass code from the device.",
  },
  ClearPasscode: {
    title: "Clear Passcode",
    description:
      "This command allows the server to clear the passcode on the device. This command requires the Device Lock and Passcode Removal right.",
    keys: {
      UnlockToken: "The unlock token value that the device provides in its 'TokenUpdateMessage' check-in message.",
    },
  },
  ClearRestrictionsPassword: {
    title: "Clear Restrictions Password",
    description:
      "This command clears the restrictions passcode, either disabling parental controls or allowing you to edit them.",
  },
  ContentCachingInformation: {
    title: "Content Caching Information",
    description: "This command allows the server to query for information about Content Caching.",
  },
  DeclarativeManagement: {
    title: "Declarative Management",
    description:
      "This command allows the server to turn on the Declarative Management engine on the device (the first time it is used), or to trigger a Declarative Management synchronization operation.",
    keys: { Data: "The base64-encoded Declarative Management JSON request using a TokensResponse." },
  },
  DeleteUser: {
    title: "Delete User",
    description: "This command allows the server to delete a user that has an active account on the device.",
    keys: {
      UserName:
        "The user name of the account to delete. This key is required when the value for 'DeleteAllUsers' is absent or 'false'.",
      ForceDeletion:
        "If 'true', the system deletes the account even if the user has data that's pending sync to the cloud. This value is available on iOS 9.3 and later.",
      DeleteAllUsers:
        "If 'true', the system attempts to delete all users from the device. If 'ForceDeletion' is 'false', the system generates an error instead and doesn't delete users who have data that's pending sync.",
    },
  },
  DeviceConfigured: {
    title: "Device Configured",
    description:
      "Informs the device that it can continue past DEP enrollment. Only works on devices in DEP that have their cloud configuration set to await configuration.",
  },
  DeviceInformation: {
    title: "Device Information",
    description:
      "This command allows the server to query for specific device information. It's supported in the user channel.",
    keys: {
      Queries: "An array of query dictionaries to get information about a device.",
      "Queries.QueriesItem.UDID": "The key to get the unique identifier of the device.",
      "Queries.QueriesItem.ProvisioningUDID":
        "The key to get the device identifier for provisioning profiles. This value differs from the UDID for Apple silicon. Available in macOS 11.3 and later.",
      "Queries.QueriesItem.OrganizationInfo":
        "The key to get the contents of SettingsCommand.Command.Settings.OrganizationInfo.OrganizationInfo.",
      "Queries.QueriesItem.MDMOptions":
        "The key to get the contents of SettingsCommand.Command.Settings.MDMOptions.MDMOptions.",
      "Queries.QueriesItem.LastCloudBackupDate":
        "The key to get the date of the most recent iCloud backup. Available in iOS 8 and later.",
      "Queries.QueriesItem.AwaitingConfiguration":
        "The key to determine whether the device is waiting for a DeviceConfigured or UserConfigured Command to continue through Setup Assistant on the device channel or user channel, respectively.",
      "Queries.QueriesItem.iTunesStoreAccountIsActive":
        "The key to determine whether iTunes Store account is active. Requires the App Installation access right.",
      "Queries.QueriesItem.iTunesStoreAccountHash":
        "The key to get a hash of the logged-in iTunes Store account. Also see GetVppUserRequest. This value requires the App Installation access right.",
      "Queries.QueriesItem.DeviceName": "The key to get the device name. Requires the Device Information access right.",
      "Queries.QueriesItem.OSVersion":
        "The key to get the operating system version. Requires the Device Information access right.",
      "Queries.QueriesItem.SupplementalOSVersionExtra":
        "The key to get the OS update rapid security response version letter, if a rapid security response update is installed. This value requires the Device Information access right.",
      "Queries.QueriesItem.BuildVersion":
        "The key to get the operating system version. This value requires the Device Information access right.",
      "Queries.QueriesItem.SupplementalBuildVersion":
        "The key to get the build version for the currently installed rapid security response. If there's no installed rapid security response, this value is the same as 'BuildVersion'. Requires the Device Information access right.",
      "Queries.QueriesItem.ModelName":
        "The key to get the model name, such as iPhone. Requires the Device Information access right.",
      "Queries.QueriesItem.Model": "The key to get the model. Requires the Device Information access right.",
      "Queries.QueriesItem.ModelNumber":
        "The key to get the device's hardware model number including region info, such as 'MK1A3LL/A'. Requires the Device Information access right. Requires Apple silicon on macOS.",
      "Queries.QueriesItem.IsAppleSilicon":
        "The key to determine whether the device is a Mac with Apple silicon (for example, an Apple M1 chip). Available in macOS 12 and later.",
      "Queries.QueriesItem.ProductName":
        "The key to get the product name, such as iPad8,12. This value requires the Device Information access right.",
      "Queries.QueriesItem.SerialNumber":
        "The key to get the serial number. Requires the Device Information access right.",
      "Queries.QueriesItem.DeviceCapacity":
        "The key to get the device's total capacity. Requires the Device Information access right. Available in iOS 4 and later, and macOS 10.7 and later.",
      "Queries.QueriesItem.AvailableDeviceCapacity":
        "The key to get the available capacity. Requires the Device Information access right. Available in iOS 4 and later, and macOS 10.7 and later.",
      "Queries.QueriesItem.IMEI":
        "The key to get the International Mobile Equipment Identity (IMEI) number. Requires the Device Information access right. Available as of iOS 4 and deprecated in iOS 16.",
      "Queries.QueriesItem.MEID":
        "The key to get the mobile equipment ID (MEID). Requires the Device Information access right. Available as of iOS 4 and deprecated in iOS 16.",
      "Queries.QueriesItem.ModemFirmwareVersion":
        "The key to get the modem firmware version. Requires the Device Information access right. Available in iOS 4 and later.",
      "Queries.QueriesItem.CellularTechnology":
        "The key to get the cellular technology type. Requires the Device Information access right. Available in iOS 4.2.6 and later.",
      "Queries.QueriesItem.BatteryLevel":
        "The key to get the battery level. Requires the Device Information access right. Available in iOS 5 and later.",
      "Queries.QueriesItem.HasBattery": "The key to determine whether the device has an internal battery.",
      "Queries.QueriesItem.IsSupervised":
        "The key to determine whether the device is supervised. Requires the Device Information access right. Available in iOS 6 and later, macOS 10.15 and later, and tvOS 9 and later.",
      "Queries.QueriesItem.IsMultiUser":
        "The key to determine whether the device is a Shared iPad. Requires the Device Information access right. Available in iOS 9.3 and later.",
      "Queries.QueriesItem.IsDeviceLocatorServiceEnabled":
        "The key to determine whether the system enabled a device locator service such as Find My on the device. Requires the Device Information access right. Available in iOS 7 and later.",
      "Queries.QueriesItem.IsActivationLockEnabled":
        "The key to determine whether the system enabled Activation Lock on the device. Requires the Device Information access right. Available as of iOS 7 and macOS 10.15, and deprecated in iOS 16 and macOS 13.",
      "Queries.QueriesItem.IsActivationLockSupported":
        "The key to determine whether the device supports Activation Lock. Also see 'IsActivationLockManageable' in SecurityInfoResponse.SecurityInfo.ManagementStatus. Available in macOS 10.9 and later.",
      "Queries.QueriesItem.IsDoNotDisturbInEffect":
        "The key to determine whether the device is in Do Not Disturb (DND) mode. Requires the Device Information access right. Available in iOS 7 and later.",
      "Queries.QueriesItem.DeviceID":
        "The key to get the device ID. Requires the Device Information access right. Available in tvOS 6 and later.",
      "Queries.QueriesItem.EASDeviceIdentifier":
        "The key to get the device identifier for Exchange ActiveSync (EAS). Requires the Device Information access right. Available in iOS 7 and later.",
      "Queries.QueriesItem.IsCloudBackupEnabled":
        "The key to determine whether the system enabled iCloud Backup on the device. Requires the Device Information access right. Available in iOS 7.1 and later.",
      "Queries.QueriesItem.ActiveManagedUsers":
        "The key to get an array of directory GUIDs for logged-in managed users. Requires the Device Information access right. Available in macOS 10.11 and later.",
      "Queries.QueriesItem.OSUpdateSettings":
        "The key to get the contents of DeviceInformationResponse.QueryResponses.OSUpdateSettings. Requires the Device Information access right. Available in macOS 10.11 and later.",
      "Queries.QueriesItem.LocalHostName":
        "The key to get the local hostname from Bonjour. Available in macOS 10.11 and later.",
      "Queries.QueriesItem.HostName": "The key to get the hostname. Available in macOS 10.11 and later.",
      "Queries.QueriesItem.AutoSetupAdminAccounts":
        "The key to get the contents of DeviceInformationResponse.QueryResponses.AutoSetupAdminAccountsItem, which Setup Assistant automatically creates during enrollment. Requires the Device Information access right.",
      "Queries.QueriesItem.SystemIntegrityProtectionEnabled":
        "The key to determine whether the system enabled System Integrity Protection on the device. This value requires the Device Information access right, and is available in macOS 10.12 and later.",
      "Queries.QueriesItem.SupportsLOMDevice":
        "The key to determine whether the device can receive 'PowerON', 'PowerOFF', and 'Reset' commands from a lights-out management (LOM) controller. Available in macOS 11 and later.",
      "Queries.QueriesItem.IsMDMLostModeEnabled":
        "The key to determine whether the system enabled Managed Lost Mode on the device. Requires the Device Information access right. Available in iOS 9.3 and later.",
      "Queries.QueriesItem.MaximumResidentUsers":
        "The key to get the maximum number of users that can use this Shared iPad device. In iOS 13.4 and later, this value is always '32'. Requires the Device Information access right. Available in iOS 9.3 and later.",
      "Queries.QueriesItem.EstimatedResidentUsers":
        "The key to get the estimated number of users that can use this Shared iPad device, according to the available space of the device and each user's quota. Requires the Device Information access right. Available in iOS 14 and later.",
      "Queries.QueriesItem.QuotaSize":
        "The key to get the quota size for each user on this Shared iPad device. Requires the Device Information access right. Available in iOS 13.4 and later.",
      "Queries.QueriesItem.ResidentUsers":
        "The key to get the number of users currently on this Shared iPad device. Requires the Device Information access right. Available in iOS 13.4 and later.",
      "Queries.QueriesItem.UserSessionTimeout": "The key to get the timeout interval for the user session.",
      "Queries.QueriesItem.TemporarySessionTimeout": "The key to get the timeout interval for the temporary session.",
      "Queries.QueriesItem.TemporarySessionOnly":
        "The key to determine whether the device only allows temporary sessions.",
      "Queries.QueriesItem.ManagedAppleIDDefaultDomains":
        "The key to get the list of domains that the device suggests on the Shared iPad login screen. Available in iOS 16 and later.",
      "Queries.QueriesItem.OnlineAuthenticationGracePeriod":
        "The key to get the grace period for Shared iPad online authentication (in days). Available in iOS 16 and later.",
      "Queries.QueriesItem.SkipLanguageAndLocaleSetupForNewUsers":
        "The key to determine whether the system skips the language and country/region panes for new users on Shared iPad.",
      "Queries.QueriesItem.PushToken":
        "The key to get the push token for the current user-channel connection. The MDM server ignores this query for the device channel. Requires the Device Information access right. Available in iOS 9.3 and later, and macOS 10.12 and later.",
      "Queries.QueriesItem.DiagnosticSubmissionEnabled":
        "The key to determine whether the system enabled the diagnostic submission setting on the device. Requires the Device Information access right. Available in iOS 9.3 and later.",
      "Queries.QueriesItem.AppAnalyticsEnabled":
        "The key to determine whether the device is sharing app analytics. Requires the Device Information access right. Available in iOS 4 and later, and macOS 10.7 and later.",
      "Queries.QueriesItem.TimeZone":
        "The key to get the current Internet Assigned Numbers Authority (IANA) time zone database name. Requires the Device Information access right. Available in iOS 14 and later, and tvOS 14 and later.",
      "Queries.QueriesItem.ICCID":
        "The key to get the integrated circuit card (ICC) identifier for the installed SIM card. Requires the Network Information access right. Available as of iOS 4 and deprecated in iOS 16.",
      "Queries.QueriesItem.BluetoothMAC":
        "The key to get the Bluetooth media access control (MAC) address. Requires the Network Information access right.",
      "Queries.QueriesItem.WiFiMAC":
        "The key to get the Wi-Fi MAC address. Requires the Network Information access right.",
      "Queries.QueriesItem.EthernetMAC":
        "The key to get the primary Ethernet MAC address. Requires the Network Information access right. Available in macOS 10.7 and later.",
      "Queries.QueriesItem.CurrentCarrierNetwork":
        "The key to get the name of the current carrier network. Requires the Network Information access right. Available as of iOS 4 and deprecated in iOS 16.",
      "Queries.QueriesItem.SIMCarrierNetwork":
        "Apple no longer supports this query. Use 'SubscriberCarrierNetwork' instead.",
      "Queries.QueriesItem.SubscriberCarrierNetwork":
        "The key to get the home carrier network. Requires the Network Information access right. Available as of iOS 5 and deprecated in iOS 16.",
      "Queries.QueriesItem.CarrierSettingsVersion":
        "The key to get the version of the carrier settings. Requires the Network Information access right. Available as of iOS 4 and deprecated in iOS 16.",
      "Queries.QueriesItem.PhoneNumber":
        "The key to get the raw phone number, without punctuation, and including the country code. Requires the Network Information access right. Available as of iOS 4 and deprecated in iOS 16.",
      "Queries.QueriesItem.DataRoamingEnabled":
        "The key to determine whether the system enabled data roaming on the device. Requires the Network Information access right. Available in iOS 5 and later.",
      "Queries.QueriesItem.VoiceRoamingEnabled":
        "The key to determine whether the system enabled voice roaming on the device, which isn't available for all carriers. Requires the Network Information access right. Available as of iOS 5 and deprecated in iOS 16.",
      "Queries.QueriesItem.PersonalHotspotEnabled":
        "The key to determine whether the system enabled Personal Hotspot on the device, which isn't available for all carriers. Requires the Network Information access right. Available in iOS 7 and later.",
      "Queries.QueriesItem.IsNetworkTethered":
        "The key to determine whether the device is network-tethered. Requires the Network Information access right. Available in iOS 10.3 and later.",
      "Queries.QueriesItem.IsRoaming":
        "The key to determine whether the device is roaming. Requires the Network Information access right. Available in iOS 4.2 and later.",
      "Queries.QueriesItem.SubscriberMCC":
        "The key to get the home mobile country code. Requires the Network Information access right. Available as of iOS 4.2.6 and deprecated in iOS 16.",
      "Queries.QueriesItem.SubscriberMNC":
        "The key to get the home mobile network code. Requires the Network Information access right. Available as of iOS 4.2.6 and deprecated in iOS 16.",
      "Queries.QueriesItem.CurrentMCC":
        "The key to get the current mobile country code (MCC). Requires the Network Information access right. It's available as of iOS 4 and deprecated in iOS 16.",
      "Queries.QueriesItem.CurrentMNC":
        "The key to get the current mobile network code (MNC). Requires the Network Information access right. Available as of iOS 4 and deprecated in iOS 16.",
      "Queries.QueriesItem.ServiceSubscriptions":
        "The key to get the contents of DeviceInformationResponse.QueryResponses.ServiceSubscriptionProperty. Requires the Network Information access right.",
      "Queries.QueriesItem.PINRequiredForEraseDevice":
        "The key to determine whether the EraseDeviceCommand requires a PIN. Available in macOS 11 and later.",
      "Queries.QueriesItem.PINRequiredForDeviceLock":
        "The key to determine whether the DeviceLockCommand requires a PIN. Available in macOS 11 and later.",
      "Queries.QueriesItem.SupportsiOSAppInstalls":
        "The key to determine whether the macOS device supports iOS or iPadOS app installs. Available in macOS 11 and later.",
      "Queries.QueriesItem.SoftwareUpdateDeviceID":
        "The key to get the device identifier that you use to look up available OS updates through <https://gdmf.apple.com/v2/pmv>. Available in iOS 15 and later, and macOS 12 and later.",
      "Queries.QueriesItem.SoftwareUpdateSettings":
        "The key to get the device settings that control which updates appear in the Software Update pane in Settings. Available in iOS 14.5 and later.",
      "Queries.QueriesItem.AccessibilitySettings":
        "The key to get the current state of settable accessibility settings. Available in iOS 16 and later.",
      "Queries.QueriesItem.DevicePropertiesAttestation":
        "The key to request an attestation of the device's properties. Available in iOS 16 and later, macOS 14 and later, tvOS 16 and later, and watchOS 10 and later.",
      "Queries.QueriesItem.EACSPreflight":
        "The key to determine whether the device can perform an EraseDeviceCommand using Erase All Content and Settings (EACS).",
      DeviceAttestationNonce:
        "This specifies a freshness code which appears in the resulting attestation. The value can contain up to 32 bytes of data. If specified, 'Queries' needs to contain 'DevicePropertiesAttestation'.",
    },
  },
  DeviceLocation: {
    title: "Device Location",
    description: "This command allows the server to ask for the device's location if it is in MDM lost mode.",
  },
  DeviceLock: {
    title: "Device Lock",
    description:
      "This command allows the server to immediately lock the device. This command requires the Device Lock and Passcode Removal right.",
    keys: {
      Message:
        "The message to display on the Lock screen of the device. This value doesn't apply to a shared iPad device. This value is available in iOS 4 and later, and macOS 10.14 and later.",
      PhoneNumber:
        "The phone number to display on the Lock screen. This value doesn't apply to a shared iPad device. This value is available in iOS 7 and later and macOS 11.5 and later (for Apple silicon devices only).",
      PIN: "The six-character PIN for Find My. This value is available in macOS 10.8 and later.",
    },
  },
  DisableLostMode: {
    title: "Disable Lost Mode",
    description: "This command allows the server to take the device out of MDM lost mode.",
  },
  DisableRemoteDesktop: { title: "Disable Remote Desktop", description: "Disable Remote Desktop on the device." },
  EnableLostMode: {
    title: "Enable Lost Mode",
    description:
      "This command allows the server to put the device in MDM lost mode, with a message, phone number, and footnote text. A message or phone number must be provided.",
    keys: {
      Message:
        "If present, display this text on the Lock screen. You must provide this value if you don't provide a value for 'PhoneNumber'.",
      PhoneNumber:
        "If present, display this phone number on the Lock screen. You must provide this value if you don't provide a value for 'Message'.",
      Footnote: "If present, display this text in place of Slide to Unlock.",
    },
  },
  EnableRemoteDesktop: { title: "Enable Remote Desktop", description: "Enable Remote Desktop on the device." },
  EraseDevice: {
    title: "Erase Device",
    description:
      "This command allows the server to remotely erase the device. This command requires the Device Erase right.",
    keys: {
      PreserveDataPlan:
        "If 'true', preserve the data plan on an iPhone or iPad with eSIM functionality, if one exists. This value is available in iOS 11 and later.",
      DisallowProximitySetup:
        "If 'true', disable Proximity Setup on the next reboot and skip the pane in Setup Assistant. This value is available in iOS 11 and later. Prior to iOS 14, don't use this option with any other option.",
      PIN: "The six-character PIN for Find My. This value is available in macOS 10.8 and later.",
      ObliterationBehavior:
        "This key defines the fallback behavior for erasing a device. In macOS 12 and later, this command uses Erase All Content and Settings (EACS) on Mac computers with the Apple M1 chip or the Apple T2 Security Chip.",
      ReturnToService:
        "The configuration settings for Return to Service. This value is available in iOS 17 and later and with Shared iPad and tvOS 18 and later.",
      "ReturnToService.Enabled":
        "If 'true', the device tries to re-enroll itself automatically after erasure. The user needs to deactivate all activation locks for this feature to work correctly.",
      "ReturnToService.WiFiProfileData":
        "The WiFi profile that installed after erasure, when using Return to Service. This is required when the device doesn't have ethernet access.",
      "ReturnToService.MDMProfileData":
        "The MDM profile installed after erasure, when using Return to Service. This key is required for all unsupervised devices, as well as supervised devices that weren't enrolled with ADE.",
    },
  },
  InstallApplication: {
    title: "Install Application",
    description:
      "This command allows the server to install an application on a device. If the app is already being managed, this command will update the app.",
    keys: {
      iTunesStoreID: "The app's iTunes Store identifier.",
      Identifier:
        "The app's bundle identifier. For a watchOS app, the identifier needs to be the watch's bundle identifier, which differs from the main bundle identifier for the iPhone to which the watch is paired.",
      Options: "A dictionary that contains the app installation options.",
      "Options.PurchaseMethod":
        "The app's purchase type, which must be one of the following values: • '0': Free apps and Legacy Volume Purchase Program (VPP) with a redemption code. This option is only available in iOS.",
      ManifestURL:
        "The URL of the app manifest, which needs to begin with 'https:'. The manifest is returned as a property list.",
      ManagementFlags:
        "A bitwise OR of the management flags. The possible values are: • '1': If 'InstallAsManaged' is 'true', remove the app upon removal of the MDM profile. • '4': Prevent backup of app data. • '5': Both '1' and '4'.",
      Configuration:
        "A dictionary that contains the initial configuration of the app, if you choose to provide it. Available in iOS 7 and later, macOS 11 and later, and tvOS 10.2 and later.",
      "Configuration.ANY": "An app configuration key.",
      Attributes:
        "A dictionary that contains the initial attributes of the app, if you choose to provide it. Available in iOS 7 and later, and tvOS 10.2 and later.",
      "Attributes.VPNUUID": "A per-app VPN unique identifier for this app. Available in iOS 7 and later.",
      "Attributes.ContentFilterUUID": "The content filter UUID for this app. Available in iOS 16 and later.",
      "Attributes.DNSProxyUUID": "The DNS proxy UUID for this app. Available in iOS 16 and later.",
      "Attributes.RelayUUID": "The relay UUID for this app. Available in iOS 17 and later.",
      "Attributes.AssociatedDomains":
        "An array that contains the associated domains to add to this app. Available in iOS 13 and later.",
      "Attributes.AssociatedDomainsEnableDirectDownloads":
        "If 'true', perform claimed site association verification directly at the domain instead of on Apple's servers. Only set this to 'true' for domains that can't access the internet. Available in iOS 14 and later.",
      "Attributes.Removable":
        "If 'false', this app isn't removable while it's a managed app. Available in iOS 14 and later, and tvOS 14 and later.",
      "Attributes.TapToPayScreenLock":
        "If 'true', Tap to Pay on iPhone requires users to use Face ID or a passcode to unlock their device after every transaction that requires a customer's card PIN. If 'false', the user can configure this setting on their device.",
      "Attributes.CellularSliceUUID":
        "The data network name (DNN) or app category. For DNN, the value is 'DNN:name', where 'name' is the carrier-provided DNN name.",
      "Attributes.Hideable":
        "Setting this to false prevents the user from hiding the app. It does not affect the user's ability to leave it in the App Library, while removing it from the home screen.",
      "Attributes.Lockable":
        "Setting this to false prevents the user from locking the app. Because hiding an app also requires locking it, disallowing the user from locking the app will also prevent the user from hiding it.",
      ChangeManagementState:
        "The change management state. The only possible value is: • 'Managed': Take management of the app if the user installed it already. This also requires that you pass 'true' for 'InstallAsManaged'.",
      InstallAsManaged:
        "If 'true', install the app as a managed app. Otherwise, the system installs the app as unmanaged. If you reinstall a manged app and omit this value or set it to 'false', the app becomes unmanaged.",
      iOSApp: "If 'true', the app is an iOS app that can run on an Apple silicon in macOS 11 and later.",
    },
  },
  InstallEnterpriseApplication: {
    title: "Install Enterprise Application",
    description:
      "This command allows the server to install enterprise applications on a device. It provides a more secure version of 'InstallApplication' that specifies a 'ManifestURL'.",
    keys: {
      Manifest:
        "A dictionary that specifies where to download the app. This value is backward-compatible with the manifest for the InstallApplicationCommand; however, it also allows you to specify 'sha256s' and 'sha256-size' for SHA-256 hashes.",
      "Manifest.ANY":
        "A manifest, which is backward-compatible with the manifest for the 'InstallApplication' command; however, it also allows you to specify 'sha256s' and 'sha256-size' for SHA-256 hashes.",
      ManifestURL:
        "The URL of the app manifest, which needs to begin with 'https:'. The manifest is returned as a property list.",
      ManifestURLPinningCerts:
        "An array of DER-encoded certificates to pin the connection when fetching the 'ManifestURL'.",
      "ManifestURLPinningCerts.ManifestURLPinningCertsItem": "A certificate in DER-encoded format.",
      PinningRevocationCheckRequired:
        "If 'true', certificate revocation checks require a positive response when using certificate pinning with 'ManifestURLPinningCerts'.",
      InstallAsManaged:
        "If 'true', install the app as a managed app. Otherwise, the system installs the app as unmanaged. If you reinstall a manged app and omit this value or set it to 'false', the app becomes unmanaged.",
      ManagementFlags:
        "The management flags. The possible values are: • '1': If 'InstallAsManaged' is 'true', remove the app upon removal of the MDM profile. Available in macOS 11 and later.",
      Configuration:
        "A dictionary that contains the initial configuration of the app, if you choose to provide it. Available in macOS 11 and later.",
      "Configuration.ANY": "An app configuration.",
      ChangeManagementState:
        "The change management state. This value doesn't work with the User Enrollment feature introduced in iOS 13.",
      iOSApp: "If 'true', the app is an iOS app that can run on an Apple silicon in macOS 11 and later.",
    },
  },
  InstallMedia: {
    title: "Install Media",
    description:
      "This command allows the server to install a book on a device. If the book is already being managed, this command will update the book.",
    keys: {
      iTunesStoreID: "The book's iTunes Store identifier.",
      MediaURL: "The URL to retrieve the book. This value is available in iOS 8 and later.",
      MediaType: "The media type, which can only be 'Book'.",
      PersistentID:
        "The book's persistent identifier in reverse-DNS form; for example, 'com.acme.manuals.training'. This value is available in iOS 8 and later.",
      Kind:
        "The kind of the media, which can be one of the following values: • 'pdf': A PDF file • 'epub': An EPUB file in 'gzip' format. • 'ibooks': An iBooks Author file in 'gzip' format.",
      Version: "The book's version number. This value is available in iOS 8 and later.",
      Author: "The name of the book's author. This value is available in iOS 8 and later.",
      Title: "The book's title. This value is available in iOS 8 and later.",
    },
  },
  InstallProfile: {
    title: "Install Profile",
    description:
      "This command allows the host to install a configuration profile. The profile may be encrypted using any installed identity certificate. The profile may also be signed. This command requires the Profile Installation and Removal right.",
    keys: {
      Payload:
        "The profile to install, which you can encrypt using any identity certificate installed on the device. You can also sign the profile.",
    },
  },
  InstallProvisioningProfile: {
    title: "Install Provisioning Profile",
    description:
      "This command allows the server to install a provisioning profile. No error occurs if the provisioning profile is already installed. This command requires the Provisioning Profile Installation and Removal right.",
    keys: { ProvisioningProfile: "The provisioning profile." },
  },
  InstalledApplicationList: {
    title: "Installed Application List",
    description: "This command allows the server to query for installed 3rd party applications.",
    keys: {
      Identifiers:
        "An array of app identifiers. Provide this value to limit the response to only include these apps. This value is available in iOS 7 and later, macOS 10.15 and later, and tvOS 10.2 and later.",
      ManagedAppsOnly:
        "If 'true', only get a list of managed apps excluding ones that are managed by Declarative Device Management. This value is available in iOS 7 and later, macOS 10.15 and later, and tvOS 10.2 and later.",
      Items:
        "An array of strings that represent keys in InstalledApplicationListResponse.InstalledApplicationListItem. If present, the response only contains the keys listed here, except 'Identifier' is always included.",
    },
  },
  InviteToProgram: {
    title: "Invite To Program",
    description: "This command allows a server to invite a user to join a program.",
    keys: {
      ProgramID: "The program's identifier, which can only be 'com.apple.cloudvpp'.",
      InvitationURL: "The Volume Purchase Program (VPP) invitation URL.",
    },
  },
  LOMDeviceRequest: {
    title: "LOM Device Request",
    description: "Issues LOM requests to devices.",
    keys: {
      RequestList: "An array of requests to perform.",
      "RequestList.RequestListItem.DeviceRequestType": "The requested action to perform on the device.",
      "RequestList.RequestListItem.DeviceRequestUUID": "The unique identifier of the request.",
      "RequestList.RequestListItem.DeviceDNSName":
        "The DNS name of the device. This should match the 'dNSName' in SCEP.PayloadContent.SubjectAltName or an equivalent in a PKCS12 identity.",
      "RequestList.RequestListItem.PrimaryIPv6AddressList":
        "An array that contains the IPv6 addresses for primary LOM-compatible Ethernet interfaces for the device.",
      "RequestList.RequestListItem.SecondaryIPv6AddressList":
        "An array that contains the IPv6 addresses for secondary LOM-compatible Ethernet interfaces for the device.",
      "RequestList.RequestListItem.LOMProtocolVersion":
        "The LOM protocol version that the device supports. Provide the same value that 'LOMProtocolVersion' receives in the LOMSetupRequestResponse.",
    },
  },
  LOMSetupRequest: {
    title: "LOM Setup Request",
    description: "Queries the device for LOM setup information such as IP addresses, protocol version, etc.",
  },
  LogOutUser: {
    title: "Log Out User",
    description: "This command allows the server to force the current user to logout.",
  },
  ManagedApplicationAttributes: {
    title: "Managed Application Attributes",
    description:
      "Queries managed application attributes. Attributes can be set on managed apps. These attributes can be changed over time.",
    keys: {
      Identifiers:
        "The bundle identifiers of the managed apps. For a watchOS app, the identifier needs to be the watch's bundle identifier, which differs from the main bundle identifier for the iPhone to which the watch is paired.",
    },
  },
  ManagedApplicationConfiguration: {
    title: "Managed Application Configuration",
    description:
      "This command queries the device for the current configuration of managed applications. This command requires the App Management right.",
    keys: {
      Identifiers:
        "The bundle identifiers of the managed apps. For a watchOS app, the identifier needs to be the watch's bundle identifier, which differs from the main bundle identifier for the iPhone to which the watch is paired.",
    },
  },
  ManagedApplicationFeedback: {
    title: "Managed Application Feedback",
    description:
      "This command queries the device for application feedback information. This command requires the App Management right.",
    keys: {
      Identifiers: "The bundle identifiers of the managed apps.",
      DeleteFeedback:
        "If 'true', delete the app's feedback dictionary after the server reads it. Apps that are managed by Declarative Device Management will be ignored.",
    },
  },
  ManagedApplicationList: {
    title: "Managed Application List",
    description:
      "This command allows the server to query the status of managed apps. Certain statuses are transient. Once they are reported to the server, the entries for the apps are removed from the next query.",
    keys: {
      Identifiers:
        "The bundle identifiers of the managed apps to include in the response. For a watchOS app, the identifier needs to be the watch's bundle identifier, which differs from the main bundle identifier for the iPhone to which the watch is paired.",
    },
  },
  ManagedMediaList: {
    title: "Managed Media List",
    description: "This command allows the server to query for installed 3rd party applications.",
  },
  NSExtensionMappings: {
    title: "NSExtension Mappings",
    description: "This command returns information about installed extensions for a user.",
  },
  OSUpdateStatus: { title: "OS Update Status", description: "Queries the device for the status of software updates." },
  PlayLostModeSound: {
    title: "Play Lost Mode Sound",
    description:
      "This command allows the server to tell the device to play a sound if it is in MDM Lost Mode. The sound will play until the device is either removed from Lost Mode or a user disables the sound from the device.",
  },
  ProfileList: {
    title: "Profile List",
    description:
      "This command allows the MDM server to query for the profiles installed on the device. This command requires the Inspect Profile Manifest right. It's supported on the user channel.",
    keys: {
      ManagedOnly:
        "If 'true', only include profiles that MDM has installed. For user enrollments, the device ignores this key and always limits the results to managed profiles.",
    },
  },
  ProvisioningProfileList: {
    title: "Provisioning Profile List",
    description:
      "This command allows the server to retrieve the list of installed provisioning profiles on the device. This command requires the Inspect Provisioning Profiles right.",
    keys: {
      ManagedOnly:
        "If 'true', only include profiles that MDM has installed. For user enrollments, the device ignores this key and always limits the results to managed profiles. This value is available in iOS 13 and later, and tvOS 13 and later.",
    },
  },
  RefreshCellularPlans: {
    title: "Refresh Cellular Plans",
    description:
      'Instructs the device to query for active cellular plan eSIM "profiles" at the designated carrier eSIM server URL.',
    keys: { eSIMServerURL: "The carrier's eSIM server URL to query. Obtain this URL from each carrier separately." },
  },
  RemoveApplication: {
    title: "Remove Application",
    description: "This command allows a server to remove a managed app.",
    keys: {
      Identifier:
        "The bundle identifier of the managed app. For a watchOS app, the identifier needs to be the watch's bundle identifier, which differs from the main bundle identifier for the iPhone to which the watch is paired.",
    },
  },
  RemoveMedia: {
    title: "Remove Media",
    description:
      "This command allows an MDM server to remove managed media. This command returns Acknowledged even if the item is not found.",
    keys: {
      MediaType: "The media type, which can only be 'Book'.",
      iTunesStoreID: "The book's iTunes Store identifier.",
      PersistentID: "The book's persistent identifier in reverse-DNS form; for example, 'com.acme.manuals.training'.",
    },
  },
  RemoveProfile: {
    title: "Remove Profile",
    description:
      "This command allows the server to remove a profile. This command requires the Profile Installation and Removal Right. It's supported in the user channel.",
    keys: { Identifier: "The identifier of the profile to remove." },
  },
  RemoveProvisioningProfile: {
    title: "Remove Provisioning Profile",
    description:
      "This command allows the server to remove a provisioning profile. This command requires the Provisioning Profile Installation and Removal right. On macOS, this command is for iOS and iPadOS style provisioning profiles only.",
    keys: { UUID: "The unique identifier of the provisioning profile to remove." },
  },
  RequestMirroring: {
    title: "Request Mirroring",
    description: "This command prompts the user to share their screen using AirPlay mirroring.",
    keys: {
      DestinationName: "The name of the AirPlay Mirroring destination.",
      DestinationDeviceID:
        "The hardware address of the AirPlay Mirroring destination that identifies the device, in the format 'xx:xx:xx:xx:xx'. This value isn't case-sensitive.",
      ScanTime:
        "The number of seconds, from '10' to '300', for the device to spend searching for the destination. The default value is '30'.",
      Password: "The screen-sharing password that the device uses when connecting to the destination.",
    },
  },
  RequestUnlockToken: {
    title: "Request Unlock Token",
    description: "This command requests an UnlockToken from the device.",
  },
  RestartDevice: {
    title: "Restart Device",
    description: "This command requires the Device Lock access right. The device will restart immediately.",
    keys: {
      RebuildKernelCache: "If 'true', the system rebuilds the kernel cache during a device restart.",
      KextPaths:
        "If 'RebuildKernelCache' is 'true', this value specifies the paths to kexts to add to the auxiliary kernel cache since the last kernel cache rebuild. If not present, the system only adds previously discovered kexts to the kernel cache.",
      NotifyUser:
        "If 'true', notifies the user to restart the device at their convenience. No forced restart occurs unless the device is at 'loginwindow' with no logged-in users. The user can dismiss the notification and ignore the request.",
    },
  },
  Restrictions: {
    title: "Restrictions",
    description:
      "This command allows the server to determine what restrictions are being enforced on the device, and the total sum of all restrictions. This command requires the Restrictions Query access right.",
    keys: {
      ProfileRestrictions:
        "If 'true', the device reports restrictions from each profile. This value is available in iOS 4 and later, and tvOS 6.1 and later.",
    },
  },
  RotateFileVaultKey: {
    title: "Rotate FileVault Key",
    description: "This command allows for changing a device's FileVaultMaster password.",
    keys: {
      KeyType:
        "The type of FileVault key you want to change the password for. Set this value to 'personal' and set a value for 'Password' in the 'FileVaultUnlock' dictionary to enable unlocking a device with a password.",
      FileVaultUnlock: "A dictionary that contains FileVault unlock options.",
      "FileVaultUnlock.Password":
        "A FileVault user's password, or if using a CoreStorage volume, the personal recovery key.",
      "FileVaultUnlock.PrivateKeyExport":
        "The data for a .p12 export of the private key for the current institutional recovery key, which requires that 'KeyType' is 'institutional'. The system ignores this key on APFS volumes.",
      "FileVaultUnlock.PrivateKeyExportPassword":
        "The password for 'PrivateKeyExport'. Either 'Password' or both 'PrivateKeyExport' and 'PrivateKeyExportPassword' must be present. The system ignores this key on APFS volumes.",
      NewCertificate:
        "A DER-encoded certificate for creating a new institutional recovery key, which the system requires if 'KeyType' is 'institutional'.",
      ReplyEncryptionCertificate:
        "A DER-encoded certificate for encrypting the new personal recovery key in a wrapper conforming to the IETF Cryptographic Message Syntax (CMS) standard.",
    },
  },
  ScheduleOSUpdate: {
    title: "Schedule OS Update",
    description: "This command allows the server to schedule an OS update.",
    keys: {
      Updates:
        "An array of dictionaries specifying the updates to download or install. If this value is missing, the device applies the default behavior for handling updates.",
      "Updates.UpdatesItem.ProductKey": "The product key that represents the update.",
      "Updates.UpdatesItem.ProductVersion":
        "The version of the update, which the system requires if 'ProductKey' isn't present. This value is available in iOS 11.3 and later, macOS 12 and later, and tvOS 12.2 and later.",
      "Updates.UpdatesItem.InstallAction":
        "The install action, which is one of the following values: • 'Default': Download or install the update, depending on the current state. You can check the 'UpdateResults' dictionary to review scheduled updates.",
      "Updates.UpdatesItem.MaxUserDeferrals":
        "The maximum number of times the system allows the user to postpone an update before it's installed. The system prompts the user once a day.",
      "Updates.UpdatesItem.Priority":
        "The scheduling priority for downloading and preparing the requested update. This is only supported for minor OS updates (macOS 12.x to 12.y). Available in macOS 12.3 and later. Prior versions of macOS used a priority of 'Low'.",
    },
  },
  ScheduleOSUpdateScan: {
    title: "Schedule OS Update Scan",
    description: "Requests that the device perform a background scan for OS updates.",
    keys: {
      Force: "If 'true', force a scan to start immediately. Otherwise, the scan starts at a system-determined time.",
    },
  },
  SecurityInfo: {
    title: "Security Info",
    description:
      "This command queries the device for security-related information. Queries are available if the MDM host has the Security Query right.",
  },
  SetAutoAdminPassword: {
    title: "Set Auto Admin Password",
    description:
      "Allows changing the password of a local admin account that was created by Setup Assistant during DEP enrollment via the AccountConfiguration command.",
    keys: {
      GUID:
        "The unique identifier of the local administrator account. If this value doesn't match the GUID of an administrator account that MDM created during Device Enrollment Program (DEP) enrollment, the command returns an error.",
      passwordHash: "The precreated salted SHA-512 PBKDF2 password hash for the account.",
    },
  },
  SetFirmwarePassword: {
    title: "Set Firmware Password",
    description: "Changes or clears the firmware password for the device.",
    keys: {
      CurrentPassword: "The current password, which you must set if the device has a firmware password.",
      NewPassword: "The new firmware password. Set to an empty string to clear the password.",
      AllowOroms: "If 'true', enable ROMs.",
    },
  },
  SetRecoveryLock: {
    title: "Set Recovery Lock",
    description: "Sets or clears the recovery lock password (AppleSilicon devices only)",
    keys: {
      CurrentPassword: "If the device has a Recovery Lock password set, the system requires the current password.",
      NewPassword: "The new password for Recovery Lock. Set as an empty string to clear the Recovery Lock password.",
    },
  },
  Settings: {
    title: "Settings",
    description: "This command allows the server to set settings on the device.",
    keys: {
      Settings: "An array of dictionaries that contains the settings.",
      "Settings.Wallpaper":
        "A dictionary that contains wallpaper settings. This setting doesn't support User Enrollment, and is available in iOS 8 and later.",
      "Settings.Wallpaper.Item": "A string that identifies this setting.",
      "Settings.Wallpaper.Image": "A Base64-encoded image in either PNG or JPG format to use for wallpaper.",
      "Settings.Wallpaper.Where":
        "A number that indicates where to use the wallpaper, which is one of the following values: • '1': Lock screen • '2': Home screen • '3': Both lock and home screens.",
      "Settings.DataRoaming":
        "A dictionary that contains data roaming settings. This setting requires the Network Information access right, doesn't support User Enrollment, and is available in iOS 5 and later.",
      "Settings.DataRoaming.Item": "A string that identifies this setting.",
      "Settings.DataRoaming.Enabled":
        "If 'true', enable data roaming, which also enables voice roaming. If 'false', disable data roaming.",
      "Settings.VoiceRoaming":
        "A dictionary that contains voice roaming settings. This setting requires the Network Information access right, doesn't support User Enrollment, and is available in iOS 5 and later.",
      "Settings.VoiceRoaming.Item": "A string that identifies this setting.",
      "Settings.VoiceRoaming.Enabled":
        "If 'true', enable voice roaming. If 'false', disable voice roaming, which also disables data roaming. The setting is only available for certain carriers.",
      "Settings.PersonalHotspot":
        "A dictionary that contains Personal Hotspot settings. This setting requires the Network Information access right, doesn't support User Enrollment, and is available in iOS 5 and later.",
      "Settings.PersonalHotspot.Item": "A string that identifies this setting.",
      "Settings.PersonalHotspot.Enabled": "If 'true', enable Personal Hotspot. If 'false', disable Personal Hotspot.",
      "Settings.Bluetooth": "A dictionary that contains Bluetooth settings.",
      "Settings.Bluetooth.Item": "A string that identifies this setting.",
      "Settings.Bluetooth.Enabled":
        "If 'true', enable the Bluetooth setting. If 'false', disable the Bluetooth setting.",
      "Settings.ApplicationConfiguration":
        "A dictionary that contains the configurations to apply to the app. Omit this setting to remove existing configurations.",
      "Settings.ApplicationConfiguration.Item": "A string that identifies this setting.",
      "Settings.ApplicationConfiguration.Identifier":
        "The bundle identifier of the managed app. For a watchOS app, the identifier needs to be the watch's bundle identifier, which differs from the main bundle identifier for the iPhone to which the watch is paired.",
      "Settings.ApplicationConfiguration.Configuration":
        "A dictionary that contains the configurations to apply to the app. Omit this setting to remove existing configurations.",
      "Settings.ApplicationConfiguration.Configuration.ANY": "A dictionary that contains configurations.",
      "Settings.ApplicationAttributes":
        "A dictionary that contains the attributes to apply to the app. Omit this setting to remove existing attributes. This setting supports User Enrollment, is available in iOS 7 and later, and tvOS 10.2 and later.",
      "Settings.ApplicationAttributes.Item": "A string that identifies this setting.",
      "Settings.ApplicationAttributes.Identifier":
        "The bundle identifier of the app. For a watchOS app, the identifier needs to be the watch's bundle identifier, which differs from the main bundle identifier for the iPhone to which the watch is paired.",
      "Settings.ApplicationAttributes.Attributes":
        "A dictionary that contains the attributes to apply to the app. Omit this setting to remove existing attributes. This setting is available in iOS 7 and later, and tvOS 10.2 and later.",
      "Settings.ApplicationAttributes.Attributes.VPNUUID":
        "A per-app VPN unique identifier for this app. Available in iOS 7 and later.",
      "Settings.ApplicationAttributes.Attributes.ContentFilterUUID":
        "The content filter UUID for this app. Available in iOS 16 and later.",
      "Settings.ApplicationAttributes.Attributes.DNSProxyUUID":
        "The DNS proxy UUID for this app. Available in iOS 16 and later.",
      "Settings.ApplicationAttributes.Attributes.RelayUUID":
        "The relay UUID for this app. Available in iOS 17 and later.",
      "Settings.ApplicationAttributes.Attributes.AssociatedDomains":
        "An array that contains the associated domains to add to this app. Available in iOS 7 and later.",
      "Settings.ApplicationAttributes.Attributes.AssociatedDomainsEnableDirectDownloads":
        "If 'true', perform claimed site association verification directly at the domain, instead of on Apple's servers. Only set this to 'true' for domains that can't access the internet. Available in iOS 14 and later.",
      "Settings.ApplicationAttributes.Attributes.Removable":
        "If 'false', this app isn't removable while it's managed. Available in iOS 14 and later, and tvOS 14 and later.",
      "Settings.ApplicationAttributes.Attributes.TapToPayScreenLock":
        "If true, the system require Tap to Pay on iPhone users to use Face ID or a passcode to unlock their device after every transaction that requires a customer's card PIN. If 'false', the user can configure this setting on their device.",
      "Settings.ApplicationAttributes.Attributes.CellularSliceUUID":
        "The data network name (DNN) or app category. For DNN, the value is 'DNN:name', where 'name' is the carrier-provided DNN name.",
      "Settings.ApplicationAttributes.Attributes.Hideable":
        "Setting this to false prevents the user from hiding the app. It does not affect the user's ability to leave it in the App Library, while removing it from the home screen.",
      "Settings.ApplicationAttributes.Attributes.Lockable":
        "Setting this to false prevents the user from locking the app. Because hiding an app also requires locking it, disallowing the user from locking the app will also prevent the user from hiding it.",
      "Settings.DeviceName":
        "A dictionary that contains device name settings. This setting doesn't support User Enrollment, and is only available on supervised devices. Available on iOS 5 and later.",
      "Settings.DeviceName.Item": "A string that identifies this setting.",
      "Settings.DeviceName.DeviceName": "The device's name.",
      "Settings.HostName":
        "A dictionary that contains hostname settings. This setting doesn't support User Enrollment, and is available in macOS 10.11 and later.",
      "Settings.HostName.Item": "The string that defines this setting type.",
      "Settings.HostName.HostName": "The hostname for the device.",
      "Settings.OrganizationInfo":
        "A dictionary that contains settings about the organization operating the MDM server. This setting supports User Enrollment. Available in iOS 5 and later.",
      "Settings.OrganizationInfo.Item": "The string that defines this setting type.",
      "Settings.OrganizationInfo.OrganizationInfo":
        "A dictionary that contains information about the organization operating the MDM server. Omit this setting to remove existing information.",
      "Settings.OrganizationInfo.OrganizationInfo.OrganizationName":
        "A string that describes the organization operating the MDM server for display to the user during certain operations, such as purchasing or installing apps.",
      "Settings.OrganizationInfo.OrganizationInfo.OrganizationShortName":
        "A shorter version of 'OrganizationName', preferably a single word or abbreviation, suitable for display to the user in places where a very short name is necessary.",
      "Settings.OrganizationInfo.OrganizationInfo.OrganizationAddress":
        "The organization's address. Use the LF character ('&#10') to insert line breaks.",
      "Settings.OrganizationInfo.OrganizationInfo.OrganizationPhone": "The organization's phone number.",
      "Settings.OrganizationInfo.OrganizationInfo.OrganizationEmail": "The organization's support email address.",
      "Settings.OrganizationInfo.OrganizationInfo.OrganizationMagic":
        "A unique identifier for the various services a single organization manages.",
      "Settings.MDMOptions":
        "A dictionary that contains settings related to the MDM protocol. This setting doesn't support User Enrollment, and is available in iOS 7 and later, and macOS 10.15 and later.",
      "Settings.MDMOptions.Item": "The string that defines this setting type.",
      "Settings.MDMOptions.MDMOptions": "A dictionary of MDM options.",
      "Settings.MDMOptions.MDMOptions.ActivationLockAllowedWhileSupervised":
        "If 'true', a supervised device registers itself with Activation Lock when the user enables Find My. This setting is available for supervised devices in iOS 7 and later, and macOS 10.15 and later.",
      "Settings.MDMOptions.MDMOptions.BootstrapTokenAllowed":
        "If 'true', the server supports the Bootstrap Token commands.",
      "Settings.MDMOptions.MDMOptions.PromptUserToAllowBootstrapTokenForAuthentication":
        "If 'true', warn the user that they need to reboot into RecoveryOS and allow the MDM server to use the Bootstrap Token for authentication for certain sensitive operations; for example, enabling kernel extensions or installing certain types…",
      "Settings.MaximumResidentUsers":
        "A dictionary that contains settings for maximum resident users. Apple deprecated this setting in iOS 13.4. Use 'SharedDeviceConfiguration' instead. This setting doesn't support User Enrollment, and is only available for Shared iPad.",
      "Settings.MaximumResidentUsers.Item": "A string that identifies this setting.",
      "Settings.MaximumResidentUsers.MaximumResidentUsers":
        "The maximum number of users that can use the device. If this value is greater than the value for the maximum possible number of users that the device supports, the MDM server uses that value instead.",
      "Settings.SharedDeviceConfiguration":
        "A dictionary that contains shared device configuration settings. This setting doesn't support User Enrollment, and is available in iOS 13.4 and later for Shared iPad.",
      "Settings.SharedDeviceConfiguration.Item": "A string that identifies this setting.",
      "Settings.SharedDeviceConfiguration.QuotaSize":
        "The quota size, in megabytes (MB), for each user on the shared device, or if the quota size is too small, the minimum quota size.",
      "Settings.SharedDeviceConfiguration.ResidentUsers":
        "The expected number of users. If this value is greater than the value for the maximum possible number of users that the device supports, the MDM server uses that value instead.",
      "Settings.SharedDeviceConfiguration.UserSessionTimeout":
        "The timeout, in seconds, for the user session. The user session logs out automatically after the specified period of inactivity. The minimum value is 30 seconds. Setting this value to '0' removes the timeout.",
      "Settings.SharedDeviceConfiguration.TemporarySessionTimeout":
        "The timeout, in seconds, for the temporary session. The temporary session logs out automatically after the specified period of inactivity. The minimum value is 30 seconds. Setting this value to '0' removes the timeout.",
      "Settings.SharedDeviceConfiguration.TemporarySessionOnly":
        "If 'true', the user only sees the Guest Welcome pane and can only log in as a guest user. If 'false', the user can sign in with a Managed Apple Account (the existing behavior). Available in iOS 14.5 and later.",
      "Settings.SharedDeviceConfiguration.ManagedAppleIDDefaultDomains":
        "A list of domains that the Shared iPad login screen displays. The user can pick a domain from the list for their Managed Apple Account. If this list contains more than 3 domains, the system picks 3 at random for display.",
      "Settings.SharedDeviceConfiguration.OnlineAuthenticationGracePeriod":
        "A grace period (in days) for Shared iPad online authentication. The Shared iPad only verifies the user's passcode locally during login for users that already exist on the device.",
      "Settings.SharedDeviceConfiguration.SkipLanguageAndLocaleSetupForNewUsers":
        "If 'true', the system picks the system language and locale automatically for the new Shared iPad user. Available in iOS 16.2 and later.",
      "Settings.SharedDeviceConfiguration.AwaitUserConfiguration":
        "If enabled, the Shared iPad device enters Setup Assistant after the user triggers a login. The MDM server has a chance to configure the device and user.",
      "Settings.SharedDeviceConfiguration.AwaitUserConfiguration.Enabled":
        "If 'true', the device stops at a Setup Assistant pane after user login. The user won't be able to use the device until the device receives a UserConfiguredCommand command.",
      "Settings.SharedDeviceConfiguration.PasscodePolicy": "A dictionary that contains passcode policies.",
      "Settings.SharedDeviceConfiguration.PasscodePolicy.PasscodeLockGracePeriod":
        "The number of seconds before a locked screen requires the user to enter the device passcode to unlock it. The minimum value is '0' seconds and the maximum value is '14400' seconds.",
      "Settings.SharedDeviceConfiguration.PasscodePolicy.AutoLockTime":
        "The number of seconds before a device goes to sleep after being idle. The minimum value for this setting is '120' seconds.",
      "Settings.DiagnosticSubmission":
        "A dictionary that contains diagnostic submission settings. This setting doesn't support User Enrollment, and is only available for Shared iPad. Available in iOS 9.3 and later.",
      "Settings.DiagnosticSubmission.Item": "The string that defines this setting type.",
      "Settings.DiagnosticSubmission.Enabled":
        "If 'true', enables diagnostic submission. If 'false', disables diagnostic submission.",
      "Settings.AppAnalytics":
        "A dictionary that contains settings for sharing app analytics. This setting doesn't support User Enrollment, and is only available for Shared iPad. Available in iOS 9.3.2 and later.",
      "Settings.AppAnalytics.Item": "A string that identifies this setting.",
      "Settings.AppAnalytics.Enabled":
        "If 'true', enable sharing app analytics with app developers. If 'false', disable sharing app analytics.",
      "Settings.PasscodeLockGracePeriod":
        "A dictionary that contains password lock grace period settings. This setting doesn't support User Enrollment, and is only available for Shared iPad. Available in iOS 9.3.2 and later. This key is deprecated.",
      "Settings.PasscodeLockGracePeriod.Item": "A string that identifies this setting.",
      "Settings.PasscodeLockGracePeriod.PasscodeLockGracePeriod":
        "The number of seconds before a locked screen requires the user to enter the device passcode to unlock it. The minimum value is '0' seconds and the maximum value is '14400' seconds.",
      "Settings.TimeZone":
        "A dictionary that contains time zone settings. This setting is only available on supervised devices and doesn't support User Enrollment. Available in iOS 14 and later, and tvOS 14 and later.",
      "Settings.TimeZone.Item": "A string that identifies this setting.",
      "Settings.TimeZone.TimeZone":
        "The Internet Assigned Numbers Authority (IANA) time zone database name. If the 'forceAutomaticDateAndTime' restriction is set in Restrictions, this setting fails with an error.",
      "Settings.SoftwareUpdateSettings":
        "A dictionary that contains software update settings. This setting doesn't support User Enrollment, and is available in iOS 14.5 and later.",
      "Settings.SoftwareUpdateSettings.Item":
        "A string that represents the type of updates that should appear in the Software Update pane in Settings. Supervised only.",
      "Settings.SoftwareUpdateSettings.RecommendationCadence":
        "This value defines how the system presents software updates to the user. When there's more than one available update for the user, the system behaves as follows: • '0': Presents both options to the user.",
      "Settings.AccessibilitySettings":
        "A dictionary that contains accessibility settings. Available in iOS 16 and later.",
      "Settings.AccessibilitySettings.Item":
        "Sets various accessibility settings. The system allows only keys with explicitly provided values.",
      "Settings.AccessibilitySettings.BoldTextEnabled": "If 'true', the system enables bold text.",
      "Settings.AccessibilitySettings.IncreaseContrastEnabled": "If 'true', the system enables increase contrast.",
      "Settings.AccessibilitySettings.ReduceMotionEnabled": "If 'true', the system enables reduced motion.",
      "Settings.AccessibilitySettings.ReduceTransparencyEnabled": "If 'true', the system enables reduced transparency.",
      "Settings.AccessibilitySettings.TextSize":
        "The accessibility text size apps that support dynamic text use. '0' is the smallest value, and '11' is the largest available.",
      "Settings.AccessibilitySettings.TouchAccommodationsEnabled":
        "If 'true', the system enables touch accommodations.",
      "Settings.AccessibilitySettings.VoiceOverEnabled": "If 'true', the system enables voiceover.",
      "Settings.AccessibilitySettings.ZoomEnabled": "If 'true', the system enables zoom.",
      "Settings.AccessibilitySettings.GrayscaleEnabled": "If 'true', the system enables grayscale display.",
    },
  },
  ShutDownDevice: {
    title: "Shut Down Device",
    description: "This command requires the Device Lock access right. The device will shut down immediately.",
  },
  StopMirroring: { title: "Stop Mirroring", description: "This command stops AirPlay mirroring." },
  UnlockUserAccount: {
    title: "Unlock User Account",
    description: "This command allows the server to unlock a local user account.",
    keys: {
      UserName:
        "The user name of the local account, which can be any local account on the system, not just a managed user account.",
    },
  },
  UserConfigured: {
    title: "User Configured",
    description:
      "Informs the device that it can continue past Setup Assistant and finish login. Only works on Shared iPads that have the AwaitUserConfiguration feature enabled.",
  },
  UserList: {
    title: "User List",
    description:
      "This command allows the server to query for a list of users that have an active account on the device.",
  },
  ValidateApplications: {
    title: "Validate Applications",
    description:
      "This commands allows the server to force validation of the free developer and universal provisioning profiles associated with an enterprise app.",
    keys: {
      Identifiers:
        "The bundle identifiers of the enterprise apps to include for validation of associated provisioning profiles, if you choose to provide them. Otherwise, validation occurs for the provisioning profiles for the installed managed apps.",
    },
  },
  VerifyFirmwarePassword: {
    title: "Verify Firmware Password",
    description: "Verifies the device's firmware password.",
    keys: { Password: "The password to verify." },
  },
  VerifyRecoveryLock: {
    title: "Verify Recovery Lock",
    description: "Verifies the device's recovery lock password. (AppleSilicon devices only)",
    keys: { Password: "The password to verify." },
  },
};
