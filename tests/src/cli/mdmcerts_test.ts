import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { parseOptions } from "../../../src/cli/command.ts";
import { KNOWN, mdmcerts } from "../../../src/cli/mdmcerts.ts";
import { createAuthority, issueCertificate, randomSerial } from "../../../src/pki/ca.ts";
import { parseCertificate, toPem } from "../../../src/pki/certificate.ts";
import { parseCsr } from "../../../src/pki/csr.ts";
import { asDict, parsePlist, str } from "../../../src/protocol/plist.ts";
import { AUTHORITY_KEY, KEYS } from "../../support/keys.ts";

const NOW = new Date("2026-06-01T12:00:00Z");
const authorityKey = AUTHORITY_KEY;
const root = createAuthority({ subject: [["CN", "Vendor Root"]], now: NOW, key: authorityKey, years: 10 });

const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: ["ignore", "pipe", "pipe"] }).toString();

async function withFolder(body: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await body(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

function run(dir: string, passwords: string[], ...args: string[]): Promise<void> {
  return mdmcerts(parseOptions(["-d", dir, ...args], KNOWN), {
    ask: () => Promise.resolve(passwords.shift() ?? ""),
    now: () => NOW,
    say: () => {},
  });
}

/** The result of Apple's developer portal for vendor.csr. */
async function certifyVendor(dir: string): Promise<void> {
  const csr = parseCsr(await Deno.readFile(`${dir}/vendor.csr`));
  await Deno.writeFile(
    `${dir}/vendor.crt`,
    issueCertificate({ certificate: parseCertificate(root), key: authorityKey }, {
      subject: [["CN", "MDM Vendor: Example"]],
      spki: csr.spki,
      serial: randomSerial(),
      notBefore: NOW,
      notAfter: new Date("2031-01-01T00:00:00Z"),
      keyUsage: ["digitalSignature"],
    }),
  );
  await Deno.writeTextFile(`${dir}/chain.pem`, toPem(root, "CERTIFICATE"));
}

Deno.test("init, req and sign_req create files that openssl reads, and a request signed by the vendor", () =>
  withFolder(async (dir) => {
    await run(dir, ["vendor secret"], "init");
    assert.match(
      openssl("req", "-inform", "DER", "-in", `${dir}/vendor.csr`, "-noout", "-verify", "-subject"),
      /MDM Vendor/,
    );
    assert.match(openssl("rsa", "-in", `${dir}/vendor.key`, "-passin", "pass:vendor secret", "-check", "-noout"), /ok/);
    for (const name of ["vendor.key"]) assert.equal(((await Deno.stat(`${dir}/${name}`)).mode ?? 0) & 0o777, 0o600);
    await certifyVendor(dir);
    await run(dir, ["push secret", "vendor secret"], "req", "-p", "acme-", "de");
    assert.match(
      openssl("req", "-inform", "DER", "-in", `${dir}/acme-push.csr`, "-noout", "-subject", "-nameopt", "RFC2253"),
      /C=DE,CN=MDM Push|CN=MDM Push,C=DE/,
    );
    assert.match(
      openssl("rsa", "-in", `${dir}/acme-push.key`, "-passin", "pass:push secret", "-check", "-noout"),
      /ok/,
    );
    assert.equal(((await Deno.stat(`${dir}/acme-push.key`)).mode ?? 0) & 0o777, 0o600);

    const plist = asDict(parsePlist(Uint8Array.fromBase64(await Deno.readTextFile(`${dir}/acme-push.b64`))));
    const csr = Uint8Array.fromBase64(str(plist, "PushCertRequestCSR") ?? "");
    assert.deepEqual(csr, await Deno.readFile(`${dir}/acme-push.csr`));
    const chain = str(plist, "PushCertCertificateChain") ?? "";
    assert.equal(chain.match(/BEGIN CERTIFICATE/g)?.length, 2);
    await Deno.writeTextFile(`${dir}/vendor.pem`, chain);
    await Deno.writeFile(`${dir}/signature`, Uint8Array.fromBase64(str(plist, "PushCertSignature") ?? ""));
    await Deno.writeTextFile(`${dir}/vendor.pub`, openssl("x509", "-in", `${dir}/vendor.pem`, "-pubkey", "-noout"));
    assert.match(
      openssl(
        "dgst",
        "-sha256",
        "-verify",
        `${dir}/vendor.pub`,
        "-signature",
        `${dir}/signature`,
        `${dir}/acme-push.csr`,
      ),
      /Verified OK/,
    );

    // A request of openssl's own, in PEM.
    openssl(
      "req",
      "-new",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-keyout",
      `${dir}/other.key`,
      "-subj",
      "/CN=Other",
      "-out",
      `${dir}/other.csr`,
    );
    await run(dir, ["vendor secret"], "sign_req", `${dir}/other.csr`);
    const other = asDict(parsePlist(Uint8Array.fromBase64(await Deno.readTextFile(`${dir}/other.csr.b64`))));
    assert.equal(parseCsr(Uint8Array.fromBase64(str(other, "PushCertRequestCSR") ?? "")).subject.commonName, "Other");
  }));

Deno.test("no file is overwritten, and mismatches are reported before anything is written", () =>
  withFolder(async (dir) => {
    await assert.rejects(run(dir, [], "req", "DE"), /Cannot find the vendor certificate/);
    await run(dir, ["x"], "init");
    await assert.rejects(run(dir, ["x"], "init"), /the file exists/);
    await certifyVendor(dir);
    await assert.rejects(run(dir, ["p", "wrong"], "req", "DE"), /Cannot use vendor.key/);
    await assert.rejects(Deno.stat(`${dir}/push.key`), Deno.errors.NotFound);
    await assert.rejects(run(dir, [], "req", "GER"), /two letters/);
    await assert.rejects(run(dir, [], "sign_req"), /it should be init, req COUNTRY or sign_req FILE/);
    await Deno.writeTextFile(`${dir}/nonsense`, "nonsense");
    await assert.rejects(run(dir, ["x"], "sign_req", `${dir}/nonsense`), /not a certificate request/);
    const stranger = createAuthority({
      subject: [["CN", "Other Root"]],
      now: NOW,
      key: KEYS[0],
      years: 1,
    });
    await Deno.writeTextFile(`${dir}/chain.pem`, toPem(stranger, "CERTIFICATE"));
    await assert.rejects(run(dir, ["p", "x"], "req", "DE"), /its authority, "CN=Vendor Root"/);
  }));
