/**
 * A stand-in for an S3-compatible service: objects and multipart uploads in memory, every request's signature verified.
 *
 * How it differs from the real thing: one account and no policies; buckets exist when they are named; lists come in
 * pages of three; nothing is eventually consistent; versions, conditions and checksums other than SHA-256 are
 * not supported.
 *
 * The verification follows Amazon's text and shares nothing with the code that signs.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { type S3Account, verifyS3Request } from "./s3_signature.ts";

const PAGE = 3;
/** Parts before the last one have at least so many bytes. */
const SMALLEST_PART = 5 * 1024 * 1024;

/** An object. */
export type S3Object = { bytes: Uint8Array<ArrayBuffer>; modified: Date };

type Upload = { key: string; initiated: Date; parts: Map<number, { bytes: Uint8Array<ArrayBuffer>; etag: string }> };

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
const etagOf = (bytes: Uint8Array) => `"${createHash("md5").update(bytes).digest("hex")}"`;
const xml = (text: string, status = 200) =>
  new Response(`<?xml version="1.0" encoding="UTF-8"?>\n${text}`, {
    status,
    headers: { "Content-Type": "application/xml" },
  });

/** Returns a refusal as the service words it. */
const s3Refusal = (status: number, code: string) => xml(`<Error><Code>${code}</Code></Error>`, status);

/** The bytes of a range, such as "bytes=0-9"; all of them without one. */
function rangeOf(bytes: Uint8Array<ArrayBuffer>, range: string): Uint8Array<ArrayBuffer> {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
  return first === undefined ? bytes : bytes.subarray(Number(first), Number(last) + 1);
}

/** The service. */
export class SimulatedS3 {
  /** Objects by `bucket/key`. */
  readonly objects = new Map<string, S3Object>();
  /** Unfinished uploads by their id. */
  readonly uploads = new Map<string, Upload>();
  /** Method and path of every request, and its answer. */
  readonly seen: { method: string; path: string; status: number }[] = [];
  /** The next requests are answered with 503 while this is above zero. */
  outages = 0;
  #server: Deno.HttpServer<Deno.NetAddr> | undefined;

  constructor(private readonly account: S3Account, private readonly now: () => Date) {}

  /** Listens on loopback; returns its address. */
  start(): string {
    this.#server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => this.answer(request));
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async stop(): Promise<void> {
    await this.#server?.shutdown();
  }

  /** The answer to a request in path style. */
  async answer(request: Request): Promise<Response> {
    const body = new Uint8Array(await request.arrayBuffer());
    const response = this.outages > 0 ? this.#outage() : this.#verifyAndServe(request, body);
    this.seen.push({ method: request.method, path: new URL(request.url).pathname, status: response.status });
    return request.method === "HEAD" ? new Response(null, response) : response;
  }

  #outage(): Response {
    this.outages--;
    return s3Refusal(503, "SlowDown");
  }

