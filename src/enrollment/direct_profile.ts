/**
 * The direct enrollment profile: one mobileconfig with a SCEP and an MDM payload, made for an enrollment secret.
 *
 * @module
 */

import type { OtaEnrollmentRow } from "../../db/enrollments.ts";
import { buildPlist } from "../protocol/plist.ts";
import {
  configurationProfile,
  fullSubject,
  mdmPayload,
  plainSubject,
  reverseDns,
  scepPayload,
} from "../protocol/profile.ts";
import { signAttached } from "../pki/cms/signed.ts";
import { certificatesFromPem } from "../pki/certificate.ts";
import { issueCertificate, randomSerial } from "../pki/ca.ts";
import { generateRsaKey, openPrivateKey, spkiOf } from "../pki/keys.ts";
import { problem } from "../errors.ts";
import type { Runtime } from "../runtime.ts";
import { builtInAuthority } from "./authority.ts";
import type { OpenedSession } from "./sessions.ts";

/** The profile of an opened session, unsigned. `plain` keeps the subject to attributes that simple clients know. */
export function directProfile(
  runtime: Runtime,
  enrollment: OtaEnrollmentRow,
  session: OpenedSession,
  options: { serialNumber?: string | undefined; plain: boolean },
): Uint8Array<ArrayBuffer> {
  const { config, random } = runtime;
  if (enrollment.topic === null) {
    throw problem("refused", undefined, {
      list: ["Cannot make an enrollment profile: the push certificate of this enrollment was not uploaded yet"],
    });
  }
  const prefix = `${reverseDns(new URL(config.BASE_URL).hostname)}.mdm`;
  const identityUuid = random.uuid().toUpperCase();
  const named = { commonName: session.commonName, organization: session.organization };
  return buildPlist(configurationProfile({
    identifier: prefix,
    uuid: random.uuid().toUpperCase(),
    displayName: enrollment.displayName,
    organization: config.ORGANIZATION,
    payloads: [
      scepPayload({
        identifier: `${prefix}.scep`,
        uuid: identityUuid,
        displayName: "Device identity",
        url: `${config.BASE_URL}/public/mdm/scep/`,
        name: "espalier",
        subject: options.plain ? plainSubject(named) : fullSubject({
          ...named,
          ...(options.serialNumber === undefined ? {} : { serialNumber: options.serialNumber }),
        }),
        challenge: session.challenge,
      }),
      mdmPayload({
        identifier: `${prefix}.mdm`,
        uuid: random.uuid().toUpperCase(),
        displayName: "Device management",
        identityCertificateUuid: identityUuid,
        topic: enrollment.topic,
        serverUrl: `${config.MTLS_PROXY ? config.MTLS_BASE_URL : config.BASE_URL}/public/mdm/connect/`,
        checkInUrl: `${config.MTLS_PROXY ? config.MTLS_BASE_URL : config.BASE_URL}/public/mdm/checkin/`,
        signMessage: !config.MTLS_PROXY,
      }),
    ],
  }));
}

type Signer = Parameters<typeof signAttached>[1];
const signers = new WeakMap<Runtime["sql"], { signer: Signer; until: Date }>();

/** The identity that signs profiles: the configured one, the TLS one, or a short-lived one of the built-in authority. */
async function profileSigner(runtime: Runtime): Promise<Signer> {
  const { config } = runtime;
  const chain = config.SIGNING_FULLCHAIN ?? config.TLS_FULLCHAIN;
  const key = config.SIGNING_PRIVKEY ?? config.TLS_PRIVKEY;
  if (chain !== undefined && key !== undefined) {
    const [first, ...rest] = certificatesFromPem(chain);
    if (first !== undefined) {
      return { certificate: first.der, key: openPrivateKey(key), chain: rest.map(({ der }) => der) };
    }
  }
  const now = runtime.clock.now();
  const known = signers.get(runtime.sql);
  if (known !== undefined && known.until > now) return known.signer;
  const authority = await builtInAuthority(runtime);
  const own = await generateRsaKey(2048);
  const until = new Date(now.getTime() + 365 * 86_400_000);
  const signer = {
    certificate: issueCertificate(authority, {
      subject: [["CN", `${config.ORGANIZATION} profile signing`], ["O", config.ORGANIZATION]],
      spki: spkiOf(own),
      serial: randomSerial(),
      notBefore: new Date(now.getTime() - 600_000),
      notAfter: until,
      keyUsage: ["digitalSignature"],
    }),
    key: own,
    chain: [authority.certificate.der],
  };
  signers.set(runtime.sql, { signer, until: new Date(until.getTime() - 30 * 86_400_000) });
  return signer;
}

/** A profile signed for delivery (CMS, DER). */
export async function signProfile(runtime: Runtime, profile: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return Uint8Array.from(signAttached(profile, await profileSigner(runtime)));
}
