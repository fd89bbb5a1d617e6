import assert from "node:assert/strict";
import { generateEcKey } from "../../simulators/ec_key.ts";
import { type Config, ConfigError, loadConfig } from "../../src/config.ts";
import { checkCredentials, credentialWarnings } from "../../src/credentials.ts";
import { type CertificateInput, createAuthority, createIntermediate, issueCertificate } from "../../src/pki/ca.ts";
import { parseCertificate, toPem } from "../../src/pki/certificate.ts";
import { exportPkcs8, spkiOf } from "../../src/pki/keys.ts";
import { OID } from "../../src/pki/oids.ts";
import { KEYS } from "../support/fleet.ts";

const now = new Date("2026-06-01T00:00:00Z");
const later = (days: number) => new Date(now.getTime() + days * 86_400_000);
const [rootKey, issuerKey, key, other] = [
  await generateEcKey(),
  await generateEcKey(),
  await generateEcKey(),
  await generateEcKey(),
];

const rootDer = createAuthority({
  subject: [["CN", "Root"]],
  now: later(-400),
  key: rootKey,
  years: 20,
  pathLength: 1,
});
const root = { certificate: parseCertificate(rootDer), key: rootKey };
const issuerDer = createIntermediate(root, {
  subject: [["CN", "Issuer"]],
  now: later(-400),
  key: issuerKey,
  years: 10,
});
const issuer = { certificate: parseCertificate(issuerDer), key: issuerKey };

const pem = (...ders: Uint8Array[]) => ders.map((der) => toPem(der, "CERTIFICATE")).join("\n");
const keyPem = (of: typeof key) => toPem(exportPkcs8(of), "PRIVATE KEY");

function leaf(change: Partial<CertificateInput> = {}) {
  return issueCertificate(issuer, {
    subject: [["CN", "mdm.example.com"]],
    spki: spkiOf(key),
    serial: new Uint8Array([1, 2, 3]),
    notBefore: later(-10),
    notAfter: later(80),
    san: [{ kind: "dns", value: "mdm.example.com" }],
    eku: [OID.serverAuth],
    keyUsage: ["digitalSignature"],
    ...change,
  });
}

const configOf = (settings: Record<string, unknown>): Config =>
  loadConfig({ BASE_URL: "https://mdm.example.com", ...settings }, { env: {}, readFile: () => "" });

/** The sentence that a setting is refused with; nothing when it is taken. */
function refusal(settings: Record<string, unknown>): string | undefined {
  try {
    checkCredentials(configOf(settings), now);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.message;
  }
}

const chainOf = (name: "TLS" | "SIGNING", chain: string, of = key) => ({
  [`${name}_FULLCHAIN`]: chain,
  [`${name}_PRIVKEY`]: keyPem(of),
});

Deno.test("a chain of the settings serves and signs: its key, its order, its dates, its purpose", () => {
  for (const name of ["TLS", "SIGNING"] as const) {
    const setting = `Cannot use the setting ${name}_FULLCHAIN: `;
    const cases: [string, string, typeof key, string | undefined][] = [
      ["whole", pem(leaf(), issuerDer, rootDer), key, undefined],
      ["without its root", pem(leaf(), issuerDer), key, undefined],
      ["alone", pem(leaf()), key, undefined],
      ["issuers in another order", pem(leaf(), rootDer, issuerDer), key, undefined],
      ["another's key", pem(leaf(), issuerDer), other, `no certificate in it is the one of ${name}_PRIVKEY`],
      [
        "its issuer first",
        pem(issuerDer, leaf()),
        key,
        `it should begin with the certificate of ${name}_PRIVKEY, and begins with "CN=Issuer"`,
      ],
      [
        "another's issuer",
        pem(leaf(), rootDer),
        key,
        'the certificate of "CN=Issuer", which issued "CN=mdm.example.com", should follow in it and does not',
      ],
      ["ended", pem(leaf({ notAfter: later(-1) }), issuerDer), key, '"CN=mdm.example.com" expired on 2026-05-31'],
      [
        "not yet valid",
        pem(leaf({ notBefore: later(1) }), issuerDer),
        key,
        '"CN=mdm.example.com" is not valid before 2026-06-02',
      ],
      [
        "a key for encryption",
        pem(leaf({ keyUsage: ["keyEncipherment"] }), issuerDer),
        key,
        '"CN=mdm.example.com" should be made for digital signatures, its key usage is keyEncipherment',
      ],
    ];
    for (const [what, chain, of, expected] of cases) {
      assert.equal(refusal(chainOf(name, chain, of)), expected === undefined ? undefined : setting + expected, what);
    }
  }
  const client = pem(leaf({ eku: [OID.clientAuth] }), issuerDer);
  assert.match(refusal(chainOf("TLS", client)) ?? "", /should be a server certificate/);
  assert.equal(refusal(chainOf("SIGNING", client)), undefined);
  const intermediate = createIntermediate(root, {
    subject: [["CN", "Issuer"]],
    now: later(-400),
    key: issuerKey,
    years: 1,
  });
  assert.match(
    refusal(chainOf("TLS", pem(leaf(), intermediate))) ?? "",
    /"CN=Issuer" expired on /,
    "an intermediate that has ended",
  );
  assert.match(
    refusal({ TLS_FULLCHAIN: pem(leaf()), TLS_PRIVKEY: keyPem(key).replace(/\n.{20}/, "\n") }) ?? "",
    /TLS_PRIVKEY|TLS_FULLCHAIN/,
  );
});

Deno.test("the key of push tokens is one of Apple's kind", async () => {
  const ids = { APNS_KEY_ID: "ABCDE12345", APNS_TEAM_ID: "ABCDE12345" };
  assert.equal(refusal({ APNS_KEY: keyPem(key), ...ids }), undefined);
  const should = "it should be the .p8 key that Apple issued for its push service (EC, P-256), and is";
  const setting = "Cannot use the setting APNS_KEY: ";
  assert.equal(refusal({ APNS_KEY: keyPem(KEYS[0]), ...ids }), `${setting}${should} of the type rsa`);
  const p384 = await generateEcKey("P-384");
  assert.equal(refusal({ APNS_KEY: keyPem(p384), ...ids }), `${setting}${should} an EC key on secp384r1`);
  const damaged = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----";
  assert.match(refusal({ APNS_KEY: damaged, ...ids }) ?? "", /^Cannot use the setting APNS_KEY: Could not load/);
});

Deno.test("certificates of the settings are warned of before they end, and when devices will not take them", () => {
  const warned = (settings: Record<string, unknown>, at = now) => credentialWarnings(configOf(settings), at);
  const tls = chainOf("TLS", pem(leaf(), issuerDer));
  assert.deepEqual(warned({}), []);
  assert.deepEqual(warned(tls), []);
  const ends = (word: string) => [`TLS_FULLCHAIN: "CN=mdm.example.com" ${word} on 2026-08-20. Renew it and restart.`];
  assert.deepEqual(warned(tls, later(50)), ends("expires"));
  assert.deepEqual(warned(tls, later(81)), ends("expired"));
  assert.deepEqual(warned({ ...tls, BASE_URL: "https://devices.example.com" }), [
    "TLS_FULLCHAIN: its certificate is not for devices.example.com. Devices refuse it, unless a proxy stands in front.",
  ]);
});
