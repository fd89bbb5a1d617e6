/**
 * Reads a file from an address that an operator gives, if the address is permitted.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { invalid, type Problem } from "../errors.ts";
import type { HttpClient, Runtime } from "../runtime.ts";
import { openS3 } from "./open.ts";

/** The file to read: its address, and its expected content. */
export type ExternalFile = {
  /** `s3://bucket/key`, or `https://…` of a host in FILE_URI_HOSTS. */
  uri: string;
  /** SHA-256 of the content in lower-case hex. */
  sha256: string;
  /** Bytes that are accepted. */
  limit: number;
  /** The request's field to complain about; `file_uri` otherwise. */
  field?: string;
  /** Endings that the name may have, such as ".zip"; any otherwise. */
  extensions?: readonly string[];
};

/** The whole read may take so long. */
const DEADLINE_MS = 600_000;

type Needs = Pick<Runtime, "config" | "network" | "clock" | "log">;
type Source = { filename: string; close(): void; fetch(signal: AbortSignal): Promise<Response> };

/**
 * Returns the content as a stream, with the name that it has there. The stream fails when the content is not the
 * expected one, so that a file store never keeps another.
 *
 * Throws `invalid` on the field, and so does the stream.
 */
export async function readExternal(
  runtime: Needs,
  file: ExternalFile,
): Promise<{ filename: string; body: ReadableStream<Uint8Array> }> {
  const { field = "file_uri" } = file;
  const refuse = (sentence: string) => invalid({ [field]: [sentence] });
  const source = sourceOf(runtime, file.uri, refuse);
  const extension = /\.[^.]*$/.exec(source.filename)?.[0] ?? "";
  if (file.extensions !== undefined && !file.extensions.includes(extension.toLowerCase())) {
    source.close();
    throw refuse(`Unsupported file extension: '${extension}'`);
  }
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), DEADLINE_MS);
  const end = () => {
    clearTimeout(timer);
    source.close();
  };
  const failed = (error: unknown): Problem => {
    end();
    // The other server's answer goes only to the log: it may be a page of an internal network.
    runtime.log.info("Cannot read an external file", { uri: file.uri.split("?")[0], error });
    return refuse("Could not download the file.");
  };
  const response = await source.fetch(abort.signal).catch((error) => {
    throw failed(error);
  });
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel();
    throw failed(new Error(`the answer was ${response.status}`));
  }
  return { filename: source.filename, body: verified(response.body, file, { refuse, failed, end }) };
}

type Outcome = { refuse(sentence: string): Problem; failed(error: unknown): Problem; end(): void };

function verified(
  body: ReadableStream<Uint8Array>,
  { sha256, limit }: ExternalFile,
  { refuse, failed, end }: Outcome,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const hash = createHash("sha256");
  let size = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read().catch((error) => {
        throw failed(error);
      });
      if (done) {
        end();
        if (hash.digest("hex") !== sha256) throw refuse("Hash mismatch");
        controller.close();
        return;
      }
      size += value.length;
      if (size > limit) {
        await reader.cancel().catch(() => {});
        end();
        throw refuse(`The file has more than ${limit} bytes`);
      }
      hash.update(value);
      controller.enqueue(value);
    },
    async cancel(reason) {
      await reader.cancel(reason).catch(() => {});
      end();
    },
  }, { highWaterMark: 0 });
}

/**
 * Returns the name at the end of a path. Throws URIError for a broken escape, and for NUL: the database keeps no text
 * with it.
 */
function nameOf(path: string): string {
  const decoded = decodeURIComponent(path);
  if (decoded.includes("\0")) throw new URIError("a path holds NUL");
  return decoded.split("/").at(-1) ?? "";
}

function sourceOf(runtime: Needs, uri: string, refuse: (sentence: string) => Problem): Source {
  const url = URL.parse(uri);
  if (url === null) throw refuse("Enter a valid URL.");
  try {
    switch (url.protocol) {
      case "s3:":
        return bucketSource(runtime, url, refuse);
      case "https:":
        return webSource(runtime, url, refuse);
    }
  } catch (error) {
    // A name with a broken escape, or one that cannot be kept.
    if (error instanceof URIError) throw refuse("Enter a valid URL.");
    throw error;
  }
  throw refuse(`Unknown external resource URI scheme: '${url.protocol.slice(0, -1)}'`);
}

function bucketSource(runtime: Needs, url: URL, refuse: (sentence: string) => Problem): Source {
  const [bucket, key] = [url.host, decodeURIComponent(url.pathname.slice(1))];
  if (
    !/^[a-z0-9][a-z0-9.-]+$/.test(bucket) || key === "" || url.username !== "" || url.search !== "" || url.hash !== ""
  ) {
    throw refuse("An s3 address should have the form s3://bucket/key");
  }
  const filename = nameOf(url.pathname);
  const client = openS3(runtime);
  if (client === undefined) {
    throw refuse("Cannot read from a bucket: the settings S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY are not set");
  }
  return {
    filename,
    close: () => client.close(),
    fetch: (signal) => client.send({ method: "GET", bucket, key, signal }),
  };
}

function webSource(runtime: Needs, url: URL, refuse: (sentence: string) => Problem): Source {
  // The attack (server-side request forgery): an operator of this API makes the server fetch from hosts that only the
  // server can reach. So the operator of the server lists the permitted hosts, with a port if it is not the default,
  // and redirects are not followed.
  const allowed = runtime.config.FILE_URI_HOSTS.some((host) => host.toLowerCase() === url.host);
  if (!allowed) throw refuse(`Cannot fetch from "${url.host}": the setting FILE_URI_HOSTS does not name it`);
  if (url.username !== "" || url.password !== "") throw refuse("The address must not contain a user name or password");
  const filename = nameOf(url.pathname);
  const client: HttpClient = runtime.network.client({ http2: false });
  return {
    filename,
    close: () => client.close(),
    fetch: (signal) =>
      client.fetch(url.href, { redirect: "manual", signal, headers: { "accept-encoding": "identity" } }),
  };
}
