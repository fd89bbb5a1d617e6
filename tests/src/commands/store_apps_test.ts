import assert from "node:assert/strict";
import { commandUnsupported, validateCommand } from "../../../src/apple_schema/commands.ts";
import type { CommandTarget } from "../../../src/commands/command.ts";
import { installApplication } from "../../../src/commands/install_application.ts";
import { managedApplicationList } from "../../../src/commands/managed_application_list.ts";
import { asDict, buildPlist, dict } from "../../../src/protocol/plist.ts";
import type { Report } from "../../../src/protocol/report.ts";
import { byodIphone, byodMac, COMMAND, ipad, iphone, mac, macUser, sent, tv } from "./target.ts";

const EVERYTHING = {
  artifact_version: "v",
  content_revision: 3,
  store_version: "1400",
  adam_id: "361309726",
  configuration: buildPlist({ Room: "12" }).toBase64(),
  associated_domains: ["applinks:example.com"],
  associated_domains_enable_direct_downloads: true,
  removable: true,
  vpn_uuid: "V",
  content_filter_uuid: "C",
  dns_proxy_uuid: "D",
  remove_on_unenroll: true,
  prevent_backup: true,
};

const built = (target: CommandTarget, args: Record<string, unknown> = EVERYTHING) => {
  const { RequestType: _, ...command } = dict(asDict(sent(installApplication, target, args)), "Command") ?? {};
  assert.deepEqual(validateCommand("InstallApplication", command), []);
  assert.equal(commandUnsupported("InstallApplication", command, target), null);
  return command;
};

const COMMON = { iTunesStoreID: 361_309_726, Options: { PurchaseMethod: 1 } };

Deno.test("each device gets the keys that its system knows, and no others", () => {
  const attributes = {
    Removable: true,
    AssociatedDomains: ["applinks:example.com"],
    AssociatedDomainsEnableDirectDownloads: true,
    VPNUUID: "V",
    ContentFilterUUID: "C",
    DNSProxyUUID: "D",
  };
  const phone = {
    ...COMMON,
    ManagementFlags: 5,
    ChangeManagementState: "Managed",
    Configuration: { Room: "12" },
    Attributes: attributes,
  };
  assert.deepEqual(built(iphone), phone);
  assert.deepEqual(built(ipad), phone);
  const { ContentFilterUUID: _, DNSProxyUUID: __, ...older } = attributes;
  assert.deepEqual(built({ ...iphone, osVersion: "15.7" }), { ...phone, Attributes: older });
  const { Attributes: ___, ...oldest } = phone;
  assert.deepEqual(built({ ...iphone, osVersion: "13.7" }), oldest);
  assert.deepEqual(built(tv), { ...phone, Attributes: { Removable: true } });
  const { ChangeManagementState: ____, ...byod } = phone;
  assert.deepEqual(built(byodIphone), byod);
  const managed = {
    ...COMMON,
    ManagementFlags: 5,
    InstallAsManaged: true,
    ChangeManagementState: "Managed",
    Configuration: { Room: "12" },
  };
  assert.deepEqual(built(mac), managed);
  assert.deepEqual(built(macUser), managed);
  // Nothing is managed there.
  assert.deepEqual(built({ ...mac, osVersion: "10.15.7" }), COMMON);
  assert.deepEqual(built(byodMac), COMMON);
});

Deno.test("an app that may stay and be backed up has no flags, and is not removable unless somebody says so", () => {
  assert.deepEqual(built(iphone, { artifact_version: "v", adam_id: "1" }), {
    iTunesStoreID: 1,
    Options: { PurchaseMethod: 1 },
    ChangeManagementState: "Managed",
    Attributes: { Removable: false },
  });
  for (const [flags, remove, prevent] of [[1, true, false], [4, false, true], [5, true, true]] as const) {
    const { ManagementFlags } = built(iphone, {
      artifact_version: "v",
      adam_id: "1",
      remove_on_unenroll: remove,
      prevent_backup: prevent,
    });
    assert.equal(ManagementFlags, flags);
  }
});

const report = (status: Report["status"], body: Report["body"], more: Partial<Report> = {}): Report => ({
  ids: { deviceKey: "U", kind: "device" } as unknown as Report["ids"],
  status,
  commandUuid: COMMAND,
  body,
  raw: new Uint8Array(),
  ...more,
});

Deno.test("an answer is kept with the state and the reason that the device gives", () => {
  const args = { artifact_version: "v", content_revision: 3, store_version: "1400" };
  const common = {
    kind: "storeApp",
    artifactVersion: "v",
    contentRevision: 3,
    attempt: COMMAND,
    storeVersion: "1400",
    errors: [],
  };
  assert.deepEqual(
    installApplication.onAcknowledged?.(report("Acknowledged", { State: "Queued", Identifier: "a" }), args, iphone),
    [{ ...common, refused: false, state: "Queued", rejection: null }],
  );
  const errors = [{ ErrorDomain: "MCMDMErrorDomain", ErrorCode: 9610 }];
  assert.deepEqual(
    installApplication.onError?.(
      report("Error", { RejectionReason: "AppStoreDisabled" }, { errorChain: errors }),
      args,
      iphone,
    ),
    [{ ...common, refused: true, state: null, rejection: "AppStoreDisabled", errors }],
  );
});

Deno.test("a list of managed apps is read app by app, odd ones are left out", () => {
  const list = (value: Report["body"], args = {}) =>
    managedApplicationList.onAcknowledged?.(report("Acknowledged", value), args, iphone);
  assert.deepEqual(
    list({
      ManagedApplicationList: {
        "com.example.one": { Status: "Managed", ExternalVersionIdentifier: 12 },
        "com.example.two": { Status: "Installing", ExternalVersionIdentifier: "x" },
        "com.example.three": {},
        "com.example.four": "odd",
      },
    }, { identifiers: ["com.example.one"] }),
    [{
      kind: "managedApps",
      identifiers: ["com.example.one"],
      apps: [
        { identifier: "com.example.one", status: "Managed", externalVersion: "12" },
        { identifier: "com.example.two", status: "Installing", externalVersion: "" },
        { identifier: "com.example.three", status: "Unknown", externalVersion: "" },
      ],
    }],
  );
  assert.deepEqual(list({}, { identifiers: ["a"] })?.map(({ kind }) => kind), ["unreadable", "appsRefused"]);
  assert.deepEqual(list({})?.map(({ kind }) => kind), ["unreadable"]);
  assert.equal(managedApplicationList.invalidFor({ ...mac, osVersion: "11.0" }), null);
  assert.match(managedApplicationList.invalidFor({ ...macUser, osVersion: "11.2" }) ?? "", /macOS 11\.3/);
});
