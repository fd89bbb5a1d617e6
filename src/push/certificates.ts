/**
 * Push certificates: a certificate of Apple's portal with its private key, which is encrypted and never shown again.
 *
 * The server creates the key and Apple signs a request for it (create, request, upload), or both are uploaded. Renewal
 * works the same with the existing certificate; its topic never changes, since enrolled devices listen only to that
 * topic.
 *
 * @module
 */

import type { KeyObject } from "node:crypto";
import { z } from "zod";
import { usesOfPushCertificate } from "../../db/installation/use_views.ts";
import { nextId } from "../../db/next_id.ts";
import { type Db, isForeignKeyViolation, isUniqueViolation, type Tx } from "../../db/open.ts";
import {
  countDevicesOfPushCertificate,
  deletePushCertificate,
  findPushCertificate,
  findPushKey,
  insertPushCertificate,
  lockPushCertificate,
  type PushCertificateRow,
  updatePushCertificate,
} from "../../db/push/push_certificates.ts";
import { spreadPushes } from "../../db/push/push_targets.ts";
import { invalid, problem, refused, REQUIRED } from "../errors.ts";
import type { By } from "../events/by.ts";
import { recordAudit } from "../events/record.ts";
import { foreignText } from "../foreign_text.ts";
import { cannotDelete } from "../in_use.ts";
import { naiveUtc } from "../naive_utc.ts";
import { certificateFromPem, toPem } from "../pki/certificate.ts";
import { certificateOfKey, openCertificateFile } from "../pki/certificate_files.ts";
import { buildCsr } from "../pki/csr.ts";
import { PkiError } from "../pki/errors.ts";
import { exportPkcs8, importPkcs8, openPrivateKey } from "../pki/keys.ts";
import type { Runtime } from "../runtime.ts";

function parsed<T>(field: string, sentence: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof PkiError) throw invalid({ [field]: [`${sentence}: ${causeOf(error)}`] });
    throw error;
  }
}

/** Returns why a file cannot be read, without the words that `parsed` begins with. */
const causeOf = ({ message }: PkiError): string =>
  message.replace(/^(?:Could not load (?:PEM )?private key|Cannot read the (?:certificate|PEM text)): /, "");

/** Returns a push certificate as the API shows it: never the key. */
export function pushCertificateRepresentation(row: PushCertificateRow) {
  const time = (date: Date | null) => (date === null ? null : naiveUtc(date));
  return {
    id: row.id,
    provisioning_uid: row.provisioningUid,
    name: row.name,
    topic: row.topic,
    not_before: time(row.notBefore),
    not_after: time(row.notAfter),
    certificate: row.certificate,
    created_at: naiveUtc(row.createdAt),
    updated_at: naiveUtc(row.updatedAt),
  };
}

const MODEL = "mdm.pushcertificate";
const contextOf = (id: number) => ({ table: "push_certificates", column: "private_key_sealed", id });
/** Renewed certificates are tried soon, but not by all devices in one second. */
const SPREAD_SECONDS = 600;

/** For the audit log: the certificate as its fingerprint. */
function audited(row: PushCertificateRow) {
  const { certificate, ...rest } = pushCertificateRepresentation(row);
  return { ...rest, certificate: certificate === null ? null : certificateFromPem(certificate).fingerprint };
}

function taken(error: unknown): never {
  if (isUniqueViolation(error, "push_certificates_name")) {
    throw invalid({ name: ["Push certificate with this name already exists."] });
  }
  if (isUniqueViolation(error, "push_certificates_topic")) {
    throw invalid({ certificate: ["Another push certificate has this topic already"] });
  }
  throw error;
}

async function mustFind(runtime: Runtime, id: number): Promise<PushCertificateRow> {
  const row = await findPushCertificate(runtime.sql, id);
  if (row === undefined) throw problem("not-found");
  return row;
}

async function keyOf(runtime: Pick<Runtime, "keys">, db: Db, id: number): Promise<KeyObject> {
  const sealed = await findPushKey(db, id);
  if (sealed === undefined) throw problem("not-found");
  return importPkcs8(await runtime.keys.open(sealed, contextOf(id)));
}

/** A file in one of the forms of `openCertificateFile`: its bytes, PEM text, or bare base64. */
export type KeyMaterial = string | Uint8Array;

/** An operator's upload: a certificate, and its key unless the same file has it. */
export type PushMaterial = {
  certificate: KeyMaterial;
  privateKey?: KeyMaterial | undefined;
  passphrase?: string | undefined;
};

/** Topics that devices take for management (https://developer.apple.com/documentation/devicemanagement/mdm, Topic). */
const TOPIC_PREFIX = "com.apple.mgmt.";

/** Bytes of a certificate's or a key's file. */
const LARGEST_FILE = 256 * 1024;

/**
 * Returns the facts of an uploaded certificate with its key: `given`, or else the key in the same file, or else the
 * stored one. Of several certificates, the one that matches the key is used. Throws `invalid`; the cause follows the
 * sentence that API clients know.
 */
