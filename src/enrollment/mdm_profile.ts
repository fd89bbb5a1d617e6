/**
 * The profiles of enrollments: the MDM profile with its identity, and the smaller ones that lead to it over the air.
 *
 * @module
 */

import { findScepIssuer } from "../../db/issuing/scep_issuers.ts";
import type { Db } from "../../db/open.ts";
import { problem } from "../errors.ts";
import { challengeOf } from "../issuing/challenges/challenge.ts";
import { certificatesFromPem, toPem } from "../pki/certificate.ts";
import { buildPlist, type PlistDict } from "../protocol/plist.ts";
import {
  configurationProfile,
  fullSubject,
  mdmPayload,
  plainSubject,
  profileServiceProfile,
  reverseDns,
  rootCaPayload,
  scepPayload,
} from "../protocol/profile.ts";
import type { Runtime } from "../runtime.ts";
import type { ProfileConfiguration } from "./enrollment_configuration.ts";
import type { OpenedSession } from "./sessions.ts";

type Bytes = Uint8Array<ArrayBuffer>;
const uuidOf = (runtime: Runtime) => runtime.random.uuid().toUpperCase();
const prefixOf = (runtime: Runtime) => `${reverseDns(new URL(runtime.config.BASE_URL).hostname)}.mdm`;

/** The owner of the identity. `plain` limits the subject to attributes that simple clients support. */
export type ProfileTarget = { serialNumber?: string | undefined; plain?: boolean };

/** Returns the SCEP payload of a session's certificate, as the enrollment's issuer wants it. */
async function identityPayload(
  db: Db,
  runtime: Runtime,
  enrollment: ProfileConfiguration,
  session: OpenedSession,
  target: ProfileTarget,
): Promise<{ payload: PlistDict; uuid: string }> {
  const issuer = await findScepIssuer(db, enrollment.scepIssuerId);
  if (issuer === undefined) throw new Error(`Cannot find the SCEP issuer of the enrollment "${enrollment.name}"`);
  const builtIn = issuer.backend === "BUILT_IN";
  const uuid = uuidOf(runtime);
  const named = { commonName: session.commonName, organization: session.organization };
  const subject = target.plain === true ? plainSubject(named) : fullSubject({
    ...named,
    ...(target.serialNumber === undefined ? {} : { serialNumber: target.serialNumber }),
  });
  const payload = scepPayload({
    identifier: `${prefixOf(runtime)}.scep`,
    uuid,
    displayName: "Device identity",
    url: builtIn ? `${runtime.config.BASE_URL}/public/mdm/scep/` : issuer.url,
    name: builtIn ? "espalier" : issuer.name,
    subject,
    challenge: builtIn ? session.challenge : await challengeOf(runtime, issuer, {
      subject: subject.flat(),
      subjectAltName: {},
      keyUsage: issuer.keyUsage,
    }),
    keySize: issuer.keySize === 4096 ? 4096 : 2048,
    keyUsage: issuer.keyUsage === 1 || issuer.keyUsage === 4 ? issuer.keyUsage : 5,
  });
  return { payload, uuid };
}

/** Returns the root of our own TLS chain, for devices that do not know it. */
function tlsRootPayload(runtime: Runtime): PlistDict[] {
  const { TLS_FULLCHAIN, DISTRIBUTE_TLS_CHAIN } = runtime.config;
  if (TLS_FULLCHAIN === undefined || !DISTRIBUTE_TLS_CHAIN) return [];
  const root = certificatesFromPem(TLS_FULLCHAIN).at(-1);
  if (root === undefined) return [];
  return [rootCaPayload({
    identifier: `${prefixOf(runtime)}.root-ca`,
    uuid: uuidOf(runtime),
    displayName: "Root CA",
    pem: toPem(root.der, "CERTIFICATE"),
  })];
}

/** Returns the MDM profile of an opened session, unsigned. Throws `refused` while the enrollment has no push topic. */
export async function mdmProfile(
  db: Db,
  runtime: Runtime,
  enrollment: ProfileConfiguration,
  session: OpenedSession,
  target: ProfileTarget,
): Promise<Bytes> {
  const { config } = runtime;
  if (enrollment.topic === null) {
    throw problem("refused", undefined, {
      list: ["Cannot create an enrollment profile: the push certificate of this enrollment has not been uploaded yet"],
    });
  }
  const prefix = prefixOf(runtime);
  const identity = await identityPayload(db, runtime, enrollment, session, target);
  const base = config.MTLS_PROXY ? config.MTLS_BASE_URL : config.BASE_URL;
  return buildPlist(configurationProfile({
    identifier: prefix,
    uuid: uuidOf(runtime),
    displayName: enrollment.displayName,
    organization: config.ORGANIZATION,
    payloads: [
      // Simple clients know two payloads.
      ...(target.plain === true ? [] : tlsRootPayload(runtime)),
      identity.payload,
      mdmPayload({
        identifier: `${prefix}.mdm`,
        uuid: uuidOf(runtime),
        displayName: "Device management",
        identityCertificateUuid: identity.uuid,
        topic: enrollment.topic,
        serverUrl: `${base}/public/mdm/connect/`,
        checkInUrl: `${base}/public/mdm/checkin/`,
        signMessage: !config.MTLS_PROXY,
      }),
    ],
  }));
}

/** Returns the profile of OTA phase 2: the certificate that signs phase 3, nothing else. */
export async function phase2Profile(
  db: Db,
  runtime: Runtime,
  enrollment: ProfileConfiguration,
  session: OpenedSession,
  target: ProfileTarget,
): Promise<Bytes> {
  const { payload } = await identityPayload(db, runtime, enrollment, session, target);
  return buildPlist(configurationProfile({
    identifier: `${prefixOf(runtime)}.ota-scep`,
    uuid: uuidOf(runtime),
    displayName: enrollment.displayName,
    organization: runtime.config.ORGANIZATION,
    payloads: [payload],
  }));
}

/**
 * Returns the profile that begins an OTA enrollment: the device answers it with its attributes and the enrollment
 * secret.
 */
export function otaProfile(runtime: Runtime, enrollment: ProfileConfiguration, secret: string): Bytes {
  return buildPlist(profileServiceProfile({
    identifier: `${prefixOf(runtime)}.profile-service`,
    uuid: uuidOf(runtime),
    displayName: enrollment.displayName,
    organization: runtime.config.ORGANIZATION,
    url: `${runtime.config.BASE_URL}/public/mdm/ota_enroll/`,
    challenge: secret,
  }));
}
