/**
 * CertificateList: the identities of the device and of its declarations.
 *
 * @module
 */

import { acknowledged, type SimulatedCommand } from "./answer.ts";

export const certificateList: SimulatedCommand = {
  name: "CertificateList",
  answer({ state: { identity }, channel: { identities } }) {
    const all = [
      ...(identity === undefined ? [] : [identity]),
      ...[...identities.values()].map((one) => one.certificate),
    ];
    return acknowledged({
      CertificateList: all.map((certificate) => ({
        CommonName: certificate.subject.commonName ?? "",
        Data: Uint8Array.from(certificate.der),
        IsIdentity: true,
      })),
    });
  },
};
