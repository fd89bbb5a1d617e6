/** The parts of node-forge that are used: its own types come with those of another runtime. */

/** Bytes as a text with a character for each. */
interface ByteBuffer {
  getBytes(): string;
}

interface Decipher {
  output: ByteBuffer;
  start(vector: string): void;
  update(data: ByteBuffer): void;
  finish(): boolean;
}

interface Digest {
  create(): object;
}

declare const forge: {
  util: { createBuffer(binary: string): ByteBuffer };
  md: Record<"sha1" | "sha256" | "sha384" | "sha512", Digest>;
  rc2: { createDecryptionCipher(key: string, bits: number): Decipher };
  pkcs12: {
    generateKey(
      password: string,
      salt: ByteBuffer,
      id: number,
      iterations: number,
      length: number,
      digest: object,
    ): ByteBuffer;
  };
};

export default forge;
