/**
 * Certificates and requests with very many names, written as bytes: a library that has a list of thousands of them to write takes
 * seconds for it.
 *
 * @module
 */

import { type KeyObject, sign } from "node:crypto";
import * as write from "../../src/pki/der_writer.ts";
import { spkiOf } from "../../src/pki/keys.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
const COMMON_NAME = "2.5.4.3";

/** A subject of about `size` bytes, in parts of one letter. */
function manyNames(size: number): Bytes {
  const part = write.setOf(write.sequence(write.oid(COMMON_NAME), write.utf8String("x")));
  const count = Math.min(15_000, Math.max(1, size / part.length | 0));
  return write.sequence(write.concat(...Array<Bytes>(count).fill(part)));
}

function signed(body: Bytes, key: KeyObject): Bytes {
  const signature = sign("sha256", body, { key, dsaEncoding: "der" });
  return write.sequence(
    body,
    write.sequence(write.oid(ECDSA_WITH_SHA256)),
    write.element(0x03, new Uint8Array([0, ...signature])),
  );
}

/** A certificate of a P-256 key by itself whose issuer and subject are {@link manyNames}. */
export function certificateWithManyNames(size: number, key: KeyObject, validity: { from: Date; until: Date }): Bytes {
  const name = manyNames(size);
  return signed(
    write.sequence(
      write.context(0, write.integer(2)),
      write.integer(1),
      write.sequence(write.oid(ECDSA_WITH_SHA256)),
      name,
      write.sequence(write.time(validity.from), write.time(validity.until)),
      name,
      spkiOf(key),
    ),
    key,
  );
}

/** A request for a certificate of a P-256 key with {@link manyNames}. */
export function requestWithManyNames(size: number, key: KeyObject): Bytes {
  return signed(
    write.sequence(write.integer(0), manyNames(size), spkiOf(key), write.context(0)),
    key,
  );
}
