/**
 * Encrypted private keys and PKCS #12 files for tests, the same bytes in every run: salts and vectors are fixed.
 *
 * @module
 */

import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { encryptCbc } from "../../src/pki/cms/ciphers.ts";
import * as write from "../../src/pki/der_writer.ts";
import { OID } from "../../src/pki/oids.ts";
import { DERIVED, derivePkcs12 } from "../../src/pki/pbe.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** How something is encrypted: PBES2 with AES, PBES1 with DES, and the 3DES of PKCS #12. */
export type Scheme = "pbes2" | "pbes1" | "pkcs12";

const SALT = new Uint8Array(8).map((_, index) => index + 1);
const VECTOR = new Uint8Array(16).fill(7);

type Sealed = { algorithm: Bytes; data: Uint8Array };

const SEAL: Readonly<
  Record<Scheme, (plain: Uint8Array, password: string, iterations: number, salt: Uint8Array) => Sealed>
> = {
  pbes2: (plain, password, iterations, salt) => ({
    algorithm: write.algorithm(
      OID.pbes2,
      write.sequence(
        write.algorithm(
          OID.pbkdf2,
          write.sequence(
            write.octets(salt),
            write.integer(iterations),
            write.algorithm(OID.hmacSha256, write.nil()),
          ),
        ),
        write.algorithm(OID.aes256Cbc, write.octets(VECTOR)),
      ),
    ),
    data: encryptCbc("aes-256-cbc", pbkdf2Sync(password, salt, iterations, 32, "sha256"), VECTOR, plain),
  }),
  pbes1: (plain, password, iterations, salt) => {
    let derived: Uint8Array = createHash("sha1").update(password, "utf8").update(salt).digest();
    for (let n = 1; n < iterations; n++) derived = createHash("sha1").update(derived).digest();
    return {
      algorithm: write.algorithm(
        OID.pbeWithSha1AndDes,
        write.sequence(write.octets(salt), write.integer(iterations)),
      ),
      data: encryptCbc("des-cbc", derived.subarray(0, 8), derived.subarray(8, 16), plain),
    };
  },
  pkcs12: (plain, password, iterations, salt) => ({
    algorithm: write.algorithm(
      OID.pbeWithSha1And3Des,
      write.sequence(write.octets(salt), write.integer(iterations)),
    ),
    data: encryptCbc(
      "des-ede3-cbc",
      derivePkcs12(password, salt, DERIVED.key, iterations, 24),
      derivePkcs12(password, salt, DERIVED.vector, iterations, 8),
      plain,
    ),
  }),
};

/** An EncryptedPrivateKeyInfo (RFC 5958 section 3) around any bytes. */
export function encryptedKey(
  plain: Uint8Array,
  password: string,
  scheme: Scheme,
  { iterations = 2, salt = SALT }: { iterations?: number; salt?: Uint8Array } = {},
): Bytes {
  const { algorithm, data } = SEAL[scheme](plain, password, iterations, salt);
  return write.sequence(algorithm, write.octets(data));
}

const bag = (type: string, value: Uint8Array) => write.sequence(write.oid(type), write.context(0, value));
const dataInfo = (content: Uint8Array) => write.sequence(write.oid(OID.data), write.context(0, write.octets(content)));

function encryptedInfo(content: Uint8Array, password: string, scheme: Scheme): Bytes {
  const { algorithm, data } = SEAL[scheme](content, password, 2, SALT);
  return write.sequence(
    write.oid(OID.encryptedData),
    write.context(
      0,
      write.sequence(
        write.integer(0),
        write.sequence(write.oid(OID.data), algorithm, write.contextPrimitive(0, data)),
      ),
    ),
  );
}

/** A PKCS #12 file (RFC 7292) with a MAC: certificates, and a key in PKCS#8. */
export function pkcs12Of(
  { certificates, keys, password, scheme }: {
    certificates: readonly Uint8Array[];
    keys: readonly Uint8Array[];
    password: string;
    scheme: Scheme;
  },
): Bytes {
  const certificateBags = certificates.map((der) =>
    bag(
      OID.certBag,
      write.sequence(write.oid(OID.x509Certificate), write.context(0, write.octets(der))),
    )
  );
  const keyBags = keys.map((der) => bag(OID.shroudedKeyBag, encryptedKey(der, password, scheme)));
  const safe = write.sequence(
    encryptedInfo(write.sequence(...certificateBags), password, scheme),
    dataInfo(write.sequence(...keyBags)),
  );
  const mac = createHmac("sha256", derivePkcs12(password, SALT, DERIVED.mac, 2, 32, "sha256")).update(safe).digest();
  return write.sequence(
    write.integer(3),
    dataInfo(safe),
    write.sequence(
      write.sequence(write.algorithm(OID.sha256, write.nil()), write.octets(mac)),
      write.octets(SALT),
      write.integer(2),
    ),
  );
}
