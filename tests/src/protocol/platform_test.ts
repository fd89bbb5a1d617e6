import assert from "node:assert/strict";
import { macChip, platformOfModel, platformOfProduct } from "../../../src/protocol/platform.ts";

Deno.test("the platform follows from the model and the system version", () => {
  for (
    const [model, version, platform] of [
      ["iPhone14,2", "17.0", "iOS"],
      ["iPod9,1", "15.0", "iOS"],
      ["iPad13,1", "17.0", "iPadOS"],
      ["iPad4,1", "12.5.7", "iOS"],
      ["AppleTV11,1", "17.0", "tvOS"],
      ["MacBookPro18,3", "14.1", "macOS"],
      ["VirtualMac2,1", "14.1", "macOS"],
      ["iMac21,1", "14.1", "macOS"],
      ["something new", "1.0", null],
      ["Watch6,1", "10.0", null],
      ["RealityDevice14,1", "1.1", null],
      ["", "14.1", null],
      [undefined, "14.1", null],
      ["MacBookPro18,3", "", null],
      ["MacBookPro18,3", undefined, null],
    ] as const
  ) assert.equal(platformOfModel(model, version), platform, `${model} with ${version}`);
});

Deno.test("the platform of MachineInfo follows from the product alone, and may stay unknown", () => {
  for (
    const [product, platform] of [
      ["iMac21,1", "macOS"],
      ["iPhone14,2", "iOS"],
      ["iPad4,1", "iPadOS"],
      ["AppleTV11,1", "tvOS"],
      ["Watch6,1", null],
      ["something new", null],
      [undefined, null],
    ] as const
  ) assert.equal(platformOfProduct(product), platform, `${product}`);
});

Deno.test("the chip of a Mac follows from its model", () => {
  for (
    const [model, chip] of [
      ["MacBookPro18,3", "appleSilicon"],
      ["MacBookPro17,1", "appleSilicon"],
      ["MacBookAir10,1", "appleSilicon"],
      ["Macmini9,1", "appleSilicon"],
      ["Mac14,2", "appleSilicon"],
      ["VirtualMac2,1", "appleSilicon"],
      ["MacBookPro16,1", "t2"],
      ["iMac20,1", "t2"],
      ["MacPro7,1", "t2"],
      ["MacBookPro14,3", "intel"],
      ["iMac19,1", "intel"],
      ["MacBook10,1", "intel"],
      ["iPhone14,2", null],
      ["constructor1,1", null],
      ["Mac", null],
      [undefined, null],
    ] as const
  ) assert.equal(macChip(model), chip, `${model}`);
});
