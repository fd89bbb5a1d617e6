/**
 * Files in an S3-compatible bucket: `prefix/abcd…`. For servers of several machines, or without a disk of their own.
 *
 * @module
 */

import { givenBack } from "./given_pieces.ts";
import { type S3Client, s3Problem } from "./s3_client.ts";
import { spoolTo } from "./spool.ts";
import { type ByteRange, type FileStore, isDigest, type StoredFile } from "./store.ts";

/** Bytes that are sent at once; also what memory holds. Buckets take at least 5 MiB and at most 10,000 parts. */
const PART = 5 * 1024 * 1024;
const MOST_PARTS = 10_000;

/** Returns the content of each element `tag`, in order. */
function inside(xml: string, tag: string): string[] {
  const found: string[] = [];
  for (let at = xml.indexOf(`<${tag}>`); at >= 0; at = xml.indexOf(`<${tag}>`, at)) {
    const start = at + tag.length + 2;
    at = xml.indexOf(`</${tag}>`, start);
    if (at < 0) break;
    found.push(xml.slice(start, at));
  }
  return found;
}
const texts = (xml: string, tag: string): string[] => inside(xml, tag).filter((text) => !text.includes("<")).map(plain);
const plain = (text: string): string =>
  text.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

/** Fills `part` with the next bytes of a file. */
async function readPart(file: Deno.FsFile, part: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  for (let filled = 0; filled < part.length;) {
    const read = await file.read(part.subarray(filled));
    if (read === null) throw new Error("Cannot send a file to the bucket: it changed while it was read");
    filled += read;
  }
  return part;
}

/**
 * Opens a temporary file that has no name any more: a process that ends in the middle of an upload leaves nothing of it on the
 * disk. Where a system does not remove open files, `end` removes it.
 */
async function namelessFile(): Promise<{ file: Deno.FsFile; end(): Promise<void> }> {
  const path = await Deno.makeTempFile({ prefix: "espalier-put-" });
  const file = await Deno.open(path, { read: true, write: true });
  const remove = () => Deno.remove(path).then(() => true, () => false);
  const removed = await remove();
  return {
    file,
    async end() {
      file.close();
      if (!removed) await remove();
    },
  };
}

/** Keeps files in `bucket` under `prefix`, which is empty or ends with a slash. */
export class BucketStore implements FileStore {
  constructor(
    private readonly client: S3Client,
    private readonly bucket: string,
    private readonly prefix: string,
  ) {}

