/**
 * The declarations and status items that a device supports.
 *
 * @module
 */

import type { JsonObject } from "../../src/protocol/plist_json.ts";
import { declarationFacts, declarationUnsupported } from "../../src/apple_schema/declarations.ts";
import type { SchemaTarget } from "../../src/apple_schema/target.ts";
import type { DeclarationKind } from "../../src/apple_schema/types.ts";
import { UNUSABLE_ASSETS } from "../declarative/assets.ts";
import { DECLARATION_TYPES, statusItemsFor } from "../published.ts";

/** Returns the value of `management.client-capabilities` for a device. */
export function capabilitiesOf(target: SchemaTarget): JsonObject {
  const types = (kind: DeclarationKind): string[] =>
    DECLARATION_TYPES.filter((type) =>
      declarationFacts(type)?.kind === kind && !UNUSABLE_ASSETS.has(type) &&
      declarationUnsupported(type, {}, target) === null
    );
  return {
    "supported-versions": ["1.0.0"],
    "supported-features": {},
    "supported-payloads": {
      declarations: {
        activations: types("activation"),
        assets: types("asset"),
        configurations: types("configuration"),
        management: types("management"),
      },
      "status-items": statusItemsFor(target),
    },
  };
}
