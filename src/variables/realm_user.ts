/**
 * The variables of the person who signed in when a device was enrolled.
 *
 * @module
 */

/** What a realm tells of a person. */
export type RealmUserFacts = {
  username: string;
  email: string;
  firstName: string;
  lastName: string;
  fullName: string;
  customAttr1: string;
  customAttr2: string;
};

const beforeAt = (text: string) => text.split("@")[0] ?? "";

/** The values of REALM_USER's variables. Facts that the realm does not tell are empty. */
export function realmUserValues(user: RealmUserFacts): Map<string, string> {
  return new Map([
    ["REALM_USER.USERNAME", user.username],
    ["REALM_USER.DEVICE_USERNAME", beforeAt(user.username).replaceAll(".", "")],
    ["REALM_USER.EMAIL_PREFIX", beforeAt(user.email).trim()],
    ["REALM_USER.EMAIL", user.email],
    ["REALM_USER.FIRST_NAME", user.firstName],
    ["REALM_USER.LAST_NAME", user.lastName],
    ["REALM_USER.FULL_NAME", user.fullName],
    ["REALM_USER.CUSTOM_ATTR_1", user.customAttr1],
    ["REALM_USER.CUSTOM_ATTR_2", user.customAttr2],
  ]);
}
