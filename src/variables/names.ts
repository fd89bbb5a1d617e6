/**
 * The variables that texts for devices may name.
 *
 * @module
 */

/** A variable for a fact of the device, the user of the channel, or the person who enrolled. */
export type VariableFacts = {
  /** The meaning of its value. */
  meaning: string;
  /** Whether its bare form `$NAME` ends where the name ends, whatever letters follow: existing texts rely on that. */
  endsAnywhere: boolean;
};

const TABLE: Readonly<Record<string, VariableFacts>> = {
  "ENROLLED_DEVICE.UDID": { meaning: "UDID of the device", endsAnywhere: true },
  "ENROLLED_DEVICE.SERIAL_NUMBER": { meaning: "Serial number of the device", endsAnywhere: true },
  "ENROLLED_DEVICE.NAME": { meaning: "Name of the device", endsAnywhere: false },
  "ENROLLED_DEVICE.MODEL": { meaning: "Model identifier of the device, such as Mac14,2", endsAnywhere: false },
  "ENROLLED_DEVICE.PLATFORM": { meaning: "iOS, iPadOS, macOS or tvOS", endsAnywhere: false },
  "ENROLLED_DEVICE.OS_VERSION": { meaning: "Version of the device's operating system", endsAnywhere: false },
  "ENROLLED_DEVICE.ASSET_TAG": { meaning: "The custom value ASSET_TAG of the device", endsAnywhere: false },
  "ENROLLED_DEVICE.TAGS": { meaning: "Names of the device's tags, joined by commas", endsAnywhere: false },
  "ENROLLED_USER.LONG_NAME": { meaning: "Long name of the user; only on the user channel", endsAnywhere: true },
  "ENROLLED_USER.SHORT_NAME": { meaning: "Short name of the user; only on the user channel", endsAnywhere: true },
  "REALM_USER.USERNAME": { meaning: "Username of the realm user", endsAnywhere: true },
  "REALM_USER.DEVICE_USERNAME": {
    meaning: "Username of the realm user up to the @, without its full stops",
    endsAnywhere: true,
  },
  "REALM_USER.EMAIL_PREFIX": { meaning: "Email address of the realm user up to the @", endsAnywhere: true },
  "REALM_USER.EMAIL": { meaning: "Email address of the realm user", endsAnywhere: true },
  "REALM_USER.FIRST_NAME": { meaning: "First name of the realm user", endsAnywhere: true },
  "REALM_USER.LAST_NAME": { meaning: "Last name of the realm user", endsAnywhere: true },
  "REALM_USER.FULL_NAME": { meaning: "Full name of the realm user", endsAnywhere: true },
  "REALM_USER.CUSTOM_ATTR_1": { meaning: "First custom attribute of the realm user", endsAnywhere: true },
  "REALM_USER.CUSTOM_ATTR_2": { meaning: "Second custom attribute of the realm user", endsAnywhere: true },
  "MANAGED_APPLE_ID.EMAIL": { meaning: "Managed Apple Account of an account-driven enrollment", endsAnywhere: true },
};

/** Every variable except the custom ones, with its meaning. */
export const VARIABLES: ReadonlyMap<string, VariableFacts> = new Map(Object.entries(TABLE));

/** Where custom values of devices are found: `CUSTOM.<NAME>`. */
export const CUSTOM_NAMESPACE = "CUSTOM";

/** The pattern of a custom value's name. */
export const CUSTOM_NAME = /^[A-Z][A-Z0-9_]{0,63}$/;

/** The namespaces whose attributes are all known: a reference to another attribute is a mistake. */
export const NAMESPACES: readonly string[] = [
  ...new Set([...VARIABLES.keys()].map((name) => name.split(".")[0] ?? "")),
];

/** Returns the attributes of a namespace, in the order of the table. */
export const attributesOf = (namespace: string): string[] =>
  [...VARIABLES.keys()].filter((name) => name.startsWith(`${namespace}.`)).map((name) =>
    name.slice(namespace.length + 1)
  );
