/**
 * The names in the certificate of an asset, for one channel: as they were saved, with variables expanded.
 *
 * @module
 */

import { z } from "zod";
import type { HostedCertAsset } from "../../db/downloads/downloads.ts";
import type { ChannelId } from "../../db/ids.ts";
import type { Db } from "../../db/open.ts";
import type { Runtime } from "../runtime.ts";
import { expand } from "../variables/expand.ts";
import { loadVariables } from "../variables/load.ts";
import { namesIn } from "../variables/used.ts";

const stored = z.object({
  subject: z.array(z.object({ type: z.string(), value: z.string() })),
  subjectAltName: z.object({
    rfc822Name: z.string().nullish(),
    dNSName: z.string().nullish(),
    uniformResourceIdentifier: z.string().nullish(),
    ntPrincipalName: z.string().nullish(),
  }),
});

const KINDS = ["rfc822Name", "dNSName", "uniformResourceIdentifier", "ntPrincipalName"] as const;

/** Names of a certificate: relative names in order, alternative names by Apple's keys. Nothing in it is empty. */
export type AssetNames = {
  subject: [type: string, value: string][];
  subjectAltName: Partial<Record<typeof KINDS[number], string>>;
};

/**
 * Returns the names of an asset's certificate for a channel. Names that are empty, or expand to nothing, are left out.
 */
export async function assetNames(
  db: Db,
  runtime: Pick<Runtime, "keys">,
  channelId: ChannelId,
  asset: HostedCertAsset,
): Promise<AssetNames> {
  const { subject, subjectAltName } = stored.parse(asset);
  const texts = [...subject.map(({ value }) => value), ...KINDS.map((kind) => subjectAltName[kind] ?? "")];
  const values = await loadVariables(db, runtime, channelId, namesIn(texts));
  const own = (text: string) => expand(text, values).value;
  const alternatives = KINDS.map((kind) => [kind, own(subjectAltName[kind] ?? "")] as const);
  return {
    subject: subject.map(({ type, value }): [string, string] => [type, own(value)]).filter(([, value]) => value !== ""),
    subjectAltName: Object.fromEntries(alternatives.filter(([, value]) => value !== "")),
  };
}
