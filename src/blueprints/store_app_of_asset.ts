/**
 * A store app from an item that a location owns.
 *
 * @module
 */

import { z } from "zod";
import { findLocationAsset } from "../../db/apps/asset_views.ts";
import { problem } from "../errors.ts";
import type { By } from "../events/by.ts";
import { textField } from "../input_text.ts";
import { PLATFORMS } from "../protocol/platform.ts";
import type { Runtime } from "../runtime.ts";
import { CHANNELS } from "./artifact_input.ts";
import { createArtifactWithVersion } from "./versions/create_artifact.ts";
import { assetPlatforms, storeAppKind } from "./versions/store_app.ts";
import { storeAppBody, storeAppContentOf } from "./versions/store_app_api.ts";

/** The page that creates one; `location_asset` and `name` of the query are filled in. */
export const NEW_STORE_APP = `/artifacts/new/${storeAppKind.page.slug}/`;

const { location_asset: _, ...content } = storeAppBody;

/** What is chosen for the artifact and its first version. By default the name and the platforms are the app's. */
export const storeAppOfAssetInput = z.object({
  name: textField(256).optional(),
  channel: z.enum(CHANNELS).default("Device"),
  platforms: z.array(z.enum(PLATFORMS)).min(1).optional(),
  ...content,
});

/** Creates an artifact with its first version. Another name is chosen if it is in use. Throws `not-found`, `invalid`. */
export async function createStoreAppOfAsset(
  runtime: Runtime,
  by: By,
  locationAssetId: number,
  { name, channel, platforms, ...given }: z.output<typeof storeAppOfAssetInput>,
): Promise<{ artifactId: string; versionId: string }> {
  const asset = await findLocationAsset(runtime.sql, locationAssetId);
  if (asset === undefined) throw problem("not-found");
  const its = assetPlatforms(asset);
  const { row } = await createArtifactWithVersion(runtime, by, storeAppKind, {
    artifact: {
      name: name ?? (asset.name.trim() === "" ? `Item ${asset.adamId}` : asset.name.trim().slice(0, 256)),
      type: "Store App",
      channel,
      platforms: platforms ?? PLATFORMS.filter((one) => its.includes(one)),
      requires: [],
      installDuringSetupAssistant: false,
      autoUpdate: true,
      reinstallInterval: 0,
      reinstallOnOsUpdate: "No",
    },
    freeName: name === undefined,
  }, storeAppContentOf({ location_asset: locationAssetId, ...given }));
  return { artifactId: row.artifactId, versionId: row.id };
}