  async put(content: ReadableStream<Uint8Array> | Uint8Array, limit: number) {
    // The name follows from the content: it is stored locally first, whatever its size.
    const { file, end } = await namelessFile();
    try {
      const stored = await spoolTo(file, content, limit);
      await file.seek(0, Deno.SeekMode.Start);
      await (stored.size <= PART ? this.#putWhole(stored, file) : this.#putParts(stored, file));
      return stored;
    } finally {
      await end();
    }
  }

  async get(sha256: string, range?: ByteRange, use?: "sent") {
    if (!isDigest(sha256)) return undefined;
    const headers = range === undefined ? {} : { range: `bytes=${range.start}-${range.end - 1}` };
    const response = await this.client.send({ method: "GET", ...this.#at(sha256), headers });
    if (response.status === 404) {
      await response.body?.cancel();
      return undefined;
    }
    const size = Number(response.headers.get("content-length") ?? NaN);
    const expected = range === undefined ? response.status === 200 : response.status === 206;
    if (!expected || !Number.isSafeInteger(size)) throw await s3Problem(response);
    const body = response.body ?? new Blob([]).stream();
    return { body: use === "sent" ? givenBack(body) : body, size };
  }

  async address(sha256: string, { contentType, seconds }: { contentType: string; seconds: number }) {
    if (!isDigest(sha256) || !this.client.isPublic) return undefined;
    return await this.client.presign({ ...this.#at(sha256), query: { "response-content-type": contentType } }, seconds);
  }

  async storedAt(sha256: string) {
    if (!isDigest(sha256)) return undefined;
    const response = await this.client.send({ method: "HEAD", ...this.#at(sha256) });
    await response.body?.cancel();
    if (response.status === 404) return undefined;
    const stored = new Date(response.headers.get("last-modified") ?? NaN);
    if (response.status !== 200 || Number.isNaN(stored.getTime())) throw await s3Problem(response);
    return stored;
  }

  async remove(sha256: string) {
    if (!isDigest(sha256)) return;
    const response = await this.client.send({ method: "DELETE", ...this.#at(sha256) });
    if (response.status !== 204 && response.status !== 200 && response.status !== 404) throw await s3Problem(response);
    await response.body?.cancel();
  }

  async *list() {
    let after: string | undefined;
    do {
      const xml = await this.#read({
        "list-type": "2",
        "prefix": this.prefix,
        ...(after === undefined ? {} : { "continuation-token": after }),
      });
      for (const item of inside(xml, "Contents")) {
        const [key = "", modified = ""] = [texts(item, "Key")[0], texts(item, "LastModified")[0]];
        const sha256 = key.slice(this.prefix.length);
        // Whatever else is in the bucket is not ours.
        if (isDigest(sha256)) yield { sha256, storedAt: new Date(modified) };
      }
      after = texts(xml, "NextContinuationToken")[0];
    } while (after !== undefined);
  }

  async tidy(before: Date) {
    const xml = await this.#read({ "uploads": "", "prefix": this.prefix });
    let removed = 0;
    for (const item of inside(xml, "Upload")) {
      const [key = "", id = ""] = [texts(item, "Key")[0], texts(item, "UploadId")[0]];
      const sha256 = key.slice(this.prefix.length);
      if (!isDigest(sha256) || new Date(texts(item, "Initiated")[0] ?? NaN) >= before) continue;
      await this.#abort(sha256, id);
      removed++;
    }
    return removed;
  }

  close() {
    this.client.close();
  }

  #at(sha256: string): { bucket: string; key: string } {
    return { bucket: this.bucket, key: this.prefix + sha256 };
  }

  async #read(query: Record<string, string>): Promise<string> {
    const response = await this.client.send({ method: "GET", bucket: this.bucket, query });
    if (response.status !== 200) throw await s3Problem(response);
    return await response.text();
  }

  async #putWhole({ sha256, size }: StoredFile, file: Deno.FsFile): Promise<void> {
    const body = await readPart(file, new Uint8Array(size));
    const response = await this.client.send({ method: "PUT", ...this.#at(sha256), body, sha256 });
    if (response.status !== 200) throw await s3Problem(response);
    await response.body?.cancel();
  }

  async #putParts({ sha256, size }: StoredFile, file: Deno.FsFile): Promise<void> {
    const at = this.#at(sha256);
    const begun = await this.client.send({ method: "POST", ...at, query: { uploads: "" } });
    const answer = await begun.text();
    const uploadId = texts(answer, "UploadId")[0];
    if (begun.status !== 200 || uploadId === undefined) throw await s3Problem(begun, answer);
    try {
      const partSize = Math.max(PART, Math.ceil(size / MOST_PARTS));
      const parts: string[] = [];
      // One for all parts: memory is given back late.
      const buffer = new Uint8Array(Math.min(partSize, size));
      for (let sent = 0; sent < size; sent += partSize) {
        const body = await readPart(file, buffer.subarray(0, size - sent));
        const query = { partNumber: String(parts.length + 1), uploadId };
        const response = await this.client.send({ method: "PUT", ...at, query, body });
        const etag = response.headers.get("etag");
        if (response.status !== 200 || etag === null) throw await s3Problem(response);
        await response.body?.cancel();
        parts.push(`<Part><PartNumber>${parts.length + 1}</PartNumber><ETag>${escaped(etag)}</ETag></Part>`);
      }
      const body = new TextEncoder().encode(`<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`);
      const done = await this.client.send({ method: "POST", ...at, query: { uploadId }, body });
      const result = await done.text();
      // The service may send 200 before it has finished, and then an error.
      if (done.status !== 200 || !result.includes("<CompleteMultipartUploadResult")) {
        throw await s3Problem(done, result);
      }
    } catch (error) {
      await this.#abort(sha256, uploadId).catch(() => {});
      throw error;
    }
  }

  async #abort(sha256: string, uploadId: string): Promise<void> {
    const response = await this.client.send({ method: "DELETE", ...this.#at(sha256), query: { uploadId } });
    await response.body?.cancel();
  }
}