function readMaterial(
  { certificate: file, passphrase }: PushMaterial,
  given: KeyObject | undefined,
  stored?: KeyObject,
) {
  bounded("certificate", file);
  const { certificates, keys } = parsed(
    "certificate",
    "Could not load PEM certificate",
    () => openCertificateFile(file, passphrase),
  );
  const key = given ?? keys[0] ?? stored;
  if (key === undefined) throw invalid({ private_key: [REQUIRED] });
  const certificate = certificateOfKey(certificates, key);
  if (certificate === undefined) throw invalid({ non_field_errors: ["The certificate and key do not form a pair"] });
  const topic = certificate.subject.userId;
  if (topic === undefined || topic === "") {
    throw invalid({ certificate: ["Could not extract the topic from the certificate subject"] });
  }
  // An app's push certificate, and a vendor's, have a topic too: with them devices refuse the profile, or never hear a push.
  if (!topic.startsWith(TOPIC_PREFIX)) {
    throw invalid({
      certificate: [
        `Topic "${foreignText(topic, 200)}" is not an MDM topic (${TOPIC_PREFIX}…). ` +
        "Upload the certificate from Apple's push portal.",
      ],
    });
  }
  const facts = {
    topic,
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    certificate: toPem(certificate.der, "CERTIFICATE"),
  };
  return { key, certificate: facts };
}

function bounded(field: string, file: KeyMaterial): void {
  if (file.length <= LARGEST_FILE) return;
  throw invalid({ [field]: [`The file has ${file.length} bytes, ${LARGEST_FILE} are accepted`] });
}

function readKey(file: KeyMaterial, passphrase: string | undefined): KeyObject {
  bounded("private_key", file);
  return parsed("private_key", "Could not load PEM private key", () => openPrivateKey(derOf(file), passphrase));
}

/** Returns a key that came as bare base64, as DER. */
function derOf(file: KeyMaterial): KeyMaterial {
  if (typeof file !== "string" || file.includes("-----BEGIN ")) return file;
  try {
    const der = Uint8Array.fromBase64(file.trim());
    return der.length === 0 ? file : der;
  } catch {
    return file;
  }
}

async function insert(
  runtime: Runtime,
  by: By,
  name: string,
  key: KeyObject,
  certificate: ReturnType<typeof readMaterial>["certificate"] | undefined,
): Promise<PushCertificateRow> {
  return await runtime.sql.begin(async (tx) => {
    const id = await nextId(tx, "push_certificates");
    await insertPushCertificate(tx, {
      id,
      name,
      ...(certificate ?? { topic: null, notBefore: null, notAfter: null, certificate: null }),
      privateKeySealed: await runtime.keys.seal(exportPkcs8(key), contextOf(id)),
    }, runtime.clock.now());
    const row = await findPushCertificate(tx, id);
    if (row === undefined) throw new Error("Cannot find the push certificate that was just made");
    await recordAudit(tx, runtime, by, { action: "created", model: MODEL, pk: id, after: audited(row) });
    return row;
  }).catch(taken);
}

/** Stores a certificate and its key; without either, creates a new key for Apple to sign. Throws `invalid`. */
export async function addPushCertificate(
  runtime: Runtime,
  by: By,
  { name, certificate, ...rest }:
    & { name: string; certificate?: KeyMaterial | undefined }
    & Omit<
      PushMaterial,
      "certificate"
    >,
): Promise<PushCertificateRow> {
  if (certificate !== undefined) return await uploadPushCertificate(runtime, by, { name, certificate, ...rest });
  if (rest.privateKey !== undefined) throw invalid({ certificate: [REQUIRED] });
  return await insert(runtime, by, name, await runtime.random.rsaKey(), undefined);
}

/** Stores a certificate and its key. Throws `invalid`. */
export async function uploadPushCertificate(
  runtime: Runtime,
  by: By,
  input: { name: string } & PushMaterial,
): Promise<PushCertificateRow> {
  const given = input.privateKey === undefined ? undefined : readKey(input.privateKey, input.passphrase);
  const { key, certificate } = readMaterial(input, given);
  if (certificate.notAfter <= runtime.clock.now()) throw ended(certificate.notAfter);
  return await insert(runtime, by, input.name, key, certificate);
}

const ended = (at: Date) => invalid({ certificate: [`The certificate expired ${naiveUtc(at)}`] });

/** An operator's changes to a push certificate; absent fields are unchanged. */
export type PushCertificateChange = {
  name?: string | undefined;
  certificate?: KeyMaterial | undefined;
  /** Of the certificate; the key that is here, or in the certificate's file, otherwise. */
  privateKey?: KeyMaterial | undefined;
  passphrase?: string | undefined;
};

