/**
 * The API resource of store apps.
 *
 * @module
 */

import { z } from "zod";
import { secretField, textField } from "../../input_text.ts";
import { type KindApi, kindApi } from "./kind_api.ts";
import type { StoreAppInput } from "./store_app.ts";

const shown = {
  location_asset: z.int(),
  associated_domains: z.array(z.string()),
  associated_domains_enable_direct_downloads: z.boolean(),
  removable: z.boolean(),
  vpn_uuid: z.string().nullable(),
  content_filter_uuid: z.string().nullable(),
  dns_proxy_uuid: z.string().nullable(),
  configuration: z.string().nullable(),
  remove_on_unenroll: z.boolean(),
  prevent_backup: z.boolean(),
  declarative: z.boolean(),
  keep_updated: z.boolean(),
  adam_id: z.string().describe("Apple's id of the app."),
  bundle_id: z.string().nullable().describe("Null while Apple's catalogue has not been read."),
  app_name: z.string().describe("The name in Apple's catalogue."),
  location_name: z.string(),
};

/** The store app's own fields in the API. */
export type ShownStoreApp = z.output<z.ZodObject<typeof shown>>;

const uuidOfPayload = (what: string) =>
  textField(256).nullish().describe(`The UUID of the ${what} that the app uses, as in its profile.`);

/** Its own fields of a request. */
export const storeAppBody = {
  location_asset: z.int().describe("The licences that it uses. All versions of an artifact have the same."),
  associated_domains: z.array(textField(256).min(3)).max(1000).default([]),
  associated_domains_enable_direct_downloads: z.boolean().default(false).describe(
    "Whether devices verify the domains directly, not by Apple's servers.",
  ),
  removable: z.boolean().default(false).describe("Whether people can remove the app. iOS, iPadOS and tvOS."),
  vpn_uuid: uuidOfPayload("VPN"),
  content_filter_uuid: uuidOfPayload("content filter"),
  dns_proxy_uuid: uuidOfPayload("DNS proxy"),
  configuration: secretField(1_000_000).nullish().describe("A property list, which may have variables."),
  remove_on_unenroll: z.boolean().default(true),
  prevent_backup: z.boolean().default(false).describe("Whether the app's data is left out of backups."),
  declarative: z.boolean().default(false).describe(
    "Whether devices that support it get the app as a declaration (`com.apple.configuration.app.managed`).",
  ),
  keep_updated: z.boolean().default(false).describe(
    "Whether devices install the app again when the App Store has a newer version.",
  ),
};

/** Returns the input from a request. */
export const storeAppContentOf = (read: z.output<z.ZodObject<typeof storeAppBody>>): StoreAppInput => ({
  locationAssetId: read.location_asset,
  associatedDomains: read.associated_domains,
  associatedDomainsEnableDirectDownloads: read.associated_domains_enable_direct_downloads,
  removable: read.removable,
  vpnUuid: read.vpn_uuid ?? null,
  contentFilterUuid: read.content_filter_uuid ?? null,
  dnsProxyUuid: read.dns_proxy_uuid ?? null,
  configuration: read.configuration ?? null,
  removeOnUnenroll: read.remove_on_unenroll,
  preventBackup: read.prevent_backup,
  declarative: read.declarative,
  keepUpdated: read.keep_updated,
});

/** Its resource. */
export const storeAppApi: KindApi<StoreAppInput, ShownStoreApp> = kindApi({
  path: "store_apps",
  noun: "store app",
  schema: "StoreApp",
  order: 7,
  body: storeAppBody,
  shown,
  content: storeAppContentOf,
});
