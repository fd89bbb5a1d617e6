/**
 * The shape of every backend of SCEP issuers: its settings, and how it gets a challenge for a certificate.
 *
 * @module
 */

import { z } from "zod";
import type { ScepBackend } from "../../../db/issuing/scep_issuers.ts";

/** The certificate that a challenge is for, as the device will ask for it. */
export type WantedCertificate = {
  /** Relative names in order, by their short name or dotted OID: `[["CN", "…"], ["2.5.4.5", "…"]]`. */
  subject: readonly (readonly [type: string, value: string])[];
  /** Alternative names by Apple's keys. */
  subjectAltName: Readonly<Partial<Record<AltNameKey, readonly string[]>>>;
  /** 0 unspecified, 1 signing, 4 encryption, 5 both. */
  keyUsage: number;
};

/** Apple's keys of alternative names. */
export type AltNameKey = "rfc822Name" | "dNSName" | "uniformResourceIdentifier" | "ntPrincipalName";

/** The answer to a backend's request: bytes within a limit, never a redirect. */
export type BackendAnswer = { status: number; bytes: Uint8Array<ArrayBuffer> };

/** The requests that a backend may send. */
export type BackendRequest = {
  method: "GET" | "POST";
  headers: Record<string, string>;
  body?: string;
  /** Seconds for this request; the rest of the whole call's otherwise. */
  timeout?: number;
};

/** How a backend reaches its server. Throws `Unanswered` when there is no answer within the time. */
export type BackendCall = (url: string, request: BackendRequest) => Promise<BackendAnswer>;

/** There was no answer: the server cannot be reached, is too slow, or answered more than is read. */
export class Unanswered extends Error {
  override readonly name = "Unanswered";
}

/**
 * The reason why there is no challenge, as a sentence without its subject; it never contains the other server's own
 * text.
 */
export class NoChallenge extends Error {
  override readonly name = "NoChallenge";
}

/** A field of a backend for people. Its name is that of the schema. */
export type BackendField = {
  name: string;
  label: string;
  help?: string;
  options?: readonly string[];
  /** The initial values of a new form. */
  initial?: string;
  /** Whether it is a whole number. */
  numeric?: true;
};

/** The declaration of a backend. */
export type BackendDefinition<S extends z.ZodObject> = {
  /** Its name in the API. */
  name: Exclude<ScepBackend, "BUILT_IN">;
  /** Its name for people. */
  label: string;
  /** The name of its settings in the API. */
  key: string;
  /** Its settings, complete. */
  settings: S;
  /** The settings that are secret. */
  secrets: readonly (keyof S["shape"] & string)[];
  fields: readonly BackendField[];
  /** Throws `NoChallenge` or `Unanswered`. */
  challenge(settings: z.output<S>, wanted: WantedCertificate, call: BackendCall): Promise<string>;
};

/** A backend in the table: the type of its settings is closed over. */
export type ChallengeBackend = Omit<BackendDefinition<z.ZodObject>, "challenge" | "secrets" | "settings"> & {
  secrets: readonly string[];
  /** Its settings as they are sent and shown: secrets may be left out. */
  open: z.ZodObject;
  challenge(settings: unknown, wanted: WantedCertificate, call: BackendCall): Promise<string>;
};

/** Declares a backend. */
export function challengeBackend<S extends z.ZodObject>(definition: BackendDefinition<S>): ChallengeBackend {
  const { settings, secrets, ...rest } = definition;
  const hidden: readonly string[] = secrets;
  return {
    ...rest,
    secrets,
    open: z.object(
      Object.fromEntries(
        Object.entries(settings.shape).map((
          [name, field],
        ) => [name, hidden.includes(name) ? z.optional(field) : field]),
      ),
    ),
    challenge: (given, wanted, call) => definition.challenge(settings.parse(given), wanted, call),
  };
}