async function mustKeepTopic(tx: Tx, before: PushCertificateRow, topic: string): Promise<void> {
  if (before.topic === null || before.topic === topic) return;
  const lost = await countDevicesOfPushCertificate(tx, before.id);
  throw invalid({
    certificate: [
      `The new certificate has a different topic: it is "${topic}", it should be "${before.topic}". ` +
      `${lost} enrolled ${lost === 1 ? "device" : "devices"} would be lost.`,
    ],
  });
}

/**
 * Renames a push certificate, stores a certificate with it (the first for its key, or a renewal; with another key if
 * one is given), or both, completely or not at all. Throws `invalid`; a certificate of another topic is refused with
 * the number of devices that would be lost.
 */
export async function changePushCertificate(
  runtime: Runtime,
  by: By,
  id: number,
  input: PushCertificateChange,
): Promise<PushCertificateRow> {
  if (input.certificate === undefined && input.privateKey !== undefined) {
    throw invalid({ certificate: [REQUIRED] });
  }
  await mustFind(runtime, id);
  // Before the transaction: decrypting a key takes time.
  const given = input.privateKey === undefined ? undefined : readKey(input.privateKey, input.passphrase);
  const now = runtime.clock.now();
  return await runtime.sql.begin(async (tx) => {
    const before = await lockPushCertificate(tx, id);
    if (before === undefined) throw problem("not-found");
    if (before.provisioningUid !== null) throw refused("This push certificate cannot be updated");
    const name = input.name ?? before.name;
    if (input.certificate === undefined) await updatePushCertificate(tx, id, { ...before, name }, now);
    else {
      const material = { certificate: input.certificate, passphrase: input.passphrase };
      const { key, certificate } = readMaterial(material, given, await keyOf(runtime, tx, id));
      await mustKeepTopic(tx, before, certificate.topic);
      if (certificate.notAfter <= now) throw ended(certificate.notAfter);
      await updatePushCertificate(tx, id, {
        name,
        ...certificate,
        privateKeySealed: await runtime.keys.seal(exportPkcs8(key), contextOf(id)),
      }, now);
      await spreadPushes(tx, id, now, SPREAD_SECONDS);
    }
    const row = await findPushCertificate(tx, id);
    if (row === undefined) throw problem("not-found");
    await recordAudit(tx, runtime, by, {
      action: "updated",
      model: MODEL,
      pk: id,
      before: audited(before),
      after: audited(row),
    });
    return row;
  }).catch(taken);
}

/** Returns the certificate request (PKCS #10, DER) of a push certificate's key. */
export async function pushCertificateRequest(runtime: Runtime, id: number): Promise<Uint8Array<ArrayBuffer>> {
  await mustFind(runtime, id);
  return buildCsr({ subject: [["CN", `Espalier Push ${id}`]], key: await keyOf(runtime, runtime.sql, id) });
}

const signedAnswer = z.object({ signed_csr: z.string().min(1).max(200_000) });
const SIGNER_TIMEOUT_MS = 10_000;

/**
 * Returns the request, signed by the vendor service of `PUSH_CSR_SIGNER_URL`, as Apple's portal expects it. Throws
 * `refused` if none is configured, `unavailable` if its answer is not as expected.
 */
export async function signedPushCertificateRequest(runtime: Runtime, id: number): Promise<string> {
  const { PUSH_CSR_SIGNER_URL, BASE_URL } = runtime.config;
  const csr = await pushCertificateRequest(runtime, id);
  if (PUSH_CSR_SIGNER_URL === undefined) {
    throw refused("Cannot sign the request: PUSH_CSR_SIGNER_URL is not set");
  }
  const client = runtime.network.client({ http2: false });
  try {
    const response = await client.fetch(PUSH_CSR_SIGNER_URL, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ b64_csr: csr.toBase64(), fqdn: new URL(BASE_URL).hostname }),
      redirect: "error",
      signal: AbortSignal.timeout(SIGNER_TIMEOUT_MS),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`the signer answered ${response.status}`);
    }
    return signedAnswer.parse(await response.json()).signed_csr;
  } catch (error) {
    runtime.log.error("Cannot get the push certificate request signed", { error });
    throw problem("unavailable", "Cannot sign the request: the signing service returned an unexpected answer.");
  } finally {
    client.close();
  }
}

/** Deletes a push certificate. Throws `refused` while an enrollment or a device uses it. */
export async function removePushCertificate(runtime: Runtime, by: By, id: number): Promise<void> {
  const before = await mustFind(runtime, id);
  const refusal = () =>
    cannotDelete(
      "This push certificate cannot be deleted",
      usesOfPushCertificate(runtime.sql, id),
      "The server's configuration provides it.",
    );
  if (before.provisioningUid !== null) throw await refusal();
  try {
    await runtime.sql.begin(async (tx) => {
      await deletePushCertificate(tx, id);
      await recordAudit(tx, runtime, by, { action: "deleted", model: MODEL, pk: id, before: audited(before) });
    });
  } catch (error) {
    if (isForeignKeyViolation(error)) throw await refusal();
    throw error;
  }
}
