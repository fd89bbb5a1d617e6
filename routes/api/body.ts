/**
 * Reading JSON bodies: with a limit on size and time, because the runtime has neither.
 *
 * @module
 */

import { jsonDepth } from "../../src/json_depth.ts";
import { Problem, problem } from "../../src/errors.ts";

const SECONDS = 30;
/** Levels of lists and dictionaries; schemas of declarations have fewer than ten. */
const MAX_DEPTH = 200;

/** The body's bytes. Throws `too-large` beyond `limit` bytes, and `timeout` when it does not arrive in time. */
async function readBytes(request: Request, limit: number, seconds: number): Promise<Uint8Array> {
  if (Number(request.headers.get("Content-Length") ?? 0) > limit) throw problem("too-large");
  if (request.body === null) return new Uint8Array();
  const reader = request.body.getReader();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(problem("timeout")), seconds * 1000);
  });
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    while (true) {
      const { done, value } = await Promise.race([reader.read(), late]);
      if (done) break;
      size += value.length;
      if (size > limit) throw problem("too-large");
      chunks.push(value);
    }
  } catch (error) {
    // Nobody waits for the rest.
    reader.cancel().catch(() => {});
    if (error instanceof Problem) throw error;
    throw problem("invalid", "The request body could not be read.", { reason: "the client went away" }, error);
  } finally {
    clearTimeout(timer);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/**
 * The value of a JSON body; an empty body is an empty object, so that its required fields are named.
 *
 * Throws `unsupported-media-type` for other content: besides clarity, a form of another site can not send JSON.
 */
export async function readJson(request: Request, limit: number, seconds = SECONDS): Promise<unknown> {
  const type = request.headers.get("Content-Type") ?? "";
  const media = type.split(";")[0]?.trim().toLowerCase() ?? "";
  const bytes = await readBytes(request, limit, seconds);
  if (bytes.length === 0) return {};
  if (media !== "application/json") {
    throw problem("unsupported-media-type", `Unsupported media type "${media.slice(0, 100)}" in request.`);
  }
  if (jsonDepth(bytes) > MAX_DEPTH) {
    throw problem("invalid", `JSON parse error - the body is nested deeper than ${MAX_DEPTH} levels`);
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    const position = error instanceof SyntaxError ? /position (\d+)/.exec(error.message)?.[1] : undefined;
    const where = position === undefined ? "" : ` at character ${position}`;
    throw problem("invalid", `JSON parse error - the body is not valid JSON${where}`);
  }
}
