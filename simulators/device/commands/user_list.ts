/**
 * UserList: the accounts of a Mac, or of a Shared iPad.
 *
 * @module
 */

import { acknowledged, type SimulatedCommand } from "./answer.ts";

export const userList: SimulatedCommand = {
  name: "UserList",
  answer: ({ state: { accounts = [], model } }) =>
    acknowledged({
      Users: accounts.map(({ userName, fullName, uid, loggedIn, unsynced }) => ({
        UserName: userName,
        IsLoggedIn: loggedIn,
        ...(model.platform === "macOS"
          ? { FullName: fullName, UID: uid, UserGUID: `GUID-${uid}`, MobileAccount: false, HasSecureToken: true }
          : { HasDataToSync: unsynced, DataQuota: 2_000_000_000, DataUsed: 41_000_000 }),
      })),
    }),
};
