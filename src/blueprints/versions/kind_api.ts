/**
 * The API resource of a kind of versions, as data.
 *
 * @module
 */

import type { z } from "zod";

/** The resource of a kind. `Input` and `Shown` are those of the kind, `Body` its own fields of a request. */
export type KindApi<Input, Shown extends object, Body extends z.ZodRawShape = z.ZodRawShape> = {
  /** The last part of its path: `/api/mdm/profiles/`. */
  readonly path: string;
  /** One of them, in sentences. */
  readonly noun: string;
  /** The name of its schema in the documentation. */
  readonly schema: string;
  /** Its place among the resources of kinds; the lowest is first. */
  readonly order: number;
  /** Whether a request holds a file. */
  readonly hasFile?: true;
  readonly body: Body;
  /** The kind's own fields of an answer. */
  readonly shown: { readonly [Name in keyof Shown]: z.ZodType<Shown[Name], Shown[Name]> };
  /** Reads the kind's input from a request. */
  content(body: z.output<z.ZodObject<Body>>): Input;
};

/** Declares the resource of a kind: `content` gets the parsed `body`. */
export const kindApi = <Input, Shown extends object, Body extends z.ZodRawShape>(
  api: KindApi<Input, Shown, Body>,
): KindApi<Input, Shown> => api;
