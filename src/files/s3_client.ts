/**
 * Speaks to an S3-compatible service: signed requests (Signature Version 4) and signed addresses.
 *
 * Source: Amazon S3 API Reference, "Authenticating Requests (AWS Signature Version 4)".
 *
 * @module
 */

import { AwsV4Signer } from "aws4fetch";
import { createHash } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { type Problem, problem } from "../errors.ts";
import type { Clock, HttpClient } from "../runtime.ts";

/** How to reach a service. Without an endpoint it is Amazon's in that region. */
export type S3Settings = {
  endpoint?: string | undefined;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
};

/** A request for an object, or for the bucket when there is no key. */
export type S3Request = {
  method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  bucket: string;
  key?: string;
  query?: Readonly<Record<string, string>>;
  headers?: Readonly<Record<string, string>>;
  body?: Uint8Array<ArrayBuffer>;
  /** SHA-256 of the body in hex, when it is known. */
  sha256?: string;
  signal?: AbortSignal;
};

const EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const ATTEMPTS = 3;
/** At once: the asynchronous function takes a copy of the bytes. */
const sha256Of = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/**
 * Returns the error for an unexpected answer. The service's code goes to the log, its text nowhere. `text` is passed if
 * the body was read already.
 */
export async function s3Problem(response: Response, text?: string): Promise<Problem> {
  const xml = text ?? await response.text().catch(() => "");
  const code = /<Code>([A-Za-z0-9.]{1,100})<\/Code>/.exec(xml)?.[1];
  return problem("unavailable", "Cannot reach the stored files now.", {
    reason: `the bucket answered ${response.status}${code === undefined ? "" : ` ${code}`}`,
  });
}

/** A client with one set of credentials. */
export class S3Client {
  constructor(
    private readonly settings: S3Settings,
    private readonly http: HttpClient,
    private readonly clock: Clock,
  ) {}

  /** The answer to a signed request, whatever its status; the caller reads or cancels its body. Throws `unavailable`. */
  async send(request: S3Request): Promise<Response> {
    const { body } = request;
    const sha256 = request.sha256 ?? (body === undefined ? EMPTY : sha256Of(body));
    for (let attempt = 1;; attempt++) {
      const { url, headers } = await this.#signer(request, {
        ...request.headers,
        // The service compares the body with it, and refuses a body that was truncated or changed in transit.
        "x-amz-content-sha256": sha256,
      }).sign();
      // A compressed answer would have no length. Not signed: some services' front ends change it.
      headers.set("accept-encoding", "identity");
      const last = attempt === ATTEMPTS;
      try {
        const response = await this.http.fetch(url.href, {
          method: request.method,
          headers,
          redirect: "manual",
          ...(body === undefined ? {} : { body }),
          ...(request.signal === undefined ? {} : { signal: request.signal }),
        });
        if (response.status < 500 || last) return response;
        await response.body?.cancel();
      } catch (error) {
        if (last || request.signal?.aborted === true) {
          throw problem("unavailable", "Cannot reach the stored files now.", { reason: "no answer" }, error);
        }
      }
      await setTimeout(100 * 2 ** attempt);
    }
  }

  /** Returns an address that anyone may GET for that many seconds. */
  async presign(request: Pick<S3Request, "bucket" | "key" | "query">, seconds: number): Promise<string> {
    const query = { ...request.query, "X-Amz-Expires": String(seconds) };
    return (await this.#signer({ ...request, method: "GET", query }, {}, true).sign()).url.href;
  }

  /** Whether others can use the addresses: over plain HTTP no device would. */
  get isPublic(): boolean {
    return this.settings.endpoint?.startsWith("http:") !== true;
  }

  close(): void {
    this.http.close();
  }

  #signer(request: S3Request, headers: Record<string, string>, signQuery = false): AwsV4Signer {
    const { region, accessKeyId, secretAccessKey } = this.settings;
    return new AwsV4Signer({
      url: this.#url(request).href,
      method: request.method,
      headers,
      service: "s3",
      region,
      accessKeyId,
      secretAccessKey,
      signQuery,
      datetime: this.clock.now().toISOString().replace(/[:-]|\.\d{3}/g, ""),
    });
  }

  #url({ bucket, key = "", query = {} }: Pick<S3Request, "bucket" | "key" | "query">): URL {
    const { endpoint, region } = this.settings;
    const parts = key.split("/");
    // The attack: a key that climbs into another bucket.
    if (parts.includes("..") || parts.includes(".")) throw new RangeError("Cannot address an object with this name");
    const path = parts.map(encodeURIComponent).join("/");
    // A bucket with a full stop in its name has no certificate as a host.
    const url = new URL(
      endpoint !== undefined
        ? `${endpoint}/${bucket}/${path}`
        : bucket.includes(".")
        ? `https://s3.${region}.amazonaws.com/${bucket}/${path}`
        : `https://${bucket}.s3.${region}.amazonaws.com/${path}`,
    );
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return url;
  }
}