  #verifyAndServe(request: Request, body: Uint8Array<ArrayBuffer>): Response {
    // The real service takes no body of unknown length.
    if (request.headers.has("transfer-encoding")) return s3Refusal(411, "MissingContentLength");
    const fault = verifyS3Request(request, body, this.account, this.now());
    if (fault !== undefined) return s3Refusal(fault === "BadDigest" ? 400 : 403, fault);
    const url = new URL(request.url);
    const [, bucket = "", ...rest] = url.pathname.split("/").map(decodeURIComponent);
    const key = `${bucket}/${rest.join("/")}`;
    return rest.join("/") === ""
      ? this.#bucket(request.method, `${bucket}/`, url.searchParams)
      : this.#object(request.method, key, url.searchParams, body, request.headers.get("range") ?? "");
  }

  #bucket(method: string, root: string, query: URLSearchParams): Response {
    if (method !== "GET") return s3Refusal(405, "MethodNotAllowed");
    const prefix = root + (query.get("prefix") ?? "");
    if (query.has("uploads")) {
      const items = [...this.uploads].filter(([, { key }]) => key.startsWith(prefix)).map(([id, upload]) =>
        `<Upload><Key>${escaped(upload.key.slice(root.length))}</Key><UploadId>${id}</UploadId>` +
        `<Initiated>${upload.initiated.toISOString()}</Initiated></Upload>`
      );
      return xml(`<ListMultipartUploadsResult>${items.join("")}</ListMultipartUploadsResult>`);
    }
    const after = query.get("continuation-token") ?? "";
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
    const page = keys.slice(0, PAGE);
    const items = page.map((key) =>
      `<Contents><Key>${escaped(key.slice(root.length))}</Key>` +
      `<LastModified>${this.objects.get(key)?.modified.toISOString()}</LastModified></Contents>`
    );
    const more = keys.length > PAGE
      ? `<NextContinuationToken>${escaped(page.at(-1) ?? "")}</NextContinuationToken>`
      : "";
    return xml(
      `<ListBucketResult><IsTruncated>${more !== ""}</IsTruncated>${items.join("")}${more}</ListBucketResult>`,
    );
  }

  #object(
    method: string,
    key: string,
    query: URLSearchParams,
    body: Uint8Array<ArrayBuffer>,
    range: string,
  ): Response {
    const uploadId = query.get("uploadId");
    if (method === "POST" && query.has("uploads")) return this.#begin(key);
    if (uploadId !== null) return this.#upload(method, uploadId, query, body);
    const object = this.objects.get(key);
    switch (method) {
      case "PUT":
        this.objects.set(key, { bytes: body, modified: this.now() });
        return new Response(null, { headers: { ETag: etagOf(body) } });
      case "DELETE":
        this.objects.delete(key);
        return new Response(null, { status: 204 });
      case "GET":
      case "HEAD":
        if (object === undefined) return s3Refusal(404, "NoSuchKey");
        return new Response(rangeOf(object.bytes, range), {
          status: range === "" ? 200 : 206,
          headers: {
            "ETag": etagOf(object.bytes),
            "Content-Length": String(rangeOf(object.bytes, range).length),
            "Last-Modified": object.modified.toUTCString(),
            "Content-Type": query.get("response-content-type") ?? "binary/octet-stream",
          },
        });
    }
    return s3Refusal(405, "MethodNotAllowed");
  }

  #begin(key: string): Response {
    const id = crypto.randomUUID();
    this.uploads.set(id, { key, initiated: this.now(), parts: new Map() });
    return xml(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
  }

  #upload(method: string, id: string, query: URLSearchParams, body: Uint8Array<ArrayBuffer>): Response {
    const upload = this.uploads.get(id);
    if (upload === undefined) return s3Refusal(404, "NoSuchUpload");
    if (method === "DELETE") {
      this.uploads.delete(id);
      return new Response(null, { status: 204 });
    }
    if (method === "PUT") {
      const etag = etagOf(body);
      upload.parts.set(Number(query.get("partNumber")), { bytes: body, etag });
      return new Response(null, { headers: { ETag: etag } });
    }
    return this.#complete(id, upload, new TextDecoder().decode(body));
  }

  #complete(id: string, upload: Upload, text: string): Response {
    const listed = [...text.matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>(.*?)<\/ETag>/g)]
      .map(([, number, etag = ""]) => ({
        part: upload.parts.get(Number(number)),
        etag: etag.replaceAll("&quot;", '"'),
      }));
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    for (const [index, { part, etag }] of listed.entries()) {
      if (part === undefined || part.etag !== etag) return s3Refusal(400, "InvalidPart");
      if (index < listed.length - 1 && part.bytes.length < SMALLEST_PART) return s3Refusal(400, "EntityTooSmall");
      chunks.push(part.bytes);
    }
    const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const chunk of chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    this.objects.set(upload.key, { bytes, modified: this.now() });
    this.uploads.delete(id);
    return xml("<CompleteMultipartUploadResult></CompleteMultipartUploadResult>");
  }
}
