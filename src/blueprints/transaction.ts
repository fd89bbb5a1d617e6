/**
 * A transaction that changes the desired state of devices.
 *
 * @module
 */

import type { Tx } from "../../db/open.ts";
import type { Runtime } from "../runtime.ts";
import { desiredChanged } from "./changed.ts";

/**
 * Runs `body` in a transaction that first marks the desired state as changed: such transactions wait for each other
 * there, so that the checks of one (no circle, no number twice, nothing in use) still hold when it ends.
 *
 * `explain` translates an error of the database for operators.
 */
export async function changeDesired<T extends object | void>(
  runtime: Pick<Runtime, "sql" | "clock" | "random">,
  body: (tx: Tx) => Promise<T>,
  explain: (error: unknown) => unknown = (error) => error,
): Promise<T> {
  try {
    const { value } = await runtime.sql.begin(async (tx) => {
      await desiredChanged(tx, runtime);
      return { value: await body(tx) };
    });
    return value;
  } catch (error) {
    throw explain(error);
  }
}
