/**
 * How events name locations and assets.
 *
 * @module
 */

type Location = { id: number; mdmInfoId: string; name: string };

/** Returns the objects of an event about a location. */
export const locationObjects = ({ id }: Pick<Location, "id">): Record<string, number[]> => ({ mdm_location: [id] });

/** Returns the payload of an event about a location. */
export const locationPayload = ({ id, mdmInfoId, name }: Location) => ({
  location: { pk: id, mdm_info_id: mdmInfoId, name },
});

/** Returns the objects of an event about an asset of a location. */
export const assetObjects = (location: Pick<Location, "id">, locationAssetId: number): Record<string, number[]> => ({
  ...locationObjects(location),
  mdm_locationasset: [locationAssetId],
});

/** Returns the payload of an event about an asset of a location. */
export const assetPayload = (
  location: Location,
  { adamId, pricingParam }: { adamId: string; pricingParam: string },
) => ({
  ...locationPayload(location),
  asset: { adam_id: adamId, pricing_param: pricingParam },
});
