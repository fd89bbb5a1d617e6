/**
 * Applies the declarations of a device: checks each, evaluates activations, gets assets, applies configurations, and
 * undoes those that are no longer declared.
 *
 * @module
 */

import { type Reference, referencesIn } from "../../src/apple_schema/declarations.ts";
import { activate, propertiesOf } from "./activations.ts";
import { Assets, type Material } from "./assets.ts";
import type { DeclarationState, Reason } from "../device/channel_state.ts";
import { Configurations } from "./configurations.ts";
import { checkDeclaration } from "./declaration_check.ts";
import type { DeclarativeDevice, HeldDeclaration } from "./declarative_device.ts";
import {
  configurationCannotBeApplied,
  configurationFailed,
  configurationInvalid,
  missingAssets,
  notReferencedByConfiguration,
} from "./reasons.ts";

type Held = ReadonlyMap<string, HeldDeclaration>;
type States = Map<string, DeclarationState>;

/** Returns the references of a declaration to assets. */
const assetReferences = ({ type, payload }: HeldDeclaration): Reference[] =>
  referencesIn(type, payload).filter(({ assetTypes }) => assetTypes !== null);

/** Applies declarations; applied ones are not applied again. */
export class DeclarationProcess {
  readonly #assets: Assets;
  readonly #configurations: Configurations;

  constructor(private readonly device: DeclarativeDevice) {
    this.#assets = new Assets(device);
    this.#configurations = new Configurations(device);
  }

  /** Retries earlier failures; for the first processing after a sync. */
  renew(held: Held): void {
    this.#assets.renew(held);
    this.#configurations.renew();
  }

  /** Applies the stored declarations. Returns the states, and the configurations that are in force. */
  async run(held: Held): Promise<{ states: States; active: HeldDeclaration[] }> {
    const target = this.device.target();
    const states: States = new Map();
    for (const [identifier, one] of held) states.set(identifier, checkDeclaration(one, target));
    for (const state of states.values()) {
      if (state.kind === "management" && state.valid !== "invalid") {
        Object.assign(state, { active: true, valid: "valid" });
      }
    }
    const before = [...held.values()].filter(({ identifier }) =>
      this.device.channel.declarations.get(identifier)?.active
    );
    const properties = propertiesOf(held, states);
    const on = activate(held, states, {
      status: (name) => {
        const item = this.device.statusItem(name, before);
        return "value" in item ? item.value : null;
      },
      property: (key) => properties.get(key) ?? null,
    });
    this.#configurations.release(on);
    const active: HeldDeclaration[] = [];
    for (const configuration of held.values()) {
      const state = states.get(configuration.identifier);
      if (!on.has(configuration.identifier) || state === undefined || state.valid === "invalid") continue;
      if (await this.#follow(configuration, state, held, states)) active.push(configuration);
    }
    this.#settleAssets(held, states, on);
    return { states, active };
  }

  /** Applies one activated configuration. Returns whether it is in force. */
  async #follow(
    configuration: HeldDeclaration,
    state: DeclarationState,
    held: Held,
    states: States,
  ): Promise<boolean> {
    // A configuration that fails while it is applied is still active, as real devices report it.
    const invalid = (reason: Reason, active: boolean): false => {
      Object.assign(state, { active, valid: "invalid", reasons: [reason, ...state.reasons] });
      return false;
    };
    const references = assetReferences(configuration);
    const missing = references.filter(({ value }) => held.get(value)?.kind !== "asset").map(({ value }) => value);
    if (missing.length > 0) return invalid(missingAssets(configuration, [...new Set(missing)].sort()), false);
    const materials = new Map<string, Material>();
    const tokens: string[] = [];
    for (const { value, assetTypes, keyPath } of references) {
      const asset = held.get(value);
      const assetState = states.get(value);
      if (asset === undefined || assetState === undefined) continue;
      if (assetTypes !== null && !assetTypes.includes(asset.type)) {
        return invalid(
          configurationInvalid(
            `“${keyPath.join(".")}” names an asset of the type ${asset.type}, it should be ${assetTypes.join(" or ")}.`,
          ),
          false,
        );
      }
      if (assetState.valid !== "invalid") {
        const outcome = await this.#assets.get(asset);
        if (!("error" in outcome)) {
          materials.set(value, outcome);
          tokens.push(value, asset.token);
          continue;
        }
        Object.assign(assetState, { active: true, valid: "invalid", reasons: [outcome.error, ...assetState.reasons] });
      }
      const why = assetState.reasons[0]?.details?.["Error"];
      return invalid(configurationCannotBeApplied(`The asset “${value}” is invalid: ${why ?? "its type"}`), true);
    }
    // The requested failure is decided each time, so it is part of the key.
    const key = JSON.stringify([configuration.token, configuration.mischief ?? "", ...tokens]);
    const reason = await this.#configurations.apply(configuration, materials, key);
    if (reason !== undefined) return invalid(reason, true);
    Object.assign(state, { active: true, valid: configuration.mischief === "unknown" ? "unknown" : "valid" });
    return true;
  }

  /** Assets are in force with the configurations that name them. */
  #settleAssets(held: Held, states: States, on: ReadonlySet<string>): void {
    const users = new Map<string, HeldDeclaration[]>();
    for (const configuration of held.values()) {
      if (!on.has(configuration.identifier)) continue;
      for (const { value } of assetReferences(configuration)) {
        users.set(value, [...users.get(value) ?? [], configuration]);
      }
    }
    const inUse = new Set<string>();
    for (const asset of held.values()) {
      const state = states.get(asset.identifier);
      if (asset.kind !== "asset" || state === undefined) continue;
      const mine = users.get(asset.identifier) ?? [];
      const working = mine.some(({ identifier }) => states.get(identifier)?.active === true);
      if (working) inUse.add(asset.identifier);
      if (state.valid === "invalid") continue;
      const [first] = mine;
      if (working) Object.assign(state, { active: true, valid: asset.mischief === "unknown" ? "unknown" : "valid" });
      else state.reasons.push(first === undefined ? notReferencedByConfiguration(asset) : configurationFailed(first));
    }
    this.#assets.release(inUse);
  }
}
