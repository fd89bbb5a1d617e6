/**
 * The pages of store apps.
 *
 * @module
 */

import { listLocationAssets } from "../../../db/apps/asset_views.ts";
import type { Db } from "../../../db/open.ts";
import { invalid } from "../../errors.ts";
import { type KindPage, linesOrFile, type Options } from "./kind_page.ts";
import type { StoreAppInput } from "./store_app.ts";
import type { ShownStoreApp } from "./store_app_api.ts";
import { licenceDetails } from "./store_app_details.ts";

const YES_NO = [["no", "No"], ["yes", "Yes"]] as const;
const MOST_APPS = 5000;

async function appOptions(db: Db): Promise<Options> {
  const { rows } = await listLocationAssets(db, { productType: "App", order: "name", limit: MOST_APPS, offset: 0 });
  return rows.filter(({ goneAt }) => goneAt === null).map(({ id, name, adamId, locationName, totalCount }) =>
    [
      String(id),
      `${name === "" ? `Item ${adamId}` : name}: ${locationName}, ${totalCount} ${
        totalCount === 1 ? "licence" : "licences"
      }`,
    ] as const
  );
}

const yes = (value: boolean): string => value ? "yes" : "no";
const textOrNull = (text: string): string | null => text === "" ? null : text;

/** Their pages. */
export const storeAppPage: KindPage<StoreAppInput, ShownStoreApp> = {
  slug: "store-app",
  title: "New store app",
  order: 7,
  asks: { name: true, channel: "Channel", platforms: true },
  fields: [
    { kind: "choice", name: "location_asset", label: "App", options: appOptions, fixed: true },
    {
      kind: "choice",
      name: "removable",
      label: "People can remove the app (iOS, iPadOS, tvOS)",
      options: YES_NO,
    },
    {
      kind: "choice",
      name: "remove_on_unenroll",
      label: "Remove the app when a device unenrolls",
      options: YES_NO,
      value: "yes",
    },
    { kind: "choice", name: "prevent_backup", label: "Leave the app's data out of backups", options: YES_NO },
    {
      kind: "choice",
      name: "keep_updated",
      label: "Update the app when the App Store has a newer version",
      options: YES_NO,
    },
    {
      kind: "choice",
      name: "declarative",
      label: "Deliver the app as a declaration where devices support it",
      options: YES_NO,
    },
    {
      kind: "lines",
      name: "configuration",
      label: "Configuration",
      rows: 8,
      help: "A property list for the app, which may have variables such as `$ENROLLED_DEVICE.SERIAL_NUMBER`.",
      file: { name: "configuration_file", label: "Or upload a file", accept: ".plist" },
    },
    {
      kind: "group",
      legend: "Network (iOS, iPadOS)",
      fields: [
        {
          kind: "lines",
          name: "associated_domains",
          label: "Associated domains",
          rows: 3,
          help: "One a line, such as `applinks:example.com`.",
        },
        {
          kind: "choice",
          name: "associated_domains_enable_direct_downloads",
          label: "Devices verify the domains directly",
          options: YES_NO,
        },
        { kind: "text", name: "vpn_uuid", label: "VPN UUID", maxlength: 256 },
        { kind: "text", name: "content_filter_uuid", label: "Content filter UUID", maxlength: 256 },
        { kind: "text", name: "dns_proxy_uuid", label: "DNS proxy UUID", maxlength: 256 },
      ],
    },
  ],
  read(values) {
    const asset = values.text("location_asset");
    if (!/^\d{1,9}$/.test(asset)) throw invalid({ location_asset: ["Choose an app."] });
    const configuration = linesOrFile(values, "configuration", "configuration_file");
    const domains = values.raw("associated_domains").split("\n").map((line) => line.trim()).filter((line) =>
      line !== ""
    );
    if (domains.some((domain) => domain.length < 3 || domain.length > 256)) {
      throw invalid({ associated_domains: ["A domain has 3 to 256 characters."] });
    }
    return {
      locationAssetId: Number(asset),
      associatedDomains: domains,
      associatedDomainsEnableDirectDownloads: values.text("associated_domains_enable_direct_downloads") === "yes",
      removable: values.text("removable") === "yes",
      vpnUuid: textOrNull(values.text("vpn_uuid")),
      contentFilterUuid: textOrNull(values.text("content_filter_uuid")),
      dnsProxyUuid: textOrNull(values.text("dns_proxy_uuid")),
      configuration: configuration.trim() === "" ? null : configuration,
      removeOnUnenroll: values.text("remove_on_unenroll") === "yes",
      preventBackup: values.text("prevent_backup") === "yes",
      declarative: values.text("declarative") === "yes",
      keepUpdated: values.text("keep_updated") === "yes",
    };
  },
  details: { title: "Licences", of: licenceDetails },
  values: (shown) => ({
    location_asset: String(shown.location_asset),
    associated_domains: shown.associated_domains.join("\n"),
    associated_domains_enable_direct_downloads: yes(shown.associated_domains_enable_direct_downloads),
    removable: yes(shown.removable),
    vpn_uuid: shown.vpn_uuid ?? "",
    content_filter_uuid: shown.content_filter_uuid ?? "",
    dns_proxy_uuid: shown.dns_proxy_uuid ?? "",
    configuration: shown.configuration ?? "",
    remove_on_unenroll: yes(shown.remove_on_unenroll),
    prevent_backup: yes(shown.prevent_backup),
    declarative: yes(shown.declarative),
    keep_updated: yes(shown.keep_updated),
  }),
  lines: (shown) => [
    `App: ${shown.app_name === "" ? `Item ${shown.adam_id}` : shown.app_name} (${shown.adam_id})`,
    `Bundle ID: ${shown.bundle_id ?? "not known yet"}`,
    `Licences: ${shown.location_name}`,
    `People can remove it: ${yes(shown.removable)}`,
    `Removed when the device unenrolls: ${yes(shown.remove_on_unenroll)}`,
    `Left out of backups: ${yes(shown.prevent_backup)}`,
    `Kept updated: ${yes(shown.keep_updated)}`,
    `As a declaration: ${yes(shown.declarative)}`,
    ...shown.associated_domains.map((domain) => `Associated domain: ${domain}`),
    ...(shown.associated_domains_enable_direct_downloads ? ["Domains are verified directly."] : []),
    ...(shown.vpn_uuid === null ? [] : [`VPN: ${shown.vpn_uuid}`]),
    ...(shown.content_filter_uuid === null ? [] : [`Content filter: ${shown.content_filter_uuid}`]),
    ...(shown.dns_proxy_uuid === null ? [] : [`DNS proxy: ${shown.dns_proxy_uuid}`]),
    ...(shown.configuration === null ? [] : ["Configuration:", ...shown.configuration.split("\n")]),
  ],
};
